/** Importance of net changes: the changes that a returning person must read first, in order. All other changes are only counted. Pure. */

import { n, number } from "../../core/i18n.js";
import { isCard, pluralName } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { isAssured, isSettled } from "../../core/rules/conditions.js";

/** @typedef {{ kind: string, change: string, fields: FieldChange[] }} Change */

/** @param {Change} change @param {RegExp} path */
const changesPath = ({ fields }, path) => fields.some((field) => path.test(field.path));

/** @param {Change} change @param {string} path */
const valuesOf = ({ fields }, path) => fields.filter((field) => field.path === path).flatMap(({ from, to }) => [from, to]);

/** @param {Change} change */
const becameUrgent = ({ fields }) => fields.some(({ path, to }) => path === "priority" && to === "urgent");

/**
 * Rules, the most important first.
 * @type {[string, (change: Change, state: AnyState) => boolean][]}
 */
const RULES = [
  ["found", (change) => change.kind === "search" && change.change === "changed" && changesPath(change, /^(status$|outcome\.)/)],
  ["opened", ({ kind, change }) => kind === "search" && change === "added"],
  ["credible", (change) => change.kind === "sighting" && valuesOf(change, "assessment").some(isAssured)],
  ["urgent", (change, state) => change.kind !== "task" && becameUrgent(change) && !isSettled(state.assessment)],
  ["urgent", (change) => change.kind === "task" && becameUrgent(change)],
  ["appeal", (change) => change.kind === "search" && changesPath(change, /^appeal\./)],
  ["decision", (change, state) => (change.kind === "search" ? changesPath(change, /^worrying$/) : change.kind === "note" && change.change === "added" && state.category === "decision")],
  ["handed_over", (change, state) => change.kind === "alarm" && changesPath(change, /^handover$/) && Boolean(state.handover)],
];

/**
 * Return the index of the first rule that a change meets, or -1 for one that is only counted.
 * @param {Change} change
 * @param {AnyState} state present state, or the last one of a removed entity
 */
const rankOf = (change, state) => (change.change === "removed" ? -1 : RULES.findIndex(([, meets]) => meets(change, state)));

/**
 * Return the name of the first rule that a change meets, or null for one that is only counted.
 * @param {Change} change
 * @param {AnyState} state
 */
export const importanceOf = (change, state) => RULES[rankOf(change, state)]?.[0] ?? null;

/**
 * Split changes into important ones, the most important first, and the rest.
 * @template {Change} T
 * @param {T[]} changes
 * @param {(change: T) => AnyState} stateOf
 * @returns {{ important: (T & { importance: string })[], rest: T[] }}
 */
export function byImportance(changes, stateOf) {
  const all = changes.map((change) => ({ ...change, rank: rankOf(change, stateOf(change)) })), isImportant = (/** @type {{ rank: number }} */ { rank }) => rank >= 0;
  const important = all.filter(isImportant).sort((a, b) => a.rank - b.rank);
  return { important: important.map((change) => ({ ...change, importance: RULES[change.rank][0] })), rest: all.filter((change) => !isImportant(change)) };
}

/** @type {Record<string, (count: number) => string>} */
const COUNT_TEXTS = {
  search: (count) => n("{count} search", "{count} searches", count),
  sighting: (count) => n("{count} sighting", "{count} sightings", count),
  task: (count) => n("{count} task", "{count} tasks", count),
  note: (count) => n("{count} note", "{count} notes", count),
  file: (count) => n("{count} file", "{count} files", count),
  tip: (count) => n("{count} tip", "{count} tips", count),
  alarm: (count) => n("{count} alarm", "{count} alarms", count),
  column: (count) => n("{count} column", "{count} columns", count),
};

/**
 * Return the number of changes of each kind: ["2 sightings", "1 task"].
 * @param {{ kind: string }[]} changes
 */
export function countsOf(changes) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { kind } of changes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => COUNT_TEXTS[kind]?.(count) ?? (isCard(kind) ? `${number(count)} ${pluralName(kind)}` : label.noun(kind)));
}
