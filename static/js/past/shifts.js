/** Who held the shift when: from the events of the one shift of the desk. */
const PAGE = 1000; // changes of shift: a year of them

export class Shifts {
  all = []; // {number, holder, since, until}, in order; until is null of the one that runs
  #id;
  #changed;

  /** @param id of the shift; empty where nobody ever held it */
  constructor(id, changed) {
    this.#id = id;
    this.#changed = changed;
  }

  async read() {
    if (!this.#id) return;
    try {
      const query = new URLSearchParams({ entity: this.#id, before: 2 ** 53, limit: PAGE });
      const answer = await fetch(`/api/v1/boards/operations/events?${query}`);
      if (!answer.ok) return;
      const states = (await answer.json()).events.map(({ state }) => state).filter(Boolean);
      this.all = states.map(({ number, holder, since }, at) => ({ number, holder, since, until: states[at + 1]?.since ?? null }));
    } catch {
      return; // by days, then
    }
    this.#changed();
  }

  /** The shift at a time; null before the first. */
  at(time) {
    let low = 0, high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle].since <= time) low = middle + 1;
      else high = middle;
    }
    return this.all[low - 1] ?? null;
  }
}
