/* Date control: a text in everyday words, which becomes a date in the reader's language when the field loses focus; a button opens the
   browser's calendar. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { t } from "../core/i18n.js";
import { serverNow } from "../core/time.js";
import { describeDate, isDate, parseDate } from "./parse_date.js";

/** Typed text and its value, by id of the control, because pages redraw with each event. @type {Map<string, { text: string, value: string }>} */
const typing = new Map();

/**
 * @param {{ id: string, value: string, current?: () => string, edit: (value: string) => void, describedBy?: string | null, required?: boolean, autofocus?: boolean }} options `value` is
 *   "2014-03-12", or a text that is not a date; `edit` receives a new value; `current` returns the present one
 */
export function dateInput({ id, value, current, edit, describedBy = null, required, autofocus }) {
  const typed = typing.get(id), text = typed?.value === value ? typed.text : describeDate(value);
  const onInput = (/** @type {ControlEvent} */ { target }) => {
    const value = parseDate(target.value, serverNow()) ?? target.value.trim();
    typing.set(id, { text: target.value, value: value });
    edit(value);
  };
  const onChange = (/** @type {ControlEvent} */ { target }) => {
    const typed = typing.get(id);
    typing.delete(id);
    if (current && typed && current() !== typed.value) return; // the form was sent or emptied, which removes its controls
    edit(parseDate(target.value, serverNow()) ?? target.value.trim());
  };
  const onPick = (/** @type {ControlEvent} */ { target }) => {
    if (isDate(target.value)) edit(target.value);
  };
  return html`<div class="with-now date-field">
    <input id=${id} type="text" autocomplete="off" spellcheck="false" data-date aria-required=${required ? "true" : nothing} ?autofocus=${autofocus}
      aria-describedby=${describedBy ?? nothing} placeholder=${t("12/03/2014")} .value=${live(text)} @input=${onInput} @change=${onChange} />
    <button type="button" class="pick-time" data-act="pick-date" aria-label=${t("Choose the date from a calendar")} title=${t("Choose the date from a calendar")} @click=${showPicker}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3"/></svg></button>
    <input class="native-picker" type="date" tabindex="-1" aria-hidden="true" .value=${live(isDate(value) ? value : "")} @change=${onPick} />
  </div>`;
}

/** Return the error about a text that is not a date. */
export const unreadableDateText = () => t("Searchboard cannot read this date. Type, for example, 12/03/2014, 12 March 2014 or yesterday.");

/** @param {Event} event */
function showPicker({ currentTarget }) {
  const picker = /** @type {HTMLInputElement} */ (/** @type {Element} */ (currentTarget).nextElementSibling);
  picker.showPicker();
}
