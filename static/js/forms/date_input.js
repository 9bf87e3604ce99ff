/* Control of a date: a text as people say it, which becomes the date in the reader's language once the field is left; and the browser's
   calendar behind a button. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { t } from "../core/i18n.js";
import { serverNow } from "../core/time.js";
import { describeDate, isDate, parseDate } from "./parse_date.js";

/** What is typed, by the id of the control, with the value that it has: pages redraw with each event. @type {Map<string, { text: string, value: string }>} */
const typing = new Map();

/**
 * @param {{ id: string, value: string, current?: () => string, edit: (value: string) => void, describedBy?: string | null, required?: boolean, autofocus?: boolean }} given `value` is
 *   "2014-03-12", or a text that is no date; `edit` is called with the same, `current` tells
 *   what the field contains by now
 */
export function dateInput({ id, value, current, edit, describedBy = null, required, autofocus }) {
  const typed = typing.get(id), text = typed?.value === value ? typed.text : describeDate(value);
  const type = (/** @type {ControlEvent} */ { target }) => {
    const read = parseDate(target.value, serverNow()) ?? target.value.trim();
    typing.set(id, { text: target.value, value: read });
    edit(read);
  };
  const leave = (/** @type {ControlEvent} */ { target }) => {
    const typed = typing.get(id);
    typing.delete(id);
    if (current && typed && current() !== typed.value) return; // the form was sent or emptied, and takes its controls away
    edit(parseDate(target.value, serverNow()) ?? target.value.trim());
  };
  const picked = (/** @type {ControlEvent} */ { target }) => {
    if (isDate(target.value)) edit(target.value);
  };
  return html`<div class="with-now date-field">
    <input id=${id} type="text" autocomplete="off" spellcheck="false" data-date aria-required=${required ? "true" : nothing} ?autofocus=${autofocus}
      aria-describedby=${describedBy ?? nothing} placeholder=${t("12/03/2014")} .value=${live(text)} @input=${type} @change=${leave} />
    <button type="button" class="pick-time" data-act="pick-date" aria-label=${t("Choose the date from a calendar")} title=${t("Choose the date from a calendar")} @click=${showPicker}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3"/></svg></button>
    <input class="native-picker" type="date" tabindex="-1" aria-hidden="true" .value=${live(isDate(value) ? value : "")} @change=${picked} />
  </div>`;
}

/** Return the error about a text that is no date. */
export const unreadableDateText = () => t("Searchboard cannot read this date. Type, for example, 12/03/2014, 12 March 2014 or yesterday.");

/** @param {Event} event */
function showPicker({ currentTarget }) {
  const picker = /** @type {HTMLInputElement} */ (/** @type {Element} */ (currentTarget).nextElementSibling);
  picker.showPicker();
}
