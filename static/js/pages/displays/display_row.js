/* One display in the list: health, settings, actions. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { post } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
import { pageName } from "../../core/rules/pages.js";
import { ago, clockWithSeconds, moment } from "../../core/time.js";
import { shortPersonName } from "../../format/search_list.js";

export const DISPLAYS = "/api/v1/displays";
/** @type {Record<string, any>} */
const PROFILE_NAMES = { room: () => t("staff and visitors"), inner: () => t("staff only") };

/** @param {any} code */
export const profileName = (code) => PROFILE_NAMES[code]?.() ?? code;

/** @param {DisplaysView} view - {at, board, open(name, display), act(send, sentence)} @param {any} display */
export function displayRow(display, view) {
  const { state, says } = HEALTH_TEXTS[display.standing](display);
  const name = `name-${display.id}`; // describes the display of each button
  return html`<li data-display=${display.id} data-health=${state}>
    <span class="who"><b id=${name}>${display.name}</b> <span class="health ${state}">${says}</span></span>
    <span class="quiet">${[boardNames(display, view.board), profileName(display.profile), ...technicalFacts(display, view.at)].join(" · ")}</span>
    ${display.revoked_at ? nothing : html`<span class="end">
      <button data-act="change" aria-describedby=${name} @click=${() => view.open("change", display)}>${t("Edit")}</button>
      <button data-act="reload" aria-describedby=${name} @click=${() => view.act(() => post(`${DISPLAYS}/${display.id}/reload`), ({ name }) => t("{name} is reloading.", { name }))}>${t("Reload")}</button>
      <button data-act="revoke" aria-describedby=${name} @click=${() => view.open("revoke", display)}>${t("Remove")}</button></span>`}
  </li>`;
}

/** @type {Record<string, any>} */
const HEALTH_TEXTS = { // by the server's state of health
  revoked: (/** @type {{ revoked_at: any }} */ { revoked_at: at }) => ({ state: "gone", says: t("removed {at}", { at: moment(at) }) }),
  unheard: () => ({ state: "silent", says: t("no contact yet") }),
  silent: (/** @type {{ contact_at: any }} */ { contact_at: at }) => ({ state: "silent", says: t("no contact since {at}", { at: clockWithSeconds(at) }) }),
  current: () => ({ state: "current", says: t("current") }),
  not_current: (/** @type {{ told: any }} */ { told: lastReport }) => ({ state: "stale", says: lastReport?.since ? t("Not current since {at}", { at: clockWithSeconds(lastReport.since) }) : t("Not current") }),
};

/** @param {{ shows: any }} display @param {Board} board */
function boardNames({ shows }, board) {
  return shows.boards.map((/** @type {string} */ id) => (id === board.id ? pageName("operations") : boardName(board.get(id)))).join(", ");
}

/** @param {any} search */
const boardName = (search) => (search ? shortPersonName(search.state.person) : t("a search that is not available"));

/** @param {{ told: any, version: any, contact_at: any }} display @param {any} at */
const technicalFacts = ({ told: lastReport, version, contact_at: contact }, at) => [
  lastReport?.mute && t("sound blocked by the browser"), contact && t("last contact: {ago}", { ago: ago(contact, new Date(at)) }), lastReport?.screen?.replace("x", " × "),
  version && t("version {version}", { version }),
].filter(Boolean);
