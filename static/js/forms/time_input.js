/** Control of a time: a text as people say it, read back as it was understood; "now"; and the browser's calendar behind a button. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { t } from "../core/i18n.js";
import { ago, clock, instantsOf, serverNow, toInput } from "../core/time.js";
import { describeTime } from "./parse_time.js";
import { problemOf, textOf, timeOf, typedTime } from "./time_value.js";

/** @typedef {import("./time_value.js").TypedTime} TypedTime */

/**
 * @param {{ id: string, raw: string | TypedTime, current?: () => string | TypedTime, leaning: import("./parse_time.js").Leaning, edit: (raw: string | TypedTime) => void, settled?: () => void,
 *   describedBy?: string | null, name?: string, filter?: string, required?: boolean }} given `current` tells what the field
 *   contains by now; `edit` is called with each key, and when the text has been replaced by the time; `settled` once the field was left with a time, or was emptied
 */
export function timeInput({ id, raw, current, leaning, edit, settled, describedBy = null, name, filter, required }) {
  const now = serverNow(), at = timeOf(raw);
  const choose = (/** @type {string} */ time) => {
    edit(time);
    settled?.();
  };
  const type = (/** @type {ControlEvent} */ event) => edit(typedTime(event.target.value, serverNow(), leaning));
  // The page may not have been drawn since the last key. What was typed keeps the meaning that it had then.
  const leave = (/** @type {ControlEvent} */ { target: { value } }) => {
    if (current && textOf(current(), serverNow()) !== value) return; // the form was sent or emptied, and takes its controls away
    const typed = typeof raw !== "string" && raw.text === value ? raw : typedTime(value, serverNow(), leaning);
    const time = timeOf(typed);
    edit(time === undefined ? typed : time ?? "");
    if (time !== undefined) settled?.();
  };
  const picked = (/** @type {ControlEvent} */ event) => {
    const [chosen] = instantsOf(event.target.value);
    if (chosen) choose(chosen);
  };
  return html`<div class="time-field"><div class="with-now">
    <input id=${id} type="text" autocomplete="off" spellcheck="false" aria-label=${name ?? nothing} data-filter=${filter ?? nothing} data-time aria-required=${required ? "true" : nothing}
      aria-describedby=${[describedBy, `${id}-read`].filter(Boolean).join(" ")} placeholder=${leaning === "ahead" ? t("14:30, in 2 hours") : t("14:30, 10 min ago")}
      .value=${live(textOf(raw, now))} @input=${type} @change=${leave} />
    ${leaning === "ahead" ? nothing : html`<button type="button" data-act="now" @click=${() => choose(serverNow().toISOString())}>${t("Now")}</button>`}
    <button type="button" class="pick-time" data-act="pick-time" aria-label=${t("Choose the time from a calendar")} title=${t("Choose the time from a calendar")} @click=${showPicker}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3"/></svg></button>
    <input class="native-picker" type="datetime-local" tabindex="-1" aria-hidden="true" .value=${live(toInput(at ?? null))} @change=${picked} />
  </div>
  <p class="time-read" id="${id}-read" aria-live="polite">${readBack(raw, at, now, choose)}</p></div>`;
}

/**
 * Say how a text was understood. Of an hour that comes twice, ask which.
 * @param {string | TypedTime} raw
 * @param {string | null | undefined} at
 * @param {Date} now
 * @param {(at: string) => void} choose
 */
function readBack(raw, at, now, choose) {
  if (at === null) return nothing;
  if (at === undefined) return problemOf(raw) === "gap" ? gapText() : t("Not recognised as a time yet.");
  const twice = instantsOf(toInput(at));
  if (twice.length > 1) return html`${t("The clocks went back: {time} occurred twice.", { time: clock(at) })} ${twice.map((each, index) => html`<button type="button" class="plain" data-act="which-time"
    aria-pressed=${toInput(each) === toInput(at) && Date.parse(each) <= Date.parse(at) && Date.parse(at) < Date.parse(each) + HOUR_MS ? "true" : "false"} @click=${() => choose(each)}>${index ? t("the second, in winter time") : t("the first, in summer time")}</button>`)}`;
  return typeof raw === "string" ? ago(at, now) : t("{time}, {ago}", { time: describeTime(at, now), ago: ago(at, now) });
}

const HOUR_MS = 3_600_000;

/** Return the error about a time that did not exist. */
export const gapText = () => t("This time did not exist: the clocks went forward that night. Type a time before 02:00 or after 03:00.");

/** Return the error about a text that is no time. */
export const unreadableText = () => t("Searchboard cannot read this time. Type, for example, 14:30, yesterday 14:30 or 24 Nov 14:30.");

/** @param {Event} event */
function showPicker({ currentTarget }) {
  const picker = /** @type {HTMLInputElement} */ (/** @type {Element} */ (currentTarget).nextElementSibling);
  picker.showPicker();
}
