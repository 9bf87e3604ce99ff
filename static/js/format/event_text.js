/**
 * Describe events: "Bob graded Sighting 7 from F6 to B2". A description is {says, values, rest}: a text with placeholders, their
 * values, and the changes that the text does not mention, so that a page can highlight or link a value. Pure, except for the
 * language.
 */
import { askedName, namedAlarm, waitText } from "./alarm_text.js";
import { accountName, cardName, columnName, formatPath, materialName, searchState } from "./values.js";
import { addsCard, isCard, titleOf } from "../core/rules/kinds.js";
import { fieldChanges, valueAt } from "../core/rules/merge_patch.js";
import { n, t } from "../core/i18n.js";
import { label } from "../core/labels.js";
import { shortPersonName } from "./search_list.js";
import { fieldsOf, otherwise, updated, withName, within } from "./changed_text.js";
import { shownChanges } from "./shown_changes.js";

/**
 * @param {any} ctx - {session, board: {id, get(id)}}: to name people, cards and columns
 * @param {any} before the entity's state before the event; null if there was none, undefined if unknown
 * @param {any} event
 */
export function describeEvent(event, ctx, before) {
  const who = event.actor?.name ?? t("Searchboard");
  if (event.erased) return { says: t("{what}: details erased"), values: { what: label.event(event.type) }, rest: [] };
  const changes = isCreation(event) ? [] : knownChanges(event, before);
  const it = { event, kind: event.kind, ctx, before, changes, state: event.state, isKnown: before !== undefined, what: whatOf(event, ctx, before) };
  const { says, values, said = [] } = event.undoes ? undone(it) : (DESCRIPTIONS[event.type] ?? ofCard(event) ?? otherwise)(it);
  return { says, values: { who, what: it.what, ...values }, rest: shownChanges(changes.filter((/** @type {FieldChange} */ { path }) => !covers(said, path)), it, ctx) };
}

/** @param {any} event @param {any} ctx @param {any} [before] */
export const eventText = (event, ctx, before) => fill(describeEvent(event, ctx, before));

/**
 * Return a description as one text.
 * @param {{ says: any, values: any }} given
 */
export const fill = ({ says, values }) => says.replace(/\{(\w+)\}/g, (/** @type {any} */ whole, /** @type {string} */ name) => values[name] ?? whole);

/**
 * A creation lists no changes: nothing had another value before.
 * @param {{ type: string }} given
 */
export const isCreation = ({ type }) => /\.(added|opened|attached)$/.test(type);

/**
 * Return [{path, from, to}]; `from` is undefined if unknown.
 * @param {any} event
 * @param {any} before
 */
function knownChanges(event, before) {
  const all = fieldChanges(before ?? null, event.state, event.changes ?? []).filter((change) => !repeats(change, event));
  return before === undefined ? all.map(({ path, to }) => ({ path, from: undefined, to })) : all;
}

/**
 * Return whether a change repeats the reason, the time or the author of its event.
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

/** @param {any} said @param {string} path */
const covers = (said, path) => said.some((/** @type {any} */ each) => path === each || path.startsWith(`${each}.`));

/** @param {{ kind: string, id: string, state: State }} entity @param {any} ctx @param {any} before */
function whatOf({ kind, id, state }, ctx, before) {
  if (isCard(kind)) return cardName(ctx.board.get(id) ?? { kind, state: state ?? before ?? { number: null } });
  if (kind === "tip") return cardName({ kind, state: state ?? before ?? { number: "" } });
  if (kind === "column") return state ?? before ? columnName(state ?? before) : label.noun("column");
  if (kind === "file") return nameOfFile(state ?? before);
  if (kind === "material") return materialName(state ?? before);
  if (kind === "distribution") return (state ?? before)?.recipient ?? label.noun(kind);
  return kind === "search" ? t("the search") : label.noun(kind);
}

/** @param {any} it @param {string} path @param {any} value */
const name = (it, path, value) => formatPath(path, value, it.ctx, it.kind) ?? t("empty");

/** @param {Record<string, any>} it @param {string} id */
const account = ({ ctx }, id) => accountName(ctx.session, id);

/** @param {{ changes: any }} given @param {string} path */
const at = ({ changes }, path) => changes.find((/** @type {any} */ each) => each.path === path);

/** @param {{ event: any, what: any, ctx: any }} given */
function undone({ event, what, ctx }) {
  const isAlarm = event.kind === "alarm", named = isAlarm ? `${label.event(event.type)} · ${alarmName(event.state, ctx)}` : withName(event, what);
  return { says: t("{who} undid: {what}"), values: { what: named }, said: isAlarm ? ALARM : [] };
}

/** @type {Record<string, any>} */
const DESCRIPTIONS = {
  "search.opened": (/** @type {{ state: { person: any } }} */ { state: { person } }) => ({ says: t("{who} opened the search for {name}"), values: { name: shortPersonName(person) } }),
  "search.updated": updated,
  "search.status_set": (/** @type {any} */ it) => turned(it, "status", [t("{who} changed the status to “{to}”"), t("{who} changed the status from “{from}” to “{to}”")]),
  "search.worrying_set": (/** @type {any} */ it) => turned(it, "worrying", [t("{who} decided: {to}"), t("{who} decided: {to} (was: {from})")]),
  "search.appeal_set": (/** @type {any} */ it) => turned(it, "appeal.level", [t("{who} set the appeal to “{to}”"), t("{who} changed the appeal from “{from}” to “{to}”")]),
  "search.goal_set": goalSet,
  "search.outcome_set": updated,
  "search.access_set": accessSet,
  "search.archived": (/** @type {any} */ { event: { after_days: days } }) => ({ says: n("The search was archived: closed and unchanged for {count} day", "The search was archived: closed and unchanged for {count} days", days) }),
  "search.photo_set": (/** @type {any} */ { state, before }) => ({ says: photoSet(state, before), said: ["photo", "public_photo"] }),
  "material.approved": ofMaterial(() => t("{who} approved for distribution: {name}")),
  "material.ended": ofMaterial(() => t("Must no longer be given out: {name}")),
  "material.withdrawn": ofMaterial(() => t("{who} withdrew: {name}")),
  "distribution.added": ofRecipient(() => t("{who} added a recipient: {name}")),
  "distribution.updated": updated,
  "distribution.take_down_due": ofRecipient(({ state }) => (state?.take_down ? t("Must be asked to take it down: {name}") : t("No longer has to be asked to take it down: {name}"))),
  "distribution.taken_down": ofRecipient(() => t("{who} recorded who was asked to take it down: {name}")),
  "distribution.withdrawn": ofRecipient(() => t("{who} removed a recipient: {name}")),
  "file.attached": attached,
  "file.updated": updated,
  "file.withdrawn": (/** @type {any} */ it) => ({ says: it.state?.picture ? t("{who} withdrew a photo: {name}") : t("{who} withdrew a file: {name}"), values: { name: nameOfFile(it.state ?? it.before) }, said: ["withdrawn", ...reasons(it)] }),
  "file.removal_proposed": (/** @type {any} */ it) => ({ says: t("{who} proposed to remove a file from the disk: {name}"), values: { name: nameOfFile(it.state ?? it.before) }, said: ["removal", ...reasons(it)] }),
  "file.removed": (/** @type {any} */ it) => ({ says: it.state?.removed?.by ? t("{who} confirmed the removal of a file from the disk: {name}") : t("A withdrawn file was removed from the disk: {name}"), values: { name: nameOfFile(it.state ?? it.before) }, said: ["removed"] }),
  "tip.added": (/** @type {any} */ { state }) => ({ says: t("{who} recorded {what}: {text}"), values: { text: state.description } }),
  "tip.updated": updated,
  "tip.assigned": assigned,
  "tip.placed": tipPlaced,
  "tip.dismissed": () => ({ says: t("{who} dismissed {what}"), said: ["dismissed", "queue", "queue_since"] }),
  "tip.restored": (/** @type {any} */ { before }) => ({ says: before?.placed ? t("{who} moved {what} back to “Tips without a search”") : t("{who} restored {what}"), said: TIP }),
  "tip.archived": (/** @type {any} */ { event: { actor } }) => ({ says: actor ? t("{who} made room: {what} left the board") : t("{what} was archived a day after it was answered"), said: TIP }),
  "card.archived": () => ({ says: t("{who} made room: {what} left the board") }),
  "card.brought_back": () => ({ says: t("{who} brought {what} back"), said: ["column", "rank"] }),
  "note.archived": () => ({ says: t("{who} made room: a note left the board") }),
  "note.brought_back": () => ({ says: t("{who} brought a note back") }),
  "column.added": () => ({ says: t("{who} added the column “{what}”") }),
  "column.renamed": renamed,
  "column.moved": () => ({ says: t("{who} moved the column “{what}”") }),
  "column.removed": () => ({ says: t("{who} removed the column “{what}”"), said: ["title", "role"] }),
  "sighting.graded": graded,
  "sighting.assessed": (/** @type {any} */ it) => turned(it, "assessment", [t("{who} assessed {what}: {to}"), t("{who} changed the assessment of {what} from “{from}” to “{to}”")]),
  "sighting.looked_at": () => ({ says: t("{who} looked at {what}"), said: ["looked_at"] }),
  "sighting.passed_on": passedOn,
  "card.moved": moved,
  "card.assigned": assigned,
  "card.withdrawn": () => ({ says: t("{who} withdrew {what}"), said: ["withdrawn"] }),
  "card.restored": () => ({ says: t("{who} restored {what}"), said: ["withdrawn"] }),
  "note.added": noted,
  "shift.taken": shiftTaken,
  "shift.handed_over": (/** @type {{ state: { before: any, holder: any }, [field: string]: unknown }} */ { state: { before, holder }, ...it }) => ({
    says: t("{holder} took over the shift from {from}"), said: SHIFT,
    values: { holder: account(it, holder), from: account(it, before) },
  }),
  "handover.prepared": prepared,
  "handover.written": written,
  "handover.confirmed": confirmed,
  "handover.signed": (/** @type {{ state: State }} */ { state }) => numbered(t("{who} signed handover {number}"), state),
  "handover.read": (/** @type {{ state: State }} */ { state }) => numbered(t("{who} marked this search as read for handover {number}"), { number: state.handover }),
  "handover.restated": restated,
  "handover.answered": answered,
  "handover.accepted": accepted,
  "handover.refused": (/** @type {{ state: State }} */ { state }) => numbered(t("{who} refused handover {number}"), state),
  "handover.withdrawn": (/** @type {{ state: State }} */ { state }) => numbered(t("{who} withdrew handover {number}"), state),
  "alarm.raised": (/** @type {any} */ it) => ofAlarm(t("{who} raised an alarm: {what}"), it),
  "alarm.escalated": escalated,
  "alarm.taken": (/** @type {any} */ it) => ofAlarm(t("{name} has it, after {length}: {what}"), it, { name: account(it, it.state.taken_by), length: waitText(it.state) }),
  "alarm.handed_on": (/** @type {any} */ it) => ofAlarm(t("{who} handed the alarm on to {name}: {what}"), it, { name: account(it, it.state.asked.at(-1)) }),
  "alarm.released": (/** @type {any} */ it) => ofAlarm(it.event.actor ? t("The alarm was reopened because {who} unassigned it: {what}") : t("The alarm was reopened because the person who had it can no longer act: {what}"), it),
  "alarm.archived": (/** @type {any} */ { ctx }) => ({ says: ctx.board?.id === "operations" ? t("An alarm was archived a day after it ended") : t("An alarm that had ended left the board") }),
  "alarm.ended": (/** @type {any} */ it) => ofAlarm(t("The alarm ended because its cause is gone: {what}"), it),
  "handed.unread": (/** @type {{ state: State }} */ { state, ...it }) => ({ ...numbered(t("{name} accepted handover {number} without having read this search"), { number: state.handover }, { name: account(it, state.unread_by) }), said: ["handover"] }),
  "handed.read": (/** @type {{ state: State }} */ { state }) => ({ ...numbered(t("{who} read this search after accepting handover {number}"), { number: state.handover }), said: ["handover"] }),
  "handed.set": included,
};
/** @param {{ type: string, kind: string }} event */
const ofCard = ({ type, kind }) => (addsCard(type) ? added : isCard(kind) && type === `${kind}.updated` ? updated : null);

/** @param {{ event: any, state: State }} given */
const added = ({ event: { kind }, state }) => ({
  says: state.from_tip ? t("{who} added {what}, which was Tip {number}: {text}") : t("{who} added {what}: {text}"), values: { text: titleOf({ kind, state }), number: state.from_tip?.number },
});

/** @param {State | null | undefined} state */
const nameOfFile = (state) => state?.caption || state?.name || label.noun("file");

/** Tell what a file was added to. @param {{ state: State, ctx: any }} entity */
function attached({ state, ctx }) {
  const { card, note, picture } = state, values = { what: card ? cardName(ctx.board.get(card)) : "", name: nameOfFile(state) };
  if (note) return { says: picture ? t("{who} added a photo to a note: {name}") : t("{who} added a file to a note: {name}"), values };
  if (card) return { says: picture ? t("{who} added a photo to {what}: {name}") : t("{who} added a file to {what}: {name}"), values };
  return { says: picture ? t("{who} added a photo to the search: {name}") : t("{who} added a file to the search: {name}"), values };
}

/** Describe an event of a material by what it is and its languages. @param {() => string} says */
function ofMaterial(says) {
  return (/** @type {any} */ it) => ({ says: says(), values: { name: materialName(it.state ?? it.before) }, said: Object.keys(it.state ?? {}) });
}

/** Describe an event of a distribution by its recipient. @param {(it: any) => string} says */
function ofRecipient(says) {
  return (/** @type {any} */ it) => ({ says: says(it), values: { name: (it.state ?? it.before).recipient }, said: Object.keys(it.state ?? {}) });
}

/** @param {State} state @param {any} before */
function photoSet(state, before) {
  if (!state?.photo) return t("{who} removed the photo of the child");
  return before?.photo ? t("{who} chose another photo of the child") : t("{who} chose the photo of the child");
}

const TIP = ["placed", "dismissed", "queue", "queue_since"];

/** @param {{ state: State, changes: any, ctx: any }} given */
function tipPlaced({ state, changes, ctx }) {
  if (!changes.length) return { says: t("{what} is now visible to everyone who can see its search"), said: TIP };
  const search = searchState(ctx.board, state.placed?.board);
  const values = { name: search ? shortPersonName(search.person) : "", number: state.placed?.number };
  return { says: search ? t("{who} placed {what} on the search for {name}: Sighting {number}") : t("{who} placed {what} on a search: Sighting {number}"), values, said: TIP };
}

const SHIFT = ["holder", "since", "before", "handover", "reason"];
const HANDOVER = ["status", "outgoing", "incoming", "reason", "restatement", "faults", "remarks"];

/**
 * Describe the change of one field: with the old value if it is known and not empty, by the second of the two texts.
 * @param {any} it
 * @param {string} path
 * @param {[any, any]} pair
 */
function turned(it, path, [to, both]) {
  const change = at(it, path) ?? { to: valueAt(it.state, path) };
  const isTurn = change.from !== undefined && change.from !== null;
  const values = { to: name(it, path, change.to), ...(isTurn && { from: name(it, path, change.from) }) };
  return { says: isTurn ? both : to, values, said: [path, ...reasons(it)] };
}

/**
 * Name the people whose access changed.
 * @param {any} it
 */
function accessSet(it) {
  const { before, state, isKnown } = it, said = ["access", "members"];
  const names = (/** @type {string[]} */ ids) => ids.map((id) => account(it, id)).join(", ");
  if (!isKnown || at(it, "access")) {
    const { says, values } = turned(it, "access", state.access === "members"
      ? [t("{who} set access to “{to}”: {names}"), t("{who} changed access from “{from}” to “{to}”: {names}")]
      : [t("{who} set access to “{to}”"), t("{who} changed access from “{from}” to “{to}”")]);
    return { says, values: { ...values, names: names(state.members) }, said };
  }
  const given = names(state.members.filter((/** @type {string} */ id) => !before.members.includes(id)));
  const taken = names(before.members.filter((/** @type {string} */ id) => !state.members.includes(id)));
  if (!taken) return { says: t("{who} gave access to {names}"), values: { names: given }, said };
  const says = given ? t("{who} gave access to {names}, and took it from {others}") : t("{who} took access from {others}");
  return { says, values: { names: given, others: taken }, said };
}

/** @param {any} it */
function goalSet(it) {
  const { goal } = it.state, from = it.before?.goal?.text;
  if (!goal) return { says: from ? t("{who} cleared the goal (was: {from})") : t("{who} cleared the goal"), values: { from }, said: ["goal"] };
  const values = { text: goal.text, until: name(it, "goal.until", goal.until) };
  return { says: goal.until ? t("{who} set the goal: {text}, due {until}") : t("{who} set the goal: {text}"), values, said: ["goal"] };
}

/** @param {any} it */
function passedOn(it) {
  const said = it.state.passed_on;
  if (!said) return { ...otherwise(it), said: ["passed_on"] };
  const says = said.reference ? t("{who} passed on {what} to {to}, reference {reference}") : t("{who} passed on {what} to {to}");
  return { says, values: { to: said.to, reference: said.reference }, said: ["passed_on"] };
}

/**
 * Do not repeat a reason that is also stored in the state.
 * @param {{ changes: any, event: any }} given
 */
const reasons = ({ changes, event }) => changes.filter((/** @type {{ to: any }} */ { to }) => event.reason && to === event.reason).map((/** @type {{ path: string }} */ { path }) => path);

/** @param {{ state: { grade: any }, before: any }} entity */
function graded({ state: { grade }, before }) {
  const text = (/** @type {{ source: any, content: any }} */ { source, content }) => `${source}${content}`;
  if (!before) return { says: t("{who} graded {what}: {grade}"), values: { grade: text(grade) }, said: ["grade"] };
  return { says: t("{who} graded {what} from {from} to {to}"), values: { from: text(before.grade), to: text(grade) }, said: ["grade"] };
}

/** @param {{ event: any, state: State, before: any, ctx: any }} entity */
function moved({ event, state, before, ctx }) {
  if (!event.changes?.includes("column")) return { says: t("{who} moved {what} within its column"), said: ["rank"] };
  const column = (/** @type {string} */ id) => columnName(ctx.board.get(id)?.state);
  if (!before) return { says: t("{who} moved {what} to “{column}”"), values: { column: column(state.column) }, said: ["column"] };
  const values = { from: column(before.column), to: column(state.column) };
  return { says: t("{who} moved {what} from “{from}” to “{to}”"), values, said: ["column"] };
}

/** @param {any} it */
function assigned(it) {
  const { event, state, before, ctx } = it;
  const own = event.actor && state.assignee === event.actor.id, from = before?.assignee;
  const values = { name: state.assignee && account(it, state.assignee), from: from && account(it, from) };
  return { says: assigning({ from, to: state.assignee, own, mine: state.assignee === ctx.session.account.id }), values, said: ["assignee"] };
}

/** @param {{ from: any, to: any, own: any, mine: any }} given */
function assigning({ from, to, own, mine }) {
  if (own) return from ? t("{who} took over {what} from {from}") : t("{who} took on {what}");
  if (!to) return from ? t("{who} unassigned {what} (was: {from})") : t("{who} unassigned {what}");
  if (mine) return from ? t("{who} reassigned {what} from {from} to you") : t("{who} assigned {what} to you");
  return from ? t("{who} reassigned {what} from {from} to {name}") : t("{who} assigned {what} to {name}");
}

/**
 * The text of a note is part of a complete history only; elsewhere the description just mentions it.
 * @param {{ state: { text: string, card: any, category: any, corrects: any }, ctx: any, isKnown: any }} entity
 */
function noted({ state: { text, card, category, corrects }, ctx, isKnown }) {
  const values = { text, category: within(label.category(category)), what: card ? cardName(ctx.board.get(card)) : "" };
  return { says: (card ? onCard : inLog)(isKnown, corrects, category), values };
}

/** @param {any} isKnown @param {any} corrects @param {any} category */
function onCard(isKnown, corrects, category) {
  if (!isKnown) return t("{who} wrote a note on {what}");
  if (corrects) return t("{who} corrected a note on {what}: {text}");
  return category === "comment" ? t("{who} wrote a note on {what}: {text}") : t("{who} wrote on {what} ({category}): {text}");
}

/** @param {any} isKnown @param {any} corrects @param {any} category */
function inLog(isKnown, corrects, category) {
  if (!isKnown) return t("{who} wrote in the log");
  if (corrects) return t("{who} corrected the log: {text}");
  return category === "comment" ? t("{who} wrote in the log: {text}") : t("{who} wrote in the log ({category}): {text}");
}

/** @param {{ state: State, before: any }} entity */
function renamed({ state, before }) {
  const to = columnName(state);
  if (!before) return { says: t("{who} renamed a column: {to}"), values: { to }, said: ["title"] };
  return { says: t("{who} renamed the column “{from}” to “{to}”"), values: { from: columnName(before), to }, said: ["title"] };
}

// --- the shift and its handover

/** @param {{ state: State, [field: string]: unknown }} entity */
function shiftTaken({ state, ...it }) {
  const from = state.before && state.before !== state.holder && account(it, state.before);
  const says = from ? t("{who} took the shift from {from} without a handover") : t("{who} took the shift without a handover");
  return { says, values: { from }, said: SHIFT };
}

/** @param {any} says @param {State} state @param {any} [values] */
const numbered = (says, { number }, values = {}) => ({ says, values: { number, ...values }, said: ["number", ...HANDOVER] });

/** @param {{ state: State, [field: string]: unknown }} entity */
function prepared({ state, ...it }) {
  if (!state.incoming) return numbered(t("{who} started handover {number}"), state);
  return numbered(t("{who} started handover {number}, for {name}"), state, { name: account(it, state.incoming) });
}

/** @param {{ event: any, state: State }} entity */
function restated({ event, state }) {
  const text = state.restatements?.[event.actor?.id]?.text ?? "";
  return { ...numbered(t("{who} summarised this search for handover {number}: {text}"), { number: state.handover }, { text }), said: ["restatements", "handover", "keeper"] };
}

/** @param {{ state: State, changes: any, [field: string]: unknown }} entity */
function answered({ state, changes, ...it }) {
  const by = changes.map((/** @type {{ path: string }} */ { path }) => path.match(/^restatements\.([^.]+)\./)?.[1]).find(Boolean);
  const { correct, reason } = state.restatements?.[by] ?? {};
  const values = { name: account(it, by), text: reason ?? "" };
  const says = correct ? t("{who} confirmed the summary by {name}") : t("{who} answered the summary by {name}: not quite, {text}");
  return { ...numbered(says, { number: state.handover }, values), said: ["restatements", "handover", "keeper"] };
}

/** @param {any} it */
function written(it) {
  const { kind, state } = it;
  const number = kind === "briefing" ? state.handover : state.number;
  const fields = fieldsOf(shownChanges(it.changes, it, it.ctx), kind);
  if (!fields) return otherwise(it);
  return { says: t("{who} updated handover {number}: {fields}"), values: { number, fields }, said: ["handover", "number"] };
}

/** Name the search. @param {{ event: any, state: State, ctx: any }} entity */
function included({ event, state, ctx }) {
  const search = searchState(ctx.board, event.id), values = { number: state.handover, name: search && shortPersonName(search.person) };
  return { says: search ? t("The search for {name} was included in handover {number}") : t("Search included in handover {number}"), values, said: ["handover"] };
}

const HANDOVER_TEXTS = ["assessment", "hypotheses", "dropped", "contingencies", "contacts", "pinned", "faults", "remarks"];

/** Name the texts that are still true. @param {any} it */
function confirmed(it) {
  const { event, kind, state } = it, changed = (event.changes ?? []).map((/** @type {string} */ path) => path.split(".")[1]);
  const fields = HANDOVER_TEXTS.filter((path) => changed.includes(path)).map((path) => within(label.field(path, kind))).join(", ");
  if (!fields) return otherwise(it);
  const number = kind === "briefing" ? state.handover : state.number;
  return { says: t("{who} said for handover {number} that this is still true: {fields}"), values: { number, fields }, said: ["handover", "number"] };
}

/** @param {{ state: State }} entity */
function accepted({ state }) {
  if (!state.restatement) return numbered(t("{who} accepted handover {number}"), state);
  return numbered(t("{who} accepted handover {number}: {text}"), state, { text: state.restatement });
}

// --- alarms

const ALARM = ["about", "rule", "occasion", "raised_at", "step", "next_at", "asked", "everybody", "handed_on", "taken_by", "taken_at", "ended_at", "ended"];

/**
 * "Urgent sighting 4", by the state of an alarm.
 * @param {State} state
 * @param {any} ctx
 */
export const alarmName = ({ rule, occasion, about }, ctx) => namedAlarm({ rule, occasion, about: { ...about, number: ctx.board.get(about.id)?.state.number ?? null } });

/** @param {string} says @param {any} it @param {Record<string, unknown>} [values] */
function ofAlarm(says, { state, ctx }, values = {}) {
  return { says, values: { what: alarmName(state, ctx), ...values }, said: ALARM };
}

/** @param {any} it */
function escalated(it) {
  const { state, before, isKnown } = it;
  const asked = state.asked.filter((/** @type {string} */ id) => !before?.asked?.includes(id)).map((/** @type {string} */ id) => account(it, id));
  const names = [...(state.everybody && !before?.everybody ? [askedName({ ask: "desk", name: null })] : []), ...asked].join(", ");
  return isKnown && names ? ofAlarm(t("{what}: nobody took it, so {who} asked {names}"), it, { names }) : ofAlarm(t("{what}: nobody took it, so {who} asked the next person"), it);
}
