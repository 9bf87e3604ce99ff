/* Labels of codes in the reader's language: the server stores and sends codes only. The tables are those of board/labels.py, which
   come with the translations; a label is translated when it is drawn, not when the module loads. */

import { labels, t as translate } from "./i18n.js";

/**
 * Show an unknown code (of a newer server) as it is.
 * @param {() => Record<string, string> | undefined} table
 */
const named = (table) => Object.defineProperty(
  (/** @type {any} */ code) => (Object.hasOwn(table() ?? {}, code) ? translate(/** @type {any} */ (table())[code]) : plain(code)),
  "codes", { get: () => Object.keys(table() ?? {}) },
);
/** @param {any} code */
const plain = (code) => (code === null || code === undefined ? "" : String(code).replaceAll("_", " "));

/** @param {string} path */
const valueOf = (path) => /** @type {((code: any) => string) & { readonly codes: string[] }} */ (named(() => labels().values[path]));

/**
 * Return the label of the value of a field, or null if its values have none.
 * @param {string} path
 * @param {any} code
 * @param {string} [kind] in which the path may have codes of its own
 */
const value = (path, code, kind) => (codes(path, kind).length ? named(() => tableOf(path, kind))(code) : null);

/**
 * Return the codes of a field, in menu order.
 * @param {string} path
 * @param {string} [kind]
 */
const codes = (path, kind) => Object.keys(tableOf(path, kind) ?? {});

/** @param {string} path @param {string} [kind] */
function tableOf(path, kind) {
  const { values } = labels();
  return values[`${kind}.${path}`] ?? values[path] ?? (kind ? undefined : values[Object.keys(values).find((key) => key.endsWith(`.${path}`)) ?? ""]);
}

const done = named(() => labels().done);

/** label.kind("runaway") returns "Runaway"; label.kind.codes are the codes in menu order. */
export const label = {
  kind: valueOf("search.kind"), status: valueOf("status"), role: valueOf("account.role"), column: valueOf("column.role"), channel: valueOf("channel"),
  assessment: valueOf("sighting.assessment"), queue: valueOf("sighting.queue"), priority: valueOf("priority"), condition: valueOf("outcome.condition"), how: valueOf("outcome.how"),
  access: valueOf("access"), category: valueOf("category"), answer: valueOf("criteria.answer"), decision: valueOf("worrying"), sex: valueOf("person.sex"),
  level: valueOf("appeal.level"), source_kind: valueOf("source.kind"), grade_source: valueOf("grade.source"), grade_content: valueOf("grade.content"),
  handover: valueOf("handover.status"), noun: named(() => labels().kinds),
  /** "Sighting graded": a complete text, for lists of mixed events */
  event: named(() => labels().events),
  /** "graded": as in "graded by Maria" */
  done: (/** @type {string} */ type) => done(Object.hasOwn(labels().done ?? {}, type) ? type : String(type).split(".").at(-1)),
  criterion: (/** @type {string} */ key) => field(`criteria.${key}`),
  field, value, codes,
};

/**
 * "grade.source" -> "Source grade"; "checklist.k1.done" -> "Checklist"; "criteria.under_13.answer" -> "Younger than 13".
 * @param {string} path
 * @param {any} [kind] in which the path may have a label of its own
 */
function field(path, kind) {
  const { fields } = labels(), parts = String(path).split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const part = parts.slice(0, length).join(".");
    if (length === 1 && parts[0] === "criteria" && parts[1]) return plain(parts[1]);
    const known = [`${kind}.${part}`, part].find((key) => Object.hasOwn(fields, key));
    if (known) return translate(fields[known]);
  }
  return plain(path);
}
