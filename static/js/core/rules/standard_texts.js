/* Titles and instructions of the standard tasks. They are stored in the language of the person who opened the search, and shown in the
   reader's language. A text that somebody edited has no translation and is shown as it is. */

import { standardTexts } from "../i18n.js";

/** @type {{ rows: string[][] | null, translations: Map<string, string> }} */
const cache = { rows: null, translations: new Map() };

/**
 * Translate the text of a standard task into the reader's language; return any other text unchanged.
 * @template T
 * @param {T} text
 * @returns {T | string}
 */
export function standardText(text) {
  const rows = standardTexts();
  if (cache.rows !== rows) Object.assign(cache, { rows, translations: new Map(rows.flatMap(([translation, ...stored]) => stored.map((original) => [original, translation]))) });
  return cache.translations.get(/** @type {string} */ (text)) ?? text;
}
