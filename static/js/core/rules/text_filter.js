/* Match texts against typed words: each word must occur, ignoring case and accents. Pure. */

// Remove combining accents before NFD, which needs quadratic time to reorder thousands of them on one letter.
/** @param {string} text */
const fold = (text) => removeAccents(removeAccents(text).normalize("NFD")).toLowerCase();
/** @param {string} text */
const removeAccents = (text) => text.replace(/\p{M}/gu, "");

/**
 * Split typed text into search words.
 * @param {string} text
 */
export const tokenize = (text) => fold(text).split(/\s+/).filter(Boolean);

/**
 * Join texts and numbers into one searchable text; empty ones are skipped.
 * @param {unknown[]} values
 */
export const searchableText = (values) => fold(values.filter(Boolean).join(" "));

/** @param {string[]} terms @param {string} text */
export const matchesAll = (terms, text) => terms.every((word) => text.includes(word));
