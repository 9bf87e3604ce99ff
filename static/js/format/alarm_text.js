/* Texts of alarms: what each is about, and whom it asks. */

import { p, t } from "../core/i18n.js";
import { standardText } from "../core/standard_texts.js";
import { formatShortDuration, MINUTE_MS, waited } from "../core/time.js";
import { formatShortMoment } from "./time_elements.js";
import { cardName, kindName, withNumber } from "./values.js";

/** By the key of a rule. An installation may have rules of its own: those are named by what they are about. */
/** @type {Record<string, () => string>} */
const RULES = {
  urgent_sighting: () => t("Urgent sighting"),
  credible_sighting: () => t("Credible sighting"),
  worrying_search: () => t("Worrying disappearance?"),
  overdue_task: () => t("Urgent task overdue"),
  handover_waiting: () => t("Handover not accepted"),
  please_answer: () => t("Answer needed"),
  take_down_overdue: () => t("Take-down overdue"),
};

/** @type {Record<string, (number: number) => string>} */
const NUMBERED = {
  urgent_sighting: (number) => t("Urgent sighting {number}", { number }),
  credible_sighting: (number) => t("Credible sighting {number}", { number }),
  overdue_task: (number) => t("Urgent task {number} overdue", { number }),
  handover_waiting: (number) => t("Handover {number} not accepted", { number }),
};

const LAST_LEVEL = 3;
const SEEN = new Set(["sighting", "tip"]); // kinds with the time at which a child was seen

/**
 * Return how far an alarm has gone, 1 to 3: the people it began with, the next, and all later ones.
 * @param {{ step: number }} alarm
 */
export const levelOf = ({ step }) => Math.min(LAST_LEVEL, step + 1);

/**
 * "Urgent sighting"
 * @param {{ rule: string, about: { kind: Kind } }} alarm
 * @returns {string}
 */
export const ruleName = ({ rule, about }) => (isUrgentTip({ rule, about }) ? t("Urgent tip") : Object.hasOwn(RULES, rule) ? RULES[rule]() : kindName(about.kind));

/** @param {{ rule: string, about: { kind: Kind } }} alarm */
const isUrgentTip = ({ rule, about }) => rule === "urgent_sighting" && about.kind === "tip";

/**
 * "Urgent sighting 4"
 * @param {{ rule: string, about: { kind: Kind, number: number | null } }} alarm
 */
export function namedAlarm(alarm) {
  const { rule, about: { number } } = alarm;
  if (number === null) return ruleName(alarm);
  if (isUrgentTip(alarm)) return withNumber(t("Urgent tip {number}", { number }));
  const name = NUMBERED[rule]?.(number);
  return name ? withNumber(name) : t("{what}: {card}", { what: ruleName(alarm), card: thing(alarm) });
}

// translators: names of alarms in one line of a phone, at most 24 letters
/** @type {Record<string, (number: number | null) => string>} */
const SHORT = {
  overdue_task: (number) => p("alarm, short", "Task {number} overdue", { number }),
  handover_waiting: (number) => p("alarm, short", "Handover {number} not accepted", { number }),
  worrying_search: () => p("alarm, short", "Worrying?"),
};

/**
 * "Task 4 overdue": the name for a line that has little room.
 * @param {{ rule: string, about: { kind: Kind, number: number | null } }} alarm
 */
export const shortAlarm = (alarm) => (alarm.about.number === null && alarm.rule !== "worrying_search" ? null : SHORT[alarm.rule]?.(alarm.about.number)) ?? namedAlarm(alarm);

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
 * "05:00": when a step comes, from when the alarm was raised.
 * @param {Alarm} alarm
 * @param {AlarmStep} step
 */
export const stepTime = ({ raised_at: raised }, { at }) => waited(raised, new Date(at));

/**
 * "7 s", "05:00 min": how long nobody had it. Without the unit it would read as a time of day.
 * @param {{ raised_at: string, taken_at: string | null }} alarm
 */
export function waitText({ raised_at: raised, taken_at: taken }) {
  const at = new Date(taken ?? raised), length = Math.max(0, Number(at) - Date.parse(raised));
  const time = waited(raised, at), parts = time.split(":").length;
  const text = length < MINUTE_MS ? formatShortDuration(length) : parts === 2 ? t("{time} min", { time }) : parts === 3 ? t("{time} h", { time }) : time;
  return text.replace(" ", "\u00a0");
}

/**
 * Return the URL of what an alarm is about.
 * @param {Alarm} alarm
 */
export function alarmUrl({ board, rule, about: { kind, id } }) {
  if (kind === "tip") return `/?tip=${id}`;
  if (board === "operations") return kind === "handover" || kind === "shift" ? "/handover" : "/";
  if (rule === "take_down_overdue") return `/searches/${board}?campaign`;
  return kind === "sighting" || kind === "task" ? `/searches/${board}/cards/${id}` : `/searches/${board}`;
}

/** Sentence of every notice that says that a page is not current. */
export const alarmsUnknown = () => t("This screen cannot tell if an urgent sighting is waiting.");
