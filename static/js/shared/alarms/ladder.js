/* Ladder of an alarm: its past, next and later recipients, with the time of the next step. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { askedName, stepTime } from "../../format/alarm_text.js";

/** @param {Alarm} alarm */
export function ladder(alarm) {
  const next = alarm.steps.find(({ done }) => !done);
  return html`<ol class="alarm-steps" aria-label=${t("Who is asked")}>${alarm.steps.map((step) => html`<li class=${step.done ? "done" : step === next ? "next" : "later"}>${
    step.done ? html`${CHECK}<span class="visually-hidden">${t("asked")}</span> ` : nothing}${askedName(step)}${step.done ? nothing : step === next ? html`\u00a0· <time datetime=${step.at} data-until=${step.at}></time>` : html`\u00a0· ${stepTime(alarm, step)}`}</li>`)}</ol>`;
}

const CHECK = html`<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><path d="m3 8.500 3.200 3.300L13 4.600"/></svg>`;
