/** Section of open alarms in a handover: who has each, until when, and where it goes with the shift. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { t } from "../../core/i18n.js";
import { waitsSince } from "../../core/rules/alarms.js";
import { say, sayCount } from "../../core/rules/sentences.js";
import { standardText } from "../../core/rules/standard_texts.js";
import { alarmUrl, namedAlarm } from "../../format/alarm_text.js";
import { shortPersonName } from "../../format/search_list.js";
import { formatMoment, formatUntil } from "../../format/time_elements.js";
import { initials } from "../../shared/avatars.js";
import { alarmCounts, isToDecide, moves, withAlarms } from "./moving_alarms.js";
import { isSigned, whoHasAlarm } from "./report_statements.js";

const MAX_ROWS = 100; // rows in the list; the counts include all alarms
const KEEP = "keep";

/** @param {HandoverView} view */
export function openNow(view) {
  if (!view.report.whole || (view.stage === "none" && !view.isFixed)) return nothing;
  const { held, assigned, open, moving } = alarmCounts(view), rows = rowsOf(view), more = held + assigned + open - rows.length;
  const free = isSigned(view) ? sayCount("nobody_had", open) : sayCount("nobody_has", open), taken = isSigned(view) ? sayCount("somebody_had", held) : sayCount("somebody_has", held);
  const counts = [open && free, assigned && sayCount("assigned_only", assigned), held && taken, moving && sayCount("passing_on", moving)].filter(Boolean);
  return html`<section class="handover-section open-now" id="open-now" aria-labelledby="open-now-title" data-testid="open-now" data-signed=${isSigned(view) ? "" : nothing} tabindex="-1">
    <header><h2 id="open-now-title">${openTitle(view)}</h2><span class="hint" data-testid="alarm-counts">${counts.join(" · ") || (isSigned(view) ? say("nothing_was_open") : say("nothing_open"))}</span></header>
    ${rows.length ? html`<ul role="list">${repeat(rows, ({ alarm }) => alarm.id, ({ alarm, section }) => row(alarm, section, view))}</ul>` : nothing}
    ${more > 0 ? html`<p class="hint">${sayCount("more", more)}</p>` : nothing}
  </section>`;
}

/** Return "Open alarms" or, for a signed report, when they were open. @param {HandoverView} view */
export const openTitle = (view) => (isSigned(view) ? say("open_at_signing", { at: formatMoment(view.report.whole.composed_at) }) : say("open_now"));

/**
 * Return all alarms with their sections, in the order of a report: first those that nobody has, then those that are only assigned, then
 * those that pass on, then all other alarms by the end of their promise.
 * @param {HandoverView} view
 */
function rowsOf(view) {
  const rows = withAlarms(view).flatMap((section) => (section.alarms?.listed ?? []).map((/** @type {any} */ alarm) => ({ alarm, section })));
  const order = (/** @type {any} */ { alarm }) => `${Number(alarm.taken_by !== null)}${Number(isOnlyAssigned(alarm))}${Number(!alarm.moves)}${alarm.taken_by ? alarm.until : waitsSince(alarm)}`;
  return rows.sort((/** @type {any} */ one, /** @type {any} */ other) => (order(one) < order(other) ? -1 : 1)).slice(0, MAX_ROWS);
}

/** @param {any} alarm */
const isOnlyAssigned = ({ taken_by: taker, lapsed_by: former, assignee }) => !taker && !former && Boolean(assignee);

/** @param {any} reported @param {any} section @param {HandoverView} view */
function row(reported, section, view) {
  const alarm = { ...reported, board: section.board };
  return html`<li data-alarm=${alarm.id}>
    <a class="what" href=${alarmUrl(alarm)}><b>${section.search ? html`<bdi>${shortPersonName(section.search.person)}</bdi> · ` : nothing}${namedAlarm(alarm)}</b>
      <span class="quiet">${since(alarm)}${alarm.title ? html` · <bdi>${standardText(alarm.title)}</bdi>` : nothing}</span></a>
    <span class="owner ${alarm.taken_by ? "" : "text-alert"}" data-testid="owner">${alarm.taken_by ? html`<i class="square" aria-hidden="true" .textContent=${initials(view.nameOf(alarm.taken_by))}></i>` : nothing}<span>${whoHasAlarm(alarm, view)}</span></span>
    <span class="goes" data-testid="goes">${view.handover && alarm.taken_by === view.handover.outgoing ? goes(alarm, section, view) : nothing}</span></li>`;
}

/** "open since 09:22"; "overdue since 08:52" for an overdue task, whose alarm can be later. @param {any} alarm */
const since = ({ raised_at: raised, due, promises }) => [due ? say("overdue_since", { time: formatMoment(due) }) : say("open_since", { time: formatMoment(raised) }), promises > 1 && sayCount("extended", promises - 1)].filter(Boolean).join(", ");

/** @param {any} alarm @param {any} section @param {HandoverView} view */
function goes(alarm, section, view) {
  const isMoving = moves(alarm, section, view), keeps = say("keeps_it_until", { name: view.nameOf(alarm.taken_by), time: formatUntil(alarm.until ?? "") });
  const passes = html`<b>${successor(section, view)}</b>`;
  if (!isToDecide(alarm, section, view)) return isMoving ? passes : keeps;
  const choose = (/** @type {ControlEvent} */ { target: { value } }) => view.act.keepAlarm(section, alarm.id, value === KEEP);
  return html`<select class="on-screen" data-act="keep-alarm" aria-label=${t("After the handover: {what}", { what: namedAlarm(alarm) })} ?disabled=${view.isSending(section.board, "write")} @change=${choose}>
      <option value="" ?selected=${isMoving}>${successor(section, view)}</option><option value=${KEEP} ?selected=${!isMoving}>${keeps}</option></select>
    <span class="on-paper">${isMoving ? passes : keeps}</span>`;
}

/**
 * "→ Nadia Peeters": the account that gets the alarms of a search.
 * @param {any} section
 * @param {HandoverView} view
 */
function successor({ outside, board, briefing }, view) {
  const { status, incoming, ended_by: acceptedBy } = view.handover, keeper = outside ? (view.mayWrite ? view.written(board) : briefing)?.keeper : null;
  const account = keeper ?? (status === "accepted" ? acceptedBy : incoming);
  return account ? say("passes_to", { name: view.nameOf(account) }) : say("passes_on");
}
