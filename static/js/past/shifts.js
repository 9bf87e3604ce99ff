/** Who held the shift when: from the events of the one shift of the desk, which has the id of its board. */
const BOARD = "operations";
const PAGE = 1000; // events: of the shift, and of its handover, which has that id too
const MOST = 5; // pages: a quarter of a year, where a handover is much written in

export class Shifts {
  all = []; // {number, holder, since, until}, in order; until is null of the one that runs
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  /** Where there is no answer, a history stands by days. */
  async read() {
    const states = [];
    for (let before = 2 ** 53, page = 0; before !== null && page < MOST; page += 1) {
      const events = await this.#ask(before).catch(() => []);
      states.unshift(...events.filter(({ kind, state }) => kind === "shift" && state).map(({ state }) => state));
      before = events.length < PAGE ? null : events[0].seq;
    }
    this.all = states.map(({ number, holder, since }, at) => ({ number, holder, since, until: states[at + 1]?.since ?? null }));
    if (states.length) this.#changed();
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

  async #ask(before) {
    const answer = await fetch(`/api/v1/boards/${BOARD}/events?${new URLSearchParams({ entity: BOARD, before, limit: PAGE })}`);
    return answer.ok ? (await answer.json()).events : [];
  }
}
