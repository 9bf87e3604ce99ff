/**
 * Handover page: preparing, signing, reading and accepting a handover, or viewing a past one. Shows the server's report with the person's
 * text.
 */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { focusFirstError } from "../../behaviours/focus_first_error.js";
import { Frames } from "../../behaviours/frames.js";
import { isFocusLost } from "../../behaviours/keep_focus.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { say } from "../../core/rules/sentences.js";
import { serverNow } from "../../core/time.js";
import { lastUnsignedHandover } from "../../replay/shift_history.js";
import { HandoverActions } from "./actions.js";
import { watchLine } from "../../shared/watch_line/line.js";
import * as restatements from "../../shared/watch_line/restatements.js";
import { head, notices, printed, refusals, steps } from "./summary.js";
import { Forms } from "./forms.js";
import { earlierHandovers, EarlierHandovers } from "./earlier_handovers.js";
import { dialogOf, step } from "./steps.js";
import { Reading } from "./reading.js";
import { Report } from "./report.js";
import { AutoSave } from "./auto_save.js";
import { withSent } from "./authorship.js";
import { index } from "./contents.js";
import { AlarmChanges } from "./alarm_changes.js";
import { openNow } from "./open_now.js";
import { section } from "./search_section.js";
import { shiftTexts } from "./texts.js";

const OPERATIONS = "operations";

/** @param {HTMLElement} main @param {Session} session @param {string} board */
export const mount = (main, session, board) => new HandoverPage(main, session, board);

export class HandoverPage {
  #frames = new Frames(() => this.#render());
  draw = this.#frames.ask;
  /** Draw immediately, for a caller that needs the new elements. */
  drawNow = this.#frames.now;
  /** @type {Record<string, any>} */
  ui = { dialog: null, answering: null, pinning: new Map(/* board -> {all, failed}: cards and notes to pin */), stale: null, signing: null, letting: null, letIn: new Map(/* board -> {name, at}: person who was given access here */),
    unfolded: new Set() /* read boards that are unfolded */, added: new Set() /* "board path" of added texts */, saved: new Map() /* board -> time at which its text was saved here */ };
  forms = new Forms(this);
  act = new HandoverActions(this);
  reading = new Reading(this);
  report;
  /** @type {any} */ earlier;
  focusError = false; // focus the first error after the next draw
  /** @type {string | null} */ focusNext = null; // selector to focus after the next draw, unless the focus has moved elsewhere
  /** @type {HTMLElement} */ #root;
  #drawing;
  #fixed; // number in the URL, or null
  #saved = new Map(); // board -> {data, seq, count}: acknowledged changes that are not in the report yet
  #reportKey = ""; // identity of the report, from the operations board
  #isLinkShown = false;
  #alarmChanges = new AlarmChanges();
  /** @type {AnyState | null} */ #unsigned = null; // the handover in the URL if it was never signed

  /** @param {HTMLElement} main @param {Session} session @param {string} board */
  constructor(main, session, board) {
    this.session = session;
    this.board = session.board(board);
    this.#root = /** @type {HTMLElement} */ (main.querySelector(".handover-root"));
    this.#fixed = Number(this.#root.dataset.number) || null;
    this.report = new Report(this.#fixed, this.#onReport);
    this.earlier = new EarlierHandovers(this.draw);
    this.#drawing = new PageDrawing(this.#root);
    new AutoSave(this.#root, this);
    new ShortcutHandler((session.pageCommands = this.#pageCommands()));
    this.board.setPresence(null);
    this.board.watch((/** @type {any} */ _, /** @type {JournalEvent[]} */ events) => this.#onEvents(events));
    this.session.watch(this.draw);
    addEventListener("beforeprint", this.drawNow);
    this.report.moved();
    this.earlier.read();
    this.drawNow();
  }

  // --- for templates

  /** True for a past handover, which is read-only. */
  get isFixed() {
    return this.#fixed !== null;
  }

  get shift() {
    return this.board.of("shift")[0]?.state ?? null;
  }

  /** Displayed handover; null if there never was one. */
  get handover() {
    return this.isFixed ? this.report.whole?.handover ?? this.#unsigned : this.board.of("handover")[0]?.state ?? null;
  }

  get number() {
    return this.handover?.number ?? null;
  }

  /** Stage of the open handover; "none" if none is open. */
  get stage() {
    const status = this.handover?.status;
    return !this.isFixed && ["prepared", "signed"].includes(status) ? status : "none";
  }

  get leads() {
    return !this.isFixed && this.session.can("coordinator");
  }

  get isHolder() {
    return this.shift?.holder === this.session.account.id;
  }

  get mayWrite() {
    return this.leads && this.stage === "prepared";
  }

  get mayTakeOver() {
    return this.leads && this.stage === "signed" && this.handover.outgoing !== this.session.account.id;
  }

  get sections() {
    return this.report.sections;
  }

  /** People who can be in charge of the shift or responsible for a search. */
  get coordinators() {
    return [...this.session.accounts.values()].filter(({ role, enabled, machine }) => enabled !== false && !machine && ["coordinator", "admin"].includes(role));
  }

  /**
   * Return the members of a restricted search.
   * @param {string} board
   */
  membersOf(board) {
    return this.board.of("search").find((/** @type {{ id: string }} */ { id }) => id === board)?.state.members ?? [];
  }

  get unread() {
    return this.sections.filter((/** @type {any} */ section) => this.reading.isUnread(section));
  }

  /** @param {string} id */
  nameOf(id) {
    return this.session.accounts.get(id)?.name ?? this.report.nameOf(id) ?? say("someone");
  }

  /**
   * Return the texts about a board, including unsaved changes.
   * @param {string} board
   */
  written(board) {
    const reportedTexts = board === OPERATIONS ? this.board.of("handover")[0]?.state : this.report.section(board)?.briefing;
    const pendingData = this.#pendingCommands(board, "handover.write").map((/** @type {{ data: Record<string, any> }} */ { data }) => data);
    const changes = Object.assign({}, this.#saved.get(board)?.data, ...pendingData);
    if (!Object.keys(changes).length) return { ...reportedTexts };
    return { ...reportedTexts, ...changes, authorship: withSent(reportedTexts, changes, this.number, this.session.account.id) };
  }

  /** @param {string} board */
  position(board) {
    if (board === OPERATIONS) return this.board;
    const { epoch, after } = this.report.section(board) ?? { epoch: null, after: { seq: null } };
    return { epoch, seq: after.seq };
  }

  /**
   * Return true if a command of this handover is pending: "write", "read", "restate" or "answer".
   * @param {string} board
   * @param {string} verb
   * @param {number} [number] number of the handover
   */
  isSending(board, verb, number = this.number) {
    return this.#pendingCommands(board, `handover.${verb}`, number).length > 0;
  }

  /**
   * Return the position up to which this person has seen a search: its section, and the changes saved here directly after it.
   * @param {{ board: string, seq: number }} section
   */
  seenSeq({ board, seq }) {
    const saved = this.#saved.get(board);
    return saved && saved.seq === seq + saved.count ? saved.seq : seq;
  }

  /** True while a change of a text or choice is being sent. */
  get isSaving() {
    return this.sections.some((/** @type {{ board: string }} */ { board }) => this.isSending(board, "write"));
  }

  /** @param {string} board */
  isBeingOpened(board) {
    return this.session.outbox.pending(board).some(({ name, status }) => name === "search.set_access" && status !== "refused");
  }

  /** Boards with unsent text. */
  get unsaved() {
    const boards = [OPERATIONS, ...this.sections.map((/** @type {{ board: string }} */ { board }) => board)];
    return boards.filter((board) => this.forms.written(board).dirty);
  }

  /** Refused changes that no form shows. */
  get refused() {
    return this.session.outbox.pending().filter((/** @type {{ name: string, status: string }} */ { name, status }) => status === "refused" && /^((handover|shift)\.|search\.set_access$)/.test(name));
  }

  /**
   * Keep acknowledged data until the report contains it.
   * @param {string} board
   * @param {Record<string, any>} data
   * @param {Ack} ack
   */
  saved(board, data, { seqs }) {
    this.ui.saved.set(board, serverNow());
    const { data: earlier, count = 0 } = this.#saved.get(board) ?? {};
    this.#saved.set(board, { data: { ...earlier, ...data }, seq: Math.max(0, ...seqs), count: count + seqs.length });
    this.report.moved(board === OPERATIONS ? null : board);
  }

  /** Draw the report. A handover that was never signed has none, so its state is read from the journal. */
  #onReport = async () => {
    this.draw();
    if (!this.isFixed || this.report.status !== 404 || this.#unsigned) return;
    this.#unsigned = await lastUnsignedHandover(this.#fixed);
    this.draw();
  };

  /** @param {string} board @param {string} name @param {number} [number] */
  #pendingCommands(board, name, number = this.number) {
    return this.session.outbox.pending(board).filter((/** @type {any} */ entry) => entry.name === name && entry.status !== "refused" && entry.data.handover === number);
  }

  // --- events

  /** @param {JournalEvent[]} events */
  #onEvents(events) {
    this.forms.written(OPERATIONS).onEvents(events.filter((/** @type {{ kind: string }} */ { kind }) => kind === "handover"));
    if (!this.isFixed) this.#follow();
    this.draw();
  }

  #follow() {
    const searches = this.board.of("search").map((/** @type {{ id: string, state: State }} */ { id, state }) => `${id} ${state.status}`);
    const shiftStates = [...this.board.of("shift"), ...this.board.of("handover")].map(({ seq, state }) => `${seq} ${state.status ?? ""}`);
    const key = [...shiftStates, ...searches.sort()].join("\n");
    if (key !== this.#reportKey) {
      this.#reportKey = key;
      this.report.moved();
      this.earlier.read();
    }
    for (const [board, { last, alarm, alarms, promise }] of this.board.summaries) {
      const reportedSection = this.report.section(board), areChanged = this.#alarmChanges.has(board, [alarm, alarms, promise]);
      if (reportedSection && last && reportedSection.after.seq < /** @type {any} */ (last).seq) this.report.moved(board);
      else if (areChanged && this.stage !== "signed") this.report.moved(reportedSection ? board : null); // an alarm adds a closed search
    }
    const ofDesk = this.board.of("alarm").map(({ id, seq, state }) => [id, seq, this.board.get(state.about.id)?.seq]);
    if (this.#alarmChanges.has(OPERATIONS, ofDesk) && this.stage !== "signed") this.report.moved(OPERATIONS);
  }

  // --- drawing

  #render() {
    // drop changes that the report now contains
    for (const [board, { seq }] of this.#saved) if (this.position(board).seq >= seq) this.#saved.delete(board);
    document.title = `${this.number ? say("handover", { number: this.number }) : pageTitle("handover")} · Searchboard`;
    this.#drawing.draw(this.#template());
    watchLine.setNotices("page", refusals(this));
    if (!this.isFixed) restatements.showSummaries(this.report.whole, this.session.account.id);
    this.#showLinked();
    this.#focusNext();
    if (!this.focusError) return;
    this.focusError = false;
    focusFirstError(this.#root);
  }

  /** Focus the next field of a step after its button has disappeared. */
  #focusNext() {
    const next = this.focusNext && /** @type {HTMLElement | null} */ (this.#root.querySelector(this.focusNext));
    if (!next) return;
    this.focusNext = null;
    if (isFocusLost() || document.activeElement === this.#root || document.activeElement?.closest(".step")) next.focus();
  }

  /** Scroll to the search in the URL after its section is drawn: the browser tried too early. */
  #showLinked() {
    const section = this.#isLinkShown || !location.hash ? null : document.getElementById(location.hash.slice(1));
    if (!section || !this.#root.contains(section)) return;
    this.#isLinkShown = true;
    section.scrollIntoView({ block: "start" });
    section.focus({ preventScroll: true });
  }

  #template() {
    return html`<div class="handover" data-stage=${this.stage} ?data-fixed=${this.isFixed}>
      ${head(this)}
      <div class="handover-body">
        <aside class="handover-aside" aria-label=${t("Progress")}>${steps(this)} ${step(this)} ${index(this)} ${earlierHandovers(this)}</aside>
        <div class="handover-report">
          ${notices(this)} ${openNow(this)} ${shiftTexts(this)}
          ${repeat(this.sections, ({ board }) => board, (reportSection) => section(reportSection, this))}
          ${printed(this)}
        </div>
      </div>
    </div>
    ${dialogOf(this)}`;
  }

  // --- keys

  #pageCommands() {
    const focusedBoard = () => document.activeElement?.closest?.("[data-section]")?.dataset.section ?? null;
    return /** @type {PageCommands} */ ({
      page: "handover",
      may: (right) => right === undefined || (right === "take-over" && this.reading.isOpen),
      settle: this.#frames.settle,
      commands: () => (this.reading.isOpen ? [{ id: "mark-read", title: t("Mark the search as read and go to the next"), run: () => this.#readHere(focusedBoard()) }] : []),
    });
  }

  /**
   * Mark the focused section as read and go to the next; without focus, go to the first unread one.
   * @param {string | null} board
   */
  #readHere(board) {
    const current = this.report.section(/** @type {string} */ (board));
    if (current && this.reading.isToRead(current)) this.act.read(current);
    const next = this.reading.nextAfter(current);
    const element = next && this.#root.querySelector(`[data-section="${CSS.escape(next.board)}"]`);
    /** @type {HTMLElement | null | undefined} */ (element)?.focus();
  }

  /** Go to the first unread search, or to the form that accepts. */
  readOn = () => {
    if (this.reading.nextAfter(undefined)) this.#readHere(null);
    else /** @type {HTMLElement | null} */ (this.#root.querySelector("[data-form=accept] textarea"))?.focus();
  };
}
