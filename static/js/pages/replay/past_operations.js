/**
 * Past operations board: all searches at a moment, in the columns of the live page (pages/operations/page.js), each with a link to its
 * board at that moment.
 */

import { html, nothing } from "../../../vendor/lit-html/lit-html.js";
import { repeat } from "../../../vendor/lit-html/directives/repeat.js";
import { label } from "../../core/labels.js";
import { t } from "../../core/i18n.js";
import { pageTitle } from "../../core/rules/pages.js";
import { MomentUrl } from "../../replay/moment_url.js";
import { openSearches } from "../../shared/open_searches.js";
import { searchCard } from "../../shared/search_card.js";
import { shortPersonName } from "../../format/search_list.js";
import { SORTS, STATUSES, byStatus } from "../../format/search_order.js";

export class PastOperations {
  past = true;
  page = "replay-operations";
  walked = ["li[data-search]", "[data-column] ul"];
  isOpen = false; // searches open on separate pages
  /** @type {ReplayView} */ #replay;
  #tab = STATUSES[0]; // column shown on a phone

  /** @param {ReplayView} replay */
  constructor(replay) {
    this.#replay = replay;
    this.session = replay.session;
    this.board = replay.past.board;
  }

  /** @param {any} query */
  setQuery(query) {
    history.replaceState(history.state, "", query);
  }

  get title() {
    return `${pageTitle("replay")} · ${pageTitle("operations")} · Searchboard`;
  }

  path() {
    return "/";
  }

  /**
   * Return the URL of a search at the same moment.
   * @param {any} search
   */
  placeOf(search) {
    return `/searches/${search}${MomentUrl.query({ at: new Date(this.#replay.past.time).toISOString() })}`;
  }

  seen() {}

  destinations() {
    return this.board.of("search").map((/** @type {{ id: string, state: State }} */ { id, state }) => ({
      id, title: `${state.reference} · ${shortPersonName(state.person)}`, run: () => location.assign(this.placeOf(id)),
    }));
  }

  prepare() {}

  settle() {}

  /** @param {any} sidePanel */
  template(sidePanel) {
    const columns = byStatus(this.board.of("search"), { keep: () => true, sort: SORTS[0], summaries: this.board.summaries });
    return html`<div class="board-layout">
      <div class="board-main">
        <nav class="operations-tabs" aria-label=${t("Columns")}>${STATUSES.map((status) => html`<button aria-pressed=${this.#tab === status ? "true" : "false"} @click=${() => this.#pick(status)}>
          ${label.status(status)} <b>${columns[status].length}</b></button>`)}</nav>
        <div class="operations-board" data-active-tab=${this.#tab}>${this.#openColumn(columns.open)}
          <div class="ended">${STATUSES.slice(1).map((status) => this.#column(status, columns[status]))}</div></div>
      </div>
      ${sidePanel}
    </div>`;
  }

  /** @param {any} searches */
  #openColumn(searches) {
    return html`<section class="operations-column open" aria-labelledby="column-open" data-column="open">
      <h2 id="column-open">${label.status("open")} <b>${searches.length}</b></h2>
      ${searches.length ? nothing : html`<p class="empty">${t("None at this time.")}</p>`}
      ${openSearches(searches, this, { grouped: true })}
    </section>`;
  }

  /** @param {string} status @param {any} searches */
  #column(status, searches) {
    return html`<section class="operations-column ${status}" aria-labelledby="column-${status}" data-column=${status}>
      <h2 id="column-${status}">${label.status(status)} <b>${searches.length}</b></h2>
      ${searches.length ? nothing : html`<p class="empty">${t("None at this time.")}</p>`}
      <ul>${repeat(searches, ({ id }) => id, (search) => searchCard(search, this))}</ul>
    </section>`;
  }

  /** @param {string} status */
  #pick(status) {
    this.#tab = status;
    this.#replay.draw();
  }
}
