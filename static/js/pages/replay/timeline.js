/** Timeline: event density over time, with a handle at the selected moment. */

import { html, nothing, svg } from "../../../vendor/lit-html/lit-html.js";
import { guard } from "../../../vendor/lit-html/directives/guard.js";
import { density, outline, share } from "../../replay/density.js";
import { moment } from "../../core/time.js";
import { t } from "../../core/i18n.js";
import { controls, eventLine, placeOf, formatDateAndTime } from "./bar.js";

const BARS = 240;
const HEIGHT = 40; // in units of the viewBox

/** @param {ReplayView} replay */
export function timeline(replay) {
  const { past } = replay;
  const { from, to, length, count } = past;
  return html`<div class="timeline">
    ${controls(replay)}
    <div class="track" data-slider role="slider" tabindex="0" aria-label=${t("Time")} aria-orientation="horizontal" aria-valuemin="1" aria-valuemax=${length}
        aria-valuenow=${count} aria-valuetext=${`${formatDateAndTime(past.time)}, ${placeOf(past)}: ${eventLine(past.event(), replay)}`} data-testid="timeline"
        data-position=${share(past.time, from, to)}>
      ${guard([length, from, to], () => bars(past))}
      <span class="future" aria-hidden="true"></span>
      ${past.other === null ? nothing : html`<span class="compared-moment" aria-hidden="true" data-position=${share(past.otherTime, from, to)}></span>`}
      <span class="handle" aria-hidden="true"></span>
    </div>
    <p class="range-labels" aria-hidden="true"><span>${moment(new Date(from))}</span><span>${moment(new Date(to))}</span></p>
  </div>`;
}

/** @param {{ times: any, from: any, to: any }} past */
function bars({ times, from, to }) {
  return html`<svg class="density" viewBox="0 0 ${BARS} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<path d=${outline(density(times, from, to, BARS), HEIGHT)} />`}
  </svg>`;
}

/**
 * Set positions after a draw. By script because the content security policy forbids style attributes.
 * @param {HTMLElement} root
 */
export function timelinePosition(root) {
  for (const element of root.querySelectorAll("[data-position]")) element.style.setProperty("--position", element.dataset.position ?? null);
}
