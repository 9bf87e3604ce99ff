/* Texts of alarms: what each is about, and whom it asks. */

import { t, t as translate } from "../core/i18n.js";
import { isCard, kind, occasionOf } from "../core/rules/kinds.js";
import { standardText } from "../core/rules/standard_texts.js";
import { runningTime } from "../core/time.js";
import { formatShortMoment } from "./time_elements.js";
import { cardName, kindName, withNumber } from "./values.js";

const LAST_LEVEL = 3;

/**
 * Return how far an alarm has gone, 1 to 3: the people it began with, the next, and all later ones.
 * @param {{ step: number }} alarm
 */
export const levelOf = ({ step }) => Math.min(LAST_LEVEL, step + 1);

/**
 * "Urgent sighting", by what raised it: the key of a rule is an installation's own.
 * @param {NamedAlarm} alarm
 * @returns {string}
 */
export const ruleName = (alarm) => translate(occasionOf(alarm).name ?? "") || kindName(alarm.about.kind);

/**
 * "Urgent sighting 4"
 * @param {NamedAlarm} alarm
 */
export function namedAlarm(alarm) {
  const { about: { number } } = alarm, { numbered } = occasionOf(alarm);
  if (number === null) return ruleName(alarm);
  return numbered ? withNumber(translate(numbered, { number })) : t("{what}: {card}", { what: ruleName(alarm), card: thing(alarm) });
}

/**
 * "Task 4 overdue": the name for a line that has little room.
 * @param {NamedAlarm} alarm
 */
export function shortAlarm(alarm) {
  const { about: { number } } = alarm, { short } = occasionOf(alarm);
  return short && (number !== null || !short.includes("{number}")) ? translate(short, { number }) : namedAlarm(alarm);
}

/**
 * "Mila B., 6", or what it is about where it is about no child.
 * @param {Alarm} alarm
 */
export const whoseAlarm = (alarm) => alarm.child ?? thing(alarm);

/** @param {{ about: { kind: Kind, number: number | null } }} alarm */
const thing = ({ about: { kind, number } }) => cardName({ kind, state: { number } });

/**
 * "seen 09:12, Drongen: girl with a man": what is known of it.
 * @param {Alarm} alarm
 */
export function alarmDetail(alarm) {
  const { about, place, seen_at: seen } = alarm, title = standardText(alarm.title);
  const seenAt = !kind(about.kind).fields.seen_at ? null : seen ? t("seen {at}", { at: formatShortMoment(seen) }) : t("time unknown");
  const where = [seenAt, place].filter(Boolean).join(", ") || (alarm.child && about.number !== null ? thing(alarm) : "");
  return where && title ? t("{where}: {title}", { where, title }) : where || title || "";
}

/**
 * Return whom a step asks: "all users", "Bob Claes, in charge".
 * @param {Pick<AlarmStep, "ask" | "name">} step
 */
export function askedName({ ask, name }) {
  switch (ask) {
    case "desk": return t("all users");
    case "coordinators": return t("all coordinators");
    case "lead": return name ? t("{name}, in charge", { name }) : t("in charge");
    case "holder": return name ? t("Shift: {name}", { name }) : t("in charge of the shift");
    default: return name ?? t("the person it concerns");
  }
}

/**
 * "after 5 min": when a step comes, from when the alarm was raised.
 * @param {Alarm} alarm
 * @param {AlarmStep} step
 */
export const stepTime = ({ raised_at: raised }, { at }) => t("after {length}", { length: runningTime(raised, new Date(at)) });

/**
 * "7 s", "5 min": how long nobody had it.
 * @param {{ raised_at: string, taken_at: string | null }} alarm
 */
export const waitText = ({ raised_at: raised, taken_at: taken }) => runningTime(raised, new Date(taken ?? raised)).replaceAll(" ", "\u00a0");

/**
 * Return the URL of what an alarm is about.
 * @param {Alarm} alarm
 */
export function alarmUrl(alarm) {
  const { board, about: { kind: name, id } } = alarm, { page = isCard(name) ? "/searches/{board}/cards/{id}" : "/searches/{board}" } = occasionOf(alarm);
  return board === "operations" && page.includes("{board}") ? "/" : page.replace("{board}", board).replace("{id}", id);
}

/** Sentence of every notice that says that a page is not current. */
export const alarmsUnknown = () => t("This screen cannot tell if an urgent sighting is waiting.");
