/* Intake page: call after call, by keyboard. Enter advances, Ctrl+Enter sends, Esc clears. */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { live } from "../../../vendor/lit-html/directives/live.js";
import { draft } from "../../core/storage/drafts.js";
import { label } from "../../core/labels.js";
import { t } from "../../core/i18n.js";
import { say } from "../../core/rules/sentences.js";
import { pageRefusal, pageTitle } from "../../core/rules/pages.js";
import { CallDraft, NO_SEARCH } from "./call_draft.js";
import { CallFiles, callFiles } from "./call_files.js";
import { clearedCallsList } from "./cleared_calls.js";
import { combobox } from "../../forms/combobox.js";
import { MapOfPlace } from "../../forms/map_of_place.js";
import { PlaceFinder, pointOf } from "../../forms/place_finder.js";
import { keptText } from "../../forms/place_option.js";
import { STEPS, Selection } from "../../forms/selection.js";
import { OtherCall } from "./other_call.js";
import { ReportPage } from "./report_page.js";
import { understoodMarks } from "../../forms/understood.js";
import { Suggestions } from "./suggestions.js";
import { RecentCalls } from "./recent_calls.js";
import { moment } from "../../core/time.js";
import { suggestionsPanel, distanceText, endedText, recentCallsList, searchOption } from "./suggestions_panel.js";
import { announce } from "../../shared/announcer.js";
import { matchingSearches, onlySearch, takingSightings } from "./matching_searches.js";
import { pointText } from "../../format/values.js";
import { foundText } from "../../format/found_text.js";

const FIELDS = ["search", "text", "where", "when", "name", "contact", "channel", "sealed", "send"]; // in the order of a conversation
const AFTER_URGENT = "where"; // few calls are urgent: Tab reaches the box, and Enter skips it
const QUESTIONS = ["seen", "missing", "other"]; // first question: what the call is about
const MAX_OPTIONS = 8; // searches to choose from
const MAX_ENDED = 3; // ended searches that the hint names

/** @param {HTMLElement} root @param {Session} session */
export const mount = (root, session) => new IntakePage(root, session);

export class IntakePage {
  call = new CallDraft(draft("intake"), draft("intake:cleared"));
  suggestions;
  places;
  taken;
  files;
  about = "seen"; // one of QUESTIONS
  /** @type {ReportPage} */ report;
  /** @type {OtherCall} */ #other;
  /** @type {HTMLElement} */ #root;
  /** @type {MapOfPlace} */ #map;
  /** @type {{ field: string | null, shut: boolean }} */ #list = { field: null, shut: true }; // list under the active field
  #selection = new Selection();
  /** @type {Record<string, { found(): ComboboxOption[], pick(option: any): void }>} */
  #lists = {
    search: { found: () => this.#searches(), pick: (option) => this.#pickSearch(option) },
    where: { found: () => this.#places(), pick: (option) => this.#pickPlace(option) },
  };
  /** @type {string[]} */ #faults = [];
  /** @type {string | null} */ #focusNext = null; // selector to focus after the next draw

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.#root = root;
    this.session = session;
    this.board = session.board("operations");
    this.suggestions = new Suggestions(this.draw);
    this.places = new PlaceFinder(this.draw);
    this.#map = new MapOfPlace(this.draw);
    this.taken = new RecentCalls(draft("intake:taken"), session, {
      changed: this.draw, discarded: (command) => this.files.cancel(command),
      numbered: (entry) => announce(entry.tip ? t("Saved: tip {number}, without a search", entry) : t("Saved: sighting {number} for {search}", entry)),
    });
    this.files = new CallFiles(this);
    this.report = new ReportPage(this);
    this.#other = new OtherCall(this);
    this.board.watch((_, events) => {
      this.report.call.settle(events);
      this.draw();
    });
    this.session.watch(this.draw);
    this.#root.addEventListener("keydown", this.#onKeydown);
    this.#root.addEventListener("focusin", this.#onFocus);
    this.#root.addEventListener("focusout", this.#onFocus);
    this.#lookUp();
    this.draw();
    this.#focusField("search");
    this.#openRequested(new URLSearchParams(location.search));
  }

  /** @param {URLSearchParams} query `report`: id of the report to continue; `about`: one of QUESTIONS */
  #openRequested(query) {
    const report = query.get("report"), about = query.get("about");
    if (report) this.report.call.open(report);
    if (report || (about && QUESTIONS.includes(about))) this.choose(report ? "missing" : /** @type {string} */ (about));
    else if (this.report.call.isBegun) this.choose("missing");
  }

  /** @param {string} about one of QUESTIONS */
  choose(about) {
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur(); // otherwise the removal of the focused element would draw during the draw
    this.about = about;
    if (about === "missing") this.report.call.begin();
    this.draw();
    this.#focusField({ seen: "search", missing: "report-source_name", other: "other-text" }[about]);
  }

  draw = () => {
    this.taken.settle();
    this.files.settle();
    this.report?.files.settle();
    render(this.session.can("investigator") ? this.#page() : html`<section class="centered-page"><h1>${pageRefusal("/intake")}</h1></section>`, this.#root);
    const next = this.#focusNext && /** @type {HTMLElement | null} */ (this.#root.querySelector(this.#focusNext));
    if (!next) return;
    this.#focusNext = null;
    next.focus();
  };

  /** @param {string} selector */
  focusAfterDraw(selector) {
    this.#focusNext = selector;
  }

  // --- templates

  #page() {
    const title = this.about === "seen" ? nothing : html`<h1 class="visually-hidden">${pageTitle("intake")}</h1>`;
    return html`${title}${this.#firstQuestion()}${this.#pages[this.about]()}`;
  }

  /** @type {Record<string, () => Drawn>} */
  #pages = { seen: () => this.#sightingPage(), missing: () => this.report.draw(), other: () => this.#other.draw() };

  #firstQuestion() {
    /** @type {Record<string, string>} */
    const names = { seen: t("I have seen a child"), missing: t("A child is missing"), other: t("Something else") };
    return html`<div class="call-head"><div class="call-about" role="radiogroup" aria-label=${t("What the call is about")}>
      ${QUESTIONS.map((about) => html`<label class="option"><input type="radio" name="about" value=${about} .checked=${live(about === this.about)} @change=${() => this.choose(about)} /><span>${names[about]}</span></label>`)}</div>
      ${this.about === "missing" ? this.report.head() : nothing}</div>`;
  }

  #sightingPage() {
    const { call } = this;
    return html`<div class="intake">
      <form class="form" data-form="intake" autocomplete="off" novalidate @submit=${this.#submit}>
        <h1>${pageTitle("intake")}</h1>
        <p class="hint keys"><kbd>${t("Enter")}</kbd> ${t("next field")} <kbd>${t("Ctrl")}</kbd> <kbd>${t("Enter")}</kbd> ${t("send")} <kbd>${t("Esc")}</kbd> ${t("clear")}</p>
        ${this.#choice("search", t("Which search"), this.#searchHint())}
        ${call.typed.board ? nothing : html`<button type="button" class="no-search" data-act="no-search" tabindex=${call.typed.search.trim() ? -1 : nothing} @click=${this.#pickNone}>${t("Fits no search")}</button>`}
        ${this.#row("text", t("What was seen"), html`<textarea id="text" data-field="text" rows="3" aria-invalid=${this.#invalid("text")}
          aria-describedby="text-hint" .value=${live(call.typed.text)} @input=${this.#onInput}></textarea>${this.#understood()}`)}
        ${this.#urgency()}
        ${this.#choice("where", t("Where"), this.#placeHint())}
        <div class="row">${this.#map.template(pointIn(call.typed.place), this.#near, this.#putOnMap)}</div>
        ${this.#row("when", t("When"), this.#text("when", t("now, 10 minutes ago, 14:30, yesterday 22:00")), call.typed.seen ? moment(call.typed.seen) : nothing)}
        <div class="grid">
          ${this.#row("name", t("Caller’s name"), this.#text("name"), this.#cutHint("name"))}
          ${this.#row("contact", t("Caller’s phone or e-mail"), this.#text("contact"), this.#cutHint("contact"))}
          ${this.#row("channel", label.field("channel"), this.#channel())}
          <div class="row flag"><div class="check">${this.#box("sealed")}<label for="sealed">${label.field("source.sealed")}</label></div></div>
        </div>
        ${callFiles(this)}
        <div class="buttons">
          ${call.canUndo ? html`<button type="button" data-act="undo" @click=${this.#undo}>${t("Undo clear")}${call.isEmpty ? html` <kbd>${t("Esc")}</kbd>` : nothing}</button>` : nothing}
          ${call.isEmpty ? nothing : html`<button type="button" data-act="clear" @click=${this.#clear}>${t("Clear")}</button>`}
          <button id="send" class="primary" data-act="send">${t("Send")}</button>
        </div>
      </form>
      <div class="intake-aside">${suggestionsPanel(this)} ${clearedCallsList(this)} ${recentCallsList(this)}</div>
    </div>`;
  }

  /** @param {string} id @param {string} name @param {any} control */
  #row(id, name, control, hint = /** @type {Drawn} */ (nothing)) {
    const hasError = this.#faults.includes(id);
    const errorText = { search: t("Choose a search."), text: say("required"), when: t("Enter a time, such as 14:30.") }[id];
    // The error is above the field, because a list may cover the space below.
    return html`<div class="row" data-row=${id}><label id="${id}-label" for=${id}>${name}</label>
      ${hasError ? html`<p id="${id}-hint" class="error">${errorText}</p>` : nothing}${control}
      ${hasError ? nothing : html`<p id="${id}-hint" class="hint">${hint}</p>`}</div>`;
  }

  #understood() {
    const edit = (/** @type {string} */ text) => this.#edit("text", text);
    return understoodMarks({ id: "text", text: this.call.typed.text, field: "", isBrief: false, edit, draw: this.draw });
  }

  /** @param {string} id @param {string} name @param {Drawn} hint */
  #choice(id, name, hint) {
    const { field, shut } = this.#list, { found: findOptions, pick } = this.#lists[id], options = findOptions();
    const shown = { id, value: this.call.typed[id], active: this.#selection.indexIn(options), open: field === id && !shut, fault: this.#faults.includes(id) };
    return this.#row(id, name, combobox(shown, options, (/** @type {string} */ text) => this.#edit(id, text), pick), hint);
  }

  /** @param {string} id */
  #text(id, placeholder = /** @type {Drawn} */ (nothing)) {
    return html`<input id=${id} data-field=${id} type="text" autocomplete="off" aria-describedby="${id}-hint" aria-invalid=${this.#invalid(id)}
      placeholder=${placeholder} .value=${live(this.call.typed[id])} @input=${this.#onInput} />`;
  }

  #channel() {
    return html`<select id="channel" data-field="channel" aria-describedby="channel-hint" .value=${live(this.call.typed.channel)} @change=${this.#onInput}>
      ${label.channel.codes.map((code) => html`<option value=${code} ?selected=${code === this.call.typed.channel}>${label.channel(code)}</option>`)}</select>`;
  }

  #urgency() {
    return html`<div class="row flag" data-row="urgent"><div class="check">${this.#box("urgent")}<label for="urgent"><b class="urgent">${t("Urgent")}</b>
      <span id="urgent-hint" class="hint">${t("Searchboard raises an alarm, which stays open until someone takes it.")}</span></label></div></div>`;
  }

  /** @param {"urgent" | "sealed"} id */
  #box(id) {
    return html`<input id=${id} data-field=${id} type="checkbox" .checked=${live(this.call.typed[id])} @change=${(/** @type {any} */ event) => this.#edit(id, event.target.checked)} />`;
  }

  /** @param {string} id */
  #invalid = (id) => (this.#faults.includes(id) ? "true" : nothing);

  #searchHint() {
    const { board } = this.call.typed;
    if (board === NO_SEARCH) return t("It waits in “All searches” as a tip, until it is placed on a search.");
    const search = board && this.board.get(board);
    if (search) return [foundText(search.state), label.kind(search.state.kind), t("missing since {when}", { when: moment(search.state.missing_since) })].filter(Boolean).join(" · ");
    if (!this.call.typed.search.trim()) return t("A name, a number, or what the child looks like");
    const { open, ended } = this.#matching;
    if (open.length) return nothing;
    if (ended.length) return ended.slice(0, MAX_ENDED).map(endedText).join(" · ");
    return this.suggestions.answered("searches") ? t("No open search matches. Try another word, or enter the place first.") : nothing;
  }

  #placeHint() {
    const { place } = this.call.typed;
    if (place && !place.radius_m) return t("On the map: {point}", { point: place.name });
    return place ? t("On the map at {place}, within {km} km", { place: place.name, km: distanceText(place.radius_m) }) : nothing;
  }

  /** @param {string} id */
  #cutHint(id) {
    const { isCut, [id]: typed } = this.call.typed;
    return isCut && !typed ? t("Not kept when the page was reloaded. Type it again.") : nothing;
  }

  // --- options

  #searches() {
    return this.call.typed.board ? [] : takingSightings(this.#matching).slice(0, MAX_OPTIONS).map((search) => searchOption(search, this.suggestions.searches));
  }

  get #matching() {
    return matchingSearches(this.board, this.suggestions.searches, this.call.typed.search);
  }

  #places() {
    return this.call.typed.place ? [] : this.places.options;
  }

  /** @param {{ key: string, text: string }} option */
  #pickSearch({ key, text }) {
    this.call.set({ board: key, search: text });
    this.#faults = this.#faults.filter((other) => other !== "search");
    this.#changed();
  }

  #pickNone = () => {
    this.#pickSearch({ key: NO_SEARCH, text: t("Fits no search") });
    this.#focusField("text");
  };

  /**
   * Pick a place. A longer typed text stays, such as "behind the station, Gent".
   * @param {{ text: string, place: any }} option
   */
  #pickPlace({ text, place }) {
    const point = place.lat === null ? null : { name: text, lat: place.lat, lon: place.lon, radius_m: place.radius_m };
    this.call.set({ where: keptText(this.call.typed.where, text), place: point });
    this.#changed();
  }

  /** @param {string} id */
  chooseSearch(id) {
    const search = this.board.get(id);
    if (search) this.#pickSearch(searchOption(search));
    this.#focusField("text");
  }

  // --- events

  /** @param {any} event */
  #onInput = (event) => this.#edit(event.target.dataset.field, event.target.value);

  /** @param {any} field @param {any} value */
  #edit(field, value) {
    this.call.edit(field, value);
    this.#show(field, typeof value === "string" && !value.trim());
    this.#faults = this.#faults.filter((other) => other !== field);
    this.#changed();
  }

  #changed() {
    this.#lookUp();
    this.draw();
  }

  #lookUp() {
    const { where, place } = this.call.typed;
    this.suggestions.look(this.call.typed);
    this.places.find(place ? "" : where, this.#near);
  }

  /** Point where the child of the chosen search was last seen. */
  get #near() {
    const { board } = this.call.typed;
    return pointOf(board && this.board.get(board)?.state.last_seen);
  }

  /** Use a point that was pressed on the map; a typed text stays. @param {import("../../forms/map_of_place.js").PlacePoint} point */
  #putOnMap = ({ lat, lon, radius }) => {
    const [roundLat, roundLon] = [lat, lon].map((value) => Number(value.toFixed(5)));
    const name = this.call.typed.where.trim() || pointText(roundLat, roundLon);
    this.call.set({ where: name, place: { name, lat: roundLat, lon: roundLon, radius_m: radius } });
    this.#changed();
  };

  /** @param {{ type: string, target: any }} event */
  #onFocus = ({ type, target }) => {
    if (this.about !== "seen") return;
    const field = type === "focusin" ? (target.dataset?.field ?? null) : null;
    if (field === this.#list.field) return;
    this.#show(field, true);
    this.draw();
  };

  /** @param {string | null} field @param {boolean} isShut */
  #show(field, isShut) {
    this.#list = { field, shut: isShut };
    this.#selection.clear();
  }

  /** @param {any} event */
  #onKeydown = (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const isInForm = event.target.closest?.("form[data-form=intake]");
    if (this.about !== "seen") return;
    if (event.key === "Escape") return this.#escape(event);
    if (!isInForm) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return this.#submit(event);
    const field = event.target.dataset.field;
    if (STEPS[event.key] && this.#found(field).length) return this.#walk(event, this.#found(field));
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && field) this.#onEnter(event, field);
  };

  /**
   * Return the options of the open list under a field.
   * @param {any} field
   */
  #options(field) {
    return field !== this.#list.field || this.#list.shut ? [] : this.#found(field);
  }

  /** @param {any} field */
  #found = (field) => this.#lists[field]?.found() ?? [];

  /** @param {any} event @param {any} options */
  #walk(event, options) {
    event.preventDefault();
    const isOpening = this.#list.shut && this.#selection.indexIn(options) >= 0; // the first key only opens the list
    if (!isOpening) this.#selection.walk(options, STEPS[event.key]);
    this.#list.shut = false;
    this.draw();
  }

  /**
   * Handle Enter: pick the selected option and advance. Without a selection, pick the only search; if there are several, the person must
   * select one. A place may be any text.
   * @param {any} event
   * @param {any} field
   */
  #onEnter(event, field) {
    event.preventDefault();
    const options = this.#options(field), onlyMatch = field === "search" && options.length ? onlySearch(this.#matching) : null;
    const option = options[this.#selection.indexIn(options)] ?? (onlyMatch && searchOption(onlyMatch));
    if (field === "search" && options.length && !option) return this.#askForSearch();
    this.#list.shut = true;
    if (option) this.#lists[field].pick(option);
    this.#focusField(field === "urgent" ? AFTER_URGENT : FIELDS[FIELDS.indexOf(field) + 1]);
  }

  #askForSearch() {
    this.#faults = ["search"];
    announce(t("Choose a search."));
    this.draw();
  }

  /** @param {any} event */
  #escape(event) {
    if (event.target.closest?.("details, dialog")) return;
    event.preventDefault();
    if (this.files.heldFiles) return this.files.cancelHeld();
    const field = this.#list.field;
    if (field && this.#options(field).length) {
      this.#list.shut = true;
      return this.draw();
    }
    return this.call.isEmpty && this.call.canUndo ? this.#undo() : this.#clear();
  }

  #clear = () => {
    this.files.heldFiles = null;
    this.call.clear();
    this.#begin();
    if (this.call.canUndo) announce(t("Cleared. Press Esc to undo."));
  };

  #undo = () => {
    this.call.undo();
    this.#begin();
  };

  /** @param {string} id id of a cleared call */
  bringBack(id) {
    this.call.bringBack(id);
    this.#begin();
  }

  /** @param {string} id id of a cleared call */
  discardCleared(id) {
    this.call.discard(id);
    this.focusAfterDraw("[data-act=bring-back], #search"); // the button is gone
    this.draw();
  }

  #begin() {
    this.#faults = [];
    this.#show(null, true);
    this.#changed();
    this.#focusField("search");
  }

  /** @param {any} event */
  #submit = (event) => {
    event.preventDefault();
    this.#faults = [...this.call.faults, ...(this.files.isTip && this.files.items.length ? ["files"] : [])];
    if (this.#faults.length) {
      this.draw();
      return this.#focusField(this.#faults[0]);
    }
    const { board, search, text, urgent, files } = this.call.typed;
    const { data } = this.call;
    // The outbox stores the call before the draft is cleared.
    this.session.outbox.add(board, board === NO_SEARCH ? "tip.add" : "sighting.add", data).catch(() => {}); // the list of calls shows refusals
    const command = /** @type {PendingCommand} */ (this.session.outbox.pending(board).at(-1)).id;
    this.files.follow(board, files, command);
    this.call.sent();
    this.taken.add({ command, board, search, text: text.trim(), urgent, at: data.received_at, files });
    return this.#begin();
  };

  /**
   * Load a refused call into the form; the present call moves to the cleared ones.
   * @param {any} entry
   */
  mend(entry) {
    this.call.clear();
    this.call.restore(entry.pending, entry.search, entry.files);
    this.files.unfollow(entry); // before discarding, which cancels its files
    this.letGo(entry);
    this.#begin();
  }

  /** @param {any} entry */
  letGo(entry) {
    this.taken.remove(entry.command); // before discarding: the list asks the server about entries that are missing from the outbox
    this.session.outbox.discard(entry.command);
    this.files.cancel(entry.command);
  }

  /** @param {any} field */
  #focusField(field) {
    const control = /** @type {HTMLInputElement | null} */ (this.#root.querySelector(`#${field}`));
    control?.focus();
    if (control?.select && control.type === "text") control.select();
  }
}

/** Return the point of a chosen place for its map. @param {any} place */
const pointIn = (place) => (typeof place?.lat === "number" ? { lat: place.lat, lon: place.lon, radius: place.radius_m ?? null } : null);
