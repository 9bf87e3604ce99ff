/** Form field: label, control, error, and changes by other people. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { t } from "../core/i18n.js";
import { say, withColon } from "../core/rules/sentences.js";
import { label } from "../core/labels.js";
import { foundCondition, sexOf } from "../format/agreement.js";
import { agoElement } from "../format/time_elements.js";
import { formatField } from "../format/values.js";
import { dateInput, unreadableDateText } from "./date_input.js";
import { isPartOfPlace, placeInput, pointPaths } from "./place_input.js";
import { gapText, timeInput, unreadableText } from "./time_input.js";
import { leaningOf, problemOf } from "./time_value.js";
import { speaksOfLooks, understoodMarks } from "./understood.js";

/**
 * @param {any} form Form
 * @param {string} path path of the field
 * @param {any} ctx the view: session, board, draw(); drawForms() draws only the forms; edited(form) replaces both if a choice is sent
 *   immediately; resolved(form) runs after the last conflict; cards(kind) returns the options; underField(path) is drawn under a field
 * @param {string | null} [name] label, if it differs from the field's
 * @param {boolean} [isNeeded] true to mark an optional field as required
 */
export function row(form, path, ctx, name = null, isNeeded = false) {
  if (isPartOfPlace(path, form)) return nothing;
  const field = form.field(path), point = pointPaths(path, form).filter((pointPath) => isPartOfPlace(pointPath, form));
  const id = `${form.key}-${path}`.replace(/[^\w-]/g, "_");
  const errorPath = [path, ...point].find((candidate) => form.errors[candidate]);
  const error = errorPath && form.errors[errorPath];
  const isFlag = field.control === "flag";
  const caption = html`<label id="${id}-label" for=${id}>${name ?? field.label?.() ?? label.field(path, field.kind)}${isNeeded || showsRequired(form, field) ? html`<span class="required" aria-hidden="true"> *</span>` : nothing}</label>`;
  return html`<div class="row ${field.control}" data-field=${path} ?data-edited=${form.isEdited(path)}>
    ${isFlag ? html`<div class="check">${control(form, field, id, ctx)}${caption}</div>` : html`${caption}${control(form, field, id, ctx)}`}
    ${speaksOfLooks(field) ? looksMarks(form, field, id, ctx) : nothing}
    ${error ? html`<p class="error" id="${id}-error">${errorText(error, field, form.raw(path))}</p>` : nothing}
    ${field.private && form.isCut ? html`<p class="hint" data-not-kept>${t("Not kept when the page was reloaded. Type it again.")}</p>` : nothing}
    ${form.isUnreadable?.(path) ? html`<p class="hint" data-unreadable=${path}>${t("The recorded entry cannot be read. What you enter here replaces it.")}</p>` : nothing}
    ${otherChangeNotice(form, field, ctx)} ${point.map((pointPath) => otherChangeNotice(form, form.field(pointPath), ctx))} ${ctx.underField?.(path) ?? nothing}
  </div>`;
}

/** @param {any} form @param {any} field @param {string} id @param {any} ctx */
function looksMarks(form, field, id, ctx) {
  const draw = ctx.drawForms ?? ctx.draw;
  const edit = (/** @type {string} */ text) => {
    form.edit(field.path, text);
    (ctx.edited ?? ctx.draw)(form);
  };
  return understoodMarks({ id, text: form.raw(field.path) ?? "", field: field.path.replace("person.", ""), isBrief: Boolean(field.compared) && field.control === "text", edit, draw });
}

/**
 * Return true to mark a field as required. A choice is marked only while it is empty, because it can't be emptied again.
 * @param {any} form
 * @param {{ path: string, required: any, control: any }} change
 */
const showsRequired = (form, { path, required, control }) => required && (control !== "choice" || form.raw(path) === "");

/** @param {any} form @param {any} ctx @param {string[]} paths */
export const rows = (form, paths, ctx) => paths.map((/** @type {string} */ path) => row(form, path, ctx));

/** Render the fields of a form without the excluded ones. @param {Form} form @param {any} ctx @param {...string} excluded paths */
export const otherRows = (form, ctx, ...excluded) => rows(form, pathsOf(form.fields).filter((path) => !excluded.includes(path)), ctx);

/** @param {{ path: string }[]} fields */
export const pathsOf = (fields) => fields.map(({ path }) => path);

/** @param {any} error @param {any} field @param {any} raw */
function errorText(error, field, raw) {
  if (error === "unreadable" && field.control === "time") return problemOf(raw) === "gap" ? gapText() : unreadableText();
  if (error === "unreadable" && field.control === "date") return unreadableDateText();
  if (error === "required") return say("required");
  if (error === "unreadable") return t("Enter a number or a time.");
  if (error === "future") return say("future");
  if (error === "passed") return t("This time has passed. Enter a later time.");
  if (error === "age") return t("Enter an age in whole years, from 0 to 25. This board is for children and young people.");
  if (error === "height") return t("Enter a height in whole centimetres, from 30 to 230.");
  return error;
}

/** @param {any} form @param {any} field @param {string} id @param {any} ctx */
function control(form, field, id, ctx) {
  const edit = (/** @type {any} */ raw) => {
    const { dirty } = form;
    form.edit(field.path, raw);
    const draw = form.dirty === dirty && ctx.drawForms ? ctx.drawForms : ctx.draw; // a draft is also marked outside its form
    (ctx.edited ?? draw)(form);
  };
  const current = () => form.raw(field.path), raw = current();
  const describedBy = [field.path, ...pointPaths(field.path, form)].some((path) => form.errors[path]) ? `${id}-error` : null;
  const describe = describedBy ?? nothing;
  const onInput = (/** @type {any} */ event) => edit(event.target.value);
  switch (field.control) {
    case "long":
      return html`<textarea id=${id} rows=${field.rows ?? 3} aria-describedby=${describe} .value=${live(raw)} @input=${onInput}
        placeholder=${field.placeholder?.() ?? nothing} aria-required=${field.required ? "true" : nothing} ?autofocus=${field.autofocus}></textarea>`;
    case "list":
      return html`<textarea id=${id} rows="2" aria-describedby=${describe} placeholder=${field.placeholder?.() ?? t("One per line")} .value=${live(raw)} @input=${onInput}></textarea>`;
    case "flag":
      return html`<input id=${id} type="checkbox" .checked=${live(raw)} @change=${(/** @type {any} */ event) => edit(event.target.checked)} />`;
    case "choice":
      return select(id, raw, edit, choices(field, ctx), field.required, describe);
    case "person":
      return select(id, raw, edit, people(ctx.session, raw), false, describe);
    case "card":
      return select(id, raw, edit, ctx.cards(field.refers_to), false, describe);
    case "time":
      return timeInput({ id, raw, current, edit, leaning: leaningOf(field), describedBy, required: field.required });
    case "date":
      return dateInput({ id, value: raw, current, edit, describedBy, required: field.required });
    default:
      if (pointPaths(field.path, form).length) return placeInput({ id, path: field.path, form, board: ctx.board, changed: () => (ctx.edited ?? ctx.draw)(form), draw: ctx.draw, describedBy });
      return html`<input id=${id} type="text" inputmode=${field.control === "number" ? "decimal" : nothing}
        autocomplete="off" placeholder=${field.placeholder?.() ?? nothing} aria-describedby=${describe} .value=${live(raw)} @input=${onInput}
        aria-required=${field.required ? "true" : nothing} ?autofocus=${field.autofocus} />`;
  }
}

/** @param {Record<string, any>} field @param {any} ctx */
function choices({ path, kind, codes = path, coded }, ctx) {
  const text = (/** @type {string} */ code) => (path === "outcome.condition" ? foundCondition(code, sexOf(ctx.board)) : label.value(codes, code, kind));
  return label.codes(codes, kind).map((code) => [code, coded ? `${code} · ${text(code)}` : text(code)]);
}

/**
 * Return true if Enter would press the button of a form that is not drawn yet. An Enter that ends a composition is not one.
 * @param {any} event @param {any} form
 */
function lacksButton(event, form) {
  const { target, currentTarget, isComposing, defaultPrevented } = event;
  if (target.tagName !== "INPUT" || !form.dirty || isComposing || defaultPrevented) return false;
  return target.type === "radio" || !currentTarget.querySelector("[type=submit]");
}

/**
 * Render a form with its general error; its button or Ctrl+Enter sends it.
 * @param {any} form
 * @param {string} name
 * @param {any} body
 * @param {any} send
 * @param {any} buttons
 */
export function formOf(form, name, body, buttons, send) {
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    send(form);
  };
  const onKeydown = (/** @type {any} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || lacksButton(event, form))) submit(event);
  };
  return html`<form class="form" data-form=${name} autocomplete="off" novalidate @submit=${submit} @keydown=${onKeydown}>
    ${problem(form)} ${body}
    <div class="buttons">${buttons}</div>
  </form>`;
}

/**
 * Render the general error of a form, and the errors of fields that it does not show.
 * @param {any} form
 */
export function problem(form) {
  const hidden = Object.entries(form.errors).filter(([path]) => !form.field(path));
  if (!form.problem && !hidden.length) return nothing;
  return html`<div class="problem" role="alert" data-testid="problem">
    ${form.problem ? html`<p>${form.problem}</p>` : nothing}
    ${hidden.map(([path, text]) => html`<p>${withColon(label.field(path))} ${text}</p>`)}
  </div>`;
}

/**
 * Render a choice. With `required`, the empty option disappears after a choice.
 * @param {string} id
 * @param {any} value
 * @param {any} options
 * @param {any} edit
 * @param {any} required
 */
export function select(id, value, edit, options, required, describe = /** @type {any} */ (nothing)) {
  return html`<select id=${id} aria-describedby=${describe} .value=${live(value)} @change=${(/** @type {any} */ event) => edit(event.target.value)}>
    ${required && value !== "" ? nothing : html`<option value="" ?selected=${value === ""}>—</option>`}
    ${options.map((/** @type {[any, string]} */ [code, name]) => html`<option value=${code} ?selected=${code === value}>${name}</option>`)}
  </select>`;
}

/** @param {Session} session @param {any} chosen */
export function people(session, chosen) {
  return [...session.accounts.values()]
    .filter((account) => account.id === chosen || (account.enabled && account.role !== "viewer" && !account.machine))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((account) => [account.id, account.name]);
}

/**
 * Render another person's change of an edited field, and the choice between both values.
 * @param {any} form
 * @param {any} field
 * @param {any} ctx
 */
export function otherChangeNotice(form, field, ctx) {
  const other = form.otherChange(field.path);
  if (!other) return nothing;
  const who = other.actor?.name ?? say("someone");
  const decide = (/** @type {any} */ decision) => () => {
    const isResolved = form[decision](field.path);
    if (isResolved && other.conflict) ctx.resolved?.(form);
    ctx.draw();
  };
  return html`<div class="theirs" role="status" data-conflict=${other.conflict ? field.path : nothing} data-theirs=${field.path}>
    <p>${t("{who} changed this", { who })}${other.at ? html`, ${agoElement(other.at)}` : nothing}</p>
    <dl>
      <dt>${t("Their version")}</dt><dd data-value="theirs">${other.isPrivate ? say("not_shown") : formatField(field, other.value, ctx) ?? say("empty")}</dd>
      <dt>${t("My version")}</dt><dd data-value="mine">${mine(form, field, ctx) ?? say("empty")}</dd>
    </dl>
    <div class="buttons">
      <button type="button" data-act="keep-mine" @click=${decide("keep")}>${t("Keep my version")}</button>
      <button type="button" data-act="take-theirs" @click=${decide("take")}>${t("Use their version")}</button>
    </div>
  </div>`;
}

/** @param {any} form @param {any} field @param {any} ctx */
function mine(form, field, ctx) {
  return formatField(field, form.value(field.path), ctx);
}
