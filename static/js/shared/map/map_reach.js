/** Box over the map of a search: how far a person gets by the chosen means, from the open sighting or from where the child was last seen. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { MINUTE_MS, clock, serverNow } from "../../core/time.js";
import { distance } from "../../format/values.js";

export class MapReach {
  /** @type {Set<import("../reach.js").Means>} */ #chosen = new Set();
  #draw;

  /** @param {() => void} draw */
  constructor(draw) {
    this.#draw = draw;
  }

  /** Return the box, and the circles and stations to draw on the map. @param {BoardView} view @returns {{ box: Drawn, drawn: import("../../core/map/reach_layer.js").DrawnReach | null }} */
  of(view) {
    const start = startOf(view);
    if (!start) return { box: nothing, drawn: null };
    const moment = view.past ? new Date(view.moment) : serverNow(), until = new Date(Math.floor(Number(moment) / MINUTE_MS) * MINUTE_MS);
    const at = view.past ? /** @type {any} */ (view.board).seq : null, query = { from: start.id, until: until.toISOString(), at };
    const answers = view.reaches.means.filter((by) => this.#chosen.has(by)).map((by) => ({ by, ...view.reaches.of({ ...query, by }) }));
    return { box: this.#box(start.name, until, answers, view.reaches), drawn: drawnOf(answers, (by) => `${view.reaches.textOf(by)}, ${say("until", { at: clock(until) })}`) };
  }

  /** @param {string} name @param {Date} until @param {Answer[]} answers @param {BoardView["reaches"]} reaches */
  #box(name, until, answers, { means, textOf }) {
    const problem = answers.find((answer) => answer.problem)?.problem;
    return html`<div class="map-reach-box" data-testid="map-reach"><p><b>${t("How far from {place}", { place: name })}</b> ${say("until", { at: clock(until) })}</p>
      <div role="group" aria-label=${t("How far from {place}", { place: name })}>${means.map((by) => html`<button type="button" class="chip" data-by=${by} aria-pressed=${String(this.#chosen.has(by))} @click=${() => this.#toggle(by)}>${textOf(by)}${farText(answers.find((answer) => answer.by === by)?.reach)}</button>`)}</div>
      ${problem ? html`<p class="error" role="alert">${problem}</p>` : nothing}</div>`;
  }

  /** @param {import("../reach.js").Means} by */
  #toggle(by) {
    if (!this.#chosen.delete(by)) this.#chosen.add(by);
    this.#draw();
  }
}

/** @typedef {{ by: import("../reach.js").Means } & import("../reach.js").ReachAnswer} Answer */

/** Return the open sighting if its time and point are known, otherwise the point where the child was last seen, if any. @param {BoardView} view */
function startOf({ board, ui, model, reaches }) {
  const card = ui.card ? board.get(ui.card) : undefined;
  if (card?.kind === "sighting" && card.state.seen_at && card.state.place?.lat != null) return { id: card.id, name: say("sighting", { number: card.state.number }) };
  return model.search.state.last_seen?.lat != null ? { id: reaches.lastSeen, name: say("last_seen_recorded") } : null;
}

/** @param {Reach | null | undefined} reach */
const farText = (reach) => (reach ? ` · ${reach.radius_m === null ? n("{count} station", "{count} stations", reach.stations.length) : distance(reach.radius_m)}` : "");

/** @param {Answer[]} answers @param {(by: import("../reach.js").Means) => string} textOf "on foot, until 09:22" @returns {import("../../core/map/reach_layer.js").DrawnReach | null} */
function drawnOf(answers, textOf) {
  const known = answers.filter(({ reach }) => reach), start = known[0]?.reach?.start;
  if (!start) return null;
  const circles = known.flatMap(({ by, reach }) => (reach && reach.radius_m !== null ? [{ by, radius: reach.radius_m, text: textOf(by) }] : []));
  const stations = known.flatMap(({ reach }) => reach?.stations ?? []).map(({ lat, lon, name, at }) => ({ center: [lat, lon], text: `${name} ${clock(at)}` }));
  return { center: [start.lat, start.lon], circles, stations };
}
