/** The child of the chosen search, to be compared with what a caller says: looks, clothes, needs, and where it was last seen. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { label } from "../../core/labels.js";
import { t } from "../../core/i18n.js";
import { shortPersonName } from "../../format/search_list.js";
import { shortTimeElement } from "../../format/time_elements.js";
import { looks, needs } from "../../shared/board/search/child_details.js";

/** @param {{ state: State } | null | undefined} search */
export function chosenChild(search) {
  if (!search) return nothing;
  const { person, missing_since: since, last_seen: place } = search.state;
  return html`<section class="chosen-child" aria-labelledby="child" data-testid="chosen-child">
    <h2 id="child"><bdi>${shortPersonName(person)}</bdi>${typeof person.age === "number" ? `, ${person.age}` : nothing}</h2>
    <dl>${detail(t("Appearance"), looks(person))}${detail(t("Wearing"), person.clothing)}${detail(label.field("person.needs"), needs(person))}
      ${detail(label.field("last_seen.text"), html`<b>${shortTimeElement(since)}</b> ${place?.text || nothing}`)}</dl>
  </section>`;
}

/** @param {string} term @param {Drawn} said */
const detail = (term, said) => (said ? html`<div><dt>${term}</dt><dd dir="auto">${said}</dd></div>` : nothing);

/**
 * "girl, 8 · 1 m 32 · slim · dark, curly · yellow coat": enough to choose among searches.
 * @param {MissingPerson} person
 */
export function briefLooks(person) {
  const sex = person.sex ? label.value("person.sex", person.sex, "search") : null;
  const known = [sex, typeof person.age === "number" ? String(person.age) : null, looks(person), person.clothing];
  return known.filter(Boolean).map((part, at) => html`${at ? "\u00a0· " : nothing}${part}`);
}
