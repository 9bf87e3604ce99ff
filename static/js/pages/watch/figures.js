/** Figures of the watch, each with its worst case. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, number, t } from "../../core/i18n.js";
import { whoseAlarm } from "../../format/alarm_text.js";
import { shownLength } from "../../format/exact_length.js";
import { formatShortMoment } from "../../format/time_elements.js";

/** @param {Watch} watch */
export const figures = (watch) => html`<dl class="watch-figures">
  ${figure("unwatched", t("Unwatched"), shownLength(watch.unwatched_s), longestUnwatched(watch), watch.unwatched_s ? "bad" : "")}
  ${waits("looked_at", t("Until first look"), watch.looked_at)}${waits("taken", t("Until taken"), watch.taken)}${waits("passed_on", t("Until passed on"), watch.passed_on)}
  ${figure("promises", t("Promises made"), number(watch.promises.total), promiseCounts(watch.promises))}</dl>`;

/** @param {string} name @param {string} title @param {unknown} value @param {unknown} details @param {string} [look] */
const figure = (name, title, value, details, look = "") => html`<div class=${look} data-figure=${name}><dt>${title}</dt><dd>${value}</dd><dd class="details">${details}</dd></div>`;

/** @param {string} name @param {string} title @param {WatchTimes | null} times */
function waits(name, title, times) {
  if (!times) return figure(name, title, "–", t("nothing waited"));
  const longest = t("longest {time}, {child}", { time: shownLength(times.longest_s), child: whoseAlarm(times.longest) });
  return figure(name, title, html`${shownLength(times.median_s)} <small>${t("median")}</small>`, `${t("95 of 100 in {time}", { time: shownLength(times.p95_s) })} · ${longest}`);
}

/** @param {Watch} watch */
function longestUnwatched({ unwatched: [longest] }) {
  return longest ? t("longest: {child}, {from} to {to}", { child: whoseAlarm(longest.alarm), from: formatShortMoment(longest.from), to: formatShortMoment(longest.to) }) : nothing;
}

/** @param {WatchCounts} counts */
export function promiseCounts({ kept, lapsed, returned, open, extended }) {
  return [
    n("{count} kept", "{count} kept", kept), n("{count} lapsed", "{count} lapsed", lapsed), returned && n("{count} given back or handed on", "{count} given back or handed on", returned),
    open && n("{count} still running", "{count} still running", open), n("{count} extended", "{count} extended", extended),
  ].filter(Boolean).join(" · ");
}
