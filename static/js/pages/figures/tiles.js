/** Tiles with the figures of all searches, each with a second figure below it. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { number, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { say } from "../../core/rules/sentences.js";
import { formatDuration } from "../../core/time.js";
import { figureText, medianText, shareText } from "./values.js";

/** @param {FigureReport} report */
export const tiles = ({ all }) => html`<dl class="figure-tiles">
  ${tile("searches", t("Searches"), figureText(all.searches), t("a year before: {count}", { count: figureText(all.year_before) }))}
  ${tile("worrying", label.field("worrying"), shareText(all.worrying, all.worrying_percent), t("campaigns: {public} public, {discreet} discreet", { public: figureText(all.public), discreet: figureText(all.discreet) }))}
  ${tile("open", say("still_missing"), figureText(all.open), t("found: {count}", { count: figureText(all.found) }))}
  ${tile("opened_after", t("Until opened"), median(all.opened_after), all.opened_after ? inTime(all.opened_after) : t("from the report; none yet"))}
  ${tile("found_after", t("Until found"), median(all.found_after), all.found_after ? t("{percent} of 100 within 48 h", { percent: number(all.found_after.within_48_h) }) : nothing)}</dl>`;

/** @param {string} name @param {string} title @param {unknown} value @param {unknown} details */
const tile = (name, title, value, details) => html`<div data-figure=${name}><dt>${title}</dt><dd>${value}</dd><dd class="details">${details}</dd></div>`;

/** @param {FigureWaits | null} waits */
const median = (waits) => (waits ? html`${medianText(waits)} <small>${t("median")}</small>` : "–");

/** @param {FigureWaits} waits */
const inTime = (waits) => t("95 of 100 in {time}", { time: formatDuration(waits.p95_s * 1000) });
