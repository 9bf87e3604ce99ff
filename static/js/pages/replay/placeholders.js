/** Placeholders of a past board: loading, failed, no such moment. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { MomentUrl } from "../../replay/moment_url.js";
import { formatDateAndTime } from "./bar.js";

/** @type {Record<string, any>} */
const ERROR_TEXTS = {
  unreadable: () => t("The address of this page has no valid time. Use an event number, or a time with a UTC offset."),
  beyond: () => t("This board does not have that many events yet."),
  before: () => t("This board did not exist yet at that time, or you do not have access to it."),
  later: () => t("That time is in the future."),
};

/** @param {{ read: any }} past */
export function reading({ read }) {
  return html`<section class="page-message" role="status" data-testid="loading">
    <h1>${t("Loading history…")}</h1>
    <p>${read ? n("{count} event so far", "{count} events so far", read) : nothing}</p>
  </section>`;
}

/** @param {ReplayView} replay */
export function failed(replay) {
  return html`<section class="page-message" role="alert" data-testid="failed">
    <h1>${t("The history of this board could not be loaded")}</h1>
    <p class="buttons"><button type="button" class="primary" data-act="try-again" @click=${() => replay.past.readAll()}>${t("Try again")}</button>
      <a class="button" href=${replay.now}>${t("Back to live")}</a></p>
  </section>`;
}

/**
 * Message with links to the first and the last moment.
 * @param {ReplayView} replay
 */
export function noMoment(replay) {
  const { past } = replay;
  const to = (/** @type {number} */ count) => (/** @type {any} */ event) => {
    event.preventDefault();
    replay.go(count);
  };
  const momentLink = (/** @type {number} */ count, /** @type {string} */ text, primary = "") => html`<a class="button ${primary}" href=${MomentUrl.query({ at: past.event(count).seq })} @click=${to(count)}>${text}</a>`;
  return html`<section class="page-message" role="alert" data-testid="no-moment" data-error=${past.problem ?? "before"}>
    <h1>${t("Time not found")}</h1>
    <p>${ERROR_TEXTS[past.problem ?? "before"]()}</p>
    ${past.length ? html`<p>${t("Events are available from {first} to {last}.", { first: formatDateAndTime(past.from), last: formatDateAndTime(past.to) })}</p>` : nothing}
    <p class="buttons">
      ${past.length ? html`${momentLink(1, t("First event"))} ${momentLink(past.length, t("Last event"))}` : nothing}
      <a class="button primary" href=${replay.now}>${t("Back to live")}</a>
    </p>
  </section>`;
}
