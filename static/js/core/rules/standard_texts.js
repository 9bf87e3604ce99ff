/* Titles and instructions of the standard tasks. They are stored in the language of the person who opened the search, and shown in the
   reader's; one that somebody changed is nobody's translation, and shown as it is. */

import { standardTexts } from "../i18n.js";

/** @type {{ rows: string[][] | null, shown: Map<string, string> }} */
const known = { rows: null, shown: new Map() };

/**
 * Return a stored text in the reader's language if it is that of a standard task, else as it is.
 * @template T
 * @param {T} text
 * @returns {T | string}
 */
export function standardText(text) {
  const rows = standardTexts();
  if (known.rows !== rows) Object.assign(known, { rows, shown: new Map(rows.flatMap(([shown, ...stored]) => stored.map((each) => [each, shown]))) });
  return known.shown.get(/** @type {string} */ (text)) ?? text;
}
