/** "Unanswered" page: sightings and tips of all searches to be looked at, judged or passed on; urgent first, then the most overdue. */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { CardArrowKeys } from "../../behaviours/card_arrow_keys.js";
import { dialog } from "../../behaviours/dialog.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { locale, n, number, p, t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { label } from "../../core/labels.js";
import { QUEUES } from "../../core/rules/queues.js";
import { people, select } from "../../forms/form_row.js";
import { allQueues } from "../../format/search_list.js";
import { entryName } from "../../format/work_text.js";
import { sendingCard } from "../../shared/board/card/card.js";
import { WaitingList } from "../../shared/waiting_list.js";
import { watchLine } from "../../shared/watch_line/line.js";
import { overTarget } from "../../shared/work/over_target.js";
import { assignment } from "../../shared/work/work_actions.js";
import { entryRow } from "./entry.js";

const OPERATIONS = "operations";

/** @param {string} text */
const capitalised = (text) => text.replace(/^./u, (first) => first.toLocaleUpperCase(locale()));

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new UnansweredPage(root, session);

export class UnansweredPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;
  #root;
  #drawing;
  #list;
  #queue = new URLSearchParams(location.search).get("queue") ?? "";
  /** @type {"" | "mine" | "nobody"} */ #owner = "";
  /** @type {UnansweredEntry | null} */ #reassigned = null; // entry that is being assigned to somebody else
  #receiver = "";

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.#root = root;
    this.session = session;
    this.board = session.board(OPERATIONS);
    this.#drawing = new PageDrawing(root);
    this.#list = new WaitingList(this.draw);
    new CardArrowKeys(root, "li[data-entry]", "[data-waiting-list]");
    root.classList.add("unanswered-page");
    this.board.watch(this.draw);
    this.session.watch(this.draw);
    this.#list.read();
    this.draw();
  }

  draw = () => {
    this.#list.follow(this.board.summaries, this.board.seq);
    this.session.ensureAccounts((this.#list.answer?.entries ?? []).map((entry) => ({ state: entry })));
    this.#drawing.draw(this.#page());
    watchLine.setNotices("page", this.#refused());
  };

  // --- for templates

  get mayAct() {
    return this.session.can("investigator");
  }

  /** @param {UnansweredEntry} entry */
  isOwn({ assignee }) {
    return assignee === this.session.account.id;
  }

  /** @param {Pick<UnansweredEntry, "board" | "id">} entry */
  sending({ board, id }) {
    const sent = this.#pending().find((entry) => entry.board === board && (entry.data.card ?? entry.data.tip) === id && entry.status !== "refused");
    return sent ? sendingCard(sent) : null;
  }

  /** @param {UnansweredEntry} entry */
  claim(entry) {
    this.#root.querySelector(`[data-entry="${entry.id}"] h2 a`)?.focus(); // the button disappears
    this.#assign(entry, this.session.account.id);
  }

  /** @param {UnansweredEntry} entry */
  handOn(entry) {
    this.#reassigned = entry;
    this.#receiver = "";
    this.draw();
  }

  // --- drawing

  #page() {
    const { answer, failed } = this.#list;
    if (!answer) return failed ? this.#failed() : html`<p class="unanswered-empty" role="status">${t("Loading…")}</p>`;
    const shown = answer.entries.filter((entry) => this.#fits(entry));
    return html`
      <header class="unanswered-header">
        <h1>${pageTitle("unanswered")}</h1>
        <p class="totals" data-testid="totals">${this.#totals(answer.counts)}</p>
        <div class="chips" role="group" aria-label=${t("Show only")}>
          ${this.#chip("queue", "", t("All"), this.#count(answer, QUEUES))}
          ${QUEUES.map((queue) => this.#chip("queue", queue, capitalised(label.queue(queue)), this.#count(answer, [queue])))}
          <span class="gap" aria-hidden="true"></span>
          ${this.#chip("owner", "mine", p("sightings", "Mine"))}${this.#chip("owner", "nobody", t("Nobody assigned"))}
        </div>
      </header>
      ${failed ? this.#failed() : nothing}
      ${shown.length ? nothing : html`<p class="unanswered-empty" data-testid="none">${answer.entries.length ? t("Nothing here with this filter.") : t("Nothing waits. Every sighting is answered.")}</p>`}
      <ol class="waiting-list" data-waiting-list aria-label=${pageTitle("unanswered")}>${repeat(shown, ({ id }) => id, (entry) => entryRow(entry, this))}</ol>
      ${answer.left_out ? html`<p class="quiet">${n("{count} more is not shown.", "{count} more are not shown.", answer.left_out)}</p>` : nothing}
      ${this.#reassigned ? this.#handOnDialog(this.#reassigned) : nothing}`;
  }

  #failed() {
    return html`<p class="unanswered-empty" role="alert">${t("The list could not be loaded.")} <button type="button" data-act="read-again" @click=${() => this.#list.read()}>${t("Try again")}</button></p>`;
  }

  /** @param {Unanswered["counts"]} counts */
  #totals({ late, late_open: open }) {
    return late ? overTarget(late, allQueues(open)) : t("Nothing is over its target.");
  }

  /** @param {"queue" | "owner"} kind @param {string} value @param {string} name @param {number | null} [count] */
  #chip(kind, value, name, count = null) {
    const isOn = (kind === "queue" ? this.#queue : this.#owner) === value;
    return html`<button type="button" class="chip" data-chip=${value || "all"} aria-pressed=${isOn} @click=${() => this.#choose(kind, value)}>${name}${
      count === null ? nothing : html` <b>${number(count)}</b>`}</button>`;
  }

  /** @param {"queue" | "owner"} kind @param {string} value */
  #choose(kind, value) {
    if (kind === "owner") this.#owner = /** @type {"" | "mine" | "nobody"} */ (this.#owner === value ? "" : value);
    else this.#queue = value;
    history.replaceState(history.state, "", this.#queue ? `?queue=${this.#queue}` : location.pathname);
    this.draw();
  }

  /**
   * Return the number of entries in these queues, of the chosen owner if there is one.
   * @param {Unanswered} answer @param {WaitingQueue[]} queues
   */
  #count({ counts, entries }, queues) {
    if (!this.#owner) return queues.reduce((sum, queue) => sum + counts[queue], 0);
    return entries.filter((entry) => queues.some((queue) => queue === entry.queue) && this.#isOfOwner(entry)).length;
  }

  /** @param {UnansweredEntry} entry */
  #fits(entry) {
    return (!this.#queue || entry.queue === this.#queue) && this.#isOfOwner(entry);
  }

  /** @param {UnansweredEntry} entry */
  #isOfOwner(entry) {
    return this.#owner === "" || (this.#owner === "mine" ? this.isOwn(entry) : !entry.assignee);
  }

  // --- claiming and handing on

  /** @param {UnansweredEntry} entry */
  #handOnDialog(entry) {
    const close = () => {
      this.#reassigned = null;
      this.draw();
    };
    const send = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (!this.#receiver) return;
      this.#assign(entry, this.#receiver);
      close();
    };
    const choose = (/** @type {string} */ account) => {
      this.#receiver = account;
      this.draw();
    };
    const others = people(this.session, this.#receiver).filter(([id]) => id !== entry.assignee);
    return dialog("hand-on", t("Assign {card} to…", { card: entryName(entry) }), html`<form class="form" data-form="hand-on" @submit=${send}>
      <p class="quiet" dir="auto">${entry.title}</p>
      <div class="row" data-field="assignee"><label for="hand-on-to">${label.field("assignee")}</label>${select("hand-on-to", this.#receiver, choose, others, false)}</div>
      <div class="buttons"><span class="space"></span><button type="button" data-act="cancel" @click=${close}>${t("Cancel")}</button>
        <button type="submit" class="primary" data-act="send" ?disabled=${!this.#receiver}>${t("Assign")}</button></div>
    </form>`, close);
  }

  /** @param {UnansweredEntry} entry @param {string} assignee */
  #assign({ kind, board, id, seq }, assignee) {
    const answered = () => {
      this.#list.read();
      this.draw();
    };
    if (this.sending({ board, id })) return;
    const [name, data] = assignment({ kind, id }, assignee);
    this.session.outbox.add(board ?? OPERATIONS, name, data, { base: seq }).then(answered, answered);
    this.draw();
  }

  #pending() {
    return this.session.outbox.pending().filter(({ name }) => name === "card.assign" || name === "tip.assign");
  }

  /** @returns {Notice[]} */
  #refused() {
    return this.#pending().filter(({ status }) => status === "refused").map((entry) => ({
      kind: "not-saved", refused: entry.id, title: t("Not saved: {what}.", { what: t("Assignment") }), text: entry.refusal?.message ?? "", tone: "own",
      actions: html`<button type="button" data-act="discard" @click=${() => this.session.outbox.discard(entry.id)}>${t("Discard")}</button>`,
    }));
  }
}
