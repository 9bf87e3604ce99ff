/**
 * Words of a sighting beside the known looks of the child. They are quoted in full and nothing is matched: shared words prove
 * nothing ("without glasses", "a grey van"), and other words may mean the same. A person compares.
 */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { t } from "../../../core/i18n.js";
import { kind } from "../../../core/rules/kinds.js";
import { label } from "../../../core/labels.js";
import { valueAt } from "../../../core/rules/merge_patch.js";

/** @param {Card} entity @param {BoardView} view */
export function sightingComparison({ state }, view) {
  const { person } = view.model.search.state, known = knownLooks(person);
  if (!known.length) return nothing;
  return html`<div data-testid="said-and-known"><h3>${t("Compared with what is known of {name}", { name: person.first_name })}</h3>
    <table class="match">
      <thead><tr><th scope="col">${t("in the sighting")}</th><td></td><th scope="col"><bdi>${person.first_name}</bdi></th></tr></thead>
      <tbody>${known.map(([name, text], at) => html`<tr data-known=${name}>
        ${at ? nothing : html`<td rowspan=${known.length}>${saidWords(state).map((words) => html`<q dir="auto">${words}</q>`)}</td>`}
        <th scope="row">${label.field(`person.${name}`)}</th><td dir="auto">${text}</td></tr>`)}</tbody>
    </table></div>`;
}

/**
 * Return the known looks in words, [name, text]: the build is one of a list.
 * @param {MissingPerson} person
 * @returns {[string, string][]}
 */
export function knownLooks(person) {
  const fields = Object.entries(kind("search").fields).filter(([, { compared, control }]) => compared && control !== "long");
  return fields.sort(([, a], [, b]) => Number(a.compared) - Number(b.compared)).map(([path]) => path.replace("person.", "")).filter((name) => valueAt(person, name))
    .map((name) => [name, label.value(`person.${name}`, valueAt(person, name), "search") ?? valueAt(person, name)]);
}

/**
 * Return everything that a sighting says about the child and its company, each as it was written.
 * @param {State} state
 * @returns {string[]}
 */
export const saidWords = ({ description, clothing, company }) => [description, clothing, company].filter(Boolean);
