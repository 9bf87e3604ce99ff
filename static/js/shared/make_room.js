/** Dialog in which a coordinator makes room on a board: how many entries can leave, by group and by days without a change. */

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { dialog } from "../behaviours/dialog.js";
import { get, orNull } from "../core/connection/api.js";
import { number, n, t } from "../core/i18n.js";
import { accountName } from "../format/values.js";

const DAYS = [0, 7, 30, 90, 365];
const MAX_ROUNDS = 40; // commands per press; each removes 500 entries
const OPEN_EVENT = "make-room"; // document event with which other modules open the dialog

/** @type {Record<string, () => string>} */
const NAMES = {
  withdrawn: () => t("Withdrawn cards"),
  set_aside: () => t("Sightings that were ruled out"),
  done: () => t("Done tasks"),
  notes: () => t("Notes"),
  tips: () => t("Answered tips"),
};

/** Open the dialog of this page. */
export const askForRoom = () => document.dispatchEvent(new CustomEvent(OPEN_EVENT));

export class MakeRoom {
  /** @type {{ entities: number, most: number, leaving: Record<string, number> } | null} */ #room = null;
  /** @type {"asking" | "asked" | "failed" | "leaving"} */ #state = "asking";
  #days = 30;
  #account = "";
  #questions = 0; // number of times that the server was asked
  #excluded = new Set(); // groups that stay on the board
  #leftCount = 0; // entries that have left since the dialog opened
  #problem = "";
  #page;

  /** @param {{ session: Session, board: Board, may: () => boolean, show: () => void, close: () => void, draw: () => void }} page */
  constructor(page) {
    this.#page = page;
    document.addEventListener(OPEN_EVENT, this.open);
  }

  open = () => {
    if (!this.#page.may()) return;
    this.#leftCount = 0;
    this.#problem = "";
    this.#page.show();
    this.#load();
  };

  async #load() {
    this.#state = "asking";
    this.#page.draw();
    const question = ++this.#questions, query = new URLSearchParams({ unchanged_days: String(this.#days), account: this.#account });
    const room = await orNull(get(`/api/v1/boards/${this.#page.board.id}/room?${query}`));
    if (question !== this.#questions) return; // outdated: the person has changed the choice since
    this.#room = room;
    this.#state = this.#room ? "asked" : "failed";
    this.#page.draw();
  }

  /** @returns {[string, number][]} */
  get #chosen() {
    return Object.entries(this.#room?.leaving ?? {}).filter(([group, count]) => count && !this.#excluded.has(group));
  }

  #run = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const { board } = this.#page, groups = this.#chosen.map(([group]) => group);
    if (!groups.length || this.#state !== "asked") return;
    this.#state = "leaving";
    this.#problem = "";
    this.#page.draw();
    try {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const { seqs } = await board.send("board.make_room", { groups, unchanged_days: this.#days, account: this.#account || null });
        if (!seqs.length) break;
        this.#leftCount += seqs.length;
        this.#page.draw();
      }
    } catch (refusal) {
      const { message, id } = /** @type {any} */ (refusal);
      board.discard(id);
      this.#problem = message;
    }
    this.#load();
  };

  /** @param {() => void} change */
  #change(change) {
    change();
    this.#load();
  }

  draw() {
    const count = this.#chosen.reduce((sum, [, groupCount]) => sum + groupCount, 0), isBusy = this.#state === "leaving";
    const body = html`<form class="make-room" @submit=${this.#run}>
      <p class="hint">${t("Entries that nobody has to deal with leave the board. They stay in the history and in find, and can be brought back.")}</p>
      <div class="choices">
        <label>${t("Unchanged for")} <select name="days" ?disabled=${isBusy} @change=${(/** @type {any} */ { target }) => this.#change(() => (this.#days = Number(target.value)))}>
          ${DAYS.map((days) => html`<option value=${days} ?selected=${days === this.#days}>${n("{count} day", "{count} days", days)}</option>`)}</select></label>
        <label>${t("Added by")} <select name="account" ?disabled=${isBusy} @change=${(/** @type {any} */ { target }) => this.#change(() => (this.#account = target.value))}>
          <option value="">${t("Everyone")}</option>
          ${this.#people.map(([id, name]) => html`<option value=${id} ?selected=${id === this.#account}>${name}</option>`)}</select></label>
      </div>
      ${this.#groups(isBusy)}
      <p role="status" class="said">${this.#status}</p>
      ${this.#problem ? html`<p class="error" role="alert">${this.#problem}</p>` : nothing}
      <div class="buttons"><button class="primary" data-act="run" ?disabled=${!count || this.#state !== "asked"}>${n("Make room: {count} entry", "Make room: {count} entries", count)}</button>
        <button type="button" data-act="cancel" @click=${this.#page.close}>${t("Close")}</button></div>
    </form>`;
    return dialog("make-room", t("Make room"), body, this.#page.close);
  }

  /** @returns {[string, string][]} */
  get #people() {
    const { session } = this.#page;
    const people = [...session.accounts.keys()].map((id) => /** @type {[string, string]} */ ([id, accountName(session, id)]));
    return people.sort(([, first], [, second]) => first.localeCompare(second));
  }

  get #status() {
    if (this.#state === "failed") return html`<span class="error">${t("This did not work. Try again.")}</span> <button type="button" data-act="again" @click=${() => this.#load()}>${t("Try again")}</button>`;
    if (this.#state === "leaving") return n("{count} entry left the board…", "{count} entries left the board…", this.#leftCount);
    if (this.#leftCount) return n("{count} entry left the board.", "{count} entries left the board.", this.#leftCount);
    return this.#room ? t("On the board: {count} of {most} entries", { count: number(this.#room.entities), most: number(this.#room.most) }) : t("Loading…");
  }

  /** @param {boolean} isBusy */
  #groups(isBusy) {
    const toggle = (/** @type {string} */ group) => (/** @type {any} */ { target }) => {
      if (target.checked) this.#excluded.delete(group);
      else this.#excluded.add(group);
      this.#page.draw();
    };
    return html`<fieldset ?disabled=${isBusy}><legend>${t("What leaves")}</legend>
      ${Object.entries(this.#room?.leaving ?? {}).map(([group, count]) => html`<label class="group ${count ? "" : "is-empty"}"><input type="checkbox" name=${group} .checked=${!this.#excluded.has(group)} @change=${toggle(group)}>
        <span>${NAMES[group]?.() ?? group}</span> <b>${number(count)}</b></label>`)}</fieldset>`;
  }
}
