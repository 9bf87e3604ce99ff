/** Child of the chosen search, for comparison with the call: appearance, clothes, needs, and last place. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { label } from "../../core/labels.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { shortPersonName } from "../../format/search_list.js";
import { shortTimeElement } from "../../format/time_elements.js";
import { appearanceOf, looksOf, needs } from "../../shared/board/search/child_details.js";
import { childText, originalToggle } from "../../shared/readable/child_text.js";

/** @param {{ state: State } | null | undefined} search */
export function chosenChild(search) {
  if (!search) return nothing;
  const { person, missing_since: since, last_seen: place } = search.state;
  return html`<section class="chosen-child" aria-labelledby="child" data-testid="chosen-child">
    <h2 id="child"><bdi>${shortPersonName(person)}</bdi>${typeof person.age === "number" ? `, ${person.age}` : nothing}</h2>
    <dl>${detail(html`${t("Appearance")}${originalToggle(looksOf(person))}`, appearanceOf(person))}${detail(html`${t("Wearing")}${originalToggle([["clothing", person.clothing]])}`, person.clothing && childText("clothing", person.clothing))}${detail(html`${label.field("person.needs")}${originalToggle([["needs", person.needs]])}`, needs(person))}
      ${detail(say("last_seen_recorded"), html`<b>${shortTimeElement(since)}</b> ${place?.text || nothing}`)}</dl>
  </section>`;
}

/** @param {Drawn} term @param {Drawn} value */
const detail = (term, value) => (value ? html`<div><dt>${term}</dt><dd dir="auto">${value}</dd></div>` : nothing);

/**
 * "girl, 8 · 1 m 32 · slim · dark, curly · yellow coat": enough to choose between searches.
 * @param {MissingPerson} person
 */
export function briefLooks(person) {
  const sex = person.sex ? label.value("person.sex", person.sex, "search") : null;
  const parts = [sex, typeof person.age === "number" ? String(person.age) : null, appearanceOf(person), person.clothing && childText("clothing", person.clothing)];
  return parts.filter(Boolean).map((part, index) => html`${index ? "\u00a0· " : nothing}${part}`);
}
