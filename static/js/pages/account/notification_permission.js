/* Notification permission on the account page, requested only by a button. */

import { html, render } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { allow, permission } from "../../shared/alerts/desktop_notifications.js";

/** @param {HTMLElement} root */
export function mount(root) {
  const draw = () => render(permissionText(draw), root);
  draw();
}

/** @param {() => void} draw */
function permissionText(draw) {
  const press = async () => {
    await allow();
    draw();
  };
  switch (permission()) {
    case "granted": return t("Desktop notifications are on in this browser.");
    case "denied": return t("This browser blocks notifications from Searchboard. Change this in its settings for this page.");
    case "default": return html`${t("Desktop notifications are off in this browser.")} <button type="button" data-act="allow-notifications" @click=${press}>${t("Allow notifications")}</button>`;
    default: return t("This browser does not support notifications.");
  }
}
