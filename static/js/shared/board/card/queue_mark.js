/** Marks of what a sighting waits for: a dashed pill, which is red and solid when it is over its target and nobody has it; and who has looked at it. Their
    shapes are in marks.css. */
import { nothing } from "../../../../vendor/lit-html/lit-html.js";
import { queueOf, queueSince, targetMinutes } from "../../../core/rules/queues.js";
import { t } from "../../../core/i18n.js";
import { formatShortMoment } from "../../../format/time_elements.js";
import { accountName } from "../../../format/values.js";
import { html } from "../../compact_html.js";

/**
 * Mark of the step that a sighting of an open search waits for; of one to be judged, only when it is late: its grade says the rest.
 * @param {State} state
 * @param {BoardView} view
 */
export function queueMark(state, view) {
  const queue = queueOf(state), since = queueSince(state);
  if (queue === "answered" || !since || view.model.search?.state.status !== "open") return nothing;
  // the time as below, here within one template: on a big board nearly every card has one
  const target = (state.assignee ? null : targetMinutes(queue, state.priority)) ?? Infinity; // nothing that somebody has is red
  return html`<span class="waits ${queue}" data-queue=${queue}><time datetime=${since} data-waiting=${queue} data-target=${target}></time></span>`;
}

/**
 * Running text of how long something waits for a step. Once the child was found, it says that the step was not taken.
 * @param {{ queue: WaitingQueue, queue_since: IsoTime, target_min: number | null, assignee: string | null, status: string | null }} entry
 */
export function waitingTime({ queue, queue_since: since, target_min: minutes, assignee, status }) {
  const target = (assignee ? null : minutes) ?? Infinity;
  return html`<time datetime=${since} data-waiting=${status === "found" ? `found ${queue}` : queue} data-target=${target}></time>`;
}

/**
 * Say who looked at a sighting first, and when, while it is still to be judged.
 * @param {State} state
 * @param {BoardView} view
 */
export function lookedAt(state, view) {
  const said = state.looked_at;
  if (!said || queueOf(state) !== "judge") return nothing;
  return html`<span class="looked-at"><span .textContent=${t("looked at by {name}, {at}", { name: accountName(view.session, said.by), at: formatShortMoment(said.at) })}></span></span>`;
}
