/**
 * Notes that arrive while somebody reads the log. They wait behind a button, because they would push down the text that is being read.
 * If the log is at its top, without pointer and focus, nobody is reading an older note, and new ones appear immediately.
 */

/** @type {NotesOnScreen} */
export const ALL_NOTES = { split: (notes) => ({ shown: notes, waiting: 0 }), show() {} };

const LISTS = ".notes > ol, .history"; // the history is below the notes and would move with them

export class NewNotes {
  #sections; // by class: a query by attribute would test each element of a big board
  #session;
  #draw;
  /** @type {Set<string>} */ #ownNotes = new Set();
  /** @type {Map<string, Set<string>>} */ #shown = new Map(); // by card of the notes; "" for notes of the search

  /** @param {HTMLElement} root @param {Session} session @param {() => void} draw draws immediately */
  constructor(root, session, draw) {
    this.#sections = /** @type {HTMLCollectionOf<HTMLElement>} */ (root.getElementsByClassName("notes"));
    this.#session = session;
    this.#draw = draw;
    addEventListener("beforeprint", () => this.#shown.clear()); // paper shows all notes
  }

  /**
   * Remember this person's notes: the server may answer before they are drawn as pending.
   * @param {JournalEvent[]} events
   */
  onEvents(events) {
    for (const { type, id, actor } of events) if (type === "note.added" && id && actor?.id === this.#session.account.id) this.#ownNotes.add(id);
  }

  /**
   * Return the visible notes, and the number of waiting ones. This person's notes never wait.
   * @param {NoteEntity[]} notes newest first
   * @param {string | null} card
   */
  split(notes, card) {
    const key = card ?? "", section = this.#section(key);
    const shownBefore = section ? this.#shown.get(key) : null;
    const isFirst = !section || !shownBefore;
    const isWaiting = (/** @type {NoteEntity} */ { id, pending }) => !isFirst && !shownBefore.has(id) && !pending && !this.#ownNotes.has(id);
    const hasNew = notes.some(isWaiting), hasWaiting = section?.querySelector("[data-act=show-new-notes]");
    const isHeld = hasNew && (hasWaiting || isBeingRead(section)); // the button stays until it is pressed
    const shown = isHeld ? notes.filter((note) => !isWaiting(note)) : notes;
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

  /** @param {string} key @returns {HTMLElement | null} the section of the previous draw */
  #section(key) {
    return [...this.#sections].find(({ dataset }) => dataset.notesOf === key) ?? null;
  }
}

/** @param {HTMLElement | null} section */
function isBeingRead(section) {
  const log = section?.closest(".activity");
  if (!log) return false;
  const focused = document.activeElement;
  return focused === log || [...log.querySelectorAll(LISTS)].some((list) => list.matches(":hover") || list.contains(focused)) || isScrolled(log);
}

/** @param {Element} log @returns {boolean} true if the log or an ancestor is scrolled */
function isScrolled(log) {
  for (let element = /** @type {Element | null} */ (log); element; element = element.parentElement) if (element.scrollTop > 0) return true;
  return false;
}
