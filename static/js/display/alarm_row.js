/* Alarm that nobody has, in the row of a display that is kept for it. A display knows which kind of alarm it is and since when, and no
   more. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { n, t } from "../core/i18n.js";
import { waited } from "../core/time.js";

// translators: on wall displays, at most 14 letters
/** @type {Record<string, () => string>} */
const WORDS = {
  urgent_sighting: () => t("URGENT"),
  credible_sighting: () => t("CREDIBLE"),
  worrying_search: () => t("WORRYING?"),
  overdue_task: () => t("OVERDUE"),
};
const IS_UPRIGHT = matchMedia("(orientation: portrait)"); // has room for few words: the mark says what it is

/** @type {Record<string, () => string>} */
const SENTENCES = {
  urgent_sighting: () => t("sighting: nobody has it"),
  credible_sighting: () => t("sighting: nobody has it"),
  overdue_task: () => t("task: nobody has it"),
};

/**
 * Return the alarms that nobody has, of open searches that are shown, the oldest first.
 * @param {Board[]} boards
 * @param {Map<string, State>} searches states by id
 * @returns {DisplayAlarm[]}
 */
export function displayAlarms(boards, searches) {
  /** @type {Map<string, DisplayAlarm>} */
  const found = new Map();
  for (const board of boards) {
    for (const [search, { alarm }] of board.summaries) {
      const state = searches.get(search);
      if (alarm && state?.status === "open") found.set(search, { search, person: state.person, rule: alarm.rule, raisedAt: alarm.raised_at });
    }
  }
  return [...found.values()].sort((one, other) => (one.raisedAt < other.raisedAt ? -1 : 1));
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
export function alarmRow([{ search, person, rule, raisedAt }, ...others], now) {
  return html`<div class="alarm-row" data-alarm-of=${search} data-testid="alarm">
    <b class="alarm-mark">${WORDS[rule]?.() ?? t("ALARM")}</b>${named(person)}
    <span class="alarm-text">${(IS_UPRIGHT.matches ? null : SENTENCES[rule]?.()) ?? t("nobody has it")}</span>
    ${others.length && !IS_UPRIGHT.matches ? html`<span class="alarm-others">· ${n("{count} more", "{count} more", others.length)}</span>` : nothing}
    <time class="alarm-time">${waited(raisedAt, now ?? undefined)}</time></div>`;
}
