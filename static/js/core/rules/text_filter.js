/* Match texts against typed words: all words, anywhere, ignoring case and accents. Pure. */

// Strip combining accents before NFD: reordering thousands of them on one letter takes quadratic time.
/** @param {string} text */
const folded = (text) => bare(bare(text).normalize("NFD")).toLowerCase();
/** @param {string} text */
const bare = (text) => text.replace(/\p{M}/gu, "");

/**
 * Split typed text into words to look for.
 * @param {string} text
 */
export const tokenize = (text) => folded(text).split(/\s+/).filter(Boolean);

/**
 * Join texts and numbers, skipping empty ones, into one text to search in.
 * @param {unknown[]} said
 */
export const searchableText = (said) => folded(said.filter(Boolean).join(" "));

/** @param {string[]} words @param {string} text */
export const matchesAll = (words, text) => words.every((word) => text.includes(word));
