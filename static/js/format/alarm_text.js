/* Texts of alarms: what each is about, and whom it asks. */

import { p, t } from "../core/i18n.js";
import { isCard } from "../core/rules/kinds.js";
import { label } from "../core/labels.js";
import { standardText } from "../core/rules/standard_texts.js";
import { runningTime } from "../core/time.js";
import { formatShortMoment } from "./time_elements.js";
import { cardName, kindName, withNumber } from "./values.js";

/**
 * Occasions of the program's own rules, for alarms that were raised before alarms named theirs.
 * @type {Record<string, string>}
 */
const OF_RULES = {
  urgent_sighting: "sighting_urgent", credible_sighting: "sighting_credible", worrying_search: "worrying_search", overdue_task: "task_overdue",
  handover_waiting: "handover_waiting", please_answer: "mention", take_down_overdue: "take_down_overdue",
};

/**
 * By occasion and what it is about: an installation may have rules about other kinds of cards.
 * @type {Record<string, (number: number) => string>}
 */
const NUMBERED = {
  "sighting_urgent sighting": (number) => t("Urgent sighting {number}", { number }),
  "sighting_urgent tip": (number) => t("Urgent tip {number}", { number }),
  "sighting_credible sighting": (number) => t("Credible sighting {number}", { number }),
  "task_overdue task": (number) => t("Task {number}, urgent, overdue", { number }),
  "handover_waiting handover": (number) => t("Handover {number} not accepted", { number }),
};

const LAST_LEVEL = 3;
const SEEN = new Set(["sighting", "tip"]); // kinds with the time at which a child was seen

/**
 * Return how far an alarm has gone, 1 to 3: the people it began with, the next, and all later ones.
 * @param {{ step: number }} alarm
 */
export const levelOf = ({ step }) => Math.min(LAST_LEVEL, step + 1);

/**
 * Return what raised an alarm; null where that is not known.
 * @param {{ rule: string, occasion?: string | null }} alarm
 * @returns {string | null}
 */
const occasionOf = ({ rule, occasion }) => occasion ?? (Object.hasOwn(OF_RULES, rule) ? OF_RULES[rule] : null);

/**
 * "Urgent sighting", by what raised it: the key of a rule is an installation's own.
 * @param {NamedAlarm} alarm
 * @returns {string}
 */
export function ruleName(alarm) {
  const occasion = occasionOf(alarm), { kind } = alarm.about;
  if (occasion === "sighting_urgent" && kind === "tip") return t("Urgent tip");
  return (occasion && label.value("occasion", occasion, "alarm")) ?? kindName(kind);
}

/**
 * "Urgent sighting 4"
 * @param {NamedAlarm} alarm
 */
export function namedAlarm(alarm) {
  const { about: { kind, number } } = alarm;
  if (number === null) return ruleName(alarm);
  const name = NUMBERED[`${occasionOf(alarm)} ${kind}`]?.(number);
  return name ? withNumber(name) : t("{what}: {card}", { what: ruleName(alarm), card: thing(alarm) });
}

// translators: names of alarms in one line of a phone, at most 24 letters
/** @type {Record<string, (number: number | null) => string>} */
const SHORT = {
  "task_overdue task": (number) => p("alarm, short", "Task {number} overdue", { number }),
  "handover_waiting handover": (number) => p("alarm, short", "Handover {number} not accepted", { number }),
  "worrying_search search": () => p("alarm, short", "Worrying?"),
};

/**
 * "Task 4 overdue": the name for a line that has little room.
 * @param {NamedAlarm} alarm
 */
export function shortAlarm(alarm) {
  const { about: { kind, number } } = alarm;
  return (number === null && kind !== "search" ? null : SHORT[`${occasionOf(alarm)} ${kind}`]?.(number)) ?? namedAlarm(alarm);
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
  const seenAt = !SEEN.has(about.kind) ? null : seen ? t("seen {at}", { at: formatShortMoment(seen) }) : t("time unknown");
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
  const { board, about: { kind, id } } = alarm;
  if (kind === "tip") return `/?tip=${id}`;
  if (board === "operations") return kind === "handover" || kind === "shift" ? "/handover" : "/";
  if (isCard(kind)) return `/searches/${board}/cards/${id}`;
  return occasionOf(alarm) === "take_down_overdue" ? `/searches/${board}?campaign` : `/searches/${board}`;
}

/** Sentence of every notice that says that a page is not current. */
export const alarmsUnknown = () => t("This screen cannot tell if an urgent sighting is waiting.");
