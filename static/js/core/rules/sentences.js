/* Sentences that screens and paper share: the server declares them (board/config/sentences.py), and they arrive with the translations. */

import { n as counted, plurals, sentences, t as translate } from "../i18n.js";

/**
 * say("not_read", { name }) returns "Not read by Alice before accepting." in the reader's language.
 * @param {string} name
 * @param {Record<string, unknown>} [values]
 */
export const say = (name, values) => translate(sentences()[name] ?? name, values);

/**
 * sayCount("more", 3) returns "3 more", in the reader's language.
 * @param {string} name
 * @param {number} count
 */
export const sayCount = (name, count) => counted(...(plurals()[name] ?? [name, name]), count);

/**
 * Append a colon to a label, with a space before it in French. A label that ends in a question mark stays as it is.
 * @param {string} label
 */
export const withColon = (label) => (label.endsWith("?") ? label : say("with_colon", { label }));
