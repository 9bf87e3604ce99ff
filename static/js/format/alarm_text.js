/* Texts of alarms: their subjects and recipients. */

import { n, t, t as translate } from "../core/i18n.js";
import { say } from "../core/rules/sentences.js";
import { isCard, kind, occasionOf } from "../core/rules/kinds.js";
import { standardText } from "../core/rules/standard_texts.js";
import { runningTime } from "../core/time.js";
import { seenWhen } from "./agreement.js";
import { formatShortMoment } from "./time_elements.js";
import { cardName, kindName, withNumber } from "./values.js";

const LAST_LEVEL = 3;

/**
 * Return the escalation level of an alarm, 1 to 3, by its step; always 3 after a promise has lapsed.
 * @param {{ step: number, lapsed_by?: AlarmTaker | null }} alarm
 */
export const levelOf = ({ step, lapsed_by: former }) => (former ? LAST_LEVEL : Math.min(LAST_LEVEL, step + 1));

/**
 * "Urgent sighting": named after its occasion, because each installation chooses the keys of its rules.
 * @param {NamedAlarm} alarm
 * @returns {string}
 */
export const ruleName = (alarm) => translate(occasionOf(alarm).name ?? "") || kindName(alarm.about.kind);

/**
 * Return the number of an alarm's subject. A note has none: its alarm has the number of the card of the note.
 * @param {{ about: { kind: string, number: number | null } }} alarm
 */
const numberOf = ({ about: { kind: name, number } }) => (name === "note" ? null : number);

/**
 * "Urgent sighting 4"
 * @param {NamedAlarm} alarm
 */
export function namedAlarm(alarm) {
  const number = numberOf(alarm), { numbered } = occasionOf(alarm);
  if (number === null) return ruleName(alarm);
  return numbered ? withNumber(translate(numbered, { number })) : say("what_card", { what: ruleName(alarm), card: subjectName(alarm) });
}

/**
 * "Task 4 overdue": a short name for narrow lines.
 * @param {NamedAlarm} alarm
 */
export function shortAlarm(alarm) {
  const { about: { number } } = alarm, { short } = occasionOf(alarm);
  return short && (number !== null || !short.includes("{number}")) ? translate(short, { number }) : namedAlarm(alarm);
}

/**
 * "Mila B., 6", or the subject of an alarm that is not about a child.
 * @param {NamedAlarm & { child: string | null }} alarm
 */
export const whoseAlarm = (alarm) => alarm.child ?? subjectName(alarm);

/** @param {{ about: { kind: Kind, number: number | null } }} alarm */
const subjectName = (alarm) => cardName({ kind: alarm.about.kind, state: { number: numberOf(alarm) } });

/**
 * "seen 09:12, Drongen: girl with a man": the known details.
 * @param {Alarm} alarm
 */
export function alarmDetail(alarm) {
  const { about, place, seen_at: seenAtTime, count } = alarm, title = standardText(alarm.title);
  if (count) return n("{count} sighting", "{count} sightings", count);
  const seenAt = !kind(about.kind).fields.seen_at ? null : seenAtTime ? seenWhen(formatShortMoment(seenAtTime), alarm.sex) : t("time unknown");
  const subjectText = [seenAt, place].filter(Boolean).join(", ") || (alarm.child && numberOf(alarm) !== null ? subjectName(alarm) : "");
  return subjectText && title ? t("{where}: {title}", { where: subjectText, title }) : subjectText || title || "";
}

/**
 * Return the recipients of a step: "all on duty", "Bob Claes, in charge".
 * @param {Pick<AlarmStep, "ask" | "name" | "everyone">} step
 */
export function askedName({ ask, name, everyone }) {
  switch (ask) {
    case "desk": case "desk_all": return everyone ? say("all_users") : say("all_on_duty");
    case "coordinators": case "coordinators_all": return everyone ? t("all coordinators") : t("all coordinators on duty");
    case "lead": return name ? t("{name}, in charge", { name }) : t("in charge");
    case "holder": return name ? t("Shift: {name}", { name }) : t("in charge of the shift");
    default: return name ?? t("the person it concerns");
  }
}

/**
 * "after 5 min": time from the alarm to a step.
 * @param {Alarm} alarm
 * @param {AlarmStep} step
 */
export const stepTime = ({ raised_at: raised }, { at }) => t("after {length}", { length: runningTime(raised, new Date(at)) });

/**
 * "7 s", "5 min": time for which nobody had the alarm before it was taken.
 * @param {{ raised_at: string, taken_at: string | null }} alarm
 * @param {string | null} [reopened] when it was reopened
 */
export const waitText = ({ raised_at: raised, taken_at: taken }, reopened) => runningTime(reopened ?? raised, new Date(taken ?? reopened ?? raised)).replaceAll(" ", "\u00a0");

/**
 * Return the URL of an alarm's subject.
 * @param {Alarm} alarm
 */
export function alarmUrl(alarm) {
  const { board, about: { kind: name, id } } = alarm, { page = isCard(name) ? "/searches/{board}/cards/{id}" : "/searches/{board}" } = occasionOf(alarm);
  return board === "operations" && page.includes("{board}") ? "/" : page.replace("{board}", board).replace("{id}", id);
}

/**
 * Return the sentence about urgent alarms that nobody has, and that ask only others.
 * @param {number} count
 */
export const othersText = (count) => n("{count} urgent sighting is waiting: others are asked", "{count} urgent sightings are waiting: others are asked", count);

/** Sentence for notices that a page is not current. */
export const alarmsUnknown = () => t("This screen cannot tell if an urgent sighting is waiting.");
