/* Words that are looked for in what a screen holds: all of them, anywhere in it, without capitals and accents. Pure. */

// Accents that stand alone go first: to bring thousands of them on one letter into their order takes the square of their number.
const folded = (text) => bare(bare(text).normalize("NFD")).toLowerCase();
const bare = (text) => text.replace(/\p{M}/gu, "");

/** What one typed -> its words */
export const tokenize = (text) => folded(text).split(/\s+/).filter(Boolean);

/** What a thing says (texts, numbers, and what is not there) -> one text to look in */
export const searchableText = (said) => folded(said.filter(Boolean).join(" "));

export const matchesAll = (words, text) => words.every((word) => text.includes(word));
