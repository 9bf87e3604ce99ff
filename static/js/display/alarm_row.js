/* Open alarm in the reserved row of a display, and who has the alarm of a search. A display knows only its kind and its time. Visitors
   see no alarm about a child without a public appeal. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { n, t, t as translate } from "../core/i18n.js";
import { waitsSince } from "../core/rules/alarms.js";
import { untakenText } from "../core/rules/has_anybody.js";
import { occasionOf } from "../core/rules/kinds.js";
import { say } from "../core/rules/sentences.js";
import { clock, runningTime } from "../core/time.js";

/**
 * Return the texts of an alarm's occasion.
 * @param {WallAlarm} alarm
 */
function textsOf(alarm) {
  const { wall } = occasionOf(alarm), fallback = t("alarm");
  if (!wall) return { mark: t("ALARM"), row: fallback, tile: fallback, short: fallback };
  return { mark: translate(wall.mark), row: translate(wall.row), tile: translate(wall.tile), short: translate(wall.short) };
}

/**
 * "urgent sighting: nobody has it". An alarm can be open although its card is assigned.
 * @param {string} what @param {WallAlarm} alarm @param {string} [ownerText]
 */
const withOwner = (what, alarm, ownerText = owner(alarm)) => (what ? t("{what}: {who}", { what, who: ownerText }) : ownerText);

/** @param {WallAlarm} alarm */
const owner = ({ assigned, lapsed_at: lapsed }) => untakenText(assigned, Boolean(lapsed));

/**
 * Return a shorter text of an alarm's owner, for a narrow tile.
 * @param {WallAlarm} alarm
 */
const shortOwner = ({ assigned, lapsed_at: lapsed }) => untakenText(assigned, !assigned || Boolean(lapsed));

/**
 * Return true if a screen may show red about an open search.
 * @param {string | undefined} profile
 * @param {State} search
 */
export const mayAlarm = (profile, { appeal }) => profile !== "room" || Boolean(appeal.level);

/**
 * Return the open alarms of searches that this screen may show in red, first the one that nobody has had for longest.
 * @param {Board[]} boards
 * @param {Map<string, State>} searches states by id
 * @param {string | undefined} profile
 * @returns {DisplayAlarm[]}
 */
export function displayAlarms(boards, searches, profile) {
  /** @type {Map<string, DisplayAlarm>} */
  const alarms = new Map();
  for (const board of boards) {
    for (const [search, { alarm }] of board.summaries) {
      const state = searches.get(search);
      if (!alarm || state?.status !== "open" || !mayAlarm(profile, state)) continue;
      alarms.set(search, { search, person: state.person, alarm });
    }
  }
  return [...alarms.values()].sort((first, second) => (waitsSince(first.alarm) < waitsSince(second.alarm) ? -1 : 1));
}

/**
 * Draw first name and age: a long name ends in an ellipsis, but the age stays.
 * @param {State} person
 */
function personTemplate({ first_name: name, age }) {
  const isKnown = age !== null && age !== undefined;
  return html`<b class="alarm-name"><bdi>${name}</bdi>${isKnown ? "," : nothing}</b> ${isKnown ? html`<b class="alarm-age">${age}</b>` : nothing}`;
}

/** @param {DisplayAlarm[]} alarms in order @param {Date | null} now */
export function alarmRow([{ search, person, alarm }, ...others], now) {
  const texts = textsOf(alarm), more = others.length ? html`<span class="alarm-others">${n("+ {count} more", "+ {count} more", others.length)}</span>` : nothing, since = waitsSince(alarm);
  return html`<div class="alarm-row" data-fit-axis="width" data-alarm-of=${search} data-testid="alarm"><b class="alarm-mark">${texts.mark}</b>
    <span class="alarm-lines"><span class="alarm-line"><span class="alarm-child">${personTemplate(person)}</span> ${more}
        <time class="alarm-time" datetime=${since}>${runningTime(since, now ?? undefined)}</time></span>
      <span class="alarm-line"><span class="alarm-text">${withOwner(texts.row, alarm)}</span></span></span></div>`;
}

/**
 * Return the alarm and the promise of a search that this screen may show.
 * @param {string | undefined} profile
 * @param {State} search
 * @param {Summary | undefined} summary
 * @returns {Custody}
 */
export function custodyOf(profile, search, summary) {
  if (!summary || !mayAlarm(profile, search)) return { alarm: null, promise: null };
  return { alarm: summary.alarm, promise: /** @type {WallPromise | null} */ (/** @type {unknown} */ (summary.promise)) };
}

/**
 * Draw that nobody has the alarm of a search, or who has it, and until when.
 * @param {Custody} custody
 */
export const custodyText = ({ alarm, promise }) => (alarm ? openAlarm(alarm) : promise ? promised(promise) : nothing);

/**
 * Draw who has an alarm, with fewer words if necessary.
 * @param {WallPromise} promise
 */
function promised({ name, until }) {
  const values = { name, time: clock(until) };
  return html`<span class="count promised"><span class="long">${say("has_it_until", values)}</span><span class="short">${t("{name}, until {time}", values)}</span></span>`;
}

/**
 * Draw an open alarm, with fewer words if necessary.
 * @param {WallAlarm} alarm
 */
function openAlarm(alarm) {
  const { tile, short } = textsOf(alarm);
  return html`<span class="count over alarmed"><span class="long">${withOwner(tile, alarm)}</span><span class="short">${withOwner(short, alarm, shortOwner(alarm))}</span><span class="least">${shortOwner(alarm)}</span></span>`;
}
