/** Summaries of searches that wait for the answer of the person who hands over, in the watch line of every page. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { get, orNull } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { shortPersonName } from "../../format/search_list.js";
import { watchLine } from "./line.js";

const SUMMARIES = new Set(["handover.restated", "handover.answered"]);

/** @typedef {{ id: string, name: string, board: string, child: string }} WaitingSummary */

/**
 * The page of the open handover gives them itself, from the report that it shows: see `tell`.
 * @param {Session} session with alerts
 */
export function mount(session) {
  new WaitingSummaries(session);
}

/**
 * Show the summaries of a report that wait for this person's answer.
 * @param {any} report of the open handover; null: not loaded
 * @param {string} own id of the account
 */
export function tell(report, own) {
  watchLine.say("restatements", waiting(report, own).map(notice));
}

class WaitingSummaries {
  #session;
  #isMine = false;
  #turn = 0;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    session.watch(() => this.#changed());
    session.alerts?.watch(() => this.#read()); // a summary alerts who hands over
    for (const board of session.boards.values()) board.watch((/** @type {any} */ _, /** @type {JournalEvent[]} */ events) => events.some(({ type }) => SUMMARIES.has(type)) && this.#read());
    document.addEventListener("visibilitychange", () => document.hidden || this.#read()); // it may have been answered in another tab
    this.#changed();
  }

  #changed() {
    const handover = this.#session.shiftStatus?.handover;
    const isMine = handover?.status === "signed" && handover.outgoing === this.#session.account.id;
    if (isMine === this.#isMine) return;
    this.#isMine = isMine;
    this.#read();
  }

  /** Only who hands over reads the report, and only while it is signed. */
  async #read() {
    const turn = (this.#turn += 1);
    const report = this.#isMine ? await orNull(get("/api/v1/handover")) : null;
    if (turn === this.#turn && (report || !this.#isMine)) tell(report, this.#session.account.id);
  }
}

/** @param {any} report @param {string} own @returns {WaitingSummary[]} */
function waiting(report, own) {
  if (report?.handover?.status !== "signed" || report.handover.outgoing !== own) return [];
  return report.searches.flatMap((/** @type {any} */ { board, search, restatements = {} }) => {
    const open = Object.entries(restatements).filter(([, { correct }]) => correct === null);
    return open.map(([account, { at }]) => ({ id: `${board} ${account} ${at}`, name: report.people[account] ?? t("Someone"), board, child: shortPersonName(search.person) }));
  });
}

/** @param {WaitingSummary} summary @returns {Notice} */
function notice({ id, name, board, child }) {
  const text = t("{name} summarised the search: {child}", { name, child });
  return { kind: "restated", id, text, testid: "restated-notice", actions: html`<a class="button" href="/handover#s-${board}">${t("Answer")}</a>` };
}
