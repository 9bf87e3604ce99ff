/** Statements that the server found in a text: see `StatementAnswer`. Their texts are in the reader's language. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { t } from "../core/i18n.js";
import { withColon } from "../core/rules/sentences.js";

/** @typedef {{ text: string }} Statement */

/**
 * "yellow rucksack · glasses"
 * @param {Statement[] | undefined} statements
 */
export const statementsText = (statements) => [...new Set((statements ?? []).map(({ text }) => text))].join(" · ");

/**
 * Render the statements that two texts share, although their words differ.
 * @param {Statement[] | undefined} statements
 */
export function sameLooks(statements) {
  const text = statementsText(statements);
  return text ? html`<p class="same-looks"><span>${withColon(t("Same looks"))}</span> ${text}</p>` : nothing;
}
