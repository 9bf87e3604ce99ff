/* Alarms in the quick menu: only on request, one entry per alarm. */

import { p, t } from "../../core/i18n.js";
import { matchesAll, searchableText } from "../../core/rules/text_filter.js";
import { alarmUrl, namedAlarm, whoseAlarm } from "../../format/alarm_text.js";
import { synonyms } from "../palette/synonyms.js";

const MIN_REQUEST = 3; // characters: shorter texts also begin names

/**
 * Return the entries for typed words that begin an action's name, such as "have it", "hand on" or "alarm".
 * @param {Alarm[]} alarms untaken ones
 * @param {string[]} words
 * @param {{ take: (alarm: Alarm) => void, handOn: (alarm: Alarm) => void }} act
 * @returns {PageCommand[]}
 */
export const alarmCommands = (alarms, words, act) => alarms.flatMap((alarm) => entriesOf(alarm, act).filter((entry) => isRequested(entry, words)).slice(0, 1));

/**
 * @param {Alarm} alarm
 * @param {{ take: (alarm: Alarm) => void, handOn: (alarm: Alarm) => void }} act
 * @returns {(PageCommand & { verb: string })[]}
 */
function entriesOf(alarm, { take, handOn }) {
  const alarmName = `${namedAlarm(alarm)}, ${whoseAlarm(alarm)}`;
  return [
    { id: "open-alarm", verb: p("go to the card", "Open"), title: t("Open: {what}", { what: alarmName }), run: () => location.assign(alarmUrl(alarm)) },
    { id: "hand-on-alarm", verb: t("Hand on"), title: t("Hand on: {what}", { what: alarmName }), run: () => handOn(alarm) },
    { id: "take-alarm", verb: t("I have it"), title: t("I have it: {what}", { what: alarmName }), run: () => take(alarm) },
  ];
}

/** @param {PageCommand & { verb: string }} entry @param {string[]} words */
function isRequested({ id, verb, title }, words) {
  const requestText = ` ${searchableText([verb, synonyms(id)])}`;
  return matchesAll(words, searchableText([title, synonyms(id)])) && words.some((word) => word.length >= MIN_REQUEST && requestText.includes(` ${word}`));
}
