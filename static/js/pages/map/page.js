/** Map of all open searches: where each child was last seen. */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { CardArrowKeys } from "../../behaviours/card_arrow_keys.js";
import { PageDrawing } from "../../behaviours/page_drawing.js";
import { n, t } from "../../core/i18n.js";
import { label } from "../../core/labels.js";
import { mapPoints } from "../../core/rules/map_points.js";
import { pageTitle } from "../../core/rules/pages.js";
import { contradictionText, notBothText } from "../../format/contradiction_text.js";
import { formatShortMoment } from "../../format/time_elements.js";
import { shortPersonName } from "../../format/search_list.js";
import { MapView } from "../../shared/map/map_view.js";

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new MapPage(root, session);

export class MapPage {
  /** @type {Session} */ session;
  /** @type {Board} */ board;
  #drawing;
  #map;

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.session = session;
    this.board = session.board("operations");
    this.#drawing = new PageDrawing(root);
    root.classList.add("map-page");
    this.#map = new MapView(this.#host());
    new CardArrowKeys(root, "article[data-card]", "[data-rows]");
    this.board.watch(() => this.#draw());
    this.session.watch(() => this.#draw());
    this.#draw();
  }

  #draw = () => this.#drawing.draw(html`<h1 class="visually-hidden">${pageTitle("map")}</h1>${this.#map.template(this.#host())}`);

  get #open() {
    return this.board.of("search").filter(({ state }) => state.status === "open");
  }

  /** @returns {import("../../shared/map/map_view.js").MapHost} */
  #host() {
    const open = this.#open, points = mapPoints({ of: (kind) => (kind === "search" ? open : []) });
    return {
      heading: t("Open searches by time"), points, unplaced: unplacedText(open.length - points.length), selected: null, draw: this.#draw, add: null, actions: nothing,
      row: (point) => this.#row(point), mark: ({ id }) => this.#mark(id), open: (id, event) => follow(id, event),
    };
  }

  /** @param {string} id */
  #name(id) {
    const person = this.board.get(id)?.state.person;
    return person ? `${shortPersonName(person)}${person.age === null || person.age === undefined ? "" : `, ${person.age}`}` : "";
  }

  /** Return the child's name, with ≠ if two sightings of the search cannot both be true. @param {string} id */
  #mark = (id) => (this.board.summaries.get(id)?.contradiction ? `${this.#name(id)} ≠` : this.#name(id));

  /** @param {MapPoint} point @returns {import("../../shared/map/map_view.js").PointRow} */
  #row({ id, at }) {
    const state = this.board.get(id)?.state ?? {}, pair = this.board.summaries.get(id)?.contradiction;
    return { href: pathOf(id), time: at ? formatShortMoment(at) : t("time unknown"), title: this.#name(id), isStruck: false, note: [state.reference, label.kind(state.kind), state.last_seen?.text].filter(Boolean).join(" · "), below: pair ? notBoth(pair) : nothing };
  }
}

/** @param {Contradicted} pair */
const notBoth = (pair) => html`<span class="not-both" data-testid="not-both" title=${contradictionText(pair)}><span .textContent=${notBothText(pair)}></span></span>`;

/** @param {number} count */
const unplacedText = (count) => (count ? n("{count} open search has no point and is not on the map.", "{count} open searches have no point and are not on the map.", count) : "");

/** @param {string} id */
const pathOf = (id) => `/searches/${id}#map`;

/** Follow a point to its board. A link in the list works on its own. @param {string} id @param {MouseEvent} event */
function follow(id, event) {
  if (!/** @type {Element} */ (event.target).closest("a")) location.assign(pathOf(id));
}
