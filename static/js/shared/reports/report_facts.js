/* Facts of a report of a disappearance, in the order of the questions, for the person on the telephone and for people who read along. */

import { label } from "../../core/labels.js";
import { n, t } from "../../core/i18n.js";
import { elapsedText } from "./call_time.js";
import { valueAt } from "../../core/rules/merge_patch.js";
import { say } from "../../core/rules/sentences.js";
import { formatPath } from "../../format/values.js";
import { earlierText, inOrder } from "../../format/earlier.js";

/** Rows of the list: path of the control that the row opens, label, and paths that the row shows. @type {[string, () => string, string[]][]} */
const ROWS = [
  ["person.first_name", () => say("child"), ["person.first_name", "person.last_name", "person.age", "person.birth_date", "person.sex"]],
  ["siblings", () => label.field("siblings", "report"), ["siblings"]],
  ["missing_since", () => label.field("missing_since"), ["missing_since"]],
  ["last_seen.text", () => label.field("last_seen.text"), ["last_seen.text", "last_seen_by"]],
  ["person.description", () => t("Appearance"), ["person.description", "person.hair", "person.eyes", "person.features"]],
  ["person.height_cm", () => label.field("person.height_cm"), ["person.height_cm"]],
  ["person.clothing", () => label.field("person.clothing"), ["person.clothing"]],
  ["belongings.medication", () => label.field("belongings.medication", "report"), ["belongings.medication", "person.needs", "person.needs_until"]],
  ["belongings.phone", () => label.field("belongings.phone", "report"), ["belongings.phone", "belongings.phone_note"]],
  ["belongings.money", () => label.field("belongings.money", "report"), ["belongings.money", "belongings.money_note"]],
  ["belongings.company", () => label.field("belongings.company", "report"), ["belongings.company", "belongings.company_note"]],
  ["circumstances", () => label.field("circumstances", "report"), ["circumstances"]],
  ["may_go", () => label.field("may_go", "report"), ["may_go"]],
  ["details.languages", () => label.field("details.languages"), ["details.languages"]],
  ["police_told", () => label.field("police_told", "report"), ["police_told"]],
  ["caller_role", () => label.field("caller_role", "report"), ["caller_role", "caller_place"]],
];

/**
 * Return the rows with their texts; the text is null if nobody has asked yet.
 * @param {State} state
 * @param {{ session: Session, board: any }} ctx
 * @returns {{ path: string, name: string, text: string | null, grave: boolean }[]}
 */
export function reportFacts(state, ctx) {
  return ROWS.map(([path, name, paths]) => {
    const texts = paths.map((each) => (each === "siblings" ? (state.siblings ?? []).join(say("separator")) : formatPath(each, valueAt(state, each), ctx, "report"))).filter(Boolean);
    return { path, name: name(), text: texts.join("\u00a0· ") || null, grave: path === "belongings.medication" && state.belongings.medication === "yes" };
  });
}

/** Return the names of the criteria that are answered with yes, or suggested. @param {State} state */
export const worryingReasons = ({ criteria, suggested }) =>
  [...new Set([...Object.keys(criteria).filter((key) => criteria[key].answer === "yes"), ...suggested])].map((key) => label.criterion(key));

/** "Lina H., 12"; "a child" if nothing is known. @param {State} state */
export function childName({ person: { first_name: first, last_name: last, age } }) {
  const name = [first, last?.trim() && `${last.trim()[0].toUpperCase()}.`].filter(Boolean).join(" ");
  return [name, age === null ? "" : String(age)].filter(Boolean).join(", ") || t("a child");
}

/** "Runaway?" for a possible type; null if nothing is known. @param {State} state */
export function kindText({ kind, possible_kind: possible }) {
  if (kind) return label.kind(kind);
  return possible ? t("{kind}?", { kind: label.kind(possible) }) : null;
}

/** "Bob Claes is taking a report: 7 min"; after the call, its total length. @param {State} state @param {string} name person who takes the report */
export const callText = ({ received_at: began, ended_at: ended }, name) =>
  ended ? t("{name} took this report; the call lasted {time}", { name, time: elapsedText(began, ended) }) : t("{name} is taking a report: {time}", { name, time: elapsedText(began) });

/** Summarise earlier disappearances in one line; null if there are none. @param {State} state */
export const earlierLine = ({ earlier }) => inOrder(earlier).map(([, item]) => earlierText(item)).join(say("separator")) || null;

/** "13 of 15 known" @param {{ text: string | null }[]} facts */
export const knownText = (facts) => n("{count} of {all} known", "{count} of {all} known", facts.filter(({ text }) => text !== null).length, { all: facts.length });
