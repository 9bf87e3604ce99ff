/* Sentences that screens and paper share: the server declares them (board/config/sentences.py), and they arrive with the translations. */

import { sentences, t as translate } from "../i18n.js";

/**
 * say("not_read", { name }) returns "Not read by Alice before accepting." in the reader's language.
 * @param {string} name of the sentence
 * @param {Record<string, unknown>} [values]
 */
export const say = (name, values) => translate(sentences()[name] ?? name, values);
