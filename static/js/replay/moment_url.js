/* Moment of a replay in the URL, for bookmarks and sharing. It is written with a delay, because browsers limit changes of the URL. */

const WRITE_INTERVAL_MS = 600;

export class MomentUrl {
  #write;
  #query = "";
  /** @type {Timer | null} */ #timer = null;

  /** @param {(query: string) => void} write puts a query into the URL */
  constructor(write) {
    this.#write = write;
  }

  /** Return {at, with} of the URL; "" and null if missing. */
  static requested(search = location.search) {
    const query = new URLSearchParams(search);
    return { at: query.get("at") ?? "", with: query.get("with") };
  }

  /** @param {{ at: IsoTime, other?: any }} options */
  static query({ at, other = null }) {
    return `?${new URLSearchParams({ at, ...(other === null ? {} : { with: other }) })}`;
  }

  /** @param {any} moment - {at, other}: seqs */
  update(moment) {
    const query = MomentUrl.query(moment);
    if (query === this.#query) return;
    this.#query = query;
    this.#timer ??= setTimeout(() => this.settle(), WRITE_INTERVAL_MS);
  }

  /** Write a pending moment immediately. */
  settle() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#query) this.#write(this.#query);
  }
}
