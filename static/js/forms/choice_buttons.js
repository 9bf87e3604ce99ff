/** A choice among few codes as buttons: radio controls, so that the row is one stop of the Tab key, with the arrow keys inside it. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { theirs } from "./form_row.js";

/**
 * @param {any} form
 * @param {string} path of a field with a choice
 * @param {any} ctx the view, as for a row
 * @param {{ name: unknown, options: ChoiceButton[] }} given name of the row, and its buttons in order
 */
export function choiceButtons(form, path, ctx, { name, options }) {
  const field = form.field(path);
  const id = `${form.key}-${path}`.replace(/[^\w-]/g, "_");
  const pick = (/** @type {ControlEvent} */ event) => {
    form.edit(path, event.target.value);
    (ctx.edited ?? ctx.draw)(form);
  };
  const raw = String(form.raw(path)), error = form.errors[path];
  return html`<div class="choice-buttons" data-field=${path} role="radiogroup" aria-labelledby="${id}-name" ?data-edited=${form.isMine(path)}>
    <span class="name" id="${id}-name">${name}</span>
    ${options.map(({ code, text, mark, title }) => html`<label class="option" title=${title ?? ""}>
      <input type="radio" name=${id} value=${code} aria-label=${title ?? text} .checked=${live(raw === String(code))} @change=${pick} />
      ${mark ?? ""}<span aria-hidden="true">${text}</span>
    </label>`)}
    ${error ? html`<p class="error">${error}</p>` : nothing}
    ${theirs(form, field, ctx)}
  </div>`;
}
