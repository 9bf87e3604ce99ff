/* One display in the list: health, settings, actions. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { post } from "../../core/connection/api.js";
import { t } from "../../core/i18n.js";
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
  const name = `name-${display.id}`; // names each button's display
  return html`<li data-display=${display.id} data-health=${state}>
    <span class="who"><b id=${name}>${display.name}</b> <span class="health ${state}">${says}</span></span>
    <span class="quiet">${[placesOf(display, view.board), profileName(display.profile), ...technical(display, view.at)].join(" · ")}</span>
    ${display.revoked_at ? nothing : html`<span class="end">
      <button data-act="change" aria-describedby=${name} @click=${() => view.open("change", display)}>${t("Edit")}</button>
      <button data-act="reload" aria-describedby=${name} @click=${() => view.act(() => post(`${DISPLAYS}/${display.id}/reload`), ({ name }) => t("{name} is reloading.", { name }))}>${t("Reload")}</button>
      <button data-act="revoke" aria-describedby=${name} @click=${() => view.open("revoke", display)}>${t("Remove")}</button></span>`}
  </li>`;
}

/** @type {Record<string, any>} */
const HEALTH_TEXTS = { // by health as judged by the server
  revoked: (/** @type {{ revoked_at: any }} */ { revoked_at: at }) => ({ state: "gone", says: t("removed {at}", { at: moment(at) }) }),
  unheard: () => ({ state: "silent", says: t("no contact yet") }),
  silent: (/** @type {{ contact_at: any }} */ { contact_at: at }) => ({ state: "silent", says: t("no contact since {at}", { at: clockWithSeconds(at) }) }),
  current: () => ({ state: "current", says: t("current") }),
  not_current: (/** @type {{ told: any }} */ { told }) => ({ state: "stale", says: told?.since ? t("Not current since {at}", { at: clockWithSeconds(told.since) }) : t("Not current") }),
};

/** @param {{ shows: any }} given @param {Board} board */
function placesOf({ shows }, board) {
  return shows.boards.map((/** @type {string} */ id) => (id === board.id ? t("All searches") : placeOf(board.get(id)))).join(", ");
}

/** @param {any} search */
const placeOf = (search) => (search ? shortPersonName(search.state.person) : t("a search that is not available"));

/** @param {{ told: any, version: any, contact_at: any }} given @param {any} at */
const technical = ({ told, version, contact_at: contact }, at) => [
  told?.mute && t("sound blocked by the browser"), contact && t("last contact: {ago}", { ago: ago(contact, new Date(at)) }), told?.screen?.replace("x", " × "),
  version && t("version {version}", { version }),
].filter(Boolean);
