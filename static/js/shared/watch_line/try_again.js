/** Button that reconnects immediately; only while the connection is waiting to retry. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";

/** @param {Connection} connection @returns {Drawn | undefined} */
export function tryAgain(connection) {
  if (connection.state !== "waiting") return undefined;
  return html`<button type="button" class="again" @click=${() => connection.recheck()}>${t("Try now")}</button>`;
}
