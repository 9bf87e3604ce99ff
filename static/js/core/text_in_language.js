/** Text of a person within its label, marked with its language if that is not the page's. */

import { html } from "../../vendor/lit-html/lit-html.js";

const PLACE = "\u0000"; // stands for the text within its label

/** @typedef {(text: string) => string | null} Wrap label with a text: "hair: dark blond" */

/**
 * @param {string} text
 * @param {string | undefined} language
 * @param {Wrap} [wrap]
 */
export function textInLanguage(text, language, wrap = (shown) => shown) {
  const [before = "", after = ""] = (wrap(PLACE) ?? PLACE).split(PLACE);
  return language && language !== document.documentElement.lang ? html`${before}<span lang=${language}>${text}</span>${after}` : `${before}${text}${after}`;
}
