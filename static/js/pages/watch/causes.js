/** Figures of the watch for each grave cause. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { number, t, t as translate } from "../../core/i18n.js";
import { occasionOf } from "../../core/rules/kinds.js";
import { shownLength } from "../../format/exact_length.js";
import { promiseCounts } from "./figures.js";

const WAITS = /** @type {const} */ (["looked_at", "taken", "passed_on"]);

/** @param {Watch} watch */
export function causeTable({ causes }) {
  if (!causes.length) return nothing;
  const waits = { looked_at: t("Until first look"), taken: t("Until taken"), passed_on: t("Until passed on") };
  return html`<section class="watch-table"><h2>${t("By cause")} <small>${t("times: median · 95 of 100 · longest")}</small></h2>
    <table><thead><tr><th scope="col">${t("Cause")}</th><th scope="col">${t("Alarms")}</th><th scope="col">${t("Unwatched")}</th>${WAITS.map((name) => html`<th scope="col">${waits[name]}</th>`)}<th scope="col">${t("Promises made")}</th></tr></thead>
      <tbody>${causes.map((cause) => html`<tr data-cause=${cause.occasion}><th scope="row">${translate(occasionOf({ rule: "", occasion: cause.occasion }).name ?? "")}</th>
        <td data-label=${t("Alarms")}>${number(cause.alarms)}</td><td data-label=${t("Unwatched")} class=${cause.unwatched_s ? "bad" : ""}>${shownLength(cause.unwatched_s)}</td>
        ${WAITS.map((name) => html`<td data-label=${waits[name]}>${waitText(cause[name])}</td>`)}
        <td data-label=${t("Promises made")}>${number(cause.promises.total)}${cause.promises.total ? html` <span class="quiet">(${promiseCounts(cause.promises)})</span>` : nothing}</td></tr>`)}</tbody></table></section>`;
}

/** @param {WatchTimes | null} times */
const waitText = (times) => (times ? [times.median_s, times.p95_s, times.longest_s].map(shownLength).join(" · ") : "–");
