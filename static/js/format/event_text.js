/**
 * Compose sentences of events: "Bob graded Sighting 7 from F6 to B2". The server declares them (board/config/event_sentences.py), and
 * composes them for paper in the same way (board/documents/event_text.py). A description is {says, values, rest}: a text with
 * placeholders, their values, and the changes that the text does not mention, so that a page can highlight or link a value. Pure,
 * except for the language.
 */
import { n as plural, rules, suitDates, t as translate } from "../core/i18n.js";
import { meetsCondition } from "../core/rules/conditions.js";
import { addsCard, isCard } from "../core/rules/kinds.js";
import { fieldChanges, valueAt } from "../core/rules/merge_patch.js";
import { say } from "../core/rules/sentences.js";
import { READERS, nameOfEntity } from "./event_values.js";
import { shownChanges } from "./shown_changes.js";
import { formatPath } from "./values.js";

const ITEM = /^checklist\.\w+$/, RESTATEMENT = /^restatements\.([^.]+)\./;

/**
 * @param {any} ctx - {session, board: {id, get(id)}}: to name people, cards and columns
 * @param {any} before the entity's state before the event; null if there was none, undefined if unknown
 * @param {any} event
 * @param {boolean} [listsChanges] the page lists the changes after the text, which then does not name their fields
 */
export function describeEvent(event, ctx, before, listsChanges = false) {
  const it = factsOf(event, ctx, before), [variants, slots, said] = sentenceOf(event);
  /** @type {Record<string, any>} */
  const values = {};
  const value = (/** @type {string} */ name) => (values[name] ??= slotText(it, slots[name] ?? name));
  const fits = (/** @type {EventSentence[0][0]} */ [text, when = {}]) => meetsCondition(when, it) && placeholders(text).every((name) => value(name) !== null);
  const [sentence, , named] = variants.find(fits) ?? /** @type {any} */ (variants.at(-1));
  const text = (listsChanges && rules().event_facts.before_changes[sentence]) || sentence;
  const says = suitDates(typeof text === "string" ? translate(text) : plural(text[0], text[1], Number(values.count)), values);
  return { says, values, rest: it.shown.filter(({ path }) => !covers(named ?? said, path)) };
}

/** @param {any} event @param {any} ctx @param {any} [before] */
export const eventText = (event, ctx, before) => fill(describeEvent(event, ctx, before));

/**
 * Return a description as one text.
 * @param {{ says: any, values: any }} given
 */
export const fill = ({ says, values }) => says.replace(/\{(\w+)\}/g, (/** @type {any} */ whole, /** @type {string} */ name) => values[name] ?? "");

/**
 * A creation lists no changes: nothing had another value before.
 * @param {{ type: string }} given
 */
export const isCreation = ({ type }) => rules().event_facts.creations.includes(type.slice(type.lastIndexOf(".") + 1));

/**
 * Return true if a change repeats the reason, the time or the author of its event.
 * @param {FieldChange} change
 * @param {any} event
 */
export const repeats = ({ path, to }, { at: time, actor, reason }) =>
  to !== null && (to === reason || to === time || (path.endsWith("by") && to === actor?.id));

/**
 * Return the id of the card that an event is about: itself, or the card of a note.
 * @param {{ kind: string, id: string, state: State }} entity
 */
export const cardOf = ({ kind, id, state }) => (isCard(kind) ? id : kind === "note" || kind === "file" ? state?.card ?? null : null);

/** @param {any} event @returns {EventSentence} */
function sentenceOf({ type, erased, undoes }) {
  const { events } = rules();
  if (erased || undoes) return events[erased ? "erased" : "undone"];
  const name = Object.hasOwn(events, type) ? type : addsCard(type) ? "added" : type.endsWith(".updated") ? "updated" : "otherwise";
  return events[name];
}

/** Return the facts that conditions and slots read. @param {any} event @param {any} ctx @param {any} before */
function factsOf(event, ctx, before) {
  const { kind, state, actor } = event, board = ctx.board?.id;
  const changes = isCreation(event) || event.erased ? [] : knownChanges(event, before);
  const shown = shownChanges(changes, { kind, before, state }, ctx), by = changes.map(({ path }) => path.match(RESTATEMENT)?.[1]).find(Boolean);
  return {
    event, kind, ctx, board, before, state, latest: state ?? before, known: before !== undefined, changes, count: changes.length, shown,
    own: Boolean(actor) && [state?.assignee, state?.account, state?.taken_by].includes(actor.id), mine: state?.assignee === ctx.session.account?.id,
    change: onlyChange(shown, changes, kind, ctx), restatement: by && { by, ...state?.restatements?.[by] },
    again: changes.some(({ path }) => path === "round"), shortened: Boolean(before?.until && state?.until && state.until < before.until),
  };
}

/**
 * Return [{path, from, to}]; `from` is undefined if unknown.
 * @param {any} event
 * @param {any} before
 * @returns {any[]}
 */
function knownChanges(event, before) {
  const all = fieldChanges(before ?? null, event.state, event.changes ?? []).filter((change) => !repeats(change, event));
  return before === undefined ? all.map(({ path, to }) => ({ path, from: undefined, to })) : all;
}

/**
 * Return the change of an event with a single change: of a checklist item, or of a field with short values.
 * @param {ToldChange[]} shown
 * @param {FieldChange[]} changes
 * @param {string} kind
 * @param {any} ctx
 */
function onlyChange(shown, changes, kind, ctx) {
  if (shown.length !== 1) return null;
  const [{ path, from, to }] = /** @type {any[]} */ (shown), way = ITEM.test(path) ? wayOfItem(from, to, changes) : null;
  if (way) return { way, item: (to ?? from).text };
  if (from === undefined) return null;
  const texts = { from: formatPath(path, from, ctx, kind), to: formatPath(path, to, ctx, kind) };
  return Object.values(texts).every((text) => (text ?? "").length <= rules().event_facts.short) ? { path, ...texts } : null;
}

/** @param {any} from undefined if unknown @param {any} to @param {FieldChange[]} changes */
function wayOfItem(from, to, changes) {
  if (to && changes.every(({ path }) => path.endsWith(".done"))) return to.done ? "ticked" : "unticked";
  if (!from && !to) return null;
  return from === null ? "added" : from && to === null ? "removed" : null;
}

/** @param {any} said @param {string} path */
const covers = (said, path) => said.some((/** @type {any} */ each) => each === "*" || path === each || path.startsWith(`${each}.`));

/** @type {Map<string, string[]>} */
const known = new Map();

/** @param {string | string[]} given a text, or one and many @returns {string[]} */
function placeholders(given) {
  const text = typeof given === "string" ? given : given[0];
  if (!known.has(text)) known.set(text, [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  return known.get(text) ?? [];
}

/**
 * Return the text of a slot, such as "person state.holder"; null if it has no value.
 * @param {any} it
 * @param {string} slot
 * @returns {any}
 */
function slotText(it, slot) {
  const [reader, path] = slot.split(" ");
  if (reader === "who") return it.event.actor?.name ?? say("program");
  if (reader === "what") return nameOfEntity(it);
  const value = path ? found(it, path) : it;
  return value === null || value === undefined ? (rules().event_facts.nullable.includes(reader) ? READERS[reader](null, it, path) : null) : READERS[reader](value, it, path);
}

/** @param {any} it @param {string} path */
function found(it, path) {
  const [root, ...rest] = path.split("."), field = rest.join(".");
  if (root !== "was" && root !== "now") return valueAt(it, path);
  return it.changes.find((/** @type {FieldChange} */ change) => change.path === field)?.[root === "was" ? "from" : "to"];
}
