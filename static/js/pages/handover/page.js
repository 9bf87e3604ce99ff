/** A shift is handed over: prepared, signed, read and accepted, or as it once was signed. What the server composed, with what one types. */
import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { Dialogs } from "../../behaviours/dialog.js";
import { keepFocus } from "../../behaviours/keep_focus.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { t } from "../../core/i18n.js";
import { lastUnsignedHandover } from "../../replay/unsigned_handovers.js";
import { HandoverActions } from "./actions.js";
import { head, notices, printed, steps } from "./summary.js";
import { Forms } from "./forms.js";
import { earlierHandovers, EarlierHandovers } from "./earlier_handovers.js";
import { dialogOf, step } from "./steps.js";
import { Report } from "./report.js";
import { index, section } from "./search_section.js";
import { shiftTexts } from "./texts.js";

const OPERATIONS = "operations";
const WRITE = "handover.write";

export function mount(main, session, board) {
  return new HandoverPage(main, session, board).connect();
}

class HandoverPage {
  ui = { dialog: null, pinning: new Map(/* board -> {all, failed}: what may be pinned */), stale: null, signing: null };
  forms = new Forms(this);
  act = new HandoverActions(this);
  report;
  earlier;
  trouble = false; // after the next draw the keyboard goes to what is wrong
  #root;
  #dialogs;
  #clock;
  #keys;
  #fixed; // number of the handover that the address names, or null
  #saved = new Map(); // board -> {data, seq}: acknowledged, and not yet in what was read
  #read = new Map(); // number and board -> seq up to which this person has read it, as far as was acknowledged here
  #key = ""; // what the report is of, as far as `operations` says
  #frame = null;
  #unsigned = null; // the handover that the address names, where it was never signed

  constructor(main, session, board) {
    this.session = session;
    this.board = session.board(board);
    this.#root = main.querySelector(".handover-root");
    this.#fixed = Number(this.#root.dataset.number) || null;
    this.report = new Report(this.#fixed, this.#reported);
    this.earlier = new EarlierHandovers(this.draw);
    this.#dialogs = new Dialogs(this.#root);
    this.#clock = new RelativeTimes(this.#root);
    this.#keys = new ShortcutHandler((session.pageCommands = this.#pageCommands()));
  }

  connect() {
    this.board.setPresence(null);
    this.board.watch((_, events) => this.#heard(events));
    this.session.watch(this.draw);
    this.#clock.connect();
    this.#keys.connect();
    addEventListener("beforeprint", this.#render);
    this.report.moved();
    this.earlier.read();
    this.#render();
    return this;
  }

  disconnect() {
    removeEventListener("beforeprint", this.#render);
    this.#keys.disconnect();
    this.#clock.disconnect();
    this.report.disconnect();
    cancelAnimationFrame(this.#frame);
    render(nothing, this.#root);
  }

  // --- what templates ask

  /** As it was signed, whatever came of it: nothing can be done here. */
  get isFixed() {
    return this.#fixed !== null;
  }

  get shift() {
    return this.board.of("shift")[0]?.state ?? null;
  }

  /** The handover that is looked at; null where there never was one. */
  get handover() {
    return this.isFixed ? this.report.whole?.handover ?? this.#unsigned : this.board.of("handover")[0]?.state ?? null;
  }

  get number() {
    return this.handover?.number ?? null;
  }

  /** How far it has come: "none" where none is open. */
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

  /** Who can take a shift over, or answer for a search. */
  get coordinators() {
    return [...this.session.accounts.values()].filter(({ role, enabled, machine }) => enabled !== false && !machine && ["coordinator", "admin"].includes(role));
  }

  /** Who sees a search that not everybody sees. */
  membersOf(board) {
    return this.board.of("search").find(({ id }) => id === board)?.state.members ?? [];
  }

  get unread() {
    return this.sections.filter((each) => this.isUnread(each));
  }

  /** Has this person to read it before they accept? What they have just marked is read, though the report does not say so yet; a
      report from before it was signed says nothing of it. */
  isUnread({ board, reader: { unread }, after }) {
    return (unread || !this.report.isOf(this.handover)) && !this.isBeingRead(board) && (this.#read.get(`${this.number} ${board}`) ?? -1) < after.seq;
  }

  nameOf(id) {
    return this.session.accounts.get(id)?.name ?? this.report.nameOf(id) ?? t("Somebody");
  }

  /** What is said of a board as far as this browser knows: what it sends and has sent is in it. */
  written(board) {
    const known = board === OPERATIONS ? this.board.of("handover")[0]?.state : this.report.section(board)?.briefing;
    const sending = this.#sent(board, WRITE).map(({ data }) => data);
    return Object.assign({}, known, this.#saved.get(board)?.data, ...sending);
  }

  position(board) {
    if (board === OPERATIONS) return this.board;
    const { epoch, after } = this.report.section(board) ?? { epoch: null, after: { seq: null } };
    return { epoch, seq: after.seq };
  }

  isSaving(board) {
    return this.#sent(board, WRITE).length > 0;
  }

  isBeingOpened(board) {
    return this.session.outbox.pending(board).some(({ name, status }) => name === "search.set_access" && status !== "refused");
  }

  isBeingRead(board) {
    return this.#sent(board, "handover.read").length > 0;
  }

  /** Changes that were not accepted, and that no form shows. */
  get refused() {
    return this.session.outbox.pending().filter(({ name, status }) => status === "refused" && /^((handover|shift)\.|search\.set_access$)/.test(name));
  }

  /** An answer has come: what was sent is true, until the report says so itself. */
  saved(board, data, seq) {
    this.#saved.set(board, { data: { ...this.#saved.get(board)?.data, ...data }, seq });
    this.report.moved(board === OPERATIONS ? null : board);
  }

  read(board, seq) {
    this.#read.set(`${this.number} ${board}`, seq);
  }

  /** Of one that was never signed there is no report: what is known of it is in the journal. */
  #reported = async () => {
    this.draw();
    if (!this.isFixed || this.report.status !== 404 || this.#unsigned) return;
    this.#unsigned = await lastUnsignedHandover(this.#fixed);
    this.draw();
  };

  draw = () => {
    this.#frame ??= requestAnimationFrame(this.#render);
  };

  #sent(board, name) {
    return this.session.outbox.pending(board).filter((entry) => entry.name === name && entry.status !== "refused" && entry.data.handover === this.number);
  }

  // --- what others do

  #heard(events) {
    this.forms.written(OPERATIONS).onEvents(events.filter(({ kind }) => kind === "handover"));
    if (!this.isFixed) this.#follow();
    this.draw();
  }

  #follow() {
    const searches = this.board.of("search").map(({ id, state }) => `${id} ${state.status}`);
    const of = [...this.board.of("shift"), ...this.board.of("handover")].map(({ seq, state }) => `${seq} ${state.status ?? ""}`);
    const key = [...of, ...searches.sort()].join("\n");
    if (key !== this.#key) this.#turned(key);
    for (const [board, { last }] of this.board.summaries) {
      const known = this.report.section(board);
      if (known && last && known.after.seq < last.seq) this.report.moved(board);
    }
  }

  #turned(key) {
    this.#key = key;
    this.report.moved();
    this.earlier.read();
  }

  // --- drawing

  #render = () => {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#settle();
    document.title = `${this.number ? t("Handover {number}", { number: this.number }) : t("Handover")} · Searchboard`;
    keepFocus(this.#root, () => render(this.#template(), this.#root));
    this.#dialogs.settle();
    this.#clock.fill();
    if (!this.trouble) return;
    this.trouble = false;
    this.#root.querySelector("dialog [data-testid=problem], [data-testid=problem], .row:has(.error) :is(input, textarea, select)")?.scrollIntoView({ block: "nearest" });
  };

  /** What was saved here and is in what was read by now. */
  #settle() {
    for (const [board, { seq }] of this.#saved) if (this.position(board).seq >= seq) this.#saved.delete(board);
  }

  #template() {
    return html`<div class="handover" data-stage=${this.stage} ?data-fixed=${this.isFixed}>
      ${head(this)}
      <div class="handover-body">
        <aside class="handover-aside" aria-label=${t("How far it has come")}>${steps(this)} ${step(this)} ${index(this)} ${earlierHandovers(this)}</aside>
        <div class="handover-report">
          ${notices(this)} ${shiftTexts(this)}
          ${repeat(this.sections, ({ board }) => board, (each) => section(each, this))}
          ${printed(this)}
        </div>
      </div>
    </div>
    ${dialogOf(this)}`;
  }

  // --- keys

  #pageCommands() {
    const at = () => document.activeElement?.closest?.("[data-section]")?.dataset.section ?? null;
    return {
      page: "handover",
      may: (right) => right === undefined || (right === "take-over" && this.mayTakeOver),
      settle: () => this.#frame !== null && this.#render(),
      things: () => [],
      commands: () => (this.mayTakeOver ? [{ id: "mark-read", says: t("Mark the search as read, and go to the next"), does: () => this.#readHere(at()) }] : []),
    };
  }

  /** The one that has the keyboard, and on to the next; without one, to the first that is unread. */
  #readHere(board) {
    const here = this.report.section(board);
    if (here && this.isUnread(here)) this.act.read(here);
    const order = this.sections, from = order.indexOf(here) + 1;
    const next = [...order.slice(from), ...order.slice(0, from)].find((each) => this.isUnread(each) && each.board !== board);
    const element = next && this.#root.querySelector(`[data-section="${CSS.escape(next.board)}"]`);
    element?.focus();
  }
}
