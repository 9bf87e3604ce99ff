/* Bell in the header: the number of unread alerts, and an overlay with all alerts. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { closeOnOutside as closesOutside } from "../../behaviours/close_on_outside.js";
import { number, t } from "../../core/i18n.js";
import { ago } from "../../core/time.js";
import { Alerts } from "./alerts.js";
import { TabBadge, shortCount } from "./tab_badge.js";
import { Notifier } from "./desktop_notifications.js";
import { alertUrl, alertText } from "./alert_text.js";

/** @param {HTMLDetailsElement | null} details @param {Session} session */
export function mount(details, session) {
  if (!details) return;
  const alerts = new Alerts(session);
  new Bell(details, alerts, new TabBadge());
  new Notifier(alerts);
  alerts.ask(); // the connection may already be open
}

class Bell {
  #details;
  #alerts;
  #badge;
  #last = "";

  /** @param {HTMLDetailsElement} details @param {Alerts} alerts @param {TabBadge} badge */
  constructor(details, alerts, badge) {
    this.#details = details;
    this.#alerts = alerts;
    this.#badge = badge;
    // handled before other listeners: the page below must not react to the same Escape
    this.#details.addEventListener("keydown", (event) => event.key === "Escape" && this.#details.open && event.preventDefault());
    closesOutside(this.#details);
    this.#details.addEventListener("toggle", () => this.#details.open && this.#alerts.load());
    this.#details.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.#details.contains(/** @type {Node} */ (relatedTarget))) this.#details.open = false;
    });
    this.#alerts.watch(() => this.#changed());
    this.#draw();
  }

  #changed() {
    const { last, unread, quiet } = this.#alerts;
    const newest = last ? `${last.board}:${last.seq}:${unread}` : "";
    if (newest !== this.#last && this.#details.open) this.#alerts.load();
    this.#last = newest;
    this.#badge.show(quiet ? 0 : unread);
    this.#draw();
  }

  #draw() {
    const { unread } = this.#alerts;
    const summary = /** @type {HTMLElement} */ (this.#details.querySelector("summary"));
    summary.setAttribute("aria-label", unread ? t("Alerts: {count} unread", { count: number(unread) }) : t("Alerts"));
    const count = /** @type {HTMLElement} */ (summary.querySelector("[data-unread-count]"));
    count.textContent = unread ? shortCount(unread) : "";
    count.hidden = !unread;
    render(this.#list(), /** @type {HTMLElement} */ (this.#details.querySelector("[data-alerts-list]")));
  }

  #list() {
    const { list, unread, failed } = this.#alerts;
    return html`<header>
        <h2>${t("Alerts")}</h2>
        ${unread ? html`<button type="button" class="plain" data-act="all-read" @click=${this.#allRead}>${t("Mark all as read")}</button>` : nothing}
      </header>
      ${failed ? html`<p class="none" role="alert">${t("Alerts could not be loaded.")} <button type="button" data-act="look-again" @click=${() => this.#alerts.load()}>${t("Try again")}</button></p>` : nothing}
      ${list === null ? (failed ? nothing : html`<p class="none">${t("Loading…")}</p>`)
        : list.length === 0 ? html`<p class="none">${t("No alerts in the last 14 days. You get one when someone mentions you or assigns a card to you, and when a sighting is urgent or credible.")}</p>`
        : html`<ul data-testid="alerts">${repeat(list, ({ board, seq }) => `${board}:${seq}`, (alert) => this.#line(alert))}</ul>`}
      <footer><a href="/account#alerts">${t("Alert settings")}</a></footer>`;
  }

  /** @param {Alert} alert */
  #line(alert) {
    return html`<li data-kind=${alert.kind} ?data-unread=${!alert.read}>
      <a href=${alertUrl(alert)} @click=${() => alert.read || this.#alerts.markRead(alert)}>
        <span class="new">${alert.read ? nothing : html`<span class="visually-hidden">${t("Unread")}</span>`}</span>
        <span class="sentence">${alertText(alert)}</span>
        <span class="at">${alert.reference ? html`<span class="reference">${[alert.reference, alert.first_name].filter(Boolean).join(" ")}</span> · ` : nothing}${alert.child && alert.actor ? `${alert.actor.name} · ` : nothing}<time datetime=${alert.at}>${ago(alert.at)}</time></span>
      </a></li>`;
  }

  #allRead = async () => {
    this.#details.querySelector("summary")?.focus(); // the button that had the focus disappears
    await this.#alerts.markAllRead();
  };
}
