/** Format values of states as people read them. */
import { number, t } from "../core/i18n.js";
import { controlOf } from "../core/kinds.js";
import { label } from "../core/labels.js";
import { standardText } from "../core/standard_texts.js";
import { foundCondition, sexOf } from "./agreement.js";
import { earlierText, inOrder } from "./earlier.js";
import { formatMoment } from "./time_elements.js";

const ACCOUNTS = /^(holder|outgoing|prepared_by|ended_by|approved_by|added_by|taken_by|before)$|\.(by|done_by)$/; // written by the server, like the times
const EARLIER = /^earlier\.\w+$/;
const PHOTOS = new Set(["photo", "public_photo"]); // files, by id
const ITEM = /^checklist\.\w+$/;
const STANDARD = new Set(["title", "instruction"]); // of a standard task
const TIMES = /(^|\.)(\w+_at|\w+\.at|due|\w+_since|from|until|since)$/;

/**
 * @param {string} path
 * @param {any} value
 * @param {{ session: Session, board: any }} given
 * @param {string} [kind] in which the path may have labels of its own
 * @returns {string | null} null for a value that is not set
 */
export function formatPath(path, value, { session, board }, kind) {
  if (path === "worrying") return label.decision(value ?? null); // "nobody has decided" has a label too
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  const control = controlOf(path);
  if (control === "time" || TIMES.test(path)) return formatMoment(value);
  if (control === "person" || ACCOUNTS.test(path)) return accountName(session, value);
  if (control === "people") return value.map((/** @type {string} */ id) => accountName(session, id)).join(", ") || null;
  if (path === "pinned") return value.map((/** @type {string} */ id) => pinnedName(board.get(id))).join(", ") || null;
  if (path === "earlier") return inOrder(value).map(([, item]) => earlierText(item)).join("; ") || null;
  if (EARLIER.test(path)) return earlierText(value) || null;
  if (ITEM.test(path)) return `${value.done ? "☑" : "☐"} ${value.text}`;
  if (path === "column") return columnName(board.get(value)?.state);
  if (control === "card") return cardName(board.get(value));
  if (PHOTOS.has(path)) return fileName(board.get(value));
  if (path.startsWith("criteria.") && path.endsWith(".answer")) return label.answer(value);
  if (path.startsWith("grade.")) return `${value} · ${label.value(path, value)}`;
  if (path === "outcome.condition") return foundCondition(value, sexOf(board));
  if (STANDARD.has(path)) return standardText(value);
  if (typeof value !== "object") return label.value(path, value, kind) ?? String(value);
  return "lat" in value ? placeName(value) : Object.values(value).filter((part) => part !== null).join(", ") || null;
}

/** @param {Entity | null | undefined} file */
const fileName = (file) => file?.state.caption || file?.state.name || t("yes");

/** @param {any} field @param {any} value @param {any} ctx */
export const formatField = (field, value, ctx) => formatPath(field.path, value, ctx, field.kind);

/** @param {Session} session @param {string | null} id */
export function accountName(session, id) {
  return session.accounts.get(id ?? "")?.name ?? t("Someone");
}

/** @param {State | null | undefined} column */
export function columnName(column) {
  return column ? column.title ?? label.column(column.role) : t("a column that no longer exists");
}

/** @type {Record<string, (number: number) => string>} */
const NUMBERED = {
  sighting: (number) => t("Sighting {number}", { number }), task: (number) => t("Task {number}", { number }), tip: (number) => t("Tip {number}", { number }),
};
/** @type {Record<string, () => string>} */
const NEW = { sighting: () => t("New sighting"), task: () => t("New task") };

/**
 * Keep the number of a name on the line of its noun.
 * @param {string} name
 */
export const withNumber = (name) => name.replace(/ (?=\d)/, "\u00a0");

/** @param {any} entity */
export function cardName(entity) {
  if (!entity) return t("a card that is not on the board");
  const { kind, state: { number } } = entity;
  if (number === null || number === undefined) return kindName(kind);
  return withNumber(NUMBERED[kind]?.(number) ?? t("{kind} {number}", { kind: kindName(kind), number }));
}

/** @param {string} kind */
export const newCardName = (kind) => NEW[kind]?.() ?? t("New: {kind}", { kind: kindName(kind) });

/**
 * "Gent-Zuid · 51.04000, 3.73000 · ± 50 m"
 * @param {{ text: string, lat: any, lon: any, radius_m: any }} given
 */
function placeName({ text, lat, lon, radius_m: radius }) {
  return [text, pointName({ lat, lon, radius_m: radius })].filter(Boolean).join(" · ") || null;
}

/**
 * "51.05000, 3.73000 · ± 50 m": what is less than the name of a place.
 * @param {{ lat: any, lon: any, radius_m?: any }} given
 */
export function pointName({ lat, lon, radius_m: radius }) {
  return [lat === null ? null : pointText(lat, lon), radius && `±\u00a0${distance(radius)}`].filter(Boolean).join(" · ") || null;
}

/**
 * "51.04708, 3.73019": to a metre, as places are stored.
 * @param {string | number} lat
 * @param {string | number} lon
 */
export const pointText = (lat, lon) => [lat, lon].map((each) => Number(each).toFixed(5)).join(",\u00a0");

/**
 * "50 m", "2 km"
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
