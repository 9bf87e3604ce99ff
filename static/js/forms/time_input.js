/** Time control: a text in everyday words, with its interpretation below; a "Now" button; a button for the browser's calendar. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { t } from "../core/i18n.js";
import { ago, clock, instantsOf, serverNow, toInput } from "../core/time.js";
import { describeTime } from "./parse_time.js";
import { problemOf, textOf, timeOf, typedTime } from "./time_value.js";

/** @typedef {import("./time_value.js").TypedTime} TypedTime */

/**
 * @param {{ id: string, raw: string | TypedTime, current?: () => string | TypedTime, leaning: import("./parse_time.js").Leaning, edit: (raw: string | TypedTime) => void, settled?: () => void,
 *   describedBy?: string | null, name?: string, filter?: string, required?: boolean }} options `current` returns the field's present
 *   content; `edit` runs at each keystroke, and when the text is replaced by the time; `settled` runs when the field loses focus with a time, or empty
 */
export function timeInput({ id, raw, current, leaning, edit, settled, describedBy = null, name, filter, required }) {
  const now = serverNow(), at = timeOf(raw);
  const choose = (/** @type {string} */ time) => {
    edit(time);
    settled?.();
  };
  const onInput = (/** @type {ControlEvent} */ event) => edit(typedTime(event.target.value, serverNow(), leaning));
  // The page may not have been drawn since the last keystroke. Typed text keeps its meaning from that moment.
  const onChange = (/** @type {ControlEvent} */ { target: { value } }) => {
    if (current && textOf(current(), serverNow()) !== value) return; // the form was sent or emptied, which removes its controls
    const typed = typeof raw !== "string" && raw.text === value ? raw : typedTime(value, serverNow(), leaning);
    const time = timeOf(typed);
    edit(time === undefined ? typed : time ?? "");
    if (time !== undefined) settled?.();
  };
  const onPick = (/** @type {ControlEvent} */ event) => {
    const [chosen] = instantsOf(event.target.value);
    if (chosen) choose(chosen);
  };
  return html`<div class="time-field"><div class="with-now">
    <input id=${id} type="text" autocomplete="off" spellcheck="false" aria-label=${name ?? nothing} data-filter=${filter ?? nothing} data-time aria-required=${required ? "true" : nothing}
      aria-describedby=${[describedBy, `${id}-read`].filter(Boolean).join(" ")} placeholder=${leaning === "ahead" ? t("14:30, in 2 hours") : t("14:30, 10 min ago")}
      .value=${live(textOf(raw, now))} @input=${onInput} @change=${onChange} />
    ${leaning === "ahead" ? nothing : html`<button type="button" data-act="now" @click=${() => choose(serverNow().toISOString())}>${t("Now")}</button>`}
    <button type="button" class="pick-time" data-act="pick-time" aria-label=${t("Choose the time from a calendar")} title=${t("Choose the time from a calendar")} @click=${showPicker}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3"/></svg></button>
    <input class="native-picker" type="datetime-local" tabindex="-1" aria-hidden="true" .value=${live(toInput(at ?? null))} @change=${onPick} />
  </div>
  <p class="time-read" id="${id}-read" aria-live="polite">${readBack(raw, at, now, choose)}</p></div>`;
}

/**
 * Describe how a text was interpreted. For a time that occurs twice, offer both.
 * @param {string | TypedTime} raw
 * @param {string | null | undefined} at
 * @param {Date} now
 * @param {(at: string) => void} choose
 */
function readBack(raw, at, now, choose) {
  if (at === null) return nothing;
  if (at === undefined) return problemOf(raw) === "gap" ? gapText() : t("Not recognised as a time yet.");
  const instants = instantsOf(toInput(at));
  if (instants.length > 1) return html`${t("The clocks went back: {time} occurred twice.", { time: clock(at) })} ${instants.map((instant, index) => html`<button type="button" class="plain" data-act="which-time"
    aria-pressed=${toInput(instant) === toInput(at) && Date.parse(instant) <= Date.parse(at) && Date.parse(at) < Date.parse(instant) + HOUR_MS ? "true" : "false"} @click=${() => choose(instant)}>${index ? t("the second, in winter time") : t("the first, in summer time")}</button>`)}`;
  return typeof raw === "string" ? ago(at, now) : t("{time}, {ago}", { time: describeTime(at, now), ago: ago(at, now) });
}

const HOUR_MS = 3_600_000;

/** Return the error about a time that did not exist. */
export const gapText = () => t("This time did not exist: the clocks went forward that night. Type a time before 02:00 or after 03:00.");

/** Return the error about a text that is not a time. */
export const unreadableText = () => t("Searchboard cannot read this time. Type, for example, 14:30, yesterday 14:30 or 24 Nov 14:30.");

/** @param {Event} event */
function showPicker({ currentTarget }) {
  const picker = /** @type {HTMLInputElement} */ (/** @type {Element} */ (currentTarget).nextElementSibling);
  picker.showPicker();
}
