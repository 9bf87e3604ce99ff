/**
 * Notes that came while somebody reads the log: they wait behind a button, as the newest stands at the top and would push down what
 * is read. At the very top, with neither pointer nor focus in the log, nobody is reading an older note: there they come in.
 */

/** @type {NotesOnScreen} */
export const ALL_NOTES = { split: (notes) => ({ shown: notes, waiting: 0 }), show() {} };

const LISTS = ".notes > ol, .history"; // the history stands below the notes, and would move with them

export class NewNotes {
  #sections; // by class: a query by attribute would try each element of a big board
  #session;
  #draw;
  /** @type {Set<string>} */ #own = new Set();
  /** @type {Map<string, Set<string>>} */ #shown = new Map(); // by the card of the notes, "" for those of the search

  /** @param {HTMLElement} root @param {Session} session @param {() => void} draw draws at once */
  constructor(root, session, draw) {
    this.#sections = /** @type {HTMLCollectionOf<HTMLElement>} */ (root.getElementsByClassName("notes"));
    this.#session = session;
    this.#draw = draw;
    addEventListener("beforeprint", () => this.#shown.clear()); // nothing waits on paper
  }

  /**
   * Remember own notes: the server may answer before they were drawn as pending.
   * @param {JournalEvent[]} events
   */
  onEvents(events) {
    for (const { type, id, actor } of events) if (type === "note.added" && id && actor?.id === this.#session.account.id) this.#own.add(id);
  }

  /**
   * Return the notes to show, and how many wait. Own notes never wait.
   * @param {NoteEntity[]} notes newest first
   * @param {string | null} card
   */
  split(notes, card) {
    const key = card ?? "", section = this.#section(key);
    const known = section ? this.#shown.get(key) : null;
    const isFirst = !section || !known;
    const waits = (/** @type {NoteEntity} */ { id, pending }) => !isFirst && !known.has(id) && !pending && !this.#own.has(id);
    const some = notes.some(waits), hasWaiting = section?.querySelector("[data-act=show-new-notes]");
    const hold = some && (hasWaiting || isRead(section)); // once some wait, the button stays until it is pressed
    const shown = hold ? notes.filter((note) => !waits(note)) : notes;
    this.#shown.set(key, new Set(shown.map(({ id }) => id)));
    return { shown, waiting: notes.length - shown.length };
  }

  /** @param {string | null} card */
  show(card) {
    this.#shown.delete(card ?? "");
    this.#draw();
    const heading = /** @type {HTMLElement | null | undefined} */ (this.#section(card ?? "")?.querySelector("h3"));
    heading?.scrollIntoView({ block: "start" });
    heading?.focus({ preventScroll: true }); // the button is gone
  }

  /** @param {string} key @returns {HTMLElement | null} as it was drawn before */
  #section(key) {
    return [...this.#sections].find(({ dataset }) => dataset.notesOf === key) ?? null;
  }
}

/** @param {HTMLElement | null} section */
function isRead(section) {
  const log = section?.closest(".activity");
  if (!log) return false;
  const focused = document.activeElement;
  return focused === log || [...log.querySelectorAll(LISTS)].some((list) => list.matches(":hover") || list.contains(focused)) || scrolled(log);
}

/** @param {Element} log @returns {boolean} whether it, or what it scrolls with, is not at its top */
function scrolled(log) {
  for (let each = /** @type {Element | null} */ (log); each; each = each.parentElement) if (each.scrollTop > 0) return true;
  return false;
}
