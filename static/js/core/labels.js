/* Labels of codes in the reader's language: the server stores and sends only codes. The tables of board/labels.py arrive with the
   translations, so a label is translated when it is drawn, not when the module loads. */

import { labels, t as translate } from "./i18n.js";

/**
 * Return a function from code to label; an unknown code (of a newer server) is shown as it is.
 * @param {() => Record<string, string> | undefined} table
 */
const labeller = (table) => Object.defineProperty(
  (/** @type {any} */ code) => (Object.hasOwn(table() ?? {}, code) ? translate(/** @type {any} */ (table())[code]) : readableCode(code)),
  "codes", { get: () => Object.keys(table() ?? {}) },
);
/** @param {any} code */
const readableCode = (code) => (code === null || code === undefined ? "" : String(code).replaceAll("_", " "));

/** @param {string} path */
const valueLabeller = (path) => /** @type {((code: any) => string) & { readonly codes: string[] }} */ (labeller(() => labels().values[path]));

/**
 * Return the label of a field's value, or null if the field has no labels.
 * @param {string} path
 * @param {any} code
 * @param {string} [kind] kind that may have its own codes for the path
 */
const value = (path, code, kind) => (codes(path, kind).length ? labeller(() => findTable(path, kind))(code) : null);

/**
 * Return the codes of a field, in menu order.
 * @param {string} path
 * @param {string} [kind]
 */
const codes = (path, kind) => Object.keys(findTable(path, kind) ?? {});

/** @param {string} written @param {string} [kind] */
function findTable(written, kind) {
  const { values } = labels(), path = written.startsWith("content.typed_in.") ? "languages" : written.replace("appeal.before.", "appeal.").replace(/^(reports|links)\.[^.]+\./, "$1.*.");
  return values[`${kind}.${path}`] ?? values[path] ?? (kind ? undefined : values[Object.keys(values).find((key) => key.endsWith(`.${path}`)) ?? ""]);
}

const participle = labeller(() => labels().done);

/** label.kind("runaway") returns "Runaway"; label.kind.codes are the codes in menu order. */
export const label = {
  kind: valueLabeller("search.kind"), status: valueLabeller("status"), role: valueLabeller("account.role"), column: valueLabeller("column.role"), channel: valueLabeller("channel"),
  assessment: valueLabeller("sighting.assessment"), queue: valueLabeller("sighting.queue"), priority: valueLabeller("priority"), condition: valueLabeller("outcome.condition"), how: valueLabeller("outcome.how"),
  access: valueLabeller("access"), category: valueLabeller("category"), answer: valueLabeller("criteria.answer"), decision: valueLabeller("worrying"), sex: valueLabeller("person.sex"),
  level: valueLabeller("appeal.level"), source_kind: valueLabeller("source.kind"), grade_source: valueLabeller("grade.source"), grade_content: valueLabeller("grade.content"),
  handover: valueLabeller("handover.status"), place: valueLabeller("place_kind"), noun: labeller(() => labels().kinds),
  /** "Sighting graded": complete, for lists of mixed events */
  event: labeller(() => labels().events),
  /** "graded", as in "graded by Maria" */
  done: (/** @type {string} */ type) => participle(Object.hasOwn(labels().done ?? {}, type) ? type : String(type).split(".").at(-1)),
  criterion: (/** @type {string} */ key) => field(`criteria.${key}`),
  field, value, codes,
};

/**
 * "grade.source" -> "Source grade"; "checklist.k1.done" -> "Checklist"; "criteria.under_13.answer" -> "Younger than 13".
 * @param {string} path
 * @param {any} [kind] kind that may have its own label for the path
 */
function field(path, kind) {
  const { fields } = labels(), parts = String(path).split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const part = parts.slice(0, length).join("."), member = [...parts.slice(0, length - 1), "*"].join(".");
    if (length === 1 && parts[0] === "criteria" && parts[1]) return readableCode(parts[1]);
    const labelKey = [`${kind}.${part}`, part, member].find((key) => Object.hasOwn(fields, key));
    if (labelKey) return translate(fields[labelKey]);
  }
  return readableCode(path);
}
