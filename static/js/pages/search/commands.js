/** Commands of the board of a search, for shortcuts and the palette, and the cards to go to. */

import { t } from "../../core/i18n.js";
import { cardName } from "../../format/values.js";
import { LOG } from "../../shared/board/card_panel.js";

const NOTE_FIELD = ".notes [data-field=text] textarea";

export class SearchCommands {
  page = "search";
  #page;

  /**
   * @param {Pick<SearchView, "session" | "board" | "ui" | "act" | "filters" | "undo" | "focus" | "may" | "draw" | "drawNow">
   *   & { picture(): BoardViewModel | null }} page
   */
  constructor(page) {
    this.#page = page;
  }

  /** @param {string | undefined} right */
  may(right) {
    return right === undefined || this.#page.may(right);
  }

  settle() {
    this.#page.drawNow();
  }

  /**
   * Return the permitted commands, [{id, says, does}]. Those about a card apply to the one focused at `at`.
   * @param {any} at
   */
  commands(at) {
    if (!this.#page.picture()?.search) return [];
    const card = this.#card(at);
    return [...(card ? this.#ofCard(card) : []), ...this.#ofBoard(card), ...this.#ofSearch()]
      .filter(({ may, not }) => this.may(may) && !not);
  }

  /** Return what can be gone to, [{id, says, number, does}]. */
  things() {
    const { picture, act } = this.#page;
    return [...(picture()?.byId.values() ?? [])].map((card) => ({
      id: card.id, number: card.state.number, says: `${cardName(card)} · ${card.state.description ?? card.state.title}`, does: () => act.openCard(card.id),
    }));
  }

  /** @param {any} card */
  #ofCard(card) {
    const { act, session, ui } = this.#page;
    const { id, kind, state } = card;
    const name = cardName(card);
    const on = (/** @type {any} */ field) => () => this.#open(id, field);
    const sighting = kind === "sighting" && !state.withdrawn;
    return [
      { id: "edit", may: "edit", says: t("Edit {card}", { card: name }), does: () => this.#edit(kind, id) },
      { id: "move", may: "edit", not: state.withdrawn, says: t("Move {card} to…", { card: name }), does: () => act.move(id) },
      { id: "grade", may: "edit", not: !sighting, says: t("Grade {card}", { card: name }), does: on("[data-testid=grading] select") },
      { id: "assess", may: "edit", not: !sighting, says: t("Assess {card}", { card: name }), does: on("[data-testid=assessing] select") },
      { id: "take", may: "edit", not: state.assignee === session.account.id, says: t("Assign {card} to me", { card: name }),
        does: () => act.command("card.assign", { card: id, assignee: session.account.id }) },
      { id: "withdraw", may: "edit", not: state.withdrawn, says: t("Withdraw {card}…", { card: name }), does: () => act.dialog("withdraw", { entity: id }) },
      { id: "note", may: "note", says: t("Write a note on {card}", { card: name }), does: on(NOTE_FIELD) },
      { id: "restore", may: "edit", not: !state.withdrawn, says: t("Restore {card}", { card: name }), does: () => act.command("card.restore", { card: id }) },
      { id: "close", not: ui.card !== id, says: t("Close {card}", { card: name }), does: act.close },
    ];
  }

  /** @param {any} card */
  #ofBoard(card) {
    const { act, filters, ui, undo } = this.#page;
    return [
      { id: "add-sighting", may: "edit", says: t("Add a sighting"), does: () => act.dialog("sighting") },
      { id: "add-task", may: "edit", says: t("Add a task"), does: () => act.dialog("task") },
      { id: "note", may: "note", not: card, says: t("Write in the log"), does: () => this.#open(LOG, NOTE_FIELD) },
      { id: "show-all", not: !filters.active, says: t("Show all cards again"), does: () => filters.clear() },
      { id: "find", says: t("Find in this search"), does: () => document.querySelector("#find")?.focus() },
      // Ctrl+Z has its own rules about typing (undo.js), which apply first.
      { id: "undo-last", may: "edit", not: undo.shown?.state !== "offered", says: t("Undo what you have just done"), does: () => undo.undo(undo.shown.event) },
      { id: "close", not: !ui.card || ui.card === card?.id, says: t("Close"), does: act.close },
    ];
  }

  #ofSearch() {
    const { act, ui, picture } = this.#page, state = picture()?.search?.state, isClosed = state?.status === "closed";
    const dialog = (/** @type {string} */ name) => () => act.dialog(name);
    return [
      { id: "log", not: ui.card === LOG, says: t("Facts and log"), does: act.log },
      { id: "history", says: t("What happened on this search"), does: () => location.assign(`/searches/${this.#page.board.id}/history`) },
      { id: "edit-search", may: "edit", says: t("Edit facts…"), does: dialog("facts") },
      { id: "worrying", may: "lead", not: isClosed, says: t("Is it worrying?"), does: dialog("worrying") },
      { id: "appeal", may: "lead", not: isClosed, says: t("Appeal…"), does: dialog("appeal") },
      { id: "access", may: "lead", not: isClosed, says: t("Access…"), does: dialog("access") },
      { id: "set-status", may: "lead", says: t("Set status…"), does: dialog("status") },
      { id: "outcome", may: "lead", not: !state?.outcome, says: t("Correct the outcome…"), does: dialog("outcome") },
    ];
  }

  /**
   * Return the focused card, else the open one.
   * @param {any} at
   */
  #card(at) {
    const { picture, ui } = this.#page;
    return picture()?.byId.get(at?.closest?.("article[data-card]")?.dataset.card ?? ui.card);
  }

  /**
   * @param {string} kind
   * @param {string} id
   */
  #edit(kind, id) {
    if (this.#page.ui.card !== id) this.#page.act.openCard(id);
    this.#page.act.edit(kind, id);
  }

  /**
   * @param {any} card
   * @param {any} field
   */
  #open(card, field) {
    if (this.#page.ui.card !== card) {
      if (card === LOG) this.#page.act.log();
      else this.#page.act.openCard(card);
    }
    this.#page.focus.field(field);
    this.#page.draw();
  }
}
