/**
 * Words of a sighting next to the known appearance of the child. They are quoted in full and not matched: shared words prove nothing
 * ("without glasses", "a grey van"), and different words may mean the same. A person compares.
 */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { kind } from "../../../core/rules/kinds.js";
import { label } from "../../../core/labels.js";
import { valueAt } from "../../../core/rules/merge_patch.js";

/** @param {Card} entity @param {BoardView} view */
export function sightingComparison({ state }, view) {
  const { person } = view.model.search.state, appearance = knownLooks(person);
  if (!appearance.length) return nothing;
  return html`<div data-testid="said-and-known"><h3>${t("Compared with what is known of {name}", { name: person.first_name })}</h3>
    <table class="match">
      <thead><tr><th scope="col">${t("in the sighting")}</th><td></td><th scope="col"><bdi>${person.first_name}</bdi></th></tr></thead>
      <tbody>${appearance.map(([name, text], index) => html`<tr data-known=${name}>
        ${index ? nothing : html`<td rowspan=${appearance.length}>${saidWords(state).map((words) => html`<q dir="auto">${words}</q>`)}</td>`}
        <th scope="row">${label.field(`person.${name}`)}</th><td dir="auto">${text}</td></tr>`)}</tbody>
    </table></div>`;
}

/**
 * Return the known appearance as texts, [name, text]: the build is a code.
 * @param {MissingPerson} person
 * @returns {[string, string][]}
 */
export function knownLooks(person) {
  const fields = Object.entries(kind("search").fields).filter(([, { compared, control }]) => compared && control !== "long");
  return fields.sort(([, a], [, b]) => Number(a.compared) - Number(b.compared)).map(([path]) => path.replace("person.", "")).filter((name) => valueAt(person, name))
    .map((name) => [name, label.value(`person.${name}`, valueAt(person, name), "search") ?? valueAt(person, name)]);
}

/**
 * Return a sighting's texts about the child and its company, verbatim.
 * @param {State} state
 * @returns {string[]}
 */
export const saidWords = ({ description, clothing, company }) => [description, clothing, company].filter(Boolean);
