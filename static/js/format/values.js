/** Format values of states as people read them. */
import { number, t } from "../core/i18n.js";
import { label } from "../core/labels.js";
import { formatMoment } from "./time_elements.js";

const ACCOUNTS = new Set(["assignee", "lead", "holder", "outgoing", "incoming", "prepared_by", "ended_by", "before", "keeper"]);
const ITEM = /^checklist\.\w+$/;
const TIMES = /(^|\.)(\w+_at|due|missing_since|from|until|since)$/;

// path -> set of labels for its codes
/** @type {Record<string, any>} */
const CODES = {
  channel: "channel",
  priority: "priority",
  assessment: "assessment",
  kind: "kind",
  status: "status",
  access: "access",
  category: "category",
  role: "column",
  "source.kind": "source_kind",
  "person.sex": "sex",
  "appeal.level": "level",
  "outcome.condition": "condition",
  "outcome.how": "how",
  "grade.source": "grade_source",
  "grade.content": "grade_content",
};

/**
 * @param {string} path
 *
 * @param {any} value
 * @param {{ session: Session, board: any }} given
 * @returns {string | null} null for a value that is not set
 */
export function formatPath(path, value, { session, board }) {
  if (path === "worrying") return label.decision(value ?? null); // "nobody has decided" has a label too
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (TIMES.test(path)) return formatMoment(value);
  if (ACCOUNTS.has(path)) return accountName(session, value);
  if (path === "members") return value.map((/** @type {string} */ id) => accountName(session, id)).join(", ") || null;
  if (path === "pinned") return value.map((/** @type {string} */ id) => pinnedName(board.get(id))).join(", ") || null;
  if (ITEM.test(path)) return `${value.done ? "☑" : "☐"} ${value.text}`;
  if (path === "column") return columnName(board.get(value)?.state);
  if (path === "sighting" || path === "duplicate_of" || path === "card") return cardName(board.get(value));
  if (path.startsWith("criteria.") && path.endsWith(".answer")) return label.answer(value);
  if (path.startsWith("grade.")) return `${value} · ${/** @type {any} */ (label)[CODES[path]](value)}`;
  if (CODES[path]) return /** @type {any} */ (label)[CODES[path]](value);
  if (path === "place" || path === "last_seen") return placeName(value);
  if (typeof value === "object") return Object.values(value).filter((part) => part !== null).join(", ") || null;
  return String(value);
}

/**
 * @param {any} field
 *
 * @param {any} value
 * @param {any} ctx
 */
export const formatField = (field, value, ctx) => formatPath(field.path, value, ctx);

/**
 *
 * @param {Session} session
 * @param {string} id
 */
export function accountName(session, id) {
  return session.accounts.get(id)?.name ?? t("Somebody");
}

/**
 * @param {State | null | undefined} column */
export function columnName(column) {
  return column ? column.title ?? label.column(column.role) : t("a column that is gone");
}

/** @param {any} entity */
export function cardName(entity) {
  if (!entity) return t("a card that is gone");
  if (entity.state.number === null || entity.state.number === undefined) return kindName(entity.kind);
  return entity.kind === "sighting"
    ? t("Sighting {number}", { number: entity.state.number })
    : t("Task {number}", { number: entity.state.number });
}

/**
 * "Gent-Zuid · 51.04, 3.73 · ± 50 m"
 * @param {{ text: string, lat: any, lon: any, radius_m: any }} given
 */
export function placeName({ text, lat, lon, radius_m: radius }) {
  const point = lat === null ? null : `${lat}, ${lon}`;
  return [text, point, radius && `±\u00a0${distance(radius)}`].filter(Boolean).join(" · ") || null;
}

/**
 * "50 m", "2 km"
 *
 * @param {number} metres
 */
export function distance(metres) {
  const text = metres >= 1000 ? t("{km} km", { km: number(Math.round(metres / 100) / 10) }) : t("{m} m", { m: Math.round(metres) });
  return text.replace(" ", "\u00a0"); // keeps number and unit on one line
}

/** @param {any} entity */
const pinnedName = (entity) => (entity?.kind === "note" ? label.noun("note") : cardName(entity));

/** @param {string} kind */
export const kindName = (kind) => label.noun(kind);
