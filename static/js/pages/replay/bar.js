/** Replay bar: shows that this is the past, the moment and the event, and the way back to the present. */

import { html, nothing, svg } from "../../../vendor/lit-html/lit-html.js";
import { live } from "../../../vendor/lit-html/directives/live.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { SPEEDS } from "../../replay/player.js";
import { clockWithSeconds, day, formatDuration } from "../../core/time.js";
import { eventText } from "../../format/event_text.js";

// Icons as SVG paths on a 16 by 16 grid: few fonts have these symbols.
/** @type {Record<string, any>} */
const ICONS = {
  first: svg`<path d="M3 3h2v10H3zM13 3v10L6 8z" />`,
  back: svg`<path d="M11 3v10L4 8zM12 3h1v10h-1z" />`,
  play: svg`<path d="M4 2l10 6-10 6z" />`,
  pause: svg`<path d="M4 3h3v10H4zM9 3h3v10H9z" />`,
  on: svg`<path d="M5 3v10l7-5zM3 3h1v10H3z" />`,
  last: svg`<path d="M11 3h2v10h-2zM3 3v10l7-5z" />`,
};

/**
 * "Tue 24 Nov 22:34:07"
 * @param {number} ms
 */
export const formatDateAndTime = (ms) => `${day(new Date(ms))} ${clockWithSeconds(new Date(ms))}`;

/**
 * "12 of 40": number of the current event and of all events.
 * @param {any} past
 */
export const placeOf = (past) => t("{done} of {all}", { done: past.count, all: past.length });

/** @param {any} event @param {ReplayView} replay */
export const eventLine = (event, { session, past }) =>
  eventText(event, { session, board: { id: past.board.id, get: (/** @type {string} */ id) => past.either(id) } }, past.stateBefore(event));

/**
 * Replaces the freshness indicator of a live board.
 * @param {any} past
 */
export function pastIndicator(past) {
  if (past.state !== "showing" || !past.count || past.problem) return html`<span class="freshness-label past" data-testid="past-mark">${pageTitle("replay")}</span>`;
  return html`<span class="freshness-label past" data-testid="past-mark">${pageTitle("replay")} <small>${t("as it was on {at}", { at: formatDateAndTime(past.time) })}</small></span>`;
}

/** @param {ReplayView} replay */
export function band(replay) {
  const { past, player } = replay;
  return html`<div class="replay-bar">
    <h1><b>${pageTitle("replay")}</b> <span data-testid="past-at">${t("as it was on {at}", { at: formatDateAndTime(past.time) })}</span></h1>
    <p class="happened" aria-live=${player.playing ? "off" : "polite"} data-testid="happened"><span class="number">${placeOf(past)}</span> ${eventLine(past.event(), replay)}</p>
    <span class="space"></span>
    <a class="button primary now" href=${replay.now} data-act="now">${t("Back to live")} <kbd aria-hidden="true">${t("Esc")}</kbd></a>
  </div>`;
}

/**
 * Buttons to step and play.
 * @param {ReplayView} replay
 */
export function controls(replay) {
  const { past, player } = replay;
  const button = (/** @type {string} */ name, /** @type {string} */ text, /** @type {any} */ action, { off: isDisabled = false, sign: icon = name } = {}) => html`<button type="button" data-act=${name} aria-label=${text} title=${text}
    aria-disabled=${isDisabled ? "true" : nothing} @click=${action}><svg viewBox="0 0 16 16" aria-hidden="true">${ICONS[icon]}</svg></button>`;
  const isFirst = past.count === 1, isLast = past.count === past.length;
  return html`<div class="replay-controls" role="group" aria-label=${t("Replay controls")}>
    ${button("first", t("First event"), () => replay.go(1), { off: isFirst })}
    ${button("back", t("Previous event"), () => replay.step(-1), { off: isFirst })}
    ${button("play", player.playing ? t("Pause") : t("Play"), replay.play, { sign: player.playing ? "pause" : "play" })}
    ${button("on", t("Next event"), () => replay.step(1), { off: isLast })}
    ${button("last", t("Last event"), () => replay.go(past.length), { off: isLast })}
    <label><span class="visually-hidden">${t("Speed")}</span>
      <select name="speed" @change=${(/** @type {{ target: any }} */ { target }) => (player.speed = Number(target.value))}>
        ${SPEEDS.map((speed) => html`<option value=${speed} .selected=${live(speed === player.speed)}>${t("{speed} × real time", { speed })}</option>`)}
      </select></label>
    ${player.skipped ? html`<span class="skipped" role="status" data-testid="skipped">${t("skipped {length} without events", { length: formatDuration(player.skipped) })}</span>` : nothing}
    <span class="space"></span>
    <button type="button" data-act="compare" aria-pressed=${past.other === null ? "false" : "true"} @click=${replay.compare}>${past.other === null ? t("Compare with this time") : t("Stop comparing")}</button>
  </div>`;
}
