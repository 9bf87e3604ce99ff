/* Texts and URLs of the cards, tips and alarms that a person has. */

import { enumeration, t } from "../core/i18n.js";
import { label } from "../core/labels.js";
import { ownAlarm } from "../core/rules/own_work.js";
import { standardText } from "../core/rules/standard_texts.js";
import { alarmDetail, alarmUrl, namedAlarm } from "./alarm_text.js";
import { whoHasCard } from "./ownership.js";
import { seenWhen } from "./agreement.js";
import { formatShortMoment } from "./time_elements.js";
import { cardName } from "./values.js";

/**
 * URL at which an entry opens, by its kind. A tip has no search: it opens on the page of all searches. A wake opens in a dialog.
 * @type {Record<string, (entry: { board: string | null, id: string }) => string>}
 */
const PATHS = { tip: ({ id }) => `/?tip=${id}`, report: ({ id }) => `/?report=${id}`, wake: ({ board }) => `/searches/${board}?look-again` };

/**
 * Return true if people can assign an entry. A wake is for the person in charge.
 * @param {{ kind: Kind }} entry
 */
export const isAssignable = ({ kind }) => kind !== "wake";

/** @param {{ kind: Kind, number: number | null }} entry */
export const entryName = ({ kind, number }) => (kind === "wake" ? label.noun(kind) : cardName({ kind, state: { number } }));

/**
 * "Emma B., 11 and Finn B., 6": the child of an entry; both children for a sighting of both.
 * @param {Pick<UnansweredEntry, "child" | "of_both">} entry
 */
export const childrenOf = ({ child, of_both: both }) => (child && both ? enumeration([child, both.child]) : child);

/** @param {{ kind: Kind, board: string | null, id: string }} entry */
export const entryUrl = (entry) => PATHS[entry.kind]?.(entry) ?? `/searches/${entry.board}/cards/${entry.id}`;

/** @param {WorkItem} item @param {string} me */
export function workUrl(item, me) {
  const alarm = ownAlarm(item, me);
  return alarm ? alarmUrl(alarm) : entryUrl(item);
}

/**
 * "Urgent sighting 4", "Task 5"
 * @param {WorkItem} item @param {string} me
 */
export function workName(item, me) {
  const alarm = ownAlarm(item, me);
  return alarm ? namedAlarm(alarm) : entryName(item);
}

/**
 * "Mila B., 6: Task 5"
 * @param {WorkItem} item @param {string} me
 */
export const workTitle = (item, me) => (item.child ? t("{where}: {title}", { where: item.child, title: workName(item, me) }) : workName(item, me));

/**
 * "seen 09:12, Drongen: girl with a man"
 * @param {WorkItem} item @param {string} me
 */
export function workDetail(item, me) {
  const alarm = ownAlarm(item, me);
  if (alarm) return alarmDetail(alarm);
  const seen = !item.queue ? null : item.seen_at ? seenWhen(formatShortMoment(item.seen_at), item.sex) : t("time unknown");
  const where = [seen, item.place].filter(Boolean).join(", "), title = standardText(item.title);
  return where && title ? t("{where}: {title}", { where, title }) : where || title || "";
}

/**
 * "You have it until 12:40 · to pass on": who has it, until when, and what is next.
 * @param {WorkItem} item @param {string} me
 */
export const custodyText = (item, me) => [whoHasCard(item, me), item.queue && label.queue(item.queue)].filter(Boolean).join("\u00a0· ");
