/** Values of states as texts for people: without ids, codes or ISO times. */
import { enumeration, locale, number, t } from "../core/i18n.js";
import { say, withColon } from "../core/rules/sentences.js";
import { isInternal, otherFields, readingOf } from "../core/rules/kinds.js";
import { valueAt } from "../core/rules/merge_patch.js";
import { label } from "../core/labels.js";
import { standardText } from "../core/rules/standard_texts.js";
import { date } from "../core/time.js";
import { foundCondition, sexOf } from "./agreement.js";
import { earlierText, inOrder } from "./earlier.js";
import { shortPersonName } from "./search_list.js";
import { formatMoment } from "./time_elements.js";

const STANDARD = new Set(["title", "instruction"]); // fields of a standard task
const ANSWER = /^criteria\.\w+$/, EARLIER = /^earlier\.\w+$/, ITEM = /^checklist\.\w+$/;
const RAW_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, RAW_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/; // in fields of a newer server

/**
 * Formatters, by the reading of a field.
 * @type {Record<string, (value: any, ctx: { session: Session, board: any }) => string | null>}
 */
const READERS = {
  time: (value) => formatMoment(value),
  date: (value) => date(`${value}T12:00:00Z`),
  person: (value, { session }) => accountName(session, value),
  people: (value, { session }) => enumeration(value.map((/** @type {string} */ id) => accountName(session, id))),
  card: (value, { board }) => cardName(board.get(value)),
  cards: (value, { board }) => value.map((/** @type {string} */ id) => pinnedName(board.get(id))).join(", "),
  column: (value, { board }) => columnName(board.get(value)?.state),
  file: (value, { board }) => fileName(board.get(value)),
  material: (value, { board }) => materialName(board.get(value)?.state),
  note: () => label.noun("note"),
  search: (value, { board }) => searchName(searchState(board, value)),
};

/**
 * @param {string} path
 * @param {any} value
 * @param {{ session: Session, board: any }} ctx
 * @param {string} [kind] kind that may have its own labels for the path
 * @returns {string | null} null for an unset value
 */
export function formatPath(path, value, ctx, kind) {
  if (path === "worrying") return label.decision(value ?? null); // "nobody has decided" has a label too
  if (value === null || value === undefined || value === "") return null;
  const reader = READERS[readingOf(path, kind) ?? ""];
  if (reader) return reader(value, ctx) || null;
  if (path.startsWith("restatements.") && typeof value === "boolean") return label.value("restatements.correct", value);
  if (typeof value === "boolean") return value ? say("yes") : say("no");
  if (path === "earlier") return inOrder(value).map(([, item]) => earlierText(item)).join(say("separator")) || null;
  if (EARLIER.test(path)) return earlierText(value) || null;
  if (ITEM.test(path)) return `${value.done ? "☑" : "☐"} ${value.text}`;
  if (ANSWER.test(path)) return value.basis ? `${label.answer(value.answer)} (${value.basis})` : label.answer(value.answer);
  if (path.startsWith("criteria.") && path.endsWith(".answer")) return label.answer(value);
  if (path.startsWith("grade.")) return `${value} (${label.value(path, value)})`;
  if (path === "outcome.condition") return foundCondition(value, sexOf(ctx.board));
  if (STANDARD.has(path)) return standardText(value);
  if (Array.isArray(value)) return value.map((item) => label.value(path, item, kind) ?? item).join(", ") || null;
  if (typeof value === "object") return "lat" in value ? placeName(value) : groupText(path, value, ctx, kind);
  return label.value(path, value, path === "priority" ? "task" : kind) ?? formatUnlabelled(value, ctx);
}

/** @param {any} value @param {{ session: Session }} ctx */
function formatUnlabelled(value, { session }) {
  if (typeof value === "number") return value.toLocaleString(locale(), { useGrouping: false, maximumFractionDigits: 20 });
  if (RAW_TIME.test(value)) return formatMoment(value);
  return RAW_ID.test(value) ? session.accounts.get(value)?.name ?? say("not_shown") : String(value);
}

/**
 * @param {string} path
 * @param {object} group
 * @param {{ session: Session, board: any }} ctx
 * @param {string} [kind]
 */
function groupText(path, group, ctx, kind) {
  const visible = Object.entries(group).filter(([name]) => !kind || !isInternal(`${path}.${name}`, kind));
  return visible.map(([name, value]) => formatPath(`${path}.${name}`, value, ctx, kind)).filter((text) => text !== null).join(", ") || null;
}

/**
 * Return the state of a search by its id, which other entities may share.
 * @param {any} board
 * @param {string | undefined} id
 */
export const searchState = (board, id) => [board?.one?.("search", id), board?.get(id)].find((entity) => entity?.state?.person)?.state;

/** @param {State | undefined} search */
const searchName = (search) => (search ? [shortPersonName(search.person), search.reference].filter(Boolean).join(" · ") : label.noun("search"));

/**
 * "Poster (FR, NL)"
 * @param {State | null | undefined} material
 */
export const materialName = (material) =>
  material?.what ? `${label.value("what", material.what, "material")} (${material.languages.map((/** @type {string} */ language) => language.toUpperCase()).join(", ")})` : label.noun("material");

/** @param {Entity | null | undefined} file */
const fileName = (file) => file?.state.caption || file?.state.name || say("yes");

/** @param {any} field @param {any} value @param {any} ctx */
export const formatField = (field, value, ctx) => formatPath(field.path, value, ctx, field.kind);

/**
 * Return the label and the text of each field of an entity, without the fields that are shown separately.
 * @param {string} kind kind without cards
 * @param {any} state
 * @param {any} ctx
 * @param {...string} shown paths of the fields that are shown separately
 * @returns {[string, string][]}
 */
export function otherValues(kind, state, ctx, ...shown) {
  const values = otherFields(kind, shown).map((field) => [label.field(field.path, kind), formatField(field, valueAt(state, field.path), ctx)]);
  return /** @type {[string, string][]} */ (values.filter(([, text]) => text !== null));
}

/** @param {[string, string]} value */
export const labelled = ([name, text]) => `${withColon(name)} ${text}`;

/** @param {Session} session @param {string | null} id */
export function accountName(session, id) {
  return session.accounts.get(id ?? "")?.name ?? say("someone");
}

/** @param {State | null | undefined} column */
export function columnName(column) {
  return column ? column.title ?? label.column(column.role) : say("no_column");
}

/** @type {Record<string, (number: number) => string>} */
const NUMBERED = {
  sighting: (number) => say("sighting", { number }), task: (number) => t("Task {number}", { number }), tip: (number) => t("Tip {number}", { number }),
  report: (number) => say("report", { number }),
};
/** @type {Record<string, () => string>} */
const NEW = { sighting: () => t("New sighting"), task: () => t("New task") };

/**
 * Keep the number of a name on the same line as its noun.
 * @param {string} name
 */
export const withNumber = (name) => name.replace(/ (?=\d)/, "\u00a0");

/** @param {any} entity */
export function cardName(entity) {
  if (!entity) return say("not_on_board");
  const { kind, state: { number } } = entity;
  if (number === null || number === undefined) return kindName(kind);
  return withNumber(NUMBERED[kind]?.(number) ?? say("numbered", { kind: kindName(kind), number }));
}

/** @param {string} kind */
export const newCardName = (kind) => NEW[kind]?.() ?? t("New: {kind}", { kind: kindName(kind) });

/**
 * "Gent-Zuid · 51.04000, 3.73000 · ± 50 m"
 * @param {{ text: string, lat: any, lon: any, radius_m: any }} place
 */
function placeName({ text, lat, lon, radius_m: radius }) {
  return [text, pointName({ lat, lon, radius_m: radius })].filter(Boolean).join(" · ") || null;
}

/**
 * "51.05000, 3.73000 · ± 50 m": a place without its name.
 * @param {{ lat: any, lon: any, radius_m?: any }} place
 */
export function pointName({ lat, lon, radius_m: radius }) {
  return [lat === null ? null : pointText(lat, lon), radius && `±\u00a0${distance(radius)}`].filter(Boolean).join(" · ") || null;
}

/**
 * "51.04708, 3.73019": to a metre, the stored precision.
 * @param {string | number} lat
 * @param {string | number} lon
 */
export const pointText = (lat, lon) => [lat, lon].map((coordinate) => Number(coordinate).toFixed(5)).join(",\u00a0");

/**
 * "Certainty: not sure": the team's certainty that the child is not at a place; null if it is unknown.
 * @param {string} code
 */
export const certaintyText = (code) => (code === "unknown" ? null : `${withColon(label.field("certainty", "place"))} ${label.value("certainty", code, "place")}`);

/**
 * "50 m", "2 km"
 * @param {number} metres
 */
export function distance(metres) {
  const text = metres >= 1000 ? say("km", { km: number(Math.round(metres / 100) / 10) }) : say("metres", { m: Math.round(metres) });
  return text.replace(" ", "\u00a0"); // keeps number and unit on one line
}

/** @param {any} entity */
const pinnedName = (entity) => (entity?.kind === "note" ? label.noun("note") : cardName(entity));

/** @param {string} kind */
export const kindName = (kind) => label.noun(kind);
