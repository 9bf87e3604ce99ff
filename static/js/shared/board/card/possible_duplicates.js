/** Sightings that may be duplicates of the open one, each linked or marked in one step. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../../vendor/lit-html/directives/repeat.js";
import { post } from "../../../core/connection/api.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { sameLooks } from "../../../format/statements.js";
import { formatShortMoment, seenText } from "../../../format/time_elements.js";
import { cardName } from "../../../format/values.js";

const PAUSE_MS = 200; // delay before the request: skimmed cards request nothing
const MAX_SUGGESTIONS = 3;
const MAX_TEXT = 4_000; // characters that are sent
const MAX_PLACE = 200;

/** Suggestions of the server for the open sighting; none while offline. */
export class SimilarSightings {
  #board;
  #draw;
  #requestedKey = ""; // last request: the sighting and its content
  /** @type {SimilarSighting[]} */ #suggestions = [];
  /** @type {AbortController | null} */ #abort = null;
  /** @type {Timer | null} */ #timer = null;

  /** @param {string} board @param {() => void} draw */
  constructor(board, draw) {
    this.#board = board;
    this.#draw = draw;
  }

  /** @param {Card} entity @returns {SimilarSighting[]} */
  of({ id, state }) {
    const { description, place, seen_at: seen } = state;
    const query = {
      text: description.slice(0, MAX_TEXT), ...(seen && { seen_at: seen }),
      ...(place?.text && { place: { text: place.text.slice(0, MAX_PLACE), lat: place.lat ?? null, lon: place.lon ?? null } }),
    };
    const key = `${id} ${JSON.stringify(query)}`;
    if (key !== this.#requestedKey) this.#schedule(key, id, query);
    return this.#suggestions;
  }

  forget() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#requestedKey = "";
    this.#suggestions = [];
  }

  /** @param {string} key @param {string} id @param {object} query */
  #schedule(key, id, query) {
    this.forget();
    this.#requestedKey = key;
    const abort = (this.#abort = new AbortController());
    this.#timer = setTimeout(() => this.#fetch(id, query, abort.signal), PAUSE_MS);
  }

  /** @param {string} id @param {object} query @param {AbortSignal} signal */
  async #fetch(id, query, signal) {
    try {
      const { similar } = await post(`/api/v1/boards/${this.#board}/similar`, query, { signal, repeat: true });
      if (signal.aborted) return;
      this.#suggestions = similar.filter((/** @type {SimilarSighting} */ { sighting }) => sighting !== id);
      if (this.#suggestions.length) this.#draw();
    } catch {
      // no suggestions without a connection
    }
  }
}

/** @param {Card} entity @param {BoardView} view */
export function possibleDuplicates(entity, view) {
  const { state, added } = entity;
  if (!view.mayEdit || added || state.withdrawn || state.assessment === "duplicate") return nothing;
  const suggestions = view.similar.of(entity).filter(({ sighting }) => view.model.byId.has(sighting)).slice(0, MAX_SUGGESTIONS);
  if (!suggestions.length) return nothing;
  return html`<div data-testid="possible-duplicates"><h3>${t("Possible duplicates")}</h3>
    <ul class="duplicates">${repeat(suggestions, ({ sighting }) => sighting, (similar) => suggestion(similar, entity, view))}</ul></div>`;
}

/** Replace every kind of space by a common one. @param {string} text */
const withPlainSpaces = (text) => text.replace(/\s/g, " ");

/** @param {SimilarSighting} similar @param {Card} entity @param {LiveBoardView} view */
function suggestion(similar, entity, view) {
  const { sighting, description, place, assessment, statements } = similar;
  const other = cardName(view.model.byId.get(sighting)), card = cardName(entity), text = withPlainSpaces(t("May be the same as {card}.", { card: other }));
  const isLinked = view.notesOf(entity.id).some((note) => withPlainSpaces(note.state.text) === text);
  const mark = () => view.act.command("sighting.assess", { sighting: entity.id, assessment: "duplicate", duplicate_of: sighting });
  const link = () => view.act.command("note.add", { card: entity.id, text });
  return html`<li data-similar=${sighting}>
    <p><a href=${view.path(sighting)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, sighting)}>${other}</a>
      <small>${[seenText(similar, formatShortMoment, view.model.search?.state.person.sex), place?.text, assessment === "unassessed" ? null : label.assessment(assessment)].filter(Boolean).join("\u00a0· ")}</small></p>
    <p class="said" dir="auto">${description}</p>
    ${sameLooks(statements)}
    <span class="inline">
      <button type="button" data-act="mark-duplicate" aria-label=${t("Mark {card} as duplicate of {other}", { card, other })} @click=${mark}>${t("Mark as duplicate")}</button>
      ${isLinked ? html`<span class="quiet">${t("noted as possible duplicate")}</span>`
        : html`<button type="button" class="plain" data-act="link-similar" aria-label=${t("Note {card} as possible duplicate of {other}", { card, other })} @click=${link}>${t("Note as possible duplicate")}</button>`}
    </span></li>`;
}
