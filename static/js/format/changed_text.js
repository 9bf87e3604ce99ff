/** Sentences of events that only changed fields: which, from what, and to what. Pure, except for the language. */
import { locale, nounsCapitalised, t } from "../core/i18n.js";
import { isCard } from "../core/rules/kinds.js";
import { label } from "../core/labels.js";
import { shownChanges } from "./shown_changes.js";
import { formatPath } from "./values.js";

const SHORT = 60; // characters: a longer value gets a line of its own
const NAMED = new Set(["column", "tip", "file", "material", "distribution"]); // kinds with names, besides cards

/**
 * Name both values of a single short change; otherwise name the fields, and list the values beside the text.
 * @param {any} it
 */
export function updated(it) {
  const { event, kind } = it, changes = shownChanges(it.changes, it, it.ctx);
  if (event.private) return setPrivately(changes, event.private, kind);
  if (!changes.length) return otherwise(it);
  const ofItem = changes.length === 1 && itemChanged(it, changes[0]);
  if (ofItem) return ofItem;
  if (changes.length === 1 && changes[0].from !== undefined) {
    const [{ path, from, to }] = changes;
    const values = { field: within(label.field(path, kind)), from: formatPath(path, from, it.ctx, kind), to: formatPath(path, to, it.ctx, kind) };
    if ((values.from ?? "").length <= SHORT && (values.to ?? "").length <= SHORT) return { says: setting(values), values, said: [path] };
  }
  return { says: t("{who} changed {what}: {fields}"), values: { fields: fieldsOf(changes, kind) } };
}

/**
 * Never tell name and contact of a source: only that they were set.
 * @param {any} changes
 * @param {string[]} paths
 * @param {string} kind
 */
function setPrivately(changes, paths, kind) {
  const set = fieldsOf(paths.map((/** @type {string} */ path) => ({ path })), kind);
  if (!changes.length) return { says: t("{who} set {set} of {what}"), values: { set } };
  return { says: t("{who} changed {what}: {fields}; and set {set}"), values: { set, fields: fieldsOf(changes, kind) } };
}

/** @param {any} changes @param {string} kind */
export const fieldsOf = (changes, kind) => [...new Set(changes.map((/** @type {{ path: string }} */ { path }) => within(label.field(path, kind))))].join(", ");

/** @param {{ from: any, to: any }} given */
function setting({ from, to }) {
  if (from === null) return t("{who} filled in “{field}” on {what}: {to}");
  return to === null ? t("{who} cleared “{field}” on {what} (was: {from})") : t("{who} changed “{field}” on {what} from “{from}” to “{to}”");
}

/**
 * Name the checklist item that was added, removed, ticked or unticked; null for any other change.
 * @param {any} it
 * @param {ToldChange} change
 */
function itemChanged(it, { path, from, to }) {
  if (!/^checklist\.\w+$/.test(path)) return null;
  const item = /** @type {any} */ (to ?? from), says = itemSentence(/** @type {any} */ (from), /** @type {any} */ (to), it.changes);
  return says && item ? { says, values: { item: item.text }, said: [path] } : null;
}

/** @param {any} from undefined if unknown @param {any} to @param {FieldChange[]} changes */
function itemSentence(from, to, changes) {
  const isTick = changes.every(({ path }) => path.endsWith(".done"));
  if (to && isTick) return to.done ? t("{who} ticked “{item}” on {what}") : t("{who} unticked “{item}” on {what}");
  if (from === null) return t("{who} added “{item}” to the checklist of {what}");
  return from && to === null ? t("{who} removed “{item}” from the checklist of {what}") : null;
}

/** @param {{ event: any, what: any }} given */
export const otherwise = ({ event, what }) => ({ says: t("{who}: {what}"), values: { what: withName(event, what) } });

/**
 * "Card assigned · Task 5"
 * @param {{ type: string, kind: string }} event
 * @param {string} what
 */
export const withName = ({ type, kind }, what) => (NAMED.has(kind) || isCard(kind) ? `${label.event(type)} · ${what}` : label.event(type));

/**
 * Put a label into a sentence: lower case, except if the language capitalises nouns.
 * @param {string} text
 */
export const within = (text) => (nounsCapitalised() ? text : text.replace(/^./u, (/** @type {any} */ first) => first.toLocaleLowerCase(locale())));
