/** Possible reach of the child since a sighting. Closed until somebody opens it, because it needs a request. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../../core/i18n.js";
import { MINUTE_MS, clock, serverNow } from "../../../core/time.js";
import { distance } from "../../../format/values.js";
import { MEANS, meansText } from "../../reach.js";

const MAX_STATIONS = 6; // named stations, the earliest first

/** @param {Card} entity @param {BoardView} view */
export function reachSection({ id, state, added }, view) {
  if (view.past || added || !state.seen_at || state.place?.lat == null) return nothing;
  const isOpen = view.ui.reach === id;
  const toggle = (/** @type {any} */ { target }) => {
    if (target.open === isOpen) return;
    view.ui.reach = target.open ? id : null;
    view.draw();
  };
  return html`<details class="reach" data-testid="reach" ?open=${isOpen} @toggle=${toggle}><summary>${t("How far by now, if this is true")}</summary>
    ${isOpen ? table(id, view) : nothing}</details>`;
}

/** @param {string} from @param {LiveBoardView} view */
function table(from, view) {
  const until = new Date(Math.floor(Number(serverNow()) / MINUTE_MS) * MINUTE_MS);
  const answers = MEANS.map((by) => ({ by, ...view.reaches.of({ from, until: until.toISOString(), by }) })).filter(({ problem }, index) => index === 0 || !problem);
  if (answers[0].problem) return html`<p class="error" role="alert">${answers[0].problem}</p>`;
  return html`<dl>${answers.map(({ by, reach }) => html`<div data-by=${by}><dt>${meansText(by)}</dt><dd>${reach ? farText(reach) : "…"}</dd></div>`)}</dl>
    <p class="hint">${t("Until {time}, in straight lines, with the radius of the place.", { time: clock(until) })}</p>`;
}

/** @param {Reach} reach */
function farText({ radius_m: radius, stations }) {
  if (radius !== null) return t("up to {distance}", { distance: distance(radius) });
  if (!stations.length) return t("no station");
  const named = stations.slice(0, MAX_STATIONS).map(({ name, at }) => `${name}\u00a0${clock(at)}`).join(", ");
  return html`${n("{count} station", "{count} stations", stations.length)}: <bdi>${named}</bdi>${stations.length > MAX_STATIONS ? " …" : ""}`;
}
