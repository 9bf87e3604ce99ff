/** Rows for the person outside the team who decided: role, name, time, how the team was told, and a reference. */
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { label } from "../core/labels.js";
import { row } from "./form_row.js";

const FIELDS = ["role", "name", "at", "by_way", "reference"];
const named = (/** @type {string} */ part) => label.field(`appeal.decided_by${part}`, "search");

/** Paths of the fields of a decision. @param {string} group */
export const deciderPaths = (group) => FIELDS.map((name) => `${group}.${name}`);

/**
 * Return true if somebody is named: the time alone names nobody.
 * @param {Form} form
 * @param {string} group
 */
export const namesDecider = (form, group) => [`${group}.role`, `${group}.name`].some((path) => form.value(path));

/**
 * @param {Form} form
 * @param {string} group
 * @param {any} view
 * @param {{ hint?: string, required?: boolean, namePath?: string }} [options] `namePath`: path of the name's field, if it is outside the group
 */
export function deciderRows(form, group, view, { hint = "", required = false, namePath = `${group}.name` } = {}) {
  return html`<fieldset class="decider" data-testid="decider"><legend>${named("")}</legend>
    ${hint ? html`<p class="hint">${hint}</p>` : nothing}
    <div class="decider-fields">${FIELDS.map((name) => row(form, name === "name" ? namePath : `${group}.${name}`, view, named(`.${name}`), required && name !== "reference"))}</div>
  </fieldset>`;
}
