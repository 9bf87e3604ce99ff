/** Tools of a timeline: order, lanes, shown period. */

import { html } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { HOUR_MS } from "../../core/time.js";
import { LANES, laneName } from "./texts.js";

const LENGTHS_H = [24, 4, 1];

/** @param {TimelineView} view */
export const tools = (view) => html`<div class="timeline-tools">
  <div class="views" role="group" aria-label=${t("Order")}>${order(view, false, t("By when it happened"))}${order(view, true, t("By when it became known"))}</div>
  <div class="timeline-lanes" role="group" aria-label=${t("Shown")}>${LANES.map((lane) => html`<button type="button" class="chip" data-lane=${lane} aria-pressed=${String(view.lanes.includes(lane))} @click=${() => view.toggleLane(lane)}>${laneName(lane)}</button>`)}</div>
  <div class="views" role="group" aria-label=${t("Period")}>
    <button type="button" data-act="whole" aria-pressed=${String(view.isWhole)} @click=${view.showWhole}>${t("Whole search")}</button>
    ${LENGTHS_H.map((hours) => html`<button type="button" data-act="last" data-hours=${hours} aria-pressed=${String(view.length === hours * HOUR_MS)} @click=${() => view.showLast(hours * HOUR_MS)}>${say("hours", { hours })}</button>`)}</div>
  <div class="timeline-zoom"><button type="button" data-act="earlier" aria-label=${t("Show earlier")} @click=${() => view.move(-1)}>‹</button>
    <button type="button" data-act="zoom-out" aria-label=${t("Show a longer period")} @click=${() => view.zoom(2)}>−</button>
    <button type="button" data-act="zoom-in" aria-label=${t("Show a shorter period")} @click=${() => view.zoom(1 / 2)}>+</button>
    <button type="button" data-act="later" aria-label=${t("Show later")} @click=${() => view.move(1)}>›</button></div></div>`;

/** @param {TimelineView} view @param {boolean} byKnown @param {string} text */
const order = (view, byKnown, text) => html`<button type="button" data-order=${byKnown ? "known" : "happened"} aria-pressed=${String(view.byKnown === byKnown)} @click=${() => view.orderBy(byKnown)}>${text}</button>`;
