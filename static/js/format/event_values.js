/* Values in sentences of events, by the readers that board/config/event_sentences.py names; board/documents/event_values.py has them
   for paper. */
import { enumeration, locale, nounsCapitalised, rules } from "../core/i18n.js";
import { isCard, titleOf } from "../core/rules/kinds.js";
import { say } from "../core/rules/sentences.js";
import { label } from "../core/labels.js";
import { askedName, namedAlarm, waitText } from "./alarm_text.js";
import { shortPersonName } from "./search_list.js";
import { formatMoment } from "./time_elements.js";
import { accountName, cardName, columnName, formatPath, materialName, searchState } from "./values.js";

/**
 * Readers by name. Each returns the text of a value; null if there is none.
 * @type {Record<string, (value: any, it: any, path: string) => any>}
 */
export const READERS = {
  text: String, given: (value) => value, time: formatMoment, material: materialName, file: nameOfFile, child: shortPersonName,
  wait: (alarm, { before }) => wait(alarm, before?.open_since ?? before?.lapsed_at ?? alarm.raised_at),
  field: (value, it, path) => formatPath(fieldOf(path), value, it.ctx, it.kind) ?? say("empty"),
  decision: (value, it, path) => formatPath(fieldOf(path), value, it.ctx, it.kind),
  label: ({ path }, { kind }) => within(label.field(path, kind)),
  person: (id, { ctx }) => accountName(ctx.session, id),
  predecessor: ({ before, holder }, { ctx }) => (before && before !== holder ? accountName(ctx.session, before) : null),
  last: (ids, { ctx }) => accountName(ctx.session, ids.at(-1)),
  joined: (it) => people(it.state.members, accessBefore(it), it),
  left: (it) => people(accessBefore(it), it.state.members, it),
  asked: (it) => asked(it),
  asked_again: (it) => askedAgain(it),
  asked_first: (it) => askedFirst(it),
  card: (id, { ctx }) => cardName(ctx.board.get(id)),
  contact: (call, { ctx }) => ctx.board.get(call.contact)?.state?.name ?? null,
  column: (id, { ctx }) => columnName(ctx.board.get(id)?.state),
  search: (id, { ctx }) => named(searchState(ctx.board, id)),
  title: (state, { kind }) => (kind === "column" ? columnName(state) : titleOf({ kind, state })),
  grade: ({ source, content }) => `${source}${content}`,
  category: (code) => within(label.category(code)),
  decider: (code) => label.value("appeal.decided_by.role", code, "search") ?? code,
  call_result: (code) => label.value("last_call.result", code, "contact"),
  handover: (state) => state.handover ?? state.number,
  alarm: (state, { ctx }) => alarmName(state, ctx),
  fields: ({ shown, kind }) => fieldsOf(shown.map((/** @type {ToldChange} */ { path }) => path), kind),
  set: ({ event, kind }) => fieldsOf(event.private ?? [], kind),
  confirmed: ({ event, kind }) => confirmed(event, kind),
  type: ({ event }) => label.event(event.type),
  event: (it) => (rules().event_facts.named.includes(it.kind) || isCard(it.kind) ? `${label.event(it.event.type)} · ${nameOfEntity(it)}` : label.event(it.event.type)),
};

/** Return how long nobody had an alarm; null if it was taken immediately. @param {any} alarm @param {string} since */
const wait = (alarm, since) => (Date.parse(alarm.taken_at ?? since) - Date.parse(since) < 1_000 ? null : waitText(alarm, since));

/** Return the name of the entity that an event is about. @param {any} it */
export function nameOfEntity({ kind, event: { id }, ctx, latest }) {
  if (isCard(kind) || kind === "tip" || kind === "report" || kind === "contact") return cardName({ kind, state: latest ?? ctx.board.get(id)?.state ?? { number: null } });
  if (kind === "column") return latest ? columnName(latest) : label.noun("column");
  if (kind === "file") return nameOfFile(latest);
  if (kind === "material") return materialName(latest);
  if (kind === "alarm" && latest) return alarmName(latest, ctx);
  if (kind === "distribution") return latest?.recipient ?? label.noun(kind);
  return kind === "search" ? say("the_search") : label.noun(kind);
}

/**
 * "Urgent sighting 4", by the state of an alarm.
 * @param {State} state
 * @param {any} ctx
 */
export const alarmName = ({ rule, occasion, about }, ctx) => namedAlarm({ rule, occasion, about: { ...about, number: ctx.board.get(about.id)?.state.number ?? null } });

/** @param {string} path path with its source, such as "state.holder" */
const fieldOf = (path) => path.slice(path.indexOf(".") + 1);

/** @param {State | null | undefined} state */
function nameOfFile(state) {
  return state?.caption || state?.name || label.noun("file");
}

/** @param {State | undefined} search */
const named = (search) => (search ? shortPersonName(search.person) : null);

/** Return the labels of the access before the event; [] if they are unknown, or if the event changed the kind of access. @param {any} it @returns {string[]} */
const accessBefore = ({ known, before, changes }) => (!known || changes.some((/** @type {FieldChange} */ { path }) => path === "access") ? [] : before?.members ?? []);

/** @param {string[]} ids @param {string[]} others @param {any} it */
const people = (ids, others, it) => enumeration(namesOf(ids, others, it)) || null;

/** @param {string[]} ids @param {string[]} others @param {any} it */
const namesOf = (ids, others, { ctx }) => ids.filter((id) => !others.includes(id)).map((id) => accountName(ctx.session, id));

/** Name the people whom the new step of an alarm asked. @param {any} it */
function asked({ state, before, known, ctx }) {
  const isWider = (/** @type {string} */ field) => state[field] && !before?.[field], everyone = isWider("everybody");
  const group = everyone || isWider("asked_on_duty") ? askedName({ ask: "desk", name: null, everyone }) : null;
  const names = [group, ...namesOf(state.asked, before?.asked ?? [], { ctx })].filter((name) => name !== null);
  return known ? enumeration(names) || null : null;
}

/** Name the people whom an alarm asks in another round: everybody it has asked so far. @param {any} it */
const askedAgain = (it) => (it.known ? askedFirst(it) : null);

/** Name the people whom an alarm asks when it begins; null if it asks nobody. @param {any} it */
function askedFirst({ state, ctx }) {
  const group = (/** @type {boolean} */ everyone) => askedName({ ask: "desk", name: null, everyone });
  if (state.everybody) return group(true);
  return enumeration([state.asked_on_duty ? group(false) : null, ...namesOf(state.asked, [], { ctx })].filter((name) => name !== null)) || null;
}

/** Name the texts of a handover that the event confirmed. @param {any} event @param {string} kind */
function confirmed({ changes }, kind) {
  const changed = (changes ?? []).map((/** @type {string} */ path) => path.split(".")[1]);
  return fieldsOf(rules().event_facts.carried_over.filter((path) => changed.includes(path)), kind);
}

/** @param {string[]} paths @param {string} kind */
const fieldsOf = (paths, kind) => [...new Set(paths.map((path) => within(label.field(path, kind))))].join(", ") || null;

/**
 * Put a label into a sentence: lower case, except if the language capitalises nouns.
 * @param {string} text
 */
const within = (text) => (nounsCapitalised() ? text : text.replace(/^./u, (/** @type {any} */ first) => first.toLocaleLowerCase(locale())));
