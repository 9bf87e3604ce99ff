/* Words in the reader's language. In English the msgid is the text, so an empty catalogue is a whole one. */

import { request } from "./api.js";

// Dates and numbers as they are written here: Belgian, and English as in Europe.
const LOCALES = { en: "en-GB", fr: "fr-BE", nl: "nl-BE", de: "de-BE" };
const catalogue = { language: "en", messages: {} };
const intl = {}; // made when they are asked for, which takes a while: the board is on its way by then

/** Load the catalogue of `language` from its address; without it (offline, none yet) the English msgids stand. */
export async function loadCatalogue(language, address) {
  if (language === "en") return;
  try {
    const answer = await request(address);
    if (answer.ok) use(language, (await answer.json()).messages);
  } catch {
    // the msgids stand: English words are better than none, and dates go with them
  }
}

function use(language, messages) {
  Object.assign(catalogue, { language, messages });
  intl.rule = intl.numbers = undefined;
}

/** What Intl is given to write as the words do: "nl-BE". */
export const locale = () => LOCALES[catalogue.language] ?? catalogue.language;

/** t('Hello {name}', {name}) -> the sentence in the reader's language. Plain text: lit-html escapes it. */
export function t(msgid, values = {}) {
  const found = catalogue.messages[msgid];
  return fill((Array.isArray(found) ? found[0] : found) || msgid, values);
}

/** n('{count} card', '{count} cards', 1200) -> "1,200 cards". */
export function n(singular, plural, count, values = {}) {
  // Intl's rule and gettext's agree for every language with two forms (en, fr, nl, de); no expression has to be evaluated
  const form = (intl.rule ??= new Intl.PluralRules(catalogue.language)).select(count) === "one" ? 0 : 1;
  const found = catalogue.messages[singular];
  const text = (Array.isArray(found) && found[form]) || (form === 0 ? singular : plural);
  return fill(text, { count: number(count), ...values });
}

/** 1.5 -> "1,5" where a comma is written. */
export const number = (value) => (intl.numbers ??= new Intl.NumberFormat(locale())).format(value);

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
