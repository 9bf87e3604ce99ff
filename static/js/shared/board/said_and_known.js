/**
 * What was said in a sighting beside what is known of the child. A tick tells that both use the same words; that they do not tells
 * nothing, so nothing is ever crossed out here: that is for a person to decide.
 */
import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { valueAt } from "../../core/merge_patch.js";

const KNOWN = ["clothing", "hair", "eyes", "build", "features"];
const STEM = 6; // letters of a word that are compared, as in board/lookup/suggestions_api.py
const SHORTEST = 4; // letters of a word that says something

// Words that are in every sentence, and so tell nothing about a child.
const COMMON = new Set([
  "about", "also", "been", "from", "have", "into", "like", "that", "them", "then", "they", "this", "very", "were", "when", "with",
  "aussi", "avec", "comme", "dans", "elle", "elles", "leur", "mais", "pour", "puis", "sans", "très", "vers",
  "aber", "auch", "eine", "einem", "einen", "einer", "haben", "hatte", "ihre", "nicht", "oder", "sehr", "sein", "seine",
  "deze", "door", "haar", "heeft", "maar", "naar", "niet", "over", "voor", "werd", "zijn",
].map((word) => word.toLowerCase()));

/** @param {Card} entity @param {BoardView} view */
export function saidAndKnown({ state }, view) {
  const { person } = view.model.search.state;
  const rows = KNOWN.map((name) => rowOf(name, state, knownOf(name, valueAt(person, name)))).filter(Boolean);
  if (!rows.length) return nothing;
  return html`<div data-testid="said-and-known"><h3>${t("Compared with what is known of {name}", { name: person.first_name })}</h3>
    <table class="match">
      <thead><tr><td></td><th scope="col">${t("in the sighting")}</th><th scope="col"><bdi>${person.first_name}</bdi></th><td></td></tr></thead>
      <tbody>${rows}</tbody>
    </table></div>`;
}

/**
 * Return what is known in words: the build is one of a list.
 * @param {string} name
 * @param {string | null | undefined} value
 */
function knownOf(name, value) {
  return name === "build" && value ? label.value("person.build", value, "search") ?? value : value;
}

/**
 * Clothing has a field of its own in a sighting; other looks are looked for in its words.
 * @param {string} name
 * @param {State} state
 * @param {string | null | undefined} known
 */
function rowOf(name, state, known) {
  const own = name === "clothing" ? state.clothing : null;
  if (!known && !own) return null;
  const shared = known ? sharedWords([state.description, state.clothing, state.company].join(" "), known) : [];
  const said = own ?? (shared.length ? shared.join(", ") : null);
  return html`<tr data-known=${name}><th scope="row">${label.field(`person.${name}`)}</th>
    <td dir="auto">${said ?? html`<span class="quiet">${t("not mentioned")}</span>`}</td>
    <td dir="auto">${known ?? html`<span class="quiet">—</span>`}</td>
    <td>${shared.length ? html`<span class="same" role="img" aria-label=${t("same words")}>✓</span>` : html`<span class="quiet" aria-hidden="true">–</span>`}</td></tr>`;
}

/**
 * Return the words of what was said that are also in what is known.
 * @param {string} said
 * @param {string} known
 */
export function sharedWords(said, known) {
  const stems = new Set(words(known).map(stem));
  return [...new Set(words(said).filter((word) => stems.has(stem(word))))];
}

/** @param {string} text */
const words = (text) => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length >= SHORTEST && !COMMON.has(word));

/** @param {string} word */
const stem = (word) => word.normalize("NFD").replace(/\p{M}/gu, "").slice(0, STEM);
