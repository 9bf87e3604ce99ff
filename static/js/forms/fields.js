/**
 * Definitions of the form fields: path, control, choices. Labels come from the path. Controls: text, long, number, time, date,
 * choice, person, sighting, flag, people, decision.
 */
import { t } from "../core/i18n.js";
import { fromInput, serverNow, toInput } from "../core/time.js";

const CHANNELS = ["hotline", "app", "police", "field", "social_media", "other", "unknown"];
const PRIORITIES = ["low", "normal", "urgent"];
const SOURCE_KINDS = ["named", "anonymous", "unknown"];
export const KINDS = ["runaway", "parental_abduction", "unaccompanied_minor", "third_party_abduction", "undefined"];
const CONDITIONS = ["well", "injured", "deceased", "unknown"];
const HOWS = ["came_back", "police", "sighting", "other"];
export const CRITERIA = [
  "under_13",
  "disability",
  "medication",
  "danger_to_life",
  "third_party",
  "out_of_character",
];
const ANSWERS = ["yes", "no", "unknown"];
const OLDEST = 25; // years: searches are for children and young people
const AHEAD_MS = 5 * 60_000; // tolerance for a clock that is ahead of the server's; the server has the same
const ASSESSMENTS = ["unassessed", "credible", "confirmed", "not_the_child", "unverifiable", "duplicate"];
export const LEVELS = ["none", "discreet", "posters", "public", "child_alert"];
const CATEGORIES = ["comment", "decision", "contact"];

/**
 * @param {string} path
 *
 * @param {any} [more]
 */
const text = (path, more) => ({ path, control: "text", ...more });

/**
 * @param {string} path
 *
 * @param {any} [more]
 */
const long = (path, more) => ({ path, control: "long", ...more });

/**
 * @param {string} path
 *
 * @param {any} [more]
 */
const time = (path, more) => ({ path, control: "time", ...more });

/**
 * @param {string} path
 *
 * @param {any} [more]
 */
const number = (path, more) => ({ path, control: "number", ...more });

/**
 * @param {string} path
 *
 * @param {any[]} choices
 * @param {string} names which labels the codes have
 *
 * @param {any} [more]
 */
const choice = (path, choices, names, more) => ({ path, control: "choice", choices, names, ...more });

const PLACE = [text("place.text"), number("place.lat"), number("place.lon"), number("place.radius_m")];

/** The state does not contain the value: a field left empty stays as it is. */
const PRIVATE = { isPrivate: true };
const SOURCE = [
  choice("source.kind", SOURCE_KINDS, "source_kind"),
  text("source_name", PRIVATE),
  text("source_contact", PRIVATE),
  { path: "source.sealed", control: "flag" },
];
const SEEN = time("seen_at", { now: true, past: true });

export const SIGHTING = [
  long("description", { required: true, first: true }),
  ...PLACE,
  SEEN,
  time("received_at", { past: true }),
  choice("channel", CHANNELS, "channel", { required: true }),
  text("direction"),
  text("clothing"),
  text("company"),
  ...SOURCE,
];

/** The minimum for a sighting; the other fields are under "more". */
export const SIGHTING_FIRST = [
  long("description", { required: true, first: true, label: () => t("What was seen") }),
  text("place.text", { label: () => t("Where") }),
  time("seen_at", { now: true, past: true, label: () => t("When") }),
  choice("channel", CHANNELS, "channel", { required: true }),
];

export const SIGHTING_MORE = [
  time("received_at", { past: true }),
  choice("priority", PRIORITIES, "priority"),
  ...PLACE.slice(1),
  text("direction"),
  text("clothing"),
  text("company"),
  ...SOURCE,
];

export const TASK = [
  text("title", { required: true, first: true }),
  long("instruction"),
  time("due"),
  long("result"),
  { path: "sighting", control: "sighting" },
];

export const TASK_FIRST = [text("title", { required: true, first: true }), { path: "assignee", control: "person" }, time("due")];

export const TASK_MORE = [
  long("instruction"),
  choice("priority", PRIORITIES, "priority"),
  { path: "sighting", control: "sighting" },
];

export const PERSON = [
  text("person.first_name", { required: true }),
  text("person.last_name"),
  number("person.age", { oldest: OLDEST }),
  { path: "person.birth_date", control: "date" },
  choice("person.sex", ["f", "m", "x"], "sex"),
  long("person.description"),
];

export const SEARCH = [
  ...PERSON,
  choice("kind", KINDS, "kind", { required: true }),
  text("reference"),
  time("missing_since", { required: true, past: true }),
  text("last_seen.text"),
  number("last_seen.lat"),
  number("last_seen.lon"),
  { path: "lead", control: "person" },
  ...CRITERIA.flatMap((key) => [
    choice(`criteria.${key}.answer`, ANSWERS, "answer"),
    text(`criteria.${key}.basis`, { placeholder: () => t("Basis: who says so, and when") }),
  ]),
];

export const ASSIGNEE = [{ path: "assignee", control: "person" }];

export const PRIORITY = [choice("priority", PRIORITIES, "priority", { required: true })];

export const GRADE = [
  choice("grade.source", ["A", "B", "C", "D", "E", "F"], "grade_source", { required: true, coded: true }),
  choice("grade.content", [1, 2, 3, 4, 5, 6], "grade_content", { required: true, coded: true, number: true }),
  text("reason"),
];

export const ASSESSMENT = [
  choice("assessment", ASSESSMENTS, "assessment", { required: true }),
  { path: "duplicate_of", control: "sighting" },
  text("reason"),
];

export const NOTE = [
  long("text", { required: true, label: () => t("What happened, or was said") }),
  choice("category", CATEGORIES, "category", { required: true }),
  time("happened_at", { now: true, past: true }),
  text("corrects"),
];

export const REASON = [text("reason", { first: true })];

export const ITEM = [text("text", { required: true })];

export const COLUMN_TITLE = [text("title", { first: true })];

export const COLUMN = [...COLUMN_TITLE, choice("role", ["inbox", "todo", "doing", "waiting", "done"], "column", { required: true })];

export const ACCESS = [
  choice("access", ["desk", "members"], "access", { required: true }),
  { path: "members", control: "people" },
];

export const OUTCOME = [
  time("outcome.found_at", { required: true, now: true, past: true }),
  text("outcome.place"),
  choice("outcome.condition", CONDITIONS, "condition", { required: true }),
  choice("outcome.how", HOWS, "how", { required: true }),
  text("outcome.confirmed_by"),
  { path: "outcome.family_told", control: "flag" },
  { path: "outcome.police_told", control: "flag" },
];

/** Like OUTCOME, for a child that was found already: with a description of the finding, and a reason for the correction. */
export const OUTCOME_CORRECTED = [...OUTCOME, long("outcome.reason"), text("reason")];

/** null is a choice too: not decided. */
export const WORRYING = [{ path: "worrying", control: "decision" }, text("basis", { required: true })];

export const APPEAL = [
  choice("appeal.level", LEVELS, "level", { required: true }),
  time("appeal.from", { now: true }),
  time("appeal.until"),
  text("reason"),
];

export const STATUS = [choice("status", ["open", "found", "closed"], "status", { required: true }), long("reason", { required: true }), long("acknowledge", { rows: 2 })];

/**
 * Return the content of the control for a value of the state.
 * @param {any} field
 *
 * @param {any} value
 */
export function toRaw(field, value) {
  if (field.control === "flag") return value === true;
  if (field.control === "people") return value ?? [];
  if (value === null || value === undefined) return "";
  if (field.control === "time") return toInput(value);
  return String(value);
}

/**
 * Return the key of the error text for a readable value, or null.
 * @param {any} field
 *
 * @param {any} value
 */
export function fieldProblem(field, value) {
  if (value === null || value === "") return field.required ? "required" : null;
  if (field.past && Date.parse(value) > serverNow().getTime() + AHEAD_MS) return "future";
  if (field.oldest && !(Number.isInteger(value) && value >= 0 && value <= field.oldest)) return "age";
  return null;
}

/**
 * Return the value for the command; undefined if the input can't be read.
 * @param {any} field
 *
 * @param {any} raw
 */
export function fromRaw(field, raw) {
  if (field.control === "flag" || field.control === "people") return raw;
  if (field.control === "decision") return raw === "" ? null : raw === "true";
  const typed = raw.trim();
  if (typed === "") return null;
  if (field.control === "time") return fromInput(typed) ?? undefined;
  if (field.control !== "number" && !field.number) return field.control === "long" ? raw.trimEnd() : typed;
  const value = Number(typed.replace(",", "."));
  return Number.isFinite(value) ? value : undefined;
}
