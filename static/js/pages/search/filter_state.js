/** What is asked of the cards of a board: in the address, so that a reload, a link and the back button keep it. */
import { accountName } from "../../format/values.js";
import { queuedRequest } from "../../core/api.js";
import { SINCE_LAST_LOOK, NONE, filter, read, written } from "../../shared/card_filter.js";

export class FilterState {
  text = ""; // not in the address: it may be somebody's name
  asked;
  trouble = null; // why it is not known what changed since a time: "reading", "failed"
  #view;
  #read = null; // the time that was read
  #since = null; // the seq of the board then

  constructor(view) {
    this.#view = view;
    this.asked = read(location.search);
  }

  /** Is anything asked? Then not all may be there. */
  get active() {
    return Boolean(this.text.trim()) || Object.values(this.asked).some((value) => value !== null);
  }

  get count() {
    return Object.values(this.asked).filter((value) => value !== null).length;
  }

  find(text) {
    this.text = text;
    this.#view.draw();
  }

  set(name, value) {
    this.asked = { ...this.asked, [name]: value };
    this.#view.address.ask(written(this.asked));
    this.#view.draw();
  }

  toggle(name, value) {
    this.set(name, this.asked[name] === value ? null : value);
  }

  clear() {
    if (!this.active) return false;
    this.text = "";
    this.asked = NONE;
    this.#view.finder.stop();
    this.#view.address.ask("");
    this.#view.draw();
    return true;
  }

  /** @returns (card) -> boolean, for what is true now */
  isShown({ isOverdue, isChanged }) {
    const { session } = this.#view;
    if (this.#read !== this.asked.changed) this.#readSince();
    return filter(this.asked, this.text, { account: session.account.id, isOverdue, isChanged, isSince: this.#isSince, nameOf: (id) => accountName(session, id) });
  }

  again = () => {
    this.#readSince();
    this.#view.draw();
  };

  /** Until it is known what changed, all is shown, and it is said why. */
  #isSince = ({ id, seq }) => {
    const since = this.#since;
    return since === null || seq > since || this.#view.notesOf(id).some((note) => note.seq > since);
  };

  /** States carry the seq of their last change, not its time: the board says at which seq it was then. */
  async #readSince() {
    const { changed } = this.asked;
    this.#read = changed;
    this.#since = this.trouble = null;
    if (changed === null || changed === SINCE_LAST_LOOK) return;
    this.trouble = "reading";
    const { search } = this.#view.picture;
    const seq = Date.parse(changed) < Date.parse(search.state.opened_at) ? 0 : await seqAt(search.id, changed).catch(() => null);
    if (changed !== this.asked.changed) return; // another time was asked for meanwhile
    this.#since = seq;
    this.trouble = seq === null ? "failed" : null;
    this.#view.draw();
  }
}

/** The seq of a board at a time, 0 before its first event; null where there is no answer. */
async function seqAt(board, time) {
  const query = new URLSearchParams({ at: time, limit: 1 });
  const answer = await queuedRequest(`/api/v1/boards/${board}/events?${query}`, { headers: { accept: "application/json" } });
  if (answer.status === 404) return 0;
  return answer.ok ? (await answer.json()).events.at(-1)?.seq ?? 0 : null;
}
