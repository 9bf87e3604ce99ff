/** Sightings that may be the same as the open one, each linked or marked as a duplicate in one step. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../../vendor/lit-html/directives/repeat.js";
import { post } from "../../../core/connection/api.js";
import { t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { formatShortMoment, seenText } from "../../../format/time_elements.js";
import { cardName } from "../../../format/values.js";

const PAUSE_MS = 200; // ms for which a card is open before the request: cards that are only leafed through ask nothing
const MOST_SHOWN = 3;
const MAX_TEXT = 4_000; // characters that are sent
const MAX_PLACE = 200;

/** Suggestions of the server for the open sighting; none while offline. */
export class SimilarSightings {
  #board;
  #draw;
  #asked = ""; // what was asked last: the sighting, and what it says
  /** @type {SimilarSighting[]} */ #found = [];
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
    const said = {
      text: description.slice(0, MAX_TEXT), ...(seen && { seen_at: seen }),
      ...(place?.text && { place: { text: place.text.slice(0, MAX_PLACE), lat: place.lat ?? null, lon: place.lon ?? null } }),
    };
    const key = `${id} ${JSON.stringify(said)}`;
    if (key !== this.#asked) this.#ask(key, id, said);
    return this.#found;
  }

  forget() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#asked = "";
    this.#found = [];
  }

  /** @param {string} key @param {string} id @param {object} said */
  #ask(key, id, said) {
    this.forget();
    this.#asked = key;
    const abort = (this.#abort = new AbortController());
    this.#timer = setTimeout(() => this.#fetch(id, said, abort.signal), PAUSE_MS);
  }

  /** @param {string} id @param {object} said @param {AbortSignal} signal */
  async #fetch(id, said, signal) {
    try {
      const { similar } = await post(`/api/v1/boards/${this.#board}/similar`, said, { signal, repeat: true });
      if (signal.aborted) return;
      this.#found = similar.filter((/** @type {SimilarSighting} */ { sighting }) => sighting !== id);
      if (this.#found.length) this.#draw();
    } catch {
      // Suggestions are no more than that: without a connection there are none.
    }
  }
}

/** @param {Card} entity @param {BoardView} view */
export function possibleDuplicates(entity, view) {
  const { state, added } = entity;
  if (!view.mayEdit || added || state.withdrawn || state.assessment === "duplicate") return nothing;
  const found = view.similar.of(entity).filter(({ sighting }) => view.model.byId.has(sighting)).slice(0, MOST_SHOWN);
  if (!found.length) return nothing;
  return html`<div data-testid="possible-duplicates"><h3>${t("Possible duplicates")}</h3>
    <ul class="duplicates">${repeat(found, ({ sighting }) => sighting, (each) => suggestion(each, entity, view))}</ul></div>`;
}

/** Make each space of a text that is stored a common one. @param {string} text */
const plain = (text) => text.replace(/\s/g, " ");

/** @param {SimilarSighting} similar @param {Card} entity @param {LiveBoardView} view */
function suggestion(similar, entity, view) {
  const { sighting, description, place, assessment } = similar;
  const other = cardName(view.model.byId.get(sighting)), card = cardName(entity), text = plain(t("May be the same as {card}.", { card: other }));
  const isLinked = view.notesOf(entity.id).some((note) => plain(note.state.text) === text);
  const mark = () => view.act.command("sighting.assess", { sighting: entity.id, assessment: "duplicate", duplicate_of: sighting });
  const link = () => view.act.command("note.add", { card: entity.id, text });
  return html`<li data-similar=${sighting}>
    <p><a href=${view.path(sighting)} @click=${(/** @type {MouseEvent} */ event) => view.open(event, sighting)}>${other}</a>
      <small>${[seenText(similar, formatShortMoment, view.model.search?.state.person.sex), place?.text, assessment === "unassessed" ? null : label.assessment(assessment)].filter(Boolean).join("\u00a0· ")}</small></p>
    <p class="said" dir="auto">${description}</p>
    <span class="inline">
      <button type="button" data-act="mark-duplicate" aria-label=${t("Mark {card} as duplicate of {other}", { card, other })} @click=${mark}>${t("Mark as duplicate")}</button>
      ${isLinked ? html`<span class="quiet">${t("noted as possible duplicate")}</span>`
        : html`<button type="button" class="plain" data-act="link-similar" aria-label=${t("Note {card} as possible duplicate of {other}", { card, other })} @click=${link}>${t("Note as possible duplicate")}</button>`}
    </span></li>`;
}
