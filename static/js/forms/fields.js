/**
 * Definitions of form fields that need more than the declaration of their kind (core/rules/kinds.js). They are created when a form is
 * drawn, because declarations arrive with the translations. The path determines labels and choices.
 */
import { conditionKeys } from "../core/rules/appeal_rules.js";
import { detailPaths } from "../core/rules/kind_fields.js";
import { field, otherFields, partsOf } from "../core/rules/kinds.js";
import { serverNow } from "../core/time.js";
import { rules, t } from "../core/i18n.js";
import { label } from "../core/labels.js";
import { standardText } from "../core/rules/standard_texts.js";
import { isDate } from "./parse_date.js";
import { timeOf } from "./time_value.js";

const OLDEST = 25; // years: searches are for children and young people
const HEIGHTS = [30, 230]; // cm; same as the server
const AHEAD_MS = 5 * 60_000; // tolerance for a clock ahead of the server's; same as the server

/** @param {string} path @param {Record<string, unknown>} [options] */
const text = (path, options) => ({ path, control: "text", ...options });
/** @param {string} path @param {Record<string, unknown>} [options] */
const choice = (path, options) => ({ path, control: "choice", required: true, ...options });
/** @param {string} path */
const flag = (path) => ({ path, control: "flag" });

const FACTS = [
  "person.first_name", "person.last_name", "person.age", "person.birth_date", "person.sex", "person.height_cm", "person.build", "person.hair",
  "person.eyes", "person.features", "person.description", "person.clothing", "person.needs", "person.needs_until", "kind", "reference", "missing_since",
  "last_seen.text", "last_seen.lat", "last_seen.lon", "lead",
];

/** @type {Record<string, Record<string, unknown>>} */
const FACT_OPTIONS = {
  "person.age": { range: [0, OLDEST], outOfRange: "age" },
  "person.height_cm": { range: HEIGHTS, outOfRange: "height" },
  "person.needs": { placeholder: () => t("Medicine, an inhaler…") },
  "details.papers": { placeholder: () => t("Which documents, and who has them") },
  "details.vehicle_plate": { placeholder: () => "1-ABC-123" },
};

/**
 * Return the paths of the facts of a search, except `excluded` and the details of its type, in declaration order.
 * @param {...string} excluded
 */
export const otherFacts = (...excluded) => otherFields("search", excluded).map(({ path }) => path).filter((path) => !path.startsWith("details.") && !path.startsWith("last_seen."));

export const facts = () => [
  ...[...FACTS, ...otherFacts(...FACTS)].map((path) => field("search", path, FACT_OPTIONS[path])),
  ...detailPaths().map((path) => field("search", path, FACT_OPTIONS[path])),
  { path: "earlier", control: "earlier" },
  ...rules().criteria.flatMap((key) => [
    choice(`criteria.${key}.answer`, { required: false, codes: "criteria.answer" }),
    text(`criteria.${key}.basis`, { placeholder: () => t("Basis: who says so, and when") }),
  ]),
];

export const assignee = () => [{ path: "assignee", control: "person" }];

/** @param {string} name name of the kind */
export const priority = (name) => [field(name, "priority", { required: true })];

export const grade = () => [choice("grade.source", { coded: true }), choice("grade.content", { coded: true, number: true }), text("reason")];

export const assessment = () => [choice("assessment"), field("sighting", "duplicate_of"), text("reason")];

export const passOn = () => [
  field("sighting", "passed_on.to", { required: true, placeholder: () => t("Local police Ghent, duty officer") }), field("sighting", "passed_on.at"),
  field("sighting", "passed_on.reference", { placeholder: () => t("If they gave one") }),
];

/** The languages of a material are flags below `languages`; its contents are flags below `shows`. */
export const approval = () => [
  field("material", "what"), ...label.codes("languages", "material").map((code) => flag(`languages.${code}`)), ...label.codes("shows", "material").map((code) => flag(`shows.${code}`)),
  text("place", { label: () => t("Place as shown") }), { path: "words", control: "decisions", label: () => t("Texts as printed") }, ...label.codes("languages", "material").map((code) => field("material", `texts.${code}`, { rows: 2 })),
  ...decision(),
];

/** Fields of the decision on a material, without those for its contents: until when, who decided, and so on. */
export const decision = () => otherFields("material", ["what", "decision.name", ...label.codes("languages", "material").map((code) => `texts.${code}`)], {
  until: { ahead: true }, decided_by: { placeholder: () => t("Police, prosecutor or family: name") },
});

export const distribution = () => [
  choice("material", { required: true }), { path: "recipients", control: "long", required: true, rows: 5, label: () => t("Recipients, one per line") },
  ...otherFields("distribution", ["recipient"]),
];

export const note = () => [
  ...otherFields("note", ["card"], {
    text: { label: () => t("What happened or was said") }, please_answer: { label: () => t("Answer needed: an alarm for those mentioned") },
  }),
  text("corrects"),
];

/** Fields of a contact, including the confidential details, which states do not contain. @param {number} phones */
export const contact = (phones) => [
  ...otherFields("contact", ["phones", "email", "note"]),
  ...Array.from({ length: phones }, (_, index) => [
    text(`phones.${index}.number`, { private: true, label: () => t("Telephone"), placeholder: () => "0470 12 34 56, +33 1 23 45 67 89" }),
    text(`phones.${index}.label`, { private: true, label: () => t("When or where"), placeholder: () => t("mobile, first") }),
  ]).flat(),
  text("email", { private: true, kind: "contact" }), { path: "note", control: "long", private: true, rows: 2, label: () => label.field("note", "contact") },
];

export const call = () => [
  choice("result"), { ...flag("incoming"), label: () => t("They called us") },
  { path: "text", control: "long", required: true, rows: 2, label: () => t("What was said and agreed") },
  { path: "next_call", control: "time", kind: "contact", ahead: true }, { path: "assignee", control: "person", label: () => t("Next call by") },
  { path: "happened_at", control: "time", past: true, label: () => t("When (empty: now)") },
];

/** Fields of a file, without its card and its time, which are set when it is attached. */
export const file = () => otherFields("file", ["card", "taken_at"]);

export const reason = () => [text("reason", { autofocus: true })];

export const item = () => [text("text", { required: true })];

export const columnTitle = () => [text("title", { autofocus: true })];

export const column = () => [...columnTitle(), choice("role")];

export const access = () => [choice("access"), { path: "members", control: "people" }];

/** Fields of the outcome. The account of what happened is the reason of the status. */
export const outcome = () => partsOf("search", "outcome").filter(({ path }) => path !== "outcome.reason");

/** Like `outcome`, for a child that was already found: adds a description of the finding and a reason for the correction. */
export const correctedOutcome = () => [...partsOf("search", "outcome"), text("reason")];

/** null is a valid choice: not decided. */
export const worrying = () => [{ path: "worrying", control: "decision" }, text("basis", { required: true }), ...deciders("worrying_decided_by", "decided_by")];

/** Fields of a decision, as a part of a search, below another path in the form. @param {string} group @param {string} path */
const deciders = (group, path) => partsOf("search", group).map((part) => ({ ...part, label: () => label.field(part.path, "search"), codes: part.path, path: path + part.path.slice(group.length) }));

export const appeal = () => [
  ...partsOf("search", "appeal"), text("reason"),
  ...conditionKeys().flatMap((key) => [flag(`appeal.met.${key}`), text(`appeal.conditions.${key}`, { placeholder: () => t("On what basis?") })]),
];

/** Fields of the talk with a child. States do not contain the answers. */
export const talk = () => [
  ...partsOf("search", "talk").map((part) => ({ ...part, private: true, rows: 2 })),
  { ...flag("talk_kept.offered"), label: () => t("Offer this at the child’s next disappearance, to those who work on it") },
];

export const goal = () => partsOf("search", "goal", {
  "goal.text": { control: "long", autofocus: true, placeholder: () => t("What to find out next") }, "goal.until": { ahead: true },
});

export const status = () => [
  choice("status"), { path: "reason", control: "long", required: true }, { path: "acknowledge", control: "long", rows: 2 },
];

/**
 * Convert a value of the state to the content of its control.
 * @param {any} field
 * @param {any} value
 */
export function toRaw(field, value) {
  if (field.control === "flag") return value === true;
  if (field.control === "people") return value ?? [];
  if (field.control === "earlier") return {}; // edits as a merge patch: none yet
  if (field.control === "list") return (value ?? []).join("\n");
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join("\n") : standardText(String(value));
}

/**
 * Convert a value of a command to the content of its control.
 * @param {any} field
 * @param {any} value
 */
export const dataToRaw = (field, value) => (field.control === "earlier" ? value ?? {} : field.control === "decisions" ? JSON.stringify(value ?? []) : toRaw(field, value));

/**
 * Return the key of the error text for a readable value, or null.
 * @param {any} field
 * @param {any} value
 */
export function fieldProblem(field, value) {
  if (value === null || value === "") return field.required ? "required" : null;
  if (field.past && Date.parse(value) > serverNow().getTime() + AHEAD_MS) return "future";
  if (field.ahead && Date.parse(value) < serverNow().getTime()) return "passed";
  if (field.range && !(Number.isInteger(value) && value >= field.range[0] && value <= field.range[1])) return field.outOfRange;
  return null;
}

/**
 * Convert the content of a control to the value for the command; undefined if it can't be parsed.
 * @param {any} field
 * @param {any} raw
 */
export function fromRaw(field, raw) {
  if (field.control === "flag" || field.control === "people") return raw;
  if (field.control === "earlier") return Object.keys(raw).length ? raw : null;
  if (field.control === "list") return linesOf(raw);
  if (field.control === "decision") return raw === "" ? null : raw === "true";
  if (field.control === "time") return timeOf(raw);
  const typed = raw.trim();
  if (typed === "") return null;
  if (field.control === "date") return isDate(typed) ? typed : undefined;
  if (field.control !== "number" && !field.number) return field.control === "long" ? raw.trimEnd() : typed;
  const value = Number(typed.replace(",", "."));
  return Number.isFinite(value) ? value : undefined;
}

/**
 * Return the distinct lines of a list; null if there are none.
 * @param {string} raw
 */
function linesOf(raw) {
  const lines = [...new Set(raw.split("\n").map((line) => line.trim()).filter(Boolean))];
  return lines.length ? lines : null;
}
