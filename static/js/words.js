/* Words that are looked for in what a screen holds: all of them, anywhere in it, without capitals and accents. Pure. */

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** What one typed -> its words */
export const wordsOf = (text) => folded(text).split(/\s+/).filter(Boolean);

/** What a thing says (texts, numbers, and what is not there) -> one text to look in */
export const textOf = (said) => folded(said.filter(Boolean).join(" "));

export const hasAll = (words, text) => words.every((word) => text.includes(word));
