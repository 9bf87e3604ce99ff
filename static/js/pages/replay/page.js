/**
 * Replay page: bar, timeline, and the board at the selected moment, drawn with the live board's templates. Read-only; Escape or
 * one click returns to the present.
 */

import { html, nothing, render } from "../../../vendor/lit-html/lit-html.js";
import { CardArrowKeys } from "../../behaviours/card_arrow_keys.js";
import { MoreBelow } from "../../behaviours/more_below.js";
import { RelativeTimes } from "../../behaviours/relative_times.js";
import { Frames } from "../../behaviours/frames.js";
import { keepFocus } from "../../behaviours/keep_focus.js";
import { ShortcutHandler } from "../../behaviours/shortcut_handler.js";
import { Slider } from "../../behaviours/slider.js";
import { t } from "../../core/i18n.js";
import { MomentUrl } from "../../replay/moment_url.js";
import { Replay } from "../../replay/replay_state.js";
import { Player } from "../../replay/player.js";
import { comparison } from "./comparison.js";
import { band, pastIndicator } from "./bar.js";
import { PastOperations } from "./past_operations.js";
import { PastSearch } from "./past_search.js";
import { failed, noMoment, reading } from "./placeholders.js";
import { timelinePosition, timeline } from "./timeline.js";
import { forbidden } from "../../shared/placeholders.js";

const OPERATIONS = "operations";
const PAGE_EVENTS = 10; // events skipped with the page keys

/** @param {HTMLElement} root @param {Session} session @param {string} boardId */
export const mount = (root, session, boardId, cardId = null) => new ReplayPage(root, session, boardId, cardId);

export class ReplayPage {
  #frames = new Frames(() => this.#render());
  draw = this.#frames.ask;
  /** @type {Session} */ session;
  /** @type {any} */ past;
  player;
  /** @type {any} */ body; // draws the board
  /** @type {HTMLElement} */ root;
  #indicator = document.querySelector("[data-freshness-mark]");
  #liveBoard;
  /** @type {MomentUrl} */ #address;

  /** @param {HTMLElement} root @param {Session} session @param {string} boardId @param {string | null} cardId */
  constructor(root, session, boardId, cardId) {
    this.root = root;
    this.session = session;
    this.#liveBoard = session.board(boardId);
    this.past = new Replay(this.#liveBoard, MomentUrl.requested(), this.draw);
    this.body = boardId === OPERATIONS ? new PastOperations(this) : new PastSearch(this, cardId);
    this.player = new Player({
      time: () => this.past.time,
      next: () => this.#nextTime(),
      go: (/** @type {any} */ time) => this.past.goTo(time),
      changed: this.draw,
    });
    this.#address = new MomentUrl((/** @type {any} */ query) => this.body.setQuery(query));
    this.clock = new RelativeTimes(root, () => new Date(this.past.time));
    this.below = new MoreBelow(root);
    new CardArrowKeys(root, ...this.body.walked);
    session.pageCommands = {
      page: "replay", settle: this.#frames.settle, commands: (at) => this.#commands(at), destinations: () => this.body.destinations(),
    };
    new ShortcutHandler(session.pageCommands);
    new Slider(root, { to: (share) => this.#drag(share), by: (steps) => this.step(steps), page: PAGE_EVENTS, start: () => this.go(1), end: () => this.go(this.past.length) });
    document.documentElement.dataset.freshness = "past";
    this.root.classList.add("replay-page", this.body.page);
    this.session.watch(this.draw);
    addEventListener("pagehide", () => this.#address.settle());
    this.past.connect();
    this.#frames.now();
  }

  // --- actions

  /**
   * Go to the moment after `count` events.
   * @param {number} count
   */
  go(count) {
    this.player.stop();
    this.past.go(count);
  }

  /** @param {any} steps */
  step(steps) {
    this.go(this.past.count + steps);
  }

  play = () => {
    if (this.player.playing) return this.player.stop();
    if (this.past.count === this.past.length) this.past.go(1);
    return this.player.start();
  };

  /** Start or stop comparing with the selected moment. */
  compare = () => this.past.compareWith(this.past.other === null);

  swap = () => {
    this.player.stop();
    this.past.swap();
  };

  backToNow = () => {
    this.#address.settle();
    location.assign(this.now);
  };

  /** Escape closes an open card, then leaves the replay; in a header menu it closes the menu. @param {Element | null} at */
  #commands(at) {
    const { body, backToNow } = this;
    if (at?.closest("header.header-bar details")) return [];
    if (body.isOpen) return [{ id: "close", title: t("Close the card"), run: () => body.close() }, { id: "now", title: t("Back to live"), run: backToNow }];
    return [{ id: "close", title: t("Back to live"), run: backToNow }];
  }

  /** URL of the same board, live. */
  get now() {
    return this.body.path();
  }

  // --- drawing

  #render() {
    const { past } = this;
    this.body.prepare();
    keepFocus(this.root, () => render(this.#template(), this.root));
    render(pastIndicator(past), /** @type {HTMLElement} */ (this.#indicator));
    document.title = this.body.title;
    timelinePosition(this.root);
    this.clock.tick();
    this.below.update();
    this.body.settle();
    if (past.state === "showing" && past.length && !past.problem) this.#address.update({ at: past.event().seq, other: past.other === null ? null : past.event(past.other).seq });
  }

  #template() {
    const { past } = this;
    if (past.state === "forbidden") return this.body.board.id === OPERATIONS ? failed(this) : forbidden(() => this.#liveBoard.recheck());
    if (past.state === "failed") return failed(this);
    if (past.state === "reading") return reading(past);
    if (past.problem || !past.length) return noMoment(this);
    return html`<div class="replay-header" role="region" aria-label=${t("Replay bar")}>${band(this)} ${timeline(this)}</div>
      ${this.body.template(past.other === null ? nothing : comparison(this))}`;
  }

  // --- timeline

  /** @param {number} share */
  #drag(share) {
    this.player.stop();
    const { from, to } = this.past;
    this.past.goTo(Math.max(from, from + share * (to - from)));
  }

  /** Return the time of the next event in ms, or null after the last one. */
  #nextTime() {
    const event = this.past.event(this.past.count + 1);
    return event ? Date.parse(event.at) : null;
  }
}
