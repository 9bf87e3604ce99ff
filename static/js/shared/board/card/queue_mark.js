/** Marks of a waiting sighting: a dashed pill for its next step, red and solid if it is late and unassigned; and the person who has looked
    at it. Their shapes are in marks.css. */
import { nothing } from "../../../../vendor/lit-html/lit-html.js";
import { queueOf, queueSince, targetMinutes } from "../../../core/rules/queues.js";
import { t } from "../../../core/i18n.js";
import { isHeld, isLapsed } from "../../../format/ownership.js";
import { formatShortMoment } from "../../../format/time_elements.js";
import { accountName } from "../../../format/values.js";
import { html } from "../../compact_html.js";

/**
 * Render the next step of a sighting in an open search. It stays grey if somebody has the sighting, or if a promise lapsed, which is red
 * instead.
 * @param {State} state
 * @param {BoardView} view
 * @param {State} [alarm] about it
 */
export function queueMark(state, view, alarm = undefined) {
  const queue = queueOf(state), since = queueSince(state);
  if (queue === "answered" || !since || view.model.search?.state.status !== "open") return nothing;
  // the time is inlined, because nearly every card of a big board has one
  const isGrey = isLapsed(alarm) || isHeld(state.assignee, alarm ?? view.model.promiseOfQueues);
  const target = isGrey ? Infinity : targetMinutes(queue, state.priority);
  return html`<span class="waits ${queue}" data-queue=${queue}><time datetime=${since} data-waiting=${queue} data-target=${target}></time></span>`;
}

/**
 * Render the running wait for a step, grey as on cards. After the child was found, the text states that the step was not taken.
 * @param {{ queue: WaitingQueue, queue_since: IsoTime, target_min: number | null, held: boolean, status: string | null, alarm?: { taken_by: string | null, lapsed_by: string | null } | null }} entry
 */
export function waitingTime({ queue, queue_since: since, target_min: minutes, held, status, alarm }) {
  const target = (held || isLapsed(alarm) ? null : minutes) ?? Infinity;
  return html`<time datetime=${since} data-waiting=${status === "found" ? `found ${queue}` : queue} data-target=${target}></time>`;
}

/**
 * Render the first look at a sighting that is not assessed yet: person and time.
 * @param {State} state
 * @param {BoardView} view
 */
export function lookedAt(state, view) {
  const look = state.looked_at;
  if (!look || queueOf(state) !== "judge") return nothing;
  return html`<span class="looked-at"><span .textContent=${t("looked at by {name}, {at}", { name: accountName(view.session, look.by), at: formatShortMoment(look.at) })}></span></span>`;
}
