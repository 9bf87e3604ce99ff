/* Translations into the reader's language. The catalogue also contains the labels of codes (labels.js). The msgid is the English
   text, so the English catalogue has no messages. */

import { get, orNull } from "./connection/api.js";

const CONTEXT_END = "\x04"; // separates context and text in a catalogue key, as in gettext
/** @typedef {{ [code: string]: string }} Texts */
/** @typedef {{ name: string, title: string, path: string, command: string, role: Role, right: string | null, words: string, refusal: string }} DeclaredPage */
/** @typedef {{ language: string, locale: string, nouns_capitalised: boolean, before_dates?: Texts, messages: { [msgid: string]: string | string[] }, labels: { kinds: Texts, fields: Texts, values: { [path: string]: Texts }, events: Texts, done: Texts }, kinds: { [name: string]: KindDeclaration }, programs: { endings: string[], types: string[] }, standard: string[][], pages: DeclaredPage[], rules: DeclaredRules, sentences: Texts, plurals: { [name: string]: [string, string] }, agreeing: { [text: string]: Texts } }} Catalogue */
/** @type {Catalogue} */
const catalogue = { language: "en", locale: "en-GB", nouns_capitalised: false, messages: {}, labels: { kinds: {}, fields: {}, values: {}, events: {}, done: {} }, kinds: {}, programs: { endings: [], types: [] }, standard: [], pages: [], rules: { assured: [], settled: [], ungraded: {}, queues: [], significant: {}, events: {}, event_facts: { creations: [], named: [], nullable: [], short: 0, before_changes: {}, carried_over: [] }, criteria: [], younger_than: {}, undo: {}, materials: { levels: {}, refusals: {}, only_brief: [] }, map: [] }, sentences: {}, plurals: {}, agreeing: {} };
/** @type {{ rule?: Intl.PluralRules, numbers?: Intl.NumberFormat, lists?: Intl.ListFormat }} */
const intl = {}; // created on first use, when the board is already loading: creation is slow

/**
 * Load the catalogue of the page's language; return true on success. Only pages without an account run without it: texts are English,
 * and there are no labels, sentences or kinds.
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
  intl.rule = intl.numbers = intl.lists = undefined;
}

/** Return the tables of labels of codes. */
export const labels = () => catalogue.labels;

/** Return the declarations of kinds, for kinds.js. */
export const kinds = () => catalogue.kinds;

/** Return the extensions and media types of executable files, for program_files.js. */
export const programs = () => catalogue.programs;

/** Return the rules that the server declares, for the modules in rules/. */
export const rules = () => catalogue.rules;

/** Return the sentences that screens and paper share, for sentences.js. */
export const sentences = () => catalogue.sentences;

/** Return the sentences with a plural, for sentences.js. */
export const plurals = () => catalogue.plurals;

/**
 * Return the form of a text that agrees with a child, to be translated instead of it; the text itself if it has only one form.
 * @param {string} text
 * @param {string | null} [sex] sex of the child, if known
 */
export const agreeing = (text, sex) => catalogue.agreeing[text]?.[sex ?? ""] ?? text;

/** Return the declarations of pages, for pages.js. */
export const pages = () => catalogue.pages;

/** Return the texts of standard tasks: for each, the reader's language first, then all others. */
export const standardTexts = () => catalogue.standard;

/** Return the locale for Intl, e.g. "nl-BE". */
export const locale = () => catalogue.locale;

/** Return true if a label keeps its capital within a sentence, as in German. */
export const nounsCapitalised = () => catalogue.nouns_capitalised;

/**
 * t('Hello {name}', {name}): return the translation as plain text, which lit-html escapes.
 * @param {string} msgid
 */
export const t = (msgid, values = {}) => read(msgid, values);

/**
 * p('of a search', 'changed'): translate a text whose meaning or form depends on its context.
 * @param {string} context for translators
 * @param {string} msgid
 */
export const p = (context, msgid, values = {}) => read(`${context}${CONTEXT_END}${msgid}`, values);

/** @param {string} key @param {{ [name: string]: unknown }} values */
function read(key, values) {
  const translation = catalogue.messages[key];
  return fill((Array.isArray(translation) ? translation[0] : translation) || key.slice(key.indexOf(CONTEXT_END) + 1), values);
}

/**
 * n('{count} card', '{count} cards', 1200): return "1,200 cards".
 * @param {string} singular
 * @param {string} plural
 * @param {number} count
 */
export function n(singular, plural, count, values = {}) {
  // Intl's plural rule agrees with gettext's for languages with two forms (en, fr, nl, de); no plural expression is evaluated
  const form = (intl.rule ??= new Intl.PluralRules(catalogue.language)).select(count) === "one" ? 0 : 1;
  const translation = catalogue.messages[singular];
  const text = (Array.isArray(translation) && translation[form]) || (form === 0 ? singular : plural);
  return fill(text, { count: number(count), ...values });
}

/**
 * Format a number: 1.5 is "1,5" in languages with a decimal comma.
 * @param {any} value
 */
export const number = (value) => (intl.numbers ??= new Intl.NumberFormat(locale())).format(value);

/**
 * Return names as a part of a sentence: "Alice, Bob and Charlie".
 * @param {string[]} names
 */
export const enumeration = (names) => (intl.lists ??= new Intl.ListFormat(locale(), { type: "conjunction" })).format(names);

// a French date, as "24 nov." or "mar. 24 nov."
const BEGINS_WITH_DATE = /^(?:\p{L}{3}\.\s)?\d{1,2}(?:er)?\s(?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)(?!\p{L})/u;

/**
 * Return a text in which prepositions have an article if a date follows: "jusqu’au {at}" for "24 nov.", not for "14:05".
 * @param {string} text @param {{ [name: string]: unknown }} values
 */
export function suitDates(text, values) {
  for (const [word, form] of Object.entries(catalogue.before_dates ?? {})) {
    for (const [name, value] of text.includes(`${word} {`) ? Object.entries(values) : []) {
      if (BEGINS_WITH_DATE.test(String(value))) text = text.replace(`${word} {${name}}`, `${form} {${name}}`);
    }
  }
  return text;
}

/** @type {Map<string, string[]>} */
const templateParts = new Map(); // text -> its literal parts, with the names of the placeholders between them

/** @param {string} text @param {{ [name: string]: unknown }} values */
function fill(text, values) {
  if (!text.includes("{")) return text; // most texts, and twice as fast
  text = suitDates(text, values);
  let parts = templateParts.get(text);
  if (!parts) templateParts.set(text, (parts = text.split(/\{(\w+)\}/)));
  let result = parts[0];
  for (let index = 1; index < parts.length; index += 2) result += (parts[index] in values ? values[parts[index]] : `{${parts[index]}}`) + parts[index + 1];
  return result;
}
