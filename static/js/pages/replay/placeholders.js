/** Placeholders of a past board: loading, failed, no such moment. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { MomentUrl } from "../../replay/moment_url.js";
import { formatDateAndTime } from "./bar.js";

/** @type {Record<string, any>} */
const ERROR_TEXTS = {
  unreadable: () => t("This address names no moment: it says neither the number of an event nor a time with its offset."),
  beyond: () => t("So many events have not happened on this board."),
  before: () => t("This board was not there yet at that moment, or nothing of then may be seen by you."),
  later: () => t("That moment is yet to come: nothing is known of it."),
};

/** @param {{ read: any }} given */
export function reading({ read }) {
  return html`<section class="page-message" role="status" data-testid="loading">
    <h1>${t("Reading what happened…")}</h1>
    <p>${read ? n("{count} event so far", "{count} events so far", read) : nothing}</p>
  </section>`;
}

/** @param {ReplayView} replay */
export function failed(replay) {
  return html`<section class="page-message" role="alert" data-testid="failed">
    <h1>${t("The past of this board can't be read now")}</h1>
    <p class="buttons"><button type="button" class="primary" data-act="try-again" @click=${() => replay.past.readAll()}>${t("Try again")}</button>
      <a class="button" href=${replay.now}>${t("Back to now")}</a></p>
  </section>`;
}

/**
 * Message with links to the first and last moment.
 * @param {ReplayView} replay
 */
export function noMoment(replay) {
  const { past } = replay;
  const to = (/** @type {number} */ count) => (/** @type {any} */ event) => {
    event.preventDefault();
    replay.go(count);
  };
  const way = (/** @type {number} */ count, /** @type {string} */ text, primary = "") => html`<a class="button ${primary}" href=${MomentUrl.query({ at: past.event(count).seq })} @click=${to(count)}>${text}</a>`;
  return html`<section class="page-message" role="alert" data-testid="no-moment" data-error=${past.trouble ?? "before"}>
    <h1>${t("There is no such moment")}</h1>
    <p>${ERROR_TEXTS[past.trouble ?? "before"]()}</p>
    ${past.length ? html`<p>${t("What is known begins on {first} and ends, so far, on {last}.", { first: formatDateAndTime(past.from), last: formatDateAndTime(past.to) })}</p>` : nothing}
    <p class="buttons">
      ${past.length ? html`${way(1, t("The first moment"))} ${way(past.length, t("The last moment"))}` : nothing}
      <a class="button primary" href=${replay.now}>${t("Back to now")}</a>
    </p>
  </section>`;
}
