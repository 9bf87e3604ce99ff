/** Actions on the board of a search. Each of them redraws; refused text returns to its form. */

import { BOARD, LOG } from "../../behaviours/card_url.js";
import { addsCard, cardOfCommand, isCard } from "../../core/rules/kinds.js";
import { newId } from "../../core/storage/outbox.js";
import { SINCE_LAST_LOOK } from "../../shared/card_filter.js";
import { hitUrl } from "../../shared/find_results.js";
import { readSource } from "../../shared/board/card/source_reveal.js";
import { isWorkList } from "./work_list.js";

// forms in a dialog, besides those that add a card; other forms are in the panel
const DIALOGS = new Set(["facts", "access", "status", "outcome", "worrying", "appeal", "withdraw", "withdraw-file", "propose-removal", "column-title", "column-before", "column-after", "approve", "give", "contact-add", "contact", "talk"]);
/** Dialogs over which a form opens, and which it may replace: name of the form -> name of the dialog. @type {Record<string, string>} */
const PARENT_DIALOGS = { approve: "campaign", give: "campaign" };

/** @param {Form} form */
const nameOf = (form) => form.key.split(":")[0];

/** @param {Form} form */
const hasDialog = (form) => addsCard(form.command.name) || DIALOGS.has(nameOf(form));

export class Actions {
  #page;
  /** @type {Form | null} */ #preset = null;

  /**
   * @param {Pick<SearchView, "session" | "board" | "ui" | "address" | "forms" | "focus" | "filters" | "sources" | "contacts" | "lastBadge" | "undo" | "added"
   *   | "notesOf" | "filesOf" | "draw">} page
   */
  constructor(page) {
    this.#page = page;
  }

  /** @param {string} id */
  openCard(id) {
    const { ui, address, board } = this.#page;
    const isRow = isWorkList(ui.view);
    ui.card = id;
    address[isRow ? "replace" : "open"](id);
    for (const { id: entity } of [...this.#page.notesOf(id), ...this.#page.filesOf(id)]) board.clearBadge(entity);
    this.#page.focus[isRow ? "row" : "panel"](id);
  }

  close = () => {
    const { ui, address } = this.#page, card = /** @type {string} */ (ui.card);
    this.#leave(card);
    if (ui.view === LOG) this.#page.focus.field(".details-view");
    else this.#page.focus.card(card);
    ui.card = null;
    address.close();
  };

  /**
   * Show another view and close the open card.
   * @param {BoardViewName} view
   */
  show(view) {
    const { ui, address } = this.#page;
    ui.sheet = false;
    if (ui.view === view) return ui.card ? this.close() : this.#page.draw();
    if (ui.card) this.#leave(ui.card);
    Object.assign(ui, { view, card: null });
    address.show(view);
    return this.#page.draw();
  }

  /** Show details and log, and focus them so that keys scroll them. */
  log = () => {
    this.show(LOG);
    this.#page.focus.field(".details-view");
  };

  /** Show the board and close everything above it. */
  toBoard = () => this.show(BOARD);

  /** Open or close the sheet on phones with everything that is not in the bar at the bottom. */
  toggleSheet = () => {
    const { ui } = this.#page;
    ui.sheet = !ui.sheet;
    if (ui.sheet) this.#page.focus.field(".tool-sheet button");
    this.#page.draw();
  };

  closeSheet = () => {
    if (!this.#page.ui.sheet) return;
    this.#page.ui.sheet = false;
    document.querySelector("[data-act=more]")?.focus();
    this.#page.draw();
  };

  /**
   * Open the dialog of a form.
   * @param {string} name
   * @param {{ entity?: string, over?: string }} [options] `entity`: subject of the form, if not the search; `over`: dialog to which it returns
   */
  dialog(name, { entity, over } = {}) {
    this.#page.forms.get(name, name.startsWith("add-") ? null : entity ?? this.#page.board.id).open();
    this.showDialog(name, entity, over);
  }

  /** @param {string} name @param {string} [entity] @param {string} [over] */
  showDialog(name, entity, over = PARENT_DIALOGS[name]) {
    this.#page.ui.dialog = { name, entity, over };
    this.#page.draw();
  }

  /** Close the dialog, and show the one below it again if there is one. */
  closeDialog = () => {
    this.#clearPreset();
    this.#showBelow();
    this.#page.draw();
  };

  /** Show the dialog below the open one, if there is one. */
  #showBelow() {
    const { ui } = this.#page, name = ui.dialog?.over;
    ui.dialog = name ? { name, over: PARENT_DIALOGS[name] } : null;
  }

  /** @param {string} card */
  move = (card) => this.showDialog("move", card);

  /**
   * Open the dialog for the status with one preselected.
   * @param {string} status
   */
  setStatus(status) {
    this.dialog("status");
    const form = this.#page.forms.get("status", this.#page.board.id);
    if (form.raw("status") === status) return;
    form.edit("status", status);
    this.#preset = form;
  }

  /** Clear a form in which only a menu has set the status: it is not a draft. */
  #clearPreset() {
    if (this.#preset?.isOnly("status")) this.#preset.clear();
    this.#preset = null;
  }

  /** @param {string} kind @param {any} card */
  edit(kind, card) {
    this.#page.ui.editing.add(`${kind}:${card}`);
    this.#page.focus.field(".card-facts.editing :is(input, textarea)");
  }

  /** @param {string} kind @param {any} card */
  stopEditing(kind, card) {
    this.#page.ui.editing.delete(`${kind}:${card}`);
    this.#page.focus.facts();
  }

  /**
   * Go to a search hit, here or on another board.
   * @param {Hit} hit
   */
  goTo(hit) {
    if (hit.board !== this.#page.board.id) return location.assign(hitUrl(hit));
    const card = hit.kind === "note" && !hit.left ? hit.card : hit.kind === "search" ? null : hit.id;
    return card ? this.openCard(card) : this.log();
  }

  /** @param {string | null} column */
  showColumn(column) {
    this.#page.ui.column = column;
    this.#page.draw();
  }

  /** @param {string} id */
  seen(id) {
    this.#page.board.clearBadge(id);
  }

  allSeen = () => {
    if (this.#page.filters.values.changed === SINCE_LAST_LOOK) this.#page.filters.set("changed", null);
    for (const id of [...this.#page.board.badges.keys()]) this.#page.board.clearBadge(id);
  };

  /** @param {any} card @param {any} place */
  sendMove(card, place) {
    return this.command("card.move", { card, ...place });
  }

  /**
   * Send a command without a form; a refused one is listed with the refusals.
   * @param {string} name
   * @param {Record<string, any>} data
   */
  command(name, data) {
    const { board } = this.#page;
    board.send(name, data, { base: board.seq, epoch: board.epoch }).then((/** @type {Ack} */ ack) => this.#onAck(ack, { name, data }), () => this.#page.draw());
    this.#page.draw();
  }

  /** @param {Form} form */
  submit = async (form) => {
    const { board } = this.#page;
    if (!form.dirty) return this.#closeForm(form);
    const data = form.command.data(form);
    if (!data) return this.#page.focus.error();
    // The outbox stores the text before the form is cleared, and keeps it until the ack.
    const id = newId(), { uploads } = this.#page.session, { dialog } = this.#page.ui;
    const answer = board.send(form.command.name, data, { ...form.position(), id });
    uploads.follow(board.id, nameOf(form), id);
    const sent = form.release(), sentAt = Date.now();
    this.#closeForm(form);
    try {
      const ack = await answer;
      this.#onAck(ack, { name: form.command.name, data });
      if (addsCard(form.command.name)) this.#page.added.onAck(ack, sentAt);
    } catch (refused) {
      this.#page.draw();
      uploads.unfollow(board.id, nameOf(form), id);
      if (this.#reveal(form, dialog?.over)) {
        form.restore(sent, refused);
        board.discard(/** @type {any} */ (refused).id);
        this.#page.focus.error();
      }
    }
    return this.#page.draw();
  };

  /**
   * Put a refused change back into its form.
   * @param {any} entry
   */
  reopen(entry) {
    const form = this.#page.forms.of(entry);
    const card = form.entity;
    this.#page.ui.dialog = null;
    if (nameOf(form) === "call") this.log();
    else if (!hasDialog(form)) (card ? this.openCard(card) : this.log());
    form.restoreData(entry.data, entry, entry.refusal ?? {});
    this.#reveal(form);
    this.#page.board.discard(entry.id);
    this.#page.draw();
  }

  /** @param {any} entry */
  discard(entry) {
    this.#page.board.discard(entry.id);
    this.#page.draw();
  }

  /** @param {any} history */
  async readHistory(history) {
    await history.read();
    // so that an old draft shows who has changed its fields in the meantime
    this.#page.forms.onEvents(history.events);
    this.#page.draw();
  }

  /** @param {string} sighting */
  async readSource(sighting) {
    const { sources, board } = this.#page;
    const seqNow = () => board.get(sighting)?.seq;
    const seq = seqNow(), source = await readSource(board.id, sighting, sources.get(sighting));
    // The source may have changed during the request, and it is only shown while its card is open.
    if (seqNow() === seq && this.#page.ui.card === sighting) sources.set(sighting, source);
    this.#page.draw();
  }

  /** @param {string} card card that is no longer open */
  #leave(card) {
    const { lastBadge, sources } = this.#page;
    lastBadge.delete(card);
    sources.delete(card); // a source is only shown while its card is open
  }

  /** @param {Ack} ack @param {{ name: string, data: Record<string, any> }} command */
  #onAck(ack, command) {
    const entity = addsCard(command.name) ? null : cardOfCommand(command) ?? command.data.column ?? this.#page.board.id;
    this.#page.undo.onAck(ack, entity);
  }

  /** @param {Form} form */
  #closeForm(form) {
    const { ui } = this.#page;
    if (ui.dialog?.name === nameOf(form)) this.#showBelow();
    if (nameOf(form) === "call") this.#page.contacts.close();
    if (ui.editing.delete(form.key)) this.#page.focus.facts();
    else if (isWorkList(ui.view) && form.entity === ui.card) this.#page.focus.row(form.entity);
    this.#page.draw();
  }

  /**
   * Show the form again; return false if another one is open. The refusal then stays in the list.
   * @param {Form} form
   * @param {string} [over] dialog below it
   */
  #reveal(form, over = PARENT_DIALOGS[nameOf(form)]) {
    const { ui } = this.#page, name = nameOf(form);
    if (hasDialog(form)) {
      if (ui.dialog && ui.dialog.name !== name && ui.dialog.name !== over) return false;
      ui.dialog = { name, entity: form.entity, over };
      return true;
    }
    if (name === "call" && ui.view === LOG) {
      this.#page.contacts.show(form.entity);
      return true;
    }
    if (form.entity ? ui.card !== form.entity : ui.view !== LOG) return false;
    if (isCard(name)) ui.editing.add(form.key);
    return true;
  }
}
