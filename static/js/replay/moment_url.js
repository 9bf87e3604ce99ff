/* Moment of a replay in the URL, to be kept and shared. Written once it stands still, as browsers limit how often it may
   change. */

const EVERY = 600; // ms

export class MomentUrl {
  #write;
  #query = "";
  /** @type {Timer | null} */ #timer = null;

  /** @param {(query: string) => void} write puts a query into the URL */
  constructor(write) {
    this.#write = write;
  }

  /** Return {at, with} of the URL; null for what is missing. */
  static asked(search = location.search) {
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
    this.#timer ??= setTimeout(() => this.settle(), EVERY);
  }

  /** Write at once what is not written yet. */
  settle() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#query) this.#write(this.#query);
  }
}
