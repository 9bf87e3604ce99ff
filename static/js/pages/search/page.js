/** The board of a search: head, tools, columns, and the open card beside them. */
import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { Address } from "../../behaviours/card_url.js";
import { Arrows } from "../../behaviours/card_arrow_keys.js";
import { Clock } from "../../behaviours/relative_times.js";
import { Dialogs } from "../../behaviours/dialog.js";
import { Drag } from "../../behaviours/drag.js";
import { keepingFocus } from "../../behaviours/keep_focus.js";
import { Keys } from "../../behaviours/shortcut_handler.js";
import { goToTrouble } from "../../behaviours/focus_first_error.js";
import { Actions } from "./actions.js";
import { Added } from "./focus_added_card.js";
import { atFoot } from "../../shared/page_foot.js";
import { Attention } from "./presence_tracker.js";
import { Authors } from "./note_authors.js";
import { columns } from "../../shared/board/columns.js";
import { openDialog } from "./dialogs.js";
import { Filters } from "./filter_state.js";
import { Find } from "../../shared/find_box.js";
import { Forms } from "./forms.js";
import { head } from "../../shared/board/search_header.js";
import { History } from "../../shared/board/card_history.js";
import { countOverdue, isDone, looks } from "../../shared/board/card_badges.js";
import { Namesakes } from "../../shared/same_reference.js";
import { printed } from "../../shared/print_note.js";
import { LOG, panel } from "../../shared/board/card_panel.js";
import { SearchHere } from "./commands.js";
import { picture, sightings } from "../../shared/board/board_view_model.js";
import { refusals } from "../../shared/refusals.js";
import { setsSource } from "../../shared/board/source_reveal.js";
import { forbidden, loading } from "../../shared/placeholders.js";
import { tools } from "./toolbar.js";
import { Undo, undoNotice } from "./undo.js";

const OVERDUE_EVERY_MS = 1000; // a task becomes overdue by itself; the count is looked at once a second

/** @returns a function that takes the view away again */
export function mount(root, desk, boardId, cardId = null) {
  const view = new SearchView(root, desk, boardId, cardId);
  view.connect();
  return () => view.disconnect();
}

class SearchView {
  picture = null;
  lastMark = new Map(); // card -> what was new when it was opened
  sources = new Map(); // sighting -> name and contact, as far as they were read here
  drawn = false; // the first draw is of the first cards alone
  focusPanel = false;
  focusField = null; // selector
  focusCard = null;
  focusTrouble = false; // what was refused is brought into sight
  showFacts = false; // where a long form was, its short reading is brought into sight
  submit = (form) => this.act.submit(form);
  resolved = (form) => this.act.resolved(form);
  draw = () => this.#schedule();
  sendingAtOnce = Object.create(this, { edited: { value: this.submit } });
  #root;
  #frame = null;
  #histories = new Map();
  #seq = null; // up to here events were heard
  #behaviours;
  #prints = () => this.#render(); // with the time of the print
  #unwatch = [];

  constructor(root, desk, boardId, cardId) {
    this.#root = root;
    this.desk = desk;
    this.board = desk.board(boardId);
    this.ui = { card: cardId, dialog: null, more: false, editing: new Set(), held: null, column: null };
    this.forms = new Forms(this.board, this.sources);
    this.authors = new Authors(boardId);
    this.act = new Actions(this);
    this.added = new Added(this);
    this.attention = new Attention(this);
    this.undo = new Undo(this);
    this.namesakes = new Namesakes(boardId, this.draw);
    this.filters = new Filters(this);
    this.finder = new Find({ board: boardId, desk, draw: this.draw, typed: (text) => this.filters.find(text), go: (hit) => this.act.goTo(hit) });
    this.address = new Address(boardId, (card) => this.#went(card));
    this.arrows = new Arrows(root);
    this.clock = new Clock(root);
    this.dialogs = new Dialogs(root);
    this.drag = new Drag(root, {
      taken: (id, column) => void (this.ui.held = { id, column }),
      dropped: (id, place) => this.#dropped(id, place),
      showColumn: (column) => this.act.showColumn(column),
    });
    this.keys = new Keys((desk.here = new SearchHere(this)));
    this.#behaviours = [this.address, this.arrows, this.clock, this.drag, this.finder, this.keys, this.undo];
  }

  connect() {
    this.#root.classList.add("search-page");
    for (const behaviour of this.#behaviours) behaviour.connect();
    addEventListener("beforeprint", this.#prints);
    if (location.hash === "#log") this.#fromElsewhere();
    const overdue = setInterval(() => this.#countOverdue(), OVERDUE_EVERY_MS);
    this.#unwatch = [
      this.board.watch((_, events) => this.#heard(events)),
      this.desk.watch(this.draw),
      () => clearInterval(overdue),
    ];
    this.#render();
  }

  disconnect() {
    for (const behaviour of this.#behaviours) behaviour.disconnect();
    removeEventListener("beforeprint", this.#prints);
    for (const unwatch of this.#unwatch) unwatch();
    this.#root.classList.remove("search-page");
    render(nothing, this.#root);
    atFoot();
  }

  // --- what this person may do, now

  get isClosed() {
    return this.picture?.search?.state.status === "closed";
  }

  get mayRead() {
    return this.desk.can("investigator");
  }

  get mayNote() {
    return this.desk.can("investigator");
  }

  get mayEdit() {
    return this.desk.can("investigator") && Boolean(this.picture?.search) && !this.isClosed;
  }

  get mayLead() {
    return this.desk.can("coordinator");
  }

  /** Is there a form to put it back into, and may this person still use it? */
  mayReopen(entry) {
    const form = this.mayNote && this.picture?.search ? this.forms.of(entry) : null;
    return form !== null && (!form.entity || Boolean(this.board.get(form.entity)));
  }

  // --- what templates ask

  path(card) {
    return this.address.path(card);
  }

  open(event, card) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    this.act.openCard(card);
  }

  markOf(id) {
    return this.board.marks.get(id) ?? this.noteMarks.get(id);
  }

  facesOn(card) {
    return this.faces.get(card) ?? [];
  }

  notesOf(card) {
    return this.picture?.notes.get(card === LOG ? null : card) ?? [];
  }

  historyOf(id) {
    if (!this.#histories.has(id)) {
      const history = new History(this.board.id, id);
      this.#histories.set(id, history);
      this.act.readHistory(history);
    }
    return this.#histories.get(id);
  }

  isDone(column) {
    return isDone(this.board, column);
  }

  sightings() {
    return sightings(this.picture, this.ui.card);
  }

  // --- drawing

  /** What was asked for is there before this returns. */
  drawNow() {
    if (this.#frame !== null) this.#render();
  }

  #schedule() {
    this.#frame ??= requestAnimationFrame(() => this.#render());
  }

  #render() {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    const { state } = this.board.freshness;
    if (state === "forbidden") return this.#lost();
    this.picture = picture(this.board, this.ui.held);
    if (!this.picture.search) return render(loading(), this.#root);
    this.#prepare();
    keepingFocus(this.#root, () => render(this.#template(), this.#root));
    atFoot(html`${this.namesakes.line} ${refusals(this)}`);
    this.dialogs.settle();
    this.drag.attach(this.mayEdit);
    this.clock.fill();
    this.#focus();
    this.attention.tell();
    if (!this.drawn) this.#drawRest();
    return undefined;
  }

  #drawRest() {
    this.drawn = true;
    // After the frame that shows the first ones, not in it.
    requestAnimationFrame(() => this.draw());
  }

  #template() {
    return html`${head(this)} ${printed(this)}
      ${tools(this)}
      <div class="board-layout">
        <div class="board-main">${columns(this)}</div>
        ${panel(this)}
      </div>
      ${undoNotice(this)} ${openDialog(this)}`;
  }

  /** Nothing of the search stays: neither on the screen, nor in what this view remembers. */
  #lost() {
    this.ui.dialog = this.ui.held = null;
    this.picture = null;
    this.#forget();
    this.lastMark.clear();
    this.finder.forget();
    this.filters.text = "";
    document.title = "Searchboard";
    keepingFocus(this.#root, () => render(forbidden(() => this.board.recheck()), this.#root));
    atFoot();
    this.dialogs.settle();
  }

  #prepare() {
    const { picture, ui } = this;
    Object.assign(this, looks(this));
    const { reference, person } = picture.search.state;
    document.title = `${person.first_name} · ${reference} · Searchboard`;
    this.attention.look();
    this.namesakes.look(reference);
    if (ui.dialog?.entity && !this.board.get(ui.dialog.entity)) ui.dialog = null; // somebody removed what it is about
  }

  #focus() {
    if (this.focusPanel) {
      this.#root.querySelector(".panel")?.focus({ preventScroll: true });
      this.#root.querySelector("article.opened")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    if (this.focusField) this.#root.querySelector(this.focusField)?.focus();
    if (this.focusCard) this.#root.querySelector(`[data-card="${CSS.escape(this.focusCard)}"] a, [data-column="${CSS.escape(this.focusCard)}"] [data-part="column-menu"]`)?.focus({ preventScroll: true });
    if (this.showFacts) this.#root.querySelector(".panel .card-facts:not(.editing)")?.scrollIntoView({ block: "nearest" });
    if (this.focusTrouble) goToTrouble(this.#root);
    this.added.show(this.#root);
    this.focusPanel = this.focusTrouble = this.showFacts = false;
    this.focusCard = this.focusField = null;
  }

  #forget() {
    this.#histories.clear();
    this.sources.clear();
    this.added.forget();
    this.undo.forget();
  }

  // --- what happens

  #heard(events) {
    const { seq } = this.board;
    // A snapshot in place of a catch-up: the events between were not heard, so histories are read again.
    if (this.#seq !== null && seq !== this.#seq + events.length) this.#forget();
    this.#seq = seq;
    for (const event of events) if (setsSource(event)) this.sources.delete(event.id); // what was read is no more what it is
    for (const history of this.#histories.values()) history.hear(events);
    this.authors.hear(events);
    this.forms.hear(events);
    this.undo.hear(events);
    this.added.hear(events);
    this.#render();
  }

  /** A note of the log was found on another page: it has no address of its own. */
  #fromElsewhere() {
    this.address.ask(location.search);
    this.act.openCard(LOG);
  }

  #went(card) {
    this.ui.card = card;
    this.draw();
  }

  #dropped(id, place) {
    this.ui.held = null;
    if (place) this.act.sendMove(id, place);
    this.draw();
  }

  #countOverdue() {
    if (this.picture?.search && !document.hidden && countOverdue(this.board) !== this.overdue) this.draw();
  }
}
