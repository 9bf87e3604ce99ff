/* Notification permission on the account page, requested by a button and never unasked. */

import { html, render } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { allow, permission } from "../../shared/alerts/desktop_notifications.js";

/** @param {HTMLElement} root */
export function mount(root) {
  const draw = () => render(said(draw), root);
  draw();
}

/** @param {() => void} draw */
function said(draw) {
  const press = async () => {
    await allow();
    draw();
  };
  switch (permission()) {
    case "granted": return t("This browser may notify you.");
    case "denied": return t("This browser does not let the board notify you: see its settings for this page.");
    case "default": return html`${t("This browser does not notify you yet.")} <button type="button" data-act="allow-notifications" @click=${press}>${t("Allow it")}</button>`;
    default: return t("This browser has no notifications.");
  }
}
