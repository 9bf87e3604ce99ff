/** Notices in the watch line about summaries of searches that wait for the outgoing person's answer. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { get, orNull } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { shortPersonName } from "../../format/search_list.js";
import { watchLine } from "./line.js";

const SUMMARIES = new Set(["handover.restated", "handover.answered"]);

/** @typedef {{ id: string, name: string, board: string, child: string }} WaitingSummary */

/**
 * Show the waiting summaries on a page. The handover page has the report already, and calls `showSummaries` instead.
 * @param {Session} session session with alerts
 */
export function mount(session) {
  new WaitingSummaries(session);
}

/**
 * Show the summaries of a report that wait for this person's answer.
 * @param {any} report report of the open handover; null if it is not loaded
 * @param {string} ownId id of the account
 */
export function showSummaries(report, ownId) {
  watchLine.setNotices("restatements", waiting(report, ownId).map(notice));
}

class WaitingSummaries {
  #session;
  #isOutgoing = false;
  #requestNumber = 0;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    session.watch(() => this.#changed());
    session.alerts?.watch(() => this.#load()); // a summary alerts the outgoing person
    for (const board of session.boards.values()) board.watch((/** @type {any} */ _, /** @type {JournalEvent[]} */ events) => events.some(({ type }) => SUMMARIES.has(type)) && this.#load());
    document.addEventListener("visibilitychange", () => document.hidden || this.#load()); // another tab may have answered it
    this.#changed();
  }

  #changed() {
    const handover = this.#session.shiftStatus?.handover;
    const isOutgoing = handover?.status === "signed" && handover.outgoing === this.#session.account.id;
    if (isOutgoing === this.#isOutgoing) return;
    this.#isOutgoing = isOutgoing;
    this.#load();
  }

  /** Load the report, only for the outgoing person and only while it is signed. */
  async #load() {
    const requestNumber = (this.#requestNumber += 1);
    const report = this.#isOutgoing ? await orNull(get("/api/v1/handover")) : null;
    if (requestNumber === this.#requestNumber && (report || !this.#isOutgoing)) showSummaries(report, this.#session.account.id);
  }
}

/** @param {any} report @param {string} ownId @returns {WaitingSummary[]} */
function waiting(report, ownId) {
  if (report?.handover?.status !== "signed" || report.handover.outgoing !== ownId) return [];
  return report.searches.flatMap((/** @type {any} */ { board, search, restatements = {} }) => {
    const unanswered = Object.entries(restatements).filter(([, { correct }]) => correct === null);
    return unanswered.map(([account, { at }]) => ({ id: `${board} ${account} ${at}`, name: report.people[account] ?? say("someone"), board, child: shortPersonName(search.person) }));
  });
}

/** @param {WaitingSummary} summary @returns {Notice} */
function notice({ id, name, board, child }) {
  const text = t("{name} summarised the search: {child}", { name, child });
  return { kind: "restated", id, text, testid: "restated-notice", actions: html`<a class="button" href="/handover#s-${board}">${t("Answer")}</a>` };
}
