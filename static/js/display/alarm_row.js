/* Alarm that nobody has, in the row of a display that is kept for it, and on the tile of its search. A display knows which kind of
   alarm it is and since when, and no more. Visitors see none about a child without a public appeal. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { hasAnybody } from "../core/rules/has_anybody.js";
import { n, p, t } from "../core/i18n.js";
import { runningTime } from "../core/time.js";

/**
 * Texts of an alarm: its mark, and what nobody has: beside the mark ("" if that says it), on a tile, and there in short.
 * @typedef {{ mark: () => string, row: () => string, tile: () => string, short: () => string }} AlarmTexts
 */

// translators: of alarms on wall displays: the marks in capitals have at most 14 letters
/** @type {Record<string, AlarmTexts>} */
const TEXTS = {
  sighting_urgent: { mark: () => t("URGENT"), row: () => t("sighting"), tile: () => t("urgent sighting"), short: () => p("alarm on a wall", "urgent") },
  sighting_credible: { mark: () => t("CREDIBLE"), row: () => t("sighting"), tile: () => t("credible sighting"), short: () => p("alarm on a wall", "credible") },
  worrying_search: {
    mark: () => t("WORRYING?"), row: () => "", tile: () => t("worrying or not"), short: () => t("worrying or not"),
  },
  task_overdue: { mark: () => t("OVERDUE"), row: () => t("task"), tile: () => t("overdue task"), short: () => p("alarm on a wall", "overdue") },
};
/** @type {AlarmTexts} */
const OTHER = { mark: () => t("ALARM"), row: () => t("alarm"), tile: () => t("alarm"), short: () => t("alarm") };
/** @type {Record<string, string>} */
const OCCASIONS = { urgent_sighting: "sighting_urgent", credible_sighting: "sighting_credible", worrying_search: "worrying_search", overdue_task: "task_overdue" }; // of rules, for alarms without an occasion

/** @param {WallAlarm} alarm */
const textsOf = ({ rule, occasion }) => TEXTS[occasion ?? OCCASIONS[rule]] ?? OTHER;

/**
 * "urgent sighting: nobody has it yet". An alarm can be open although its card is assigned.
 * @param {string} what @param {WallAlarm} alarm @param {string} [who]
 */
const ownedBy = (what, alarm, who = owner(alarm)) => (what ? t("{what}: {who}", { what, who }) : who);

/** @param {WallAlarm} alarm */
const owner = ({ assigned }) => hasAnybody(assigned);

/**
 * Say the same in fewer words, for a tile without room.
 * @param {WallAlarm} alarm
 */
const shortOwner = (alarm) => (alarm.assigned ? owner(alarm) : t("nobody has it"));

/**
 * Return whether a screen may show red about an open search.
 * @param {string | undefined} profile
 * @param {State} search
 */
export const mayAlarm = (profile, { appeal }) => profile !== "room" || Boolean(appeal.level);

/**
 * Return the alarms that nobody has, of open searches that this screen may name in red, the oldest first.
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
  return [...alarms.values()].sort((one, other) => (one.alarm.raised_at < other.alarm.raised_at ? -1 : 1));
}

/**
 * Draw first name and age: a name that has no room ends in an ellipsis, and the age does not.
 * @param {State} person
 */
function named({ first_name: name, age }) {
  const isKnown = age !== null && age !== undefined;
  return html`<b class="alarm-name"><bdi>${name}</bdi>${isKnown ? "," : nothing}</b> ${isKnown ? html`<b class="alarm-age">${age}</b>` : nothing}`;
}

/** @param {DisplayAlarm[]} alarms the oldest first @param {Date | null} now */
export function alarmRow([{ search, person, alarm }, ...others], now) {
  const texts = textsOf(alarm), more = others.length ? html`<span class="alarm-others">${n("+ {count} more", "+ {count} more", others.length)}</span>` : nothing;
  return html`<div class="alarm-row" data-fit-axis="width" data-alarm-of=${search} data-testid="alarm"><b class="alarm-mark">${texts.mark()}</b>
    <span class="alarm-lines"><span class="alarm-line"><span class="alarm-child">${named(person)}</span> ${more}
        <time class="alarm-time">${runningTime(alarm.raised_at, now ?? undefined)}</time></span>
      <span class="alarm-line"><span class="alarm-text">${ownedBy(texts.row(), alarm)}</span></span></span></div>`;
}

/**
 * Draw what nobody has, on the tile of its search; where there is no room, in fewer words.
 * @param {WallAlarm} alarm
 */
export function alarmOnTile(alarm) {
  const { tile, short } = textsOf(alarm);
  return html`<span class="count over alarmed"><span class="long">${ownedBy(tile(), alarm)}</span><span class="short">${ownedBy(short(), alarm, shortOwner(alarm))}</span><span class="least">${shortOwner(alarm)}</span></span>`;
}
