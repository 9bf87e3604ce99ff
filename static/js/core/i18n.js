/* Translate texts into the reader's language, out of a catalogue that has the labels of codes too (labels.js). The msgid is the
   English text, so the messages of English are empty. */

import { get, orNull } from "./connection/api.js";

const CONTEXT_END = "\x04"; // between the context and the text in the key of a catalogue, as gettext has it
/** @typedef {{ [code: string]: string }} Texts */
/** @typedef {{ path: string, command: string, role: Role, words: string, refusal: string }} DeclaredPage */
/** @typedef {{ language: string, locale: string, nouns_capitalised: boolean, messages: { [msgid: string]: string | string[] }, labels: { kinds: Texts, fields: Texts, values: { [path: string]: Texts }, events: Texts, done: Texts }, kinds: { [name: string]: KindDeclaration }, programs: { endings: string[], types: string[] }, standard: string[][], pages: DeclaredPage[], rules: DeclaredRules, sentences: Texts }} Catalogue */
/** @type {Catalogue} */
const catalogue = { language: "en", locale: "en-GB", nouns_capitalised: false, messages: {}, labels: { kinds: {}, fields: {}, values: {}, events: {}, done: {} }, kinds: {}, programs: { endings: [], types: [] }, standard: [], pages: [], rules: { assured: [], settled: [], queues: [], significant: {}, younger_than: {}, undo: {}, materials: { levels: {}, refusals: {}, only_brief: [] } }, sentences: {} };
/** @type {{ rule?: Intl.PluralRules, numbers?: Intl.NumberFormat }} */
const intl = {}; // created on first use, as that is slow: the board is already loading by then

/**
 * Load the catalogue of the page's language; return whether it is there. Without it (offline) texts are English, codes are shown as
 * they are, and no kind of card is known.
 * @param {string} address
 */
export async function loadCatalogue(address) {
  const loaded = await orNull(get(address));
  if (loaded) use(loaded);
  return loaded !== null;
}

/** @param {Catalogue} loaded */
export function use(loaded) {
  Object.assign(catalogue, loaded);
  intl.rule = intl.numbers = undefined;
}

/** Return the tables of labels of codes. */
export const labels = () => catalogue.labels;

/** Return the declarations of kinds, which kinds.js looks into. */
export const kinds = () => catalogue.kinds;

/** Return the endings and media types of files that run something, which program_files.js looks into. */
export const programs = () => catalogue.programs;

/** Return the rules as the server declares them, which rules.js looks into. */
export const rules = () => catalogue.rules;

/** Return the sentences that paper says too, which sentences.js looks into. */
export const sentences = () => catalogue.sentences;

/** Return the declarations of pages, which pages.js looks into. */
export const pages = () => catalogue.pages;

/** Return the texts of standard tasks, each in the reader's language and then in the others. */
export const standardTexts = () => catalogue.standard;

/** Return the locale for Intl, e.g. "nl-BE". */
export const locale = () => catalogue.locale;

/** Return whether a label keeps its capital within a sentence, as in German. */
export const nounsCapitalised = () => catalogue.nouns_capitalised;

/**
 * t('Hello {name}', {name}): return the translation as plain text, which lit-html escapes.
 * @param {string} msgid
 */
export const t = (msgid, values = {}) => read(msgid, values);

/**
 * p('of a search', 'changed'): as `t`, for a text that means something else elsewhere, or has another form there.
 * @param {string} context for translators
 * @param {string} msgid
 */
export const p = (context, msgid, values = {}) => read(`${context}${CONTEXT_END}${msgid}`, values);

/** @param {string} key @param {{ [name: string]: unknown }} values */
function read(key, values) {
  const found = catalogue.messages[key];
  return fill((Array.isArray(found) ? found[0] : found) || key.slice(key.indexOf(CONTEXT_END) + 1), values);
}

/**
 * Put a colon after the label of a value: French has a space before it.
 * @param {string} label
 */
export const withColon = (label) => t("{label}:", { label });

/**
 * n('{count} card', '{count} cards', 1200): return "1,200 cards".
 * @param {string} singular
 * @param {string} plural
 * @param {number} count
 */
export function n(singular, plural, count, values = {}) {
  // Intl's plural rule agrees with gettext's for languages with two forms (en, fr, nl, de); no plural expression is evaluated
  const form = (intl.rule ??= new Intl.PluralRules(catalogue.language)).select(count) === "one" ? 0 : 1;
  const found = catalogue.messages[singular];
  const text = (Array.isArray(found) && found[form]) || (form === 0 ? singular : plural);
  return fill(text, { count: number(count), ...values });
}

/**
 * Format a number: 1.5 is "1,5" in languages with a decimal comma.
 * @param {any} value
 */
export const number = (value) => (intl.numbers ??= new Intl.NumberFormat(locale())).format(value);

/** @type {Map<string, string[]>} */
const pieces = new Map(); // text -> what is around its names, and the names between that

/** @param {string} text @param {{ [name: string]: unknown }} values */
function fill(text, values) {
  if (!text.includes("{")) return text; // most texts: twice as fast
  let parts = pieces.get(text);
  if (!parts) pieces.set(text, (parts = text.split(/\{(\w+)\}/)));
  let filled = parts[0];
  for (let at = 1; at < parts.length; at += 2) filled += (parts[at] in values ? values[parts[at]] : `{${parts[at]}}`) + parts[at + 1];
  return filled;
}
