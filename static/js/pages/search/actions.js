/** Actions on the board of a search. Each redraws; refused text returns to its form. */

import { SINCE_LAST_LOOK } from "../../shared/card_filter.js";
import { hitUrl } from "../../shared/find_results.js";
import { LOG } from "../../shared/board/card_panel.js";
import { readSource } from "../../shared/board/source_reveal.js";

// form -> its dialog; other forms are in the panel
/** @type {Record<string, any>} */
const DIALOG_OF = {
  "add-sighting": "sighting", "add-task": "task", facts: "facts", access: "access", status: "status", outcome: "outcome", worrying: "worrying",
  appeal: "appeal", withdraw: "withdraw", "column-title": "column-title", "column-before": "column-before", "column-after": "column-after",
};

/** @param {Form} form */
const kindOf = (form) => form.key.split(":")[0];

export class Actions {
  /** @type {SearchView} */ #view;

  /** @param {SearchView} view */
  constructor(view) {
    this.#view = view;
    // Templates pass these as listeners.
    const own = /** @type {Record<string, any>} */ (this);
    for (const name of ["close", "closeDialog", "allSeen", "log"]) own[name] = own[name].bind(this);
  }

  /** @param {string} id */
  openCard(id) {
    const { ui, address, board } = this.#view;
    ui.card = id;
    if (id !== LOG) address.open(id);
    for (const note of this.#view.notesOf(id)) board.clearBadge(note.id);
    this.#view.focusPanel = true;
    this.#view.draw();
  }

  close() {
    const { ui, address, lastBadge, sources } = this.#view;
    lastBadge.delete(ui.card);
    sources.delete(/** @type {string} */ (ui.card)); // a source is shown only while its card is open
    this.#view.focusCard = ui.card;
    ui.card = null;
    address.close();
    this.#view.draw();
  }

  log() {
    if (this.#view.ui.card === LOG) return this.close();
    this.#view.address.close();
    return this.openCard(LOG);
  }

  /** @param {string} name */
  dialog(name, more = {}) {
    this.#view.forms.get(Object.keys(DIALOG_OF).find((kind) => DIALOG_OF[kind] === name) ?? "note", this.#entityOf(name, more)).open();
    this.#view.ui.dialog = { name, ...more };
    this.#view.draw();
  }

  closeDialog() {
    this.#view.ui.dialog = null;
    this.#view.draw();
  }

  /** @param {any} card */
  move(card) {
    this.#view.ui.dialog = { name: "move", entity: card };
    this.#view.draw();
  }

  /**
   * @param {string} kind
   * @param {any} card
   */
  edit(kind, card) {
    this.#view.ui.editing.add(`${kind}:${card}`);
    this.#view.focusField = ".card-facts.editing :is(input, textarea)";
    this.#view.draw();
  }

  /**
   * @param {string} kind
   * @param {any} card
   */
  stopEditing(kind, card) {
    this.#view.ui.editing.delete(`${kind}:${card}`);
    this.#view.showFacts = true;
    this.#view.draw();
  }

  /**
   * Go to a search hit, here or on another board.
   * @param {Hit} hit
   */
  goTo(hit) {
    if (hit.board !== this.#view.board.id) return location.assign(hitUrl(hit));
    if (hit.kind === "search") return this.openCard(LOG);
    return this.openCard(hit.kind === "note" ? hit.card ?? LOG : hit.id);
  }

  /** @param {string} column */
  showColumn(column) {
    this.#view.ui.column = column;
    this.#view.draw();
  }

  /** @param {string} id */
  seen(id) {
    this.#view.board.clearBadge(id);
  }

  allSeen() {
    if (this.#view.filters.asked.changed === SINCE_LAST_LOOK) this.#view.filters.set("changed", null);
    for (const id of [...this.#view.board.badges.keys()]) this.#view.board.clearBadge(id);
  }

  /**
   * @param {any} card
   * @param {any} place
   */
  sendMove(card, place) {
    return this.command("card.move", { card, ...place });
  }

  /**
   * Send a command without a form; refused, it is listed among the refusals.
   * @param {string} name
   * @param {Record<string, any>} data
   */
  command(name, data) {
    const { board } = this.#view;
    board.send(name, data, { base: board.seq, epoch: board.epoch }).then((/** @type {Ack} */ ack) => this.#onAck(ack, data), () => this.#view.draw());
    this.#view.draw();
  }

  /** @param {Form} form */
  async submit(form) {
    const { board } = this.#view;
    if (!form.dirty) return this.#shut(form);
    const data = form.command.data(form);
    if (!data) return this.#trouble();
    // The outbox stores the text before the form is cleared, and keeps it until the ack.
    const answer = board.send(form.command.name, data, form.position());
    const sent = form.release(), at = Date.now();
    this.#shut(form);
    try {
      const ack = await answer;
      this.#onAck(ack, data);
      if (/^(sighting|task)\.add$/.test(form.command.name)) this.#view.added.did(ack, at);
    } catch (refused) {
      this.#view.draw();
      if (this.#reveal(form)) {
        form.restore(sent, refused);
        board.discard(/** @type {any} */ (refused).id);
        this.#view.focusTrouble = true;
      }
    }
    return this.#view.draw();
  }

  /**
   * Send the rest once all conflicts of a form are resolved.
   * @param {Form} form
   */
  resolved(form) {
    return this.submit(form);
  }

  /**
   * Return a refused change to its form.
   * @param {any} entry
   */
  reopen(entry) {
    const form = this.#view.forms.of(entry);
    const card = form.entity;
    this.#view.ui.dialog = null;
    if (!DIALOG_OF[kindOf(form)]) this.openCard(card ?? LOG);
    form.restoreData(entry.data, entry, entry.refusal ?? {});
    this.#reveal(form);
    this.#view.board.discard(entry.id);
    this.#view.draw();
  }

  /** @param {any} entry */
  discard(entry) {
    this.#view.board.discard(entry.id);
    this.#view.draw();
  }

  /** @param {any} history */
  async readHistory(history) {
    await history.read();
    // Lets an old draft know who changed its fields since.
    this.#view.forms.onEvents(history.events);
    this.#view.draw();
  }

  /** @param {string} sighting */
  async readSource(sighting) {
    const { sources, board } = this.#view;
    const seqNow = () => board.get(sighting)?.seq;
    const seq = seqNow(), read = await readSource(board.id, sighting, sources.get(sighting));
    if (seqNow() === seq) sources.set(sighting, read); // else it may have changed during the request
    this.#view.draw();
  }

  /**
   * @param {Ack} ack
   * @param {Record<string, any>} given
   */
  #onAck(ack, { task, sighting, card, column }) {
    this.#view.undo.did(ack, task ?? sighting ?? card ?? column ?? this.#view.board.id);
  }

  #trouble() {
    this.#view.focusTrouble = true;
    this.#view.draw();
  }

  /**
   * @param {string} name
   * @param {Record<string, any>} more
   */
  #entityOf(name, { entity }) {
    if (name === "sighting" || name === "task") return null;
    return entity ?? this.#view.board.id;
  }

  /** @param {Form} form */
  #shut(form) {
    const { ui } = this.#view;
    if (ui.dialog?.name === DIALOG_OF[kindOf(form)]) ui.dialog = null;
    if (ui.editing.delete(form.key)) this.#view.showFacts = true;
    this.#view.draw();
  }

  /**
   * Show the form again; false if another one is open: then the refusal waits in the list.
   * @param {Form} form
   */
  #reveal(form) {
    const { ui } = this.#view;
    const dialog = DIALOG_OF[kindOf(form)];
    if (dialog) {
      if (ui.dialog && ui.dialog.name !== dialog) return false;
      ui.dialog = { name: dialog, entity: form.entity };
      return true;
    }
    if (ui.card !== (form.entity ?? LOG)) return false;
    if (["sighting", "task"].includes(kindOf(form))) ui.editing.add(form.key);
    return true;
  }
}
