/** Search page: header, toolbar, columns, and the open card next to them. */

import { html, noChange, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { BOARD, CardUrl, LOG } from "../../behaviours/card_url.js";
import { CardArrowKeys } from "../../behaviours/card_arrow_keys.js";
import { MoreBelow } from "../../behaviours/more_below.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { Dialogs } from "../../behaviours/dialog.js";
import { Drag } from "../../behaviours/drag.js";
import { Frames } from "../../behaviours/frames.js";
import { keepFocus } from "../../behaviours/keep_focus.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { Actions } from "./actions.js";
import { Campaign } from "./campaign.js";
import { Contacts } from "./contacts.js";
import { Talks } from "./talks.js";
import { AddedCardFocus } from "./focus_added_card.js";
import { FocusAfterDraw } from "./focus_after_draw.js";
import { watchLine } from "../../shared/watch_line/line.js";
import { PresenceTracker } from "./presence_tracker.js";
import { hide as hideEmergency, mount as mountEmergency } from "./emergency_notice.js";
import { NoteAuthors } from "./note_authors.js";
import { mainView } from "./main_view.js";
import { openDialog } from "./dialogs.js";
import { Files } from "./files.js";
import { FilterState } from "./filter_state.js";
import { FirstLook } from "./first_look.js";
import { FirstPhoto } from "./first_photo.js";
import { FindBox } from "../../shared/find_box.js";
import { Forms } from "./forms.js";
import { phoneHeader, searchHeader } from "../../shared/board/search/search_header.js";
import { CardHistory } from "../../shared/board/card/card_history.js";
import { countOverdue, cardBadges } from "../../shared/board/card/card_badges.js";
import { EarlierSearches } from "../../shared/board/search/earlier_searches.js";
import { SameReference } from "../../shared/same_reference.js";
import { printNote } from "../../shared/print_note.js";
import { cardPanel } from "../../shared/board/card/card_panel.js";
import { SearchCommands } from "./commands.js";
import { SearchRights } from "./rights.js";
import { NewNotes } from "../../shared/board/new_notes.js";
import { boardViewModel, cardsToChoose } from "../../shared/board/board_view_model.js";
import { refusals } from "../../shared/refusals.js";
import { SINCE_LAST_LOOK } from "../../shared/card_filter.js";
import { LeftCards } from "../../shared/board/card/left_card.js";
import { Comparisons } from "../../shared/comparisons.js";
import { Contradictions } from "../../shared/contradictions.js";
import { Reaches } from "../../shared/reach.js";
import { isJustOpened } from "../../shared/just_opened.js";
import { LinkedSearches } from "../../shared/linked_searches.js";
import { LookAgain } from "./look_again.js";
import { LazyMap } from "../../shared/map/lazy_map.js";
import { MakeRoom } from "../../shared/make_room.js";
import { SimilarSightings } from "../../shared/board/card/possible_duplicates.js";
import { setsSource } from "../../shared/board/card/source_reveal.js";
import { ErasedBoard } from "../../shared/erased_board.js";
import { erased, forbidden, loading } from "../../shared/placeholders.js";
import { tools } from "./toolbar.js";
import { WIDE, WhatHappened } from "../../shared/board/what_happened.js";
import { Undo, undoNotice } from "./undo.js";
import { WorkListRows, isWorkList } from "./work_list.js";

const CHECK_INTERVAL_MS = 1000;
const BAR = /** @type {HTMLElement} */ (document.querySelector("[data-bar-child]")); // part of the page header, only shown on phones

/** @param {HTMLElement} root @param {Session} session @param {string} boardId */
export const mount = (root, session, boardId, cardId = null) => new SearchPage(root, session, boardId, cardId);

export class SearchPage extends SearchRights {
  drawn = false; // the first draw only contains the first cards
  pictured = false; // thumbnails are requested once all cards are drawn, because they need CPU time and bandwidth
  #frames = new Frames((isPart) => (isPart ? this.#renderForms() : this.#render()));
  draw = this.#frames.ask;
  drawForms = this.#frames.askPart;
  drawNow = () => {
    this.board.settle(); // include the events that have arrived
    this.#frames.settle();
  };
  /** @param {Form} form */
  submit = (form) => this.act.submit(form);
  resolved = this.submit; // once all conflicts of a form are resolved, the other changes are sent
  sendingAtOnce = Object.create(this, { edited: { value: this.submit } });
  /** @type {HTMLElement} */ #root;
  #restDue = false;
  #histories = new Map();
  #happened;
  /** @type {number | null} */ #seq = null; // last seq received

  /** @param {HTMLElement} root @param {Session} session @param {string} boardId @param {string | null} cardId */
  constructor(root, session, boardId, cardId) {
    super(session);
    this.#root = root;
    this.board = session.board(boardId);
    /** @type {LiveBoardView["ui"] & Record<string, any>} */
    this.ui = { card: cardId, view: BOARD, dialog: null, more: false, sheet: false, editing: new Set(), held: null, column: null, reach: null };
    this.focus = new FocusAfterDraw(root, this.draw);
    this.forms = new Forms(this.board, this.sources);
    this.authors = new NoteAuthors(boardId);
    this.newNotes = new NewNotes(root, session, this.#frames.now);
    this.address = new CardUrl(boardId, (card, view) => this.#onUrl(card, view));
    this.ui.view = this.address.view;
    this.similar = new SimilarSightings(boardId, this.draw);
    this.#happened = new WhatHappened(boardId, this.draw);
    WIDE.addEventListener("change", this.draw);
    this.sameReference = new SameReference(boardId, this.draw);
    this.earlierSearches = new EarlierSearches(boardId, this.draw);
    this.finder = new FindBox({ board: boardId, session, draw: this.draw, typed: (/** @type {string} */ text) => this.filters.find(text), go: (/** @type {Hit} */ hit) => this.act.goTo(hit) });
    const { board, address, notesOf, draw } = this;
    this.filters = new FilterState({
      session, board, address, notesOf, draw, cleared: () => this.finder.stop(),
      narrowed: () => this.ui.view !== LOG || this.act.show(BOARD), // that view shows no cards
    });
    this.undo = new Undo(this);
    this.added = new AddedCardFocus({ session, board, showColumn: (column) => this.act.showColumn(column) });
    this.act = new Actions(this);
    this.contacts = new Contacts(this);
    this.talks = new Talks(this);
    this.work = new WorkListRows(this);
    this.map = new LazyMap(draw);
    this.files = new Files(this);
    this.firstPhoto = new FirstPhoto(this);
    this.linked = new LinkedSearches(boardId, this.draw);
    this.erasure = new ErasedBoard(session, boardId, this.draw);
    this.contradictions = new Contradictions(boardId, this.draw);
    this.comparisons = new Comparisons(boardId, this.draw);
    this.reaches = new Reaches(boardId, this.draw);
    this.again = new LookAgain({ session, board, draw, isClosed: () => this.isClosed, show: () => this.act.showDialog("look-again") });
    this.room = new MakeRoom({ session, board, draw, may: () => this.mayLead, show: () => this.act.showDialog("make-room"), close: () => this.act.closeDialog() });
    this.left = new LeftCards({ session, board, draw });
    this.campaign = new Campaign({ board, draw, show: () => this.act.showDialog("campaign") });
    const query = new URLSearchParams(location.search);
    if (query.has("campaign")) this.ui.dialog = { name: "campaign" };
    if (query.has("look-again")) this.again.open();
    else if (isJustOpened(boardId)) this.again.read();
    if (query.has("contact")) this.focus.field(`[data-contact="${CSS.escape(query.get("contact") ?? "")}"] button`);
    this.presence = new PresenceTracker(this);
    mountEmergency();
    this.firstLook = new FirstLook(this);
    new CardArrowKeys(root, "article[data-card]", ":is([data-list], [data-rows])");
    this.clock = new RelativeTimes(root);
    this.barClock = new RelativeTimes(BAR);
    this.below = new MoreBelow(root);
    this.dialogs = new Dialogs(root);
    this.drag = new Drag(root, {
      loaded: draw,
      taken: (/** @type {string} */ id, /** @type {string} */ column) => void (this.ui.held = { id, column }),
      dropped: (/** @type {string} */ id, /** @type {any} */ place) => this.#onDrop(id, place),
      showColumn: (/** @type {string} */ column) => this.act.showColumn(column),
    });
    new ShortcutHandler((session.pageCommands = new SearchCommands(this)));
    this.#root.classList.add("search-page");
    addEventListener("beforeprint", this.#frames.now); // update the time of printing
    setInterval(() => this.#check(), CHECK_INTERVAL_MS);
    this.board.watch((_, events) => this.#onEvents(events));
    this.session.watch(this.draw);
    this.#frames.now();
  }

  // --- permissions

  /**
   * Return true if a refused entry has a form that this person may still use.
   * @param {any} entry
   */
  mayReopen(entry) {
    const form = this.mayNote && this.model?.search ? this.forms.of(entry) : null;
    return form !== null && (!form.entity || Boolean(this.board.get(form.entity)));
  }

  // --- for templates

  /** @param {any} card */
  path(card) {
    return this.address.path(card);
  }

  /** @param {string} id */
  historyOf(id) {
    if (!this.#histories.has(id)) {
      const history = new CardHistory(this.board.id, id);
      this.#histories.set(id, history);
      this.act.readHistory(history);
    }
    return this.#histories.get(id);
  }

  /** Latest significant events, only loaded if there is space to show them. */
  get happened() {
    if (!WIDE.matches || !this.drawn) return null;
    this.#happened.read();
    return this.#happened.events;
  }

  /** Opens the next waiting sighting; null if no list is shown. */
  get next() {
    return isWorkList(this.ui.view) ? this.work.next : null;
  }

  /** @param {string} kind */
  cards(kind) {
    return cardsToChoose(this.model, this.ui.card, kind);
  }

  // --- drawing

  #render() {
    const { state } = this.board.freshness;
    if (state === "forbidden") return this.#onAccessLost();
    this.erasure.reset();
    this.model = boardViewModel(this.board, this.ui.held);
    if (!this.model.search) return render(loading(), this.#root);
    this.#prepare();
    keepFocus(this.#root, () => render(this.#template(), this.#root));
    watchLine.setNotices("page", [...refusals(this), ...this.again.notices, ...this.sameReference.notices]);
    watchLine.setNews(this.marks.changed.length, () => this.filters.toggle("changed", SINCE_LAST_LOOK));
    render(phoneHeader(this), BAR);
    this.dialogs.settle();
    if (this.drawn) this.drag.attach(this.mayEdit);
    this.clock.fill();
    this.barClock.fill();
    if (this.drawn) this.below.update(); // before that, columns are incomplete
    this.focus.apply();
    this.added.show(this.#root);
    this.presence.send();
    this.firstLook.update();
    this.#drawRest();
    if (this.drawn) this.contradictions.load(this.board);
    if (this.drawn && (this.model.search.state.links || this.ui.view === LOG)) this.linked.read();
  }

  /** Draw only the panel and the dialog, as after each keystroke. */
  #renderForms() {
    if (!this.model?.search) return;
    keepFocus(this.#root, () => render(this.#template(true), this.#root));
    this.clock.fill();
  }

  /** Draw the other cards in the frame after the first cards, and the thumbnails, if there are any, in the frame after that. */
  #drawRest() {
    if (this.drawn && !this.model.files.size) this.pictured = true;
    if (this.pictured || this.#restDue) return;
    this.#restDue = true; // further draws in the same frame must not postpone it
    requestAnimationFrame(() => {
      this.#restDue = false;
      this.pictured = this.drawn;
      this.drawn = true;
      this.#frames.now();
    });
  }

  #template(formsOnly = false) {
    const unlessForms = (/** @type {() => unknown} */ part) => (formsOnly ? noChange : part());
    return html`${unlessForms(() => searchHeader(this))} ${unlessForms(() => this.firstPhoto.draw())} ${unlessForms(() => printNote(this))}
      ${unlessForms(() => tools(this))}
      <div class="board-layout">
        <div class="board-main">${unlessForms(() => mainView(this))}</div>
        ${cardPanel(this)}
      </div>
      ${unlessForms(() => undoNotice(this))} ${openDialog(this)}`;
  }

  /** Remove the search from screen and memory when access is lost. */
  #onAccessLost() {
    this.ui.dialog = this.ui.held = null;
    this.model = null;
    this.#forget();
    this.lastBadge.clear();
    this.finder.forget();
    this.filters.text = "";
    document.title = "Searchboard";
    render(nothing, BAR);
    this.erasure.check();
    const message = this.erasure.isErased ? erased() : forbidden(() => this.board.recheck());
    keepFocus(this.#root, () => render(message, this.#root));
    watchLine.setNotices("page", []);
    hideEmergency();
    watchLine.setNews(0, () => {});
    this.dialogs.settle();
  }

  #prepare() {
    const { model, ui } = this;
    this.marks = cardBadges(this);
    const { reference, person } = model.search.state;
    document.title = `${person.first_name} · ${reference} · Searchboard`;
    this.presence.refresh();
    if (ui.dialog?.entity && !this.board.get(ui.dialog.entity)) ui.dialog = null; // its subject has been removed
  }

  #forget() {
    this.#histories.clear();
    this.sources.clear();
    for (const part of [this.#happened, this.added, this.similar, this.again, this.files, this.undo, this.left, this.firstPhoto, this.linked, this.contradictions, this.comparisons, this.reaches, this.contacts, this.talks]) part.forget();
  }

  // --- events

  /** @param {JournalEvent[]} events */
  #onEvents(events) {
    const { seq } = this.board;
    // A snapshot has replaced missed events: load the histories again.
    if (this.#seq !== null && seq !== this.#seq + events.length) this.#forget();
    this.#seq = seq;
    for (const event of events) if (setsSource(event)) this.sources.delete(event.id); // the loaded source is outdated
    const parts = [...this.#histories.values(), this.#happened, this.authors, this.newNotes, this.forms, this.files, this.undo, this.added, this.again, this.firstPhoto, this.linked, this.contradictions, this.comparisons, this.reaches, this.contacts];
    for (const part of parts) part.onEvents(events);
    this.#frames.now();
  }

  /** @param {string | null} card @param {BoardViewName} view */
  #onUrl(card, view) {
    Object.assign(this.ui, { card, view });
    this.draw();
  }

  /** @param {string} id @param {any} place */
  #onDrop(id, place) {
    this.ui.held = null;
    if (place) this.act.sendMove(id, place);
    this.draw();
  }

  /** Check for changes without events: a task becomes overdue, another search gets this reference. */
  #check() {
    if (!this.model?.search || document.hidden) return;
    this.sameReference.refresh(this.model.search.state.reference);
    if (countOverdue(this.board) !== this.marks.overdue) this.draw();
  }
}
