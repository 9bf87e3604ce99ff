/* Translate texts into the reader's language. The msgid is the English text, so an empty catalogue is complete for English. */

import { request } from "./api.js";

// Formats of dates and numbers: Belgian, and British for English.
/** @type {{ [language: string]: string }} */
const LOCALES = { en: "en-GB", fr: "fr-BE", nl: "nl-BE", de: "de-BE" };
/** @type {{ language: string, messages: { [msgid: string]: string | string[] } }} */
const catalogue = { language: "en", messages: {} };
/** @type {{ rule?: Intl.PluralRules, numbers?: Intl.NumberFormat }} */
const intl = {}; // created on first use, as that is slow: the board is already loading by then

/**
 * Load the catalogue of a language. Without it (offline, or none yet) texts stay English.
 * @param {string} language
 * @param {string} address
 */
export async function loadCatalogue(language, address) {
  if (language === "en") return;
  try {
    const answer = await request(address);
    if (answer.ok) use(language, (await answer.json()).messages);
  } catch {
    // texts, dates and numbers stay English
  }
}

/** @param {string} language @param {{ [msgid: string]: string | string[] }} messages */
function use(language, messages) {
  Object.assign(catalogue, { language, messages });
  intl.rule = intl.numbers = undefined;
}

/** Return the locale for Intl, e.g. "nl-BE". */
export const locale = () => LOCALES[catalogue.language] ?? catalogue.language;

/**
 * t('Hello {name}', {name}): return the translation as plain text, which lit-html escapes.
 * @param {string} msgid
 */
export function t(msgid, values = {}) {
  const found = catalogue.messages[msgid];
  return fill((Array.isArray(found) ? found[0] : found) || msgid, values);
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
  const found = catalogue.messages[singular];
  const text = (Array.isArray(found) && found[form]) || (form === 0 ? singular : plural);
  return fill(text, { count: number(count), ...values });
}

/**
 * Format a number: 1.5 is "1,5" in languages with a decimal comma.
 * @param {any} value
 */
export const number = (value) => (intl.numbers ??= new Intl.NumberFormat(locale())).format(value);

/** @param {string} text @param {{ [name: string]: unknown }} values */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
