/** Open contact on the page of a search. Its details are never part of the board: they are requested, and each access is recorded. */

import { get } from "../../core/connection/api.js";
import { Refusal } from "../../core/errors.js";
import { t } from "../../core/i18n.js";

export class Contacts {
  /** @type {string | null} */ open = null;
  #page;

  /** @param {Pick<SearchView, "board" | "sources" | "focus" | "act" | "draw">} page */
  constructor(page) {
    this.#page = page;
  }

  /** @param {string} id @returns {ContactReading | undefined} */
  details(id) {
    return /** @type {ContactReading | undefined} */ (this.#page.sources.get(id));
  }

  /** Open a contact, and read its details. @param {string} id */
  async show(id) {
    if (this.open) this.#page.sources.delete(this.open); // details are only shown while their contact is open
    this.open = id;
    this.#page.focus.field(`[data-contact="${CSS.escape(id)}"] [data-form=call] input`);
    this.#page.draw();
    await this.#read(id);
  }

  close() {
    const id = this.open;
    this.forget();
    if (id) this.#page.focus.field(`[data-contact="${CSS.escape(id)}"] [data-act=open-contact]`);
    this.#page.draw();
  }

  forget() {
    if (this.open) this.#page.sources.delete(this.open);
    this.open = null;
  }

  /** @param {string} id */
  withdraw(id) {
    this.forget();
    this.#page.act.command("contact.withdraw", { contact: id });
  }

  /** Read changed details of the open contact again. @param {JournalEvent[]} events */
  onEvents(events) {
    if (this.open && events.some(({ id, private: isChanged }) => id === this.open && isChanged)) this.#read(this.open);
  }

  /** @param {string} id @returns {Promise<void>} */
  async #read(id) {
    const seq = this.#page.board.get(id)?.seq, reading = await this.#request(id);
    const isSame = this.#page.board.get(id)?.seq === seq;
    if (this.open === id && isSame) this.#page.sources.set(id, /** @type {any} */ (reading));
    else if (this.open === id) return this.#read(id);
    return this.#page.draw();
  }

  /** @param {string} id @returns {Promise<ContactReading>} */
  async #request(id) {
    try {
      return await get(`/api/v1/boards/${this.#page.board.id}/contacts/${id}`, { repeat: false }); // each access is recorded
    } catch (error) {
      return { problem: error instanceof Refusal ? error.message : t("Could not load: no connection to the server.") };
    }
  }
}
