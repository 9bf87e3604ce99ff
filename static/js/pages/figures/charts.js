/** Bar charts of the figures. Each bar has a title with its number. */

import { html, nothing, svg } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { figureText, sizeOf } from "./values.js";

const WIDTH = 500, HEIGHT = 150, FOOT = 22, GAP = 4;
const MAX_LABELS = 12;

/** @typedef {{ name: string, label: string, searches: import("./values.js").Figure, year_before?: import("./values.js").Figure }} Bar */

/** @param {FigureReport} report */
export function charts({ year, month, steps, hours, weekdays }) {
  const before = html` <small>${t("grey: {year}", { year: String(year - 1) })}</small>`;
  return html`${chart("steps", month ? t("Searches a day") : t("Searches a month"), before, steps, month ? (label) => label : initial)}
    ${chart("hours", t("Reports by hour of the day"), nothing, hours, (label) => String(Number(label.slice(0, 2))))}
    ${chart("weekdays", t("Reports by day of the week"), nothing, weekdays, (label) => label.slice(0, 2))}`;
}

/** @param {string} label */
const initial = (label) => label.slice(0, 1).toUpperCase();

/** @param {string} name @param {string} title @param {unknown} note @param {Bar[]} bars @param {(label: string) => string} short */
function chart(name, title, note, bars, short) {
  const highest = Math.max(1, ...bars.flatMap(({ searches, year_before: before = 0 }) => [sizeOf(searches), sizeOf(before)]));
  const step = WIDTH / bars.length, every = Math.ceil(bars.length / MAX_LABELS);
  return html`<section class="figure-chart" data-chart=${name}><h2>${title}${note}</h2>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT + FOOT}" role="img" aria-label=${bars.map(barText).join("; ")}>
      ${bars.map((bar, index) => barShape(bar, index * step, step, highest))}
      ${bars.map((bar, index) => (index % every ? nothing : svg`<text x=${(index + 0.5) * step} y=${HEIGHT + FOOT - 5} text-anchor="middle" translate="no">${short(bar.label)}</text>`))}</svg></section>`;
}

/** @param {Bar} bar @param {number} x @param {number} step @param {number} highest */
function barShape(bar, x, step, highest) {
  const isCompared = bar.year_before !== undefined, width = (step - GAP) / (isCompared ? 2 : 1);
  const height = (/** @type {import("./values.js").Figure} */ figure) => Math.round((sizeOf(figure) / highest) * HEIGHT);
  return svg`<g><title>${barText(bar)}</title>
    ${isCompared ? svg`<rect class="before" x=${x + GAP / 2} y=${HEIGHT - height(bar.year_before ?? 0)} width=${width} height=${height(bar.year_before ?? 0)}></rect>` : nothing}
    <rect class="now" x=${x + GAP / 2 + (isCompared ? width : 0)} y=${HEIGHT - height(bar.searches)} width=${width} height=${height(bar.searches)}></rect></g>`;
}

/** @param {Bar} bar */
function barText({ label, searches, year_before: before }) {
  const values = { label, searches: figureText(searches) };
  return before === undefined ? t("{label}: {searches}", values) : t("{label}: {searches}, a year before {before}", { ...values, before: figureText(before) });
}
