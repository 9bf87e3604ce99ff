/** Commands on the board of a search, for shortcuts and the palette, and the cards to go to. */

import { BOARD, LIST, LOG, MAP } from "../../behaviours/card_url.js";
import { t } from "../../core/i18n.js";
import { cardKinds } from "../../core/rules/kinds.js";
import { label } from "../../core/labels.js";
import { queueOf } from "../../core/rules/queues.js";
import { untakenAlarm } from "../../format/ownership.js";
import { cardName, newCardName } from "../../format/values.js";
import { replayPath } from "./search_menus.js";

/** @type {Record<string, () => string>} */
const ADD = { sighting: () => t("Add a sighting"), task: () => t("Add a task") };
const NOTE_FIELD = ".panel .notes [data-field=text] textarea";
const LOG_FIELD = ".details-view .notes [data-field=text] textarea";

export class SearchCommands {
  page = "search";
  #page;

  /**
   * @param {Pick<SearchView, "session" | "board" | "ui" | "act" | "filters" | "files" | "undo" | "focus" | "may" | "path" | "drawNow" | "destinations" | "campaign" | "model" | "work">} page
   */
  constructor(page) {
    this.#page = page;
  }

  /** @param {string | undefined} right */
  may = (right) => right === undefined || this.#page.may(right);

  settle = () => this.#page.drawNow();

  destinations = () => this.#page.destinations();

  /**
   * Return the permitted commands, [{id, title, run}]. Those about a card apply to the one that contains the element `at`.
   * @param {any} at
   */
  commands(at) {
    if (!this.#page.model?.search) return [];
    const card = this.#card(at);
    /** @type {PageCommand[]} */
    const all = [...(card ? this.#ofCard(card) : []), ...this.#ofBoard(card), ...this.#ofSearch(card)];
    return all.filter(({ may, not }) => this.may(may) && !not);
  }

  /** Return the commands about the search that are reserved for coordinators. */
  others() {
    if (!this.#page.model?.search) return [];
    return this.#ofSearch(null).filter(({ may, not }) => may === "lead" && !this.may(may) && !not);
  }

  /** @param {any} card */
  #ofCard(card) {
    const { act, ui } = this.#page;
    const { id, kind, state } = card;
    const name = cardName(card);
    const openAt = (/** @type {any} */ field) => () => this.#open(id, field);
    const isSighting = kind === "sighting" && !state.withdrawn;
    return [
      { id: "edit", may: "edit", title: t("Edit {card}", { card: name }), run: () => this.#edit(kind, id) },
      { id: "move", may: "edit", not: state.withdrawn, title: t("Move {card} to…", { card: name }), run: () => act.move(id) },
      { id: "grade", may: "edit", not: !isSighting, title: t("Grade {card}", { card: name }), run: openAt("[data-testid=grading] input:checked") },
      { id: "assess", may: "edit", not: !isSighting, title: t("Assess {card}", { card: name }), run: openAt("[data-testid=assessing] input:checked") },
      { id: "looked-at", may: "edit", not: !isSighting || queueOf(state) !== "look", title: t("Mark {card} as looked at", { card: name }), run: () => act.command("sighting.looked_at", { sighting: id }) },
      { id: "pass-on", may: "edit", not: !isSighting || queueOf(state) !== "pass_on", title: t("Pass on {card}", { card: name }), run: openAt("[data-form=pass-on] input") },
      { id: "assign", may: "edit", not: state.withdrawn, title: t("Assign {card} to…", { card: name }), run: openAt(".panel .quick [data-field=assignee] select") },
      this.#take(card, name),
      { id: "withdraw", may: "edit", not: state.withdrawn, title: t("Withdraw {card}…", { card: name }), run: () => act.dialog("withdraw", { entity: id }) },
      { id: "note", may: "note", title: t("Write a note on {card}", { card: name }), run: openAt(NOTE_FIELD) },
      { id: "add-files", may: "note", title: t("Add files to {card}", { card: name }), run: openAt(".panel [data-act=add-files]") },
      { id: "restore", may: "edit", not: !state.withdrawn, title: t("Restore {card}", { card: name }), run: () => act.command("card.restore", { card: id }) },
      { id: "close", not: ui.card !== id, title: t("Close {card}", { card: name }), run: act.close },
    ];
  }

  /**
   * Return the command that assigns a card to this person, or takes the alarm of a card that is already assigned to them.
   * @param {any} card @param {string} name
   */
  #take({ id, state }, name) {
    const { act, board, session: { account } } = this.#page, isOwn = state.assignee === account.id, alarm = isOwn ? untakenAlarm(board, id) : undefined;
    const run = () => (alarm ? act.command("alarm.take", { alarm: alarm.id }) : act.command("card.assign", { card: id, assignee: account.id }));
    return { id: "take", may: "edit", not: isOwn && !alarm, title: alarm ? t("I have it: {what}", { what: name }) : t("Assign {card} to me", { card: name }), run };
  }

  /** @param {any} card */
  #ofBoard(card) {
    const { act, filters, ui, undo } = this.#page;
    return [
      ...cardKinds().map((kind) => ({ id: `add-${kind}`, may: "edit", title: ADD[kind]?.() ?? newCardName(kind), run: () => act.dialog(`add-${kind}`) })),
      { id: "note", may: "note", not: card, title: t("Write in the log"), run: () => this.#writeInLog() },
      { id: "show-all", not: !filters.active, title: t("Show all cards"), run: () => filters.clear() },
      { id: "find", title: t("Find in this search"), run: () => document.querySelector("#find")?.focus() },
      // Ctrl+Z has its own rules for typing (undo.js), which apply first.
      { id: "undo-last", may: "edit", not: undo.shown?.state !== "offered", title: t("Undo your last change"), run: () => undo.undo(undo.shown.event) },
      { id: "close", not: !ui.card || ui.card === card?.id, title: t("Close"), run: act.close },
    ];
  }

  /** @param {any} card */
  #ofSearch(card) {
    const { act, ui, model } = this.#page, state = model?.search?.state, isClosed = state?.status === "closed";
    const dialog = (/** @type {string} */ name) => () => act.dialog(name);
    return [
      { id: "board", not: ui.view === BOARD, title: t("Show the board"), run: () => act.show(BOARD) },
      { id: "list", title: t("Show the sightings as a list"), run: () => this.#page.work.show(LIST) },
      { id: "map", not: ui.view === MAP, title: t("Show the map"), run: () => act.show(MAP) },
      { id: "next-waiting", title: t("Open the next sighting that waits"), run: this.#page.work.next },
      { id: "log", not: ui.view === LOG, title: t("Details and log"), run: act.log },
      { id: "files", title: t("Photos and files"), run: () => this.#page.files.show() },
      { id: "history", title: t("History of this search"), run: () => location.assign(`/searches/${this.#page.board.id}/history`) },
      { id: "timeline", title: t("Timeline of this search"), run: () => location.assign(`/searches/${this.#page.board.id}/timeline`) },
      { id: "replay", title: t("Replay of this search"), run: () => location.assign(replayPath(this.#page)) },
      { id: card ? "edit-search" : "edit", may: "edit", title: t("Edit details…"), run: dialog("facts") },
      { id: "worrying", may: "lead", not: isClosed, title: t("Decide if it is worrying…"), run: dialog("worrying") },
      { id: "goal", may: "goal", title: t("Set goal…"), run: dialog("goal") },
      { id: "appeal", may: "lead", not: isClosed, title: t("Set appeal…"), run: dialog("appeal") },
      { id: "campaign", title: t("Posters and campaign…"), run: () => this.#page.campaign.open() },
      { id: "access", may: "lead", not: isClosed, title: t("Access…"), run: dialog("access") },
      ...label.status.codes.filter((code) => code !== state?.status).map((code) => ({
        id: `set-status-${code}`, may: "lead", title: t("Set status: {status}…", { status: label.status(code) }), run: () => act.setStatus(code),
      })),
      { id: "set-status", may: "lead", title: t("Set status…"), run: dialog("status") },
      { id: "outcome", may: "lead", not: !state?.outcome, title: t("Correct the outcome…"), run: dialog("outcome") },
    ];
  }

  /**
   * Return the focused card, otherwise the open one.
   * @param {any} at
   */
  #card(at) {
    const { model, ui } = this.#page;
    return model?.byId.get(at?.closest?.("article[data-card]")?.dataset.card ?? ui.card);
  }

  /** @param {string} kind @param {string} id */
  #edit(kind, id) {
    if (this.#page.ui.card !== id) this.#page.act.openCard(id);
    this.#page.act.edit(kind, id);
  }

  /** @param {any} card @param {any} field */
  #open(card, field) {
    if (this.#page.ui.card !== card) this.#page.act.openCard(card);
    this.#page.focus.field(field);
  }

  #writeInLog() {
    this.#page.act.show(LOG);
    this.#page.focus.field(LOG_FIELD);
  }
}
