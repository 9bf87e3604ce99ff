/* Columns of the operations page: unanswered sightings and tips, and what is due next. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { number, t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { targetMinutes } from "../../core/rules/queues.js";
import { say } from "../../core/rules/sentences.js";
import { standardText } from "../../core/rules/standard_texts.js";
import { MINUTE_MS, serverNow } from "../../core/time.js";
import { shortTimeElement } from "../../format/time_elements.js";
import { nextDue } from "../../format/next_due.js";
import { alarmsOf, isHeld } from "../../format/ownership.js";
import { callUrl } from "../../shared/call_url.js";
import { overTarget } from "../../shared/work/over_target.js";

const MAX_DUE = 5;

/**
 * Link to the unanswered sightings and tips, with their number and how many are late: the same numbers as on the linked page.
 * @param {Record<string, number>} totals
 * @param {Entity[]} tips unanswered ones
 * @param {Board} board
 */
export function unansweredLink({ unanswered: onSearches, late: lateOnSearches, lateOpen }, tips, board) {
  const unanswered = onSearches + tips.length, lateTips = tips.filter(isLate), late = lateOnSearches + lateTips.length, alarms = alarmsOf(board);
  const open = lateOpen + lateTips.filter(({ id, state }) => !isHeld(state.assignee, alarms.get(id))).length;
  if (!unanswered) return nothing;
  return html`<section class="operations-column unanswered" data-testid="waiting"><h2><a href="/unanswered" data-testid="unanswered">${pageTitle("unanswered")} <b>${number(unanswered)}</b></a></h2>
    ${late ? html`<p data-testid="over-target">${overTarget(late, open)}</p>` : nothing}</section>`;
}

/** @param {Entity} tip */
const isLate = ({ state: { queue, queue_since: since, priority } }) => Number(serverNow()) - Date.parse(since) > targetMinutes(queue, priority) * MINUTE_MS;

/** @param {string} url @param {IsoTime} due @param {string} title @param {string} name */
const dueLink = (url, due, title, name) => html`<li><a href=${url}><b>${shortTimeElement(due)}</b> <span class="title">${title}</span> <span class="where">${name}</span></a></li>`;

/** @param {Board} board */
export function dueNext(board) {
  const due = nextDue(board.of("search"), board.summaries).slice(0, MAX_DUE);
  if (!due.length) return nothing;
  return html`<section class="operations-column due-next" aria-labelledby="due-next" data-testid="due-next">
    <h2 id="due-next">${say("due_next")}</h2>
    <ol role="list">${due.map(({ board: search, name, task, call }) => (task ? dueLink(`/searches/${search}/cards/${task.id}`, task.due, standardText(task.title), name)
      : call ? dueLink(callUrl(search, call.id), call.due, t("Call contact {number}", { number: call.number }), name) : nothing))}</ol>
  </section>`;
}
