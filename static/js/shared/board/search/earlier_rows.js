/**
 * Part of a search's form: earlier disappearances, each with its own group of fields, and closed searches of the same name, which one click
 * adds. The form keeps its edits as a merge patch, so that two people can add entries at the same time.
 */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { live } from "../../../../vendor/lit-html/directives/live.js";
import { n, t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { applyPatch } from "../../../core/rules/merge_patch.js";
import { dateInput, unreadableDateText } from "../../../forms/date_input.js";
import { otherChangeNotice } from "../../../forms/form_row.js";
import { isDate } from "../../../forms/parse_date.js";
import { earlierText, inOrder } from "../../../format/earlier.js";
import { shortPersonName } from "../../../format/search_list.js";
import { sameLooks } from "../../../format/statements.js";

/** @typedef {import("../../../format/earlier.js").Earlier} Earlier */

const PATH = "earlier";
const LOOKS = ["features", "description"]; // fields that rarely change between two disappearances
const MAX_ITEMS = 50; // same as the server
/** @type {Record<string, Record<string, unknown>>} */
const INPUTS = {
  date: { type: "date" }, days: { type: "number", min: 0, max: 36_500, step: 1, inputmode: "numeric" }, place: { maxlength: 200 }, reference: { maxlength: 200 },
  note: { maxlength: 400 },
};

/** Id of the control to focus after it is drawn. @type {string | null} */
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
 * @param {Earlier | null} [stored] earlier disappearances of the edited search
 */
export function earlierRows(form, view, stored = null) {
  const items = inOrder(mergedItems(form, stored));
  if (toFocus) queueMicrotask(focusDrawn); // after the draw
  return html`<fieldset class="earlier" data-field=${PATH} ?data-edited=${form.isEdited(PATH)}>
    <legend>${label.field(PATH)}${items.length ? html` <small>${items.length}</small>` : nothing}</legend>
    ${offerList(form, view, stored, items)}
    ${stableOrder(form, stored, items).map(([key, item], index) => group(form, view, stored, key, item, index + 1))}
    ${otherChangeNotice(form, form.field(PATH), view)}
    ${items.length < MAX_ITEMS ? html`<div class="buttons"><button type="button" id="${form.key}-add-earlier" data-act="add-earlier" @click=${() => add(form, view, {})}>${t("Add an earlier disappearance")}</button></div>` : nothing}
  </fieldset>`;
}

/** @param {Form} form @param {Earlier | null} stored */
const mergedItems = (form, stored) => /** @type {Earlier} */ (applyPatch(stored ?? {}, form.raw(PATH)));

/**
 * Return the items in a stable order while they are edited: stored items by their stored dates, then new items.
 * @param {Form} form
 * @param {Earlier | null} stored
 * @param {[string, any][]} items
 */
function stableOrder(form, stored, items) {
  const keys = [...new Set([...inOrder(stored).map(([key]) => key), ...Object.keys(form.raw(PATH))])];
  return keys.flatMap((key) => items.filter(([itemKey]) => itemKey === key));
}

/** @param {Form} form @param {FormView} view @param {Earlier | null} stored @param {string} key @param {any} item @param {number} number */
function group(form, view, stored, key, item, number) {
  const name = t("Earlier disappearance {number}", { number });
  const remove = () => {
    toFocus = `${form.key}-add-earlier`;
    change(form, view, stored, key, null);
  };
  return html`<div class="earlier-item" role="group" aria-label=${name} data-earlier=${key}>
    ${Object.keys(INPUTS).map((field) => input(form, view, stored, key, field, item[field] ?? null))}
    <button type="button" class="plain" data-act="remove-earlier" aria-label=${t("Remove: {what}", { what: earlierText(item) || name })} @click=${remove}>${t("Remove")}</button>
  </div>`;
}

/** @param {Form} form @param {FormView} view @param {Earlier | null} stored @param {string} key @param {string} field @param {any} value */
function input(form, view, stored, key, field, value) {
  const path = `${PATH}.${key}.${field}`, id = idOf(form, key, field), error = form.errors[path];
  const { type = "text", min = nothing, max = nothing, step = nothing, inputmode = nothing, maxlength = nothing } = INPUTS[field];
  const changed = (/** @type {string} */ typed) => change(form, view, stored, key, { [field]: parseInput(type, typed) });
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
function parseInput(type, typed) {
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
 * Edit an item, or remove it (null). Values that equal the server's are dropped from the edit.
 * @param {Form} form
 * @param {FormView} view
 * @param {Earlier | null} stored
 * @param {string} key
 * @param {Record<string, any> | null} patch
 */
function change(form, view, stored, key, patch) {
  const { [key]: previousEdit, ...others } = form.raw(PATH);
  const storedItem = /** @type {any} */ (stored?.[key]);
  /** @type {Record<string, any> | null} */
  let nextEdit = patch && { ...previousEdit, ...patch };
  if (nextEdit && storedItem) nextEdit = Object.fromEntries(Object.entries(nextEdit).filter(([field, value]) => value !== (storedItem[field] ?? null)));
  const isUnchanged = storedItem ? nextEdit && !Object.keys(nextEdit).length : nextEdit === null;
  for (const field of Object.keys(patch ?? {})) delete form.errors[`${PATH}.${key}.${field}`];
  form.edit(PATH, isUnchanged ? others : { ...form.raw(PATH), [key]: nextEdit });
  view.draw();
}

// --- closed searches of the same name

/** @param {Form} form @param {FormView} view @param {Earlier | null} stored @param {[string, any][]} items */
function offerList(form, view, stored, items) {
  const name = { first_name: form.value("person.first_name"), last_name: form.value("person.last_name") };
  view.earlierSearches?.look(name, LOOKS.map((field) => form.value(`person.${field}`)).filter(Boolean).join("\n"));
  const listed = new Set(items.map(([, item]) => item.search)), offered = (view.earlierSearches?.found ?? []).filter(({ board }) => !listed.has(board));
  if (!offered.length) return nothing;
  return html`<ul class="earlier-offers" data-testid="earlier-offers" aria-label=${t("Closed searches of the same name")}>
    ${offered.map((search) => html`<li data-found=${search.board}><span><bdi>${offerText(search)}</bdi> <a href="/searches/${search.board}" target="_blank" rel="noopener">${search.reference}</a>${sameLooks(search.statements)}${search.talk ? html`<p class="hint" data-testid="talk-offered">${t("A talk with the child is recorded. Add this disappearance to read it on the board.")}</p>` : nothing}</span>
      <button type="button" class="small" data-act="add-found" aria-label=${t("Add: {what}", { what: search.reference })} @click=${() => add(form, view, toItem(search))}>${t("Add")}</button></li>`)}
  </ul>`;
}

/** @param {EarlierSearch} found */
const toItem = ({ date, days, place, reference, board }) => ({ date, days, place, reference, search: board });

/** @param {EarlierSearch} found */
function offerText({ person, date, days, place }) {
  const values = { name: shortPersonName(person), date: earlierText({ date }), place };
  if (days === null) return t("{name} was missing before: {date}, not found.", values);
  if (days === 0) return place ? t("{name} was missing before: {date}, found on the same day in {place}.", values) : t("{name} was missing before: {date}, found on the same day.", values);
  return place
    ? n("{name} was missing before: {date}, found after {count} day in {place}.", "{name} was missing before: {date}, found after {count} days in {place}.", days, values)
    : n("{name} was missing before: {date}, found after {count} day.", "{name} was missing before: {date}, found after {count} days.", days, values);
}
