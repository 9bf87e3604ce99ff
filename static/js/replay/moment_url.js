/* The moment in the address, so that it can be kept and sent: written when it stands still, as a browser stops who writes too often. */

const EVERY = 600; // ms

export class MomentUrl {
  #write;
  #query = "";
  #timer = null;

  /** write(query): puts it into the address */
  constructor(write) {
    this.#write = write;
  }

  /** {at, with} as they stand in the address; what is not there is null. */
  static asked(search = location.search) {
    const query = new URLSearchParams(search);
    return { at: query.get("at") ?? "", with: query.get("with") };
  }

  static query({ at, other = null }) {
    return `?${new URLSearchParams({ at, ...(other === null ? {} : { with: other }) })}`;
  }

  /** at, other: seqs */
  tell(moment) {
    const query = MomentUrl.query(moment);
    if (query === this.#query) return;
    this.#query = query;
    this.#timer ??= setTimeout(() => this.settle(), EVERY);
  }

  /** What is not written yet is written now. */
  settle() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#query) this.#write(this.#query);
  }
}
