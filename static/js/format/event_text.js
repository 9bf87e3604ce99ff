/**
 * Describe events: "Bob graded Sighting 7 from F6 to B2". A description is {says, values, rest}: a text with placeholders, their
 * values, and the changes that the text does not mention, so that a page can highlight or link a value. Pure, except for the
 * language.
 */
import { accountName, cardName, columnName, formatPath } from "./values.js";
import { fieldChanges } from "../core/merge_patch.js";
import { locale, t } from "../core/i18n.js";
import { label } from "../core/labels.js";
import { shortPersonName } from "./search_list.js";

const SHORT = 60; // characters: a longer value gets a line of its own
const HIDDEN_FIELDS = new Set([ // fields that mean nothing to a person, or that the event's type already tells
  "rank", "number", "position", "digest", "reads", "searches", "signed_at", "ended_at", "ended_by", "prepared_at", "prepared_by", "source_kept",
]);

/**
 * @param ctx - {session, board: {id, get(id)}}: to name people, cards and columns
 * @param before the entity's state before the event; null if there was none, undefined if unknown
 */
export function describeEvent(event, ctx, before) {
  const who = event.actor?.name ?? t("The board");
  if (event.erased) return { says: t("{what}: what was said was erased"), values: { what: label.event(event.type) }, rest: [] };
  const changes = isCreation(event) ? [] : knownChanges(event, before);
  const it = { event, ctx, before, changes, state: event.state, isKnown: before !== undefined, what: whatOf(event, ctx, before) };
  const { says, values, said = [] } = event.undoes ? undone(it) : (DESCRIPTIONS[event.type] ?? otherwise)(it);
  return { says, values: { who, what: it.what, ...values }, rest: groupItemChanges(changes.filter(({ path }) => !covers(said, path)), it) };
}

export const eventText = (event, ctx, before) => fill(describeEvent(event, ctx, before));

/** Return a description as one text. */
export const fill = ({ says, values }) => says.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** A creation lists no changes: nothing had another value before. */
export const isCreation = ({ type }) => type.endsWith(".added") || type.endsWith(".opened");

/** Return [{path, from, to}] without hidden fields; `from` is undefined if unknown. */
export function knownChanges({ state, changes }, before) {
  const paths = (changes ?? []).filter((path) => !HIDDEN_FIELDS.has(path.split(".")[0]));
  const all = fieldChanges(before ?? null, state, paths);
  return before === undefined ? all.map(({ path, to }) => ({ path, from: undefined, to })) : all;
}

/** Return the id of the card that an event is about: itself, or the card of a note. */
export const cardOf = ({ kind, id, state }) => (kind === "sighting" || kind === "task" ? id : kind === "note" ? state?.card ?? null : null);

/** Combine the changes of one checklist item, or of one place, into one change. */
export function groupItemChanges(changes, { before, state }) {
  const places = ["place", "last_seen"].filter((name) => changes.some(({ path }) => path === `${name}.lat` || path === `${name}.lon`));
  const items = new Map();
  for (const change of changes) {
    const path = change.path.match(/^checklist\.\w+/)?.[0] ?? places.find((name) => change.path.startsWith(`${name}.`));
    items.set(path ?? change.path, path ? { path, from: before === undefined ? undefined : valueAt(before, path), to: valueAt(state, path) } : change);
  }
  return [...items.values()];
}

const valueAt = (state, path) => path.split(".").reduce((value, key) => value?.[key], state) ?? null;

const covers = (said, path) => said.some((each) => path === each || path.startsWith(`${each}.`));

function whatOf({ kind, id, state }, ctx, before) {
  if (kind === "sighting" || kind === "task") return cardName(ctx.board.get(id) ?? { kind, state });
  if (kind === "column") return state ?? before ? columnName(state ?? before) : label.noun("column");
  return kind === "search" ? t("the search") : label.noun(kind);
}

/** Put a label into a sentence: lower case, except in German. */
const within = (text) => (locale().startsWith("de") ? text : text.replace(/^./u, (first) => first.toLocaleLowerCase(locale())));

const name = (it, path, value) => formatPath(path, value, it.ctx) ?? t("empty");
const account = ({ ctx }, id) => accountName(ctx.session, id);
const at = ({ changes }, path) => changes.find((each) => each.path === path);

function undone({ event, what, before, ctx }) {
  const named = ["column", "sighting", "task"].includes(event.kind) && whatOf(event, ctx, before);
  return { says: t("{who} undid: {what}"), values: { what: [label.event(event.type), named && what].filter(Boolean).join(" · ") } };
}

function otherwise({ event: { type, kind }, what }) {
  const named = kind === "column" || kind === "sighting" || kind === "task";
  return { says: t("{who}: {what}"), values: { what: named ? `${label.event(type)} · ${what}` : label.event(type) } };
}

const DESCRIPTIONS = {
  "search.opened": ({ state: { person } }) => ({ says: t("{who} opened the search for {name}"), values: { name: shortPersonName(person) } }),
  "search.updated": updated,
  "search.status_set": (it) => turned(it, "status", [t("{who} set the status: {to}"), t("{who} set the status from {from} to {to}")]),
  "search.worrying_set": (it) => turned(it, "worrying", [t("{who} decided: {to}"), t("{who} decided: {to}, no longer: {from}")]),
  "search.appeal_set": (it) => turned(it, "appeal.level", [t("{who} set the appeal: {to}"), t("{who} set the appeal from {from} to {to}")]),
  "search.outcome_set": updated,
  "search.access_set": (it) => turned(it, "access", [t("{who} set the access: {to}"), t("{who} set the access from {from} to {to}")]),
  "column.added": () => ({ says: t("{who} added the column {what}") }),
  "column.renamed": renamed,
  "column.moved": () => ({ says: t("{who} moved the column {what}") }),
  "column.removed": () => ({ says: t("{who} removed the column {what}"), said: ["title", "role"] }),
  "sighting.added": ({ state }) => ({ says: t("{who} added {what}: {text}"), values: { text: state.description } }),
  "task.added": ({ state }) => ({ says: t("{who} added {what}: {text}"), values: { text: state.title } }),
  "sighting.updated": updated,
  "task.updated": updated,
  "sighting.graded": graded,
  "sighting.assessed": (it) => turned(it, "assessment", [t("{who} assessed {what}: {to}"), t("{who} assessed {what}: from {from} to {to}")]),
  "card.moved": moved,
  "card.assigned": assigned,
  "card.withdrawn": () => ({ says: t("{who} withdrew {what}"), said: ["withdrawn"] }),
  "card.restored": () => ({ says: t("{who} restored {what}"), said: ["withdrawn"] }),
  "note.added": noted,
  "shift.taken": shiftTaken,
  "shift.handed_over": ({ state: { before, holder }, ...it }) => ({
    says: t("{holder} took over the shift from {from}"), said: SHIFT,
    values: { holder: account(it, holder), from: account(it, before) },
  }),
  "handover.prepared": prepared,
  "handover.written": written,
  "handover.signed": ({ state }) => numbered(t("{who} signed handover {number}"), state),
  "handover.read": ({ state }) => numbered(t("{who} read this search for handover {number}"), { number: state.handover }),
  "handover.accepted": accepted,
  "handover.refused": ({ state }) => numbered(t("{who} refused handover {number}"), state),
  "handover.withdrawn": ({ state }) => numbered(t("{who} withdrew handover {number}"), state),
  "handed.set": ({ state }) => ({ ...numbered(t("Handover {number} hands over a search"), { number: state.handover }), said: ["handover"] }),
};
const SHIFT = ["holder", "since", "before", "handover", "reason"];
const HANDOVER = ["status", "outgoing", "incoming", "reason", "restatement", "faults", "remarks"];

/** Describe the change of one field: with the old value if it is known and not empty, by the second of the two texts. */
function turned(it, path, [to, both]) {
  const change = at(it, path) ?? { to: valueAt(it.state, path) };
  const isTurn = change.from !== undefined && change.from !== null;
  const values = { to: name(it, path, change.to), ...(isTurn && { from: name(it, path, change.from) }) };
  return { says: isTurn ? both : to, values, said: [path, ...reasons(it)] };
}

/** Do not repeat a reason that is also stored in the state. */
const reasons = ({ changes, event }) => changes.filter(({ to }) => event.reason && to === event.reason).map(({ path }) => path);

function graded({ state: { grade }, before }) {
  const text = ({ source, content }) => `${source}${content}`;
  if (!before) return { says: t("{who} graded {what}: {grade}"), values: { grade: text(grade) }, said: ["grade"] };
  return { says: t("{who} graded {what} from {from} to {to}"), values: { from: text(before.grade), to: text(grade) }, said: ["grade"] };
}

function moved({ event, state, before, ctx }) {
  if (!event.changes?.includes("column")) return { says: t("{who} moved {what} within its column"), said: ["rank"] };
  const column = (id) => columnName(ctx.board.get(id)?.state);
  if (!before) return { says: t("{who} moved {what} to {column}"), values: { column: column(state.column) }, said: ["column"] };
  const values = { from: column(before.column), to: column(state.column) };
  return { says: t("{who} moved {what} from {from} to {to}"), values, said: ["column"] };
}

function assigned(it) {
  const { event, state, before, ctx } = it;
  const own = event.actor && state.assignee === event.actor.id, from = before?.assignee;
  const values = { name: state.assignee && account(it, state.assignee), from: from && account(it, from) };
  return { says: assigning({ from, to: state.assignee, own, mine: state.assignee === ctx.session.account.id }), values, said: ["assignee"] };
}

function assigning({ from, to, own, mine }) {
  if (own) return from ? t("{who} took {what} over from {from}") : t("{who} took {what}");
  if (!to) return from ? t("{who} took {what} away from {from}") : t("{who} gave {what} to nobody");
  if (mine) return from ? t("{who} passed {what} on to you, from {from}") : t("{who} gave you {what}");
  return from ? t("{who} passed {what} on from {from} to {name}") : t("{who} gave {what} to {name}");
}

/** The text of a note is part of a complete history only; elsewhere the description just mentions it. */
function noted({ state: { text, card, category, corrects }, ctx, isKnown }) {
  const values = { text, category: within(label.category(category)), what: card ? cardName(ctx.board.get(card)) : "" };
  return { says: (card ? onCard : inLog)(isKnown, corrects, category), values };
}

function onCard(isKnown, corrects, category) {
  if (!isKnown) return t("{who} wrote a note on {what}");
  if (corrects) return t("{who} corrected a note on {what}: {text}");
  return category === "comment" ? t("{who} wrote a note on {what}: {text}") : t("{who} wrote on {what} ({category}): {text}");
}

function inLog(isKnown, corrects, category) {
  if (!isKnown) return t("{who} wrote in the log");
  if (corrects) return t("{who} corrected the log: {text}");
  return category === "comment" ? t("{who} wrote in the log: {text}") : t("{who} wrote in the log ({category}): {text}");
}

function renamed({ state, before }) {
  const to = columnName(state);
  if (!before) return { says: t("{who} renamed a column: {to}"), values: { to }, said: ["title"] };
  return { says: t("{who} renamed the column {from} to {to}"), values: { from: columnName(before), to }, said: ["title"] };
}

/** Name both values of a single short change; otherwise name the fields, and list the values beside the text. */
function updated(it) {
  const { changes, event } = it;
  if (event.private) return setPrivately(changes, event.private);
  const ticked = tickedOff(it);
  if (ticked) return ticked;
  if (changes.length === 1 && changes[0].from !== undefined) {
    const [{ path, from, to }] = changes;
    const values = { field: within(label.field(path)), from: formatPath(path, from, it.ctx), to: formatPath(path, to, it.ctx) };
    if ((values.from ?? "").length <= SHORT && (values.to ?? "").length <= SHORT) return { says: setting(values), values, said: [path] };
  }
  return { says: t("{who} changed {what}: {fields}"), values: { fields: fieldsOf(changes) } };
}

/** Never tell name and contact of a source: only that they were set. */
function setPrivately(changes, paths) {
  const set = fieldsOf(paths.map((path) => ({ path })));
  if (!changes.length) return { says: t("{who} set {set} of {what}"), values: { set } };
  return { says: t("{who} changed {what}: {fields}; and set {set}"), values: { set, fields: fieldsOf(changes) } };
}

const fieldsOf = (changes) => [...new Set(changes.map(({ path }) => within(label.field(path))))].join(", ");

function setting({ from, to }) {
  if (from === null) return t("{who} set {field} of {what}: {to}");
  return to === null ? t("{who} cleared {field} of {what}: {from}") : t("{who} changed {field} of {what} from {from} to {to}");
}

/** Describe a checklist item that was ticked or unticked. */
function tickedOff({ changes, state, before }) {
  const [, key] = changes.length === 1 ? changes[0].path.match(/^checklist\.(\w+)\.done$/) ?? [] : [];
  const item = key && (state.checklist?.[key] ?? before?.checklist?.[key]);
  if (!item || !state.checklist?.[key]) return null;
  const says = item.done ? t("{who} ticked off “{item}” of {what}") : t("{who} opened “{item}” of {what} again");
  return { says, values: { item: item.text }, said: [changes[0].path] };
}

// --- the shift and its handover

function shiftTaken({ state, ...it }) {
  const from = state.before && state.before !== state.holder && account(it, state.before);
  const says = from ? t("{who} took the shift after {from}; nobody handed it over") : t("{who} took the shift; nobody handed it over");
  return { says, values: { from }, said: SHIFT };
}

const numbered = (says, { number }, values = {}) => ({ says, values: { number, ...values }, said: ["number", ...HANDOVER] });

function prepared({ state, ...it }) {
  if (!state.incoming) return numbered(t("{who} began to prepare handover {number}"), state);
  return numbered(t("{who} began to prepare handover {number}, for {name}"), state, { name: account(it, state.incoming) });
}

function written({ event, state, changes }) {
  const number = event.kind === "briefing" ? state.handover : state.number;
  const fields = fieldsOf(changes.filter(({ path }) => path !== "handover"));
  return { says: t("{who} wrote for handover {number}: {fields}"), values: { number, fields }, said: ["handover", "number"] };
}

function accepted({ state }) {
  if (!state.restatement) return numbered(t("{who} accepted handover {number}"), state);
  return numbered(t("{who} accepted handover {number}: {text}"), state, { text: state.restatement });
}
