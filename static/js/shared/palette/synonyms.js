/* Words that find a command besides its title: one text per command, separated by commas. The words of pages are in
   board/config/page_table.py. */
import { p } from "../../core/i18n.js";
import { pageWords } from "../../core/rules/pages.js";

// The words are never shown, so the glossary does not apply to them.
/** @type {Record<string, () => string>} */
const SYNONYMS = {
  // translators: words that people may type to find a command; as many as are usual, separated by commas
  keys: () => p("words of the quick menu", "keys, shortcuts, hotkeys, keyboard"),
  // translators: as above
  work: () => p("words of the quick menu", "mine, my work, my cards, assigned to me, taken, promises, list"),
  // translators: as above
  tour: () => p("words of the quick menu", "tour, introduction, getting started, new here, tutorial"),
  // translators: as above
  print: () => p("words of the quick menu", "print, paper, PDF, printer"),
  // translators: as above
  "theme-dark": () => p("words of the quick menu", "dark, night, black, theme, colours, mode"),
  // translators: as above
  "theme-light": () => p("words of the quick menu", "light, day, bright, white, theme, colours, mode"),
  // translators: as above
  "theme-device": () => p("words of the quick menu", "theme, colours, system, device, automatic, mode"),
  // translators: as above
  "sign-out": () => p("words of the quick menu", "log out, log off, logout, leave, exit, quit"),
  // translators: as above
  "open-search": () => p("words of the quick menu", "new case, child, missing, create, add, start"),
  // translators: as above
  find: () => p("words of the quick menu", "look for, look up, filter, where is"),
  // translators: as above
  "add-sighting": () => p("words of the quick menu", "tip, seen, witness, report, call, clue"),
  // translators: as above
  "add-task": () => p("words of the quick menu", "to do, action, job, assignment"),
  // translators: as above
  note: () => p("words of the quick menu", "comment, remark, write, message, log"),
  // translators: as above
  log: () => p("words of the quick menu", "description, facts, journal, notes, information"),
  // translators: as above
  "edit-search": () => p("words of the quick menu", "change, correct, name, age, description, photo, place"),
  // translators: as above
  worrying: () => p("words of the quick menu", "danger, alarming, risk, criteria, serious, qualification"),
  // translators: as above
  appeal: () => p("words of the quick menu", "poster, public, media, press, Child Alert, campaign"),
  // translators: as above
  access: () => p("words of the quick menu", "members, secret, restricted, confidential, who can see, rights"),
  // translators: as above
  "set-status": () => p("words of the quick menu", "found, close, end, reopen, finish, status"),
  // translators: as above
  "set-status-found": () => p("words of the quick menu", "found, home, safe, returned, back, located, solved"),
  // translators: as above
  "set-status-closed": () => p("words of the quick menu", "close, end, finish, archive, stop"),
  // translators: as above
  "set-status-open": () => p("words of the quick menu", "reopen, missing again, resume, restart"),
  // translators: as above
  outcome: () => p("words of the quick menu", "result, how it ended, found where"),
  // translators: as above
  "open-alarm": () => p("words of the quick menu", "alarm, show"),
  // translators: as above
  "take-alarm": () => p("words of the quick menu", "alarm, take, accept"),
  // translators: as above
  "hand-on-alarm": () => p("words of the quick menu", "alarm, pass on, give away"),
  // translators: as above
  take: () => p("words of the quick menu", "mine, my card, I do it, give to me"),
  // translators: as above
  grade: () => p("words of the quick menu", "reliability, source, content, evaluate, Admiralty"),
  // translators: as above
  assess: () => p("words of the quick menu", "credible, confirmed, false, duplicate, evaluate"),
  // translators: as above
  move: () => p("words of the quick menu", "column, done, doing, put, drag"),
  // translators: as above
  withdraw: () => p("words of the quick menu", "delete, remove, mistake, hide"),
};

/**
 * Return the search words of a command; "" if it has none.
 * @param {string} id
 */
export const synonyms = (id) => SYNONYMS[id]?.() ?? pageWords(id);
