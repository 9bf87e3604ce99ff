/** Promises that lapsed or were extended. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { n, number, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { say, sayCount } from "../../core/rules/sentences.js";
import { namedAlarm, whoseAlarm } from "../../format/alarm_text.js";
import { shownLength } from "../../format/exact_length.js";
import { formatShortMoment, shortTimeElement } from "../../format/time_elements.js";

/** @param {Watch} watch */
export function promiseTable({ notable, notable_left_out: leftOut, promises, people }) {
  if (!notable.length) return nothing;
  return html`<section class="watch-table"><h2>${t("Promises that lapsed or were extended")} <small>${t("{count} of {all}", { count: number(notable.length + leftOut), all: number(promises.total) })}</small></h2>
    <table><thead><tr><th scope="col">${t("Taken")}</th><th scope="col">${label.noun("alarm")}</th><th scope="col">${t("Promise")}</th><th scope="col">${t("How it ended")}</th><th scope="col">${t("What happened")}</th></tr></thead>
      <tbody>${notable.map((promise) => row(promise, people))}</tbody></table>
    ${leftOut ? html`<p class="quiet">${n("{count} more is not shown.", "{count} more are not shown.", leftOut)}</p>` : nothing}</section>`;
}

/** @param {WatchedPromise} promise @param {{ [id: string]: string }} people */
function row(promise, people) {
  const { alarm, account, since, until, outcome, extensions } = promise, name = people[account] ?? say("someone");
  return html`<tr data-outcome=${outcome}><td data-label=${t("Taken")}>${shortTimeElement(since)}</td>
    <td>${alarm.child ? html`<b><bdi>${whoseAlarm(alarm)}</bdi></b> ` : nothing}${namedAlarm(alarm)}</td>
    <td data-label=${t("Promise")}>${until ? t("{name}, until {time}", { name, time: formatShortMoment(until) }) : name}${extensions ? html`, ${sayCount("extended", extensions)}` : nothing}</td>
    <td data-label=${t("How it ended")}>${endText(promise)}</td><td>${happenings(promise, people)}</td></tr>`;
}

/** @param {WatchedPromise} promise */
function endText({ outcome, ended_at: ended }) {
  const time = ended ? formatShortMoment(ended) : "";
  if (outcome === "lapsed") return html`<b>${t("lapsed {time}", { time })}</b>`;
  if (outcome === "kept") return t("kept, ended {time}", { time });
  return outcome === "returned" ? t("given back or handed on {time}", { time }) : t("still running");
}

/**
 * Return how long the alarm was unwatched afterwards, who took it next, and why the promise was extended.
 * @param {WatchedPromise} promise @param {{ [id: string]: string }} people
 */
function happenings({ unwatched_s: unwatched, next, note }, people) {
  return html`${unwatched ? html`<span class="bad">${t("{length} unwatched", { length: shownLength(unwatched) })}</span>` : nothing}
    ${next ? html`<span>${t("{name} took it: {time}", { name: people[next.account] ?? say("someone"), time: formatShortMoment(next.since) })}</span>` : nothing}
    ${note ? html`<q dir="auto">${note}</q>` : nothing}`;
}
