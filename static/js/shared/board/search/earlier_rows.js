/**
 * Part of a form of a search: earlier disappearances, one group of fields each, and closed searches of the same name, which one click
 * adds. The form keeps what is edited as a merge patch, so that two people may add one each at once.
 */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { live } from "../../../../vendor/lit-html/directives/live.js";
import { n, t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { applyPatch } from "../../../core/rules/merge_patch.js";
import { dateInput, unreadableDateText } from "../../../forms/date_input.js";
import { theirs } from "../../../forms/form_row.js";
import { isDate } from "../../../forms/parse_date.js";
import { earlierText, inOrder } from "../../../format/earlier.js";
import { shortPersonName } from "../../../format/search_list.js";

/** @typedef {import("../../../format/earlier.js").Earlier} Earlier */

const PATH = "earlier";
const MAX_ITEMS = 50; // the server has the same
/** @type {Record<string, Record<string, unknown>>} */
const INPUTS = {
  date: { type: "date" }, days: { type: "number", min: 0, max: 36_500, step: 1, inputmode: "numeric" }, place: { maxlength: 200 }, reference: { maxlength: 200 },
  note: { maxlength: 400 },
};

/** Id of the control to focus once it is drawn. @type {string | null} */
let toFocus = null;

function focusDrawn() {
  const control = toFocus && document.getElementById(toFocus);
  if (!control) return;
  toFocus = null;
  control.focus();
}

/** @param {Form} form @param {string} key @param {string} field */
const idOf = (form, key, field) => `${form.key}-${PATH}.${key}.${field}`.replace(/[^\w-]/g, "_");

/**
 * @param {Form} form
 * @param {FormView} view
 * @param {Earlier | null} [known] those of the search that is edited
 */
export function earlierRows(form, view, known = null) {
  const items = inOrder(shown(form, known));
  if (toFocus) queueMicrotask(focusDrawn); // once it is there
  return html`<fieldset class="earlier" data-field=${PATH} ?data-edited=${form.isMine(PATH)}>
    <legend>${label.field(PATH)}${items.length ? html` <small>${items.length}</small>` : nothing}</legend>
    ${offers(form, view, known, items)}
    ${ordered(form, known, items).map(([key, item], at) => group(form, view, known, key, item, at + 1))}
    ${theirs(form, form.field(PATH), view)}
    ${items.length < MAX_ITEMS ? html`<div class="buttons"><button type="button" id="${form.key}-add-earlier" data-act="add-earlier" @click=${() => add(form, view, {})}>${t("Add an earlier disappearance")}</button></div>` : nothing}
  </fieldset>`;
}

/** @param {Form} form @param {Earlier | null} known */
const shown = (form, known) => /** @type {Earlier} */ (applyPatch(known ?? {}, form.raw(PATH)));

/**
 * Keep each in its place while it is edited: those of the search by their dates there, then those that were added here.
 * @param {Form} form
 * @param {Earlier | null} known
 * @param {[string, any][]} items
 */
function ordered(form, known, items) {
  const keys = [...new Set([...inOrder(known).map(([key]) => key), ...Object.keys(form.raw(PATH))])];
  return keys.flatMap((key) => items.filter(([each]) => each === key));
}

/** @param {Form} form @param {FormView} view @param {Earlier | null} known @param {string} key @param {any} item @param {number} number */
function group(form, view, known, key, item, number) {
  const name = t("Earlier disappearance {number}", { number });
  const remove = () => {
    toFocus = `${form.key}-add-earlier`;
    change(form, view, known, key, null);
  };
  return html`<div class="earlier-item" role="group" aria-label=${name} data-earlier=${key}>
    ${Object.keys(INPUTS).map((field) => input(form, view, known, key, field, item[field] ?? null))}
    <button type="button" class="plain" data-act="remove-earlier" aria-label=${t("Remove: {what}", { what: earlierText(item) || name })} @click=${remove}>${t("Remove")}</button>
  </div>`;
}

/** @param {Form} form @param {FormView} view @param {Earlier | null} known @param {string} key @param {string} field @param {any} value */
function input(form, view, known, key, field, value) {
  const path = `${PATH}.${key}.${field}`, id = idOf(form, key, field), error = form.errors[path];
  const { type = "text", min = nothing, max = nothing, step = nothing, inputmode = nothing, maxlength = nothing } = INPUTS[field];
  const changed = (/** @type {string} */ typed) => change(form, view, known, key, { [field]: read(type, typed) });
  const edit = (/** @type {any} */ { target }) => changed(target.value);
  const describedBy = error ? `${id}-error` : null;
  return html`<div class="row earlier-${field}" data-field=${path}>
    <label for=${id}>${label.field(`${PATH}.*.${field}`)}</label>
    ${type === "date" ? dateInput({ id, value: value ?? "", edit: changed, describedBy })
      : html`<input id=${id} type=${type} min=${min} max=${max} step=${step} inputmode=${inputmode} maxlength=${maxlength} autocomplete="off" dir=${type === "text" ? "auto" : nothing}
      aria-describedby=${describedBy ?? nothing} .value=${live(value === null ? "" : String(value))} @input=${edit} />`}
    ${error ? html`<p class="error" id="${id}-error">${type === "date" && value && !isDate(value) ? unreadableDateText() : error}</p>` : nothing}
  </div>`;
}

/** @param {unknown} type @param {string} typed */
function read(type, typed) {
  if (typed.trim() === "") return null;
  return type === "number" ? Number(typed) : typed;
}

/** @param {Form} form @param {FormView} view @param {Record<string, any>} item */
function add(form, view, item) {
  const key = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  form.edit(PATH, { ...form.raw(PATH), [key]: item });
  toFocus = idOf(form, key, Object.keys(item).length ? "note" : "date");
  view.draw();
}

/**
 * Edit one, or remove it (null); of what is as the server has it, nothing is left in the edit.
 * @param {Form} form
 * @param {FormView} view
 * @param {Earlier | null} known
 * @param {string} key
 * @param {Record<string, any> | null} patch
 */
function change(form, view, known, key, patch) {
  const { [key]: before, ...others } = form.raw(PATH);
  const was = /** @type {any} */ (known?.[key]);
  /** @type {Record<string, any> | null} */
  let after = patch && { ...before, ...patch };
  if (after && was) after = Object.fromEntries(Object.entries(after).filter(([field, value]) => value !== (was[field] ?? null)));
  const isNothing = was ? after && !Object.keys(after).length : after === null;
  for (const field of Object.keys(patch ?? {})) delete form.errors[`${PATH}.${key}.${field}`];
  form.edit(PATH, isNothing ? others : { ...form.raw(PATH), [key]: after });
  view.draw();
}

// --- closed searches of the same name

/** @param {Form} form @param {FormView} view @param {Earlier | null} known @param {[string, any][]} items */
function offers(form, view, known, items) {
  const asked = { first_name: form.value("person.first_name"), last_name: form.value("person.last_name") };
  view.earlierSearches?.look(asked);
  const listed = new Set(items.map(([, item]) => item.search)), left = (view.earlierSearches?.found ?? []).filter(({ board }) => !listed.has(board));
  if (!left.length) return nothing;
  return html`<ul class="earlier-offers" data-testid="earlier-offers" aria-label=${t("Closed searches of the same name")}>
    ${left.map((found) => html`<li data-found=${found.board}><span><bdi>${offer(found)}</bdi> <a href="/searches/${found.board}" target="_blank" rel="noopener">${found.reference}</a></span>
      <button type="button" class="small" data-act="add-found" aria-label=${t("Add: {what}", { what: found.reference })} @click=${() => add(form, view, copied(found))}>${t("Add")}</button></li>`)}
  </ul>`;
}

/** @param {EarlierSearch} found */
const copied = ({ date, days, place, reference, board }) => ({ date, days, place, reference, search: board });

/** @param {EarlierSearch} found */
function offer({ person, date, days, place }) {
  const values = { name: shortPersonName(person), date: earlierText({ date }), place };
  if (days === null) return t("{name} was missing before: {date}, not found.", values);
  if (days === 0) return place ? t("{name} was missing before: {date}, found on the same day in {place}.", values) : t("{name} was missing before: {date}, found on the same day.", values);
  return place
    ? n("{name} was missing before: {date}, found after {count} day in {place}.", "{name} was missing before: {date}, found after {count} days in {place}.", days, values)
    : n("{name} was missing before: {date}, found after {count} day.", "{name} was missing before: {date}, found after {count} days.", days, values);
}
