/** Choice between a few codes as buttons: radio controls, so that the row is one Tab stop, with arrow keys inside it. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { otherChangeNotice } from "./form_row.js";

/**
 * @param {any} form
 * @param {string} path path of a choice field
 * @param {any} ctx the view, as for a row
 * @param {{ name: unknown, options: ChoiceButton[] }} options name of the row, and its buttons in order
 */
export function choiceButtons(form, path, ctx, { name, options }) {
  const field = form.field(path);
  const id = `${form.key}-${path}`.replace(/[^\w-]/g, "_");
  const pick = (/** @type {ControlEvent} */ event) => {
    form.edit(path, event.target.value);
    (ctx.edited ?? ctx.draw)(form);
  };
  const raw = String(form.raw(path)), error = form.errors[path];
  return html`<div class="choice-buttons" data-field=${path} role="radiogroup" aria-labelledby="${id}-name" ?data-edited=${form.isEdited(path)}>
    <span class="name" id="${id}-name">${name}</span>
    ${options.map(({ code, text, mark, title }) => html`<label class="option" title=${title ?? ""}>
      <input type="radio" name=${id} value=${code} aria-label=${title ?? text} .checked=${live(raw === String(code))} @change=${pick} />
      ${mark ?? ""}<span aria-hidden="true">${text}</span>
    </label>`)}
    ${error ? html`<p class="error">${error}</p>` : nothing}
    ${otherChangeNotice(form, field, ctx)}
  </div>`;
}
