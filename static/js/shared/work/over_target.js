/* Number of entries that are over their targets. Only entries that nobody has are red. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { n } from "../../core/i18n.js";
import { sayCount } from "../../core/rules/sentences.js";

/**
 * "3 over their targets · 1 that nobody has"
 * @param {number} late
 * @param {number} open number of late entries that nobody has
 */
export function overTarget(late, open) {
  const text = n("{count} over its target", "{count} over their targets", late);
  if (!open) return html`${text}`;
  return open < late ? html`${text}\u00a0· <b class="text-alert">${sayCount("nobody_has", open)}</b>` : html`<b class="text-alert">${text}</b>`;
}
