/** Combobox with a listbox (ARIA pattern). */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";

/**
 * @param {any} field - {id, value, active, open, fault, describedBy}; `active` is the index that Enter picks, -1 for none
 * @param {any} options [{key, text, more}]
 * @param {(text: string) => void} type receives the typed text
 * @param {(option: ComboboxOption) => void} pick receives the clicked option
 */
export function combobox(field, options, type, pick) {
  const isOpen = field.open && options.length > 0;
  const active = isOpen && options[field.active] ? `${field.id}-${field.active}` : nothing;
  return html`<div class="combobox">
    <input id=${field.id} data-field=${field.id} type="text" role="combobox" autocomplete="off" spellcheck="false" aria-autocomplete="list" aria-controls="${field.id}-list"
      aria-expanded=${isOpen ? "true" : "false"} aria-activedescendant=${active} aria-invalid=${field.fault ? "true" : nothing}
      aria-describedby="${field.describedBy ? `${field.describedBy} ` : ""}${field.id}-hint" .value=${live(field.value)} @input=${(/** @type {any} */ event) => type(event.target.value)} />
    <ul id="${field.id}-list" role="listbox" aria-labelledby="${field.id}-label" ?hidden=${!isOpen}>
      ${isOpen ? options.map((/** @type {any} */ option, /** @type {any} */ index) => html`<li id="${field.id}-${index}" role="option" aria-selected=${index === field.active ? "true" : "false"}
        @pointerdown=${(/** @type {any} */ event) => event.preventDefault()} @click=${() => pick(option)}><b>${option.text}</b> <small>${option.more}</small></li>`) : nothing}
    </ul>
  </div>`;
}
