/**
 * Table of all shortcuts: keys, scope, action, right. The handlers use it, the `?` dialog shows the permitted ones, and a test compares
 * the docs with it.
 */
import { t } from "../core/i18n.js";
import { pageName, pageTitle } from "../core/rules/pages.js";
import { singleKeySetting } from "./single_key_setting.js";

// id: the command (commands.js of the pages), or the request of a behaviour. press: keys joined by "+", alternatives by a space.
// where: everywhere, both boards, or one page. may: a right that the page knows; missing if everybody has it.
/** @type {Shortcut[]} */
export const SHORTCUTS = [
  { id: "keys", press: "?", where: "everywhere", describe: () => t("Show keyboard shortcuts") },
  { id: "palette", press: "Ctrl+K", where: "everywhere", describe: () => t("Quick menu: go to a search or card, or run an action") },
  { id: "alarm", press: "A", where: "everywhere", describe: () => t("Go to the alarm") },
  { id: "work", press: "I", where: "everywhere", describe: () => t("What I have") },
  { id: "close", press: "Escape", where: "everywhere", describe: () => t("Close the panel or dialog") },
  { id: "find", press: "/", where: "boards", describe: () => t("Find") },
  { id: "walk", press: "← ↑ ↓ →", where: "boards", describe: () => t("Go from card to card") },
  { id: "open", press: "Enter", where: "boards", describe: () => t("Open the card") },
  { id: "send", press: "Ctrl+Enter", where: "boards", may: "note", describe: () => t("Send the form") },
  { id: "open-search", press: "N", where: "operations", may: "open", describe: () => t("New search") },
  { id: "show-all", press: "C", where: "search", describe: () => t("Show all cards") },
  { id: "add-sighting", press: "S", where: "search", may: "edit", describe: () => t("Add a sighting") },
  { id: "add-task", press: "T", where: "search", may: "edit", describe: () => t("Add a task") },
  { id: "note", press: "N", where: "search", may: "note", describe: () => t("Write a note: on the card, or in the log") },
  { id: "move", press: "M", where: "search", may: "edit", describe: () => t("Move the card") },
  { id: "edit", press: "E", where: "search", may: "edit", describe: () => t("Edit the card, or the details of the search") },
  { id: "board", press: "B", where: "search", describe: () => t("Show the board") },
  { id: "list", press: "W", where: "search", describe: () => t("Show the sightings as a list") },
  { id: "next-waiting", press: "X", where: "search", describe: () => t("Open the next sighting that waits") },
  { id: "looked-at", press: "V", where: "search", may: "edit", describe: () => t("Mark the sighting as looked at") },
  { id: "grade", press: "G", where: "search", may: "edit", describe: () => t("Grade the sighting: then a letter and a digit") },
  { id: "assess", press: "J", where: "search", may: "edit", describe: () => t("Assess the sighting") },
  { id: "take", press: "Y", where: "search", may: "edit", describe: () => t("I have it: assign the card to me") },
  { id: "assign", press: "O", where: "search", may: "edit", describe: () => t("Assign the card to another person") },
  { id: "pass-on", press: "P", where: "search", may: "edit", describe: () => t("Pass on the sighting") },
  { id: "log", press: "L", where: "search", describe: () => t("Show details and log") },
  { id: "history", press: "H", where: "search", describe: () => t("History of this search") },
  { id: "timeline", press: "D", where: "search", describe: () => t("Timeline of this search") },
  { id: "replay", press: "R", where: "search", describe: () => t("Replay of this search") },
  { id: "mention", press: "@", where: "search", may: "note", describe: () => t("Mention someone in a text: opens a list of people") },
  { id: "undo", press: "Ctrl+Z", where: "search", may: "edit", describe: () => t("Undo your last change") },
  { id: "walk", press: "↑ ↓", where: "unanswered", describe: () => t("Go from entry to entry") },
  { id: "open", press: "Enter", where: "unanswered", describe: () => t("Open the card") },
  { id: "find", press: "/", where: "history", describe: () => t("Find in history") },
  { id: "walk-events", press: "↑ ↓", where: "history", describe: () => t("Go from event to event") },
  { id: "first-last", press: "Home End", where: "history", describe: () => t("Go to the newest or the oldest event") },
  { id: "show-all", press: "C", where: "history", describe: () => t("Show all events") },
  { id: "zoom-in", press: "+", where: "timeline", describe: () => t("Show a shorter period") },
  { id: "zoom-out", press: "-", where: "timeline", describe: () => t("Show a longer period") },
  { id: "whole", press: "0", where: "timeline", describe: () => t("Whole search") },
  { id: "earlier", press: "←", where: "timeline", describe: () => t("Show earlier") },
  { id: "later", press: "→", where: "timeline", describe: () => t("Show later") },
  { id: "order", press: "O", where: "timeline", describe: () => t("Order by when it happened, or by when it became known") },
  { id: "board", press: "B", where: "timeline", describe: () => t("Open board") },
  { id: "history", press: "H", where: "timeline", describe: () => t("History of this search") },
  { id: "mark-read", press: "R", where: "handover", may: "take-over", describe: () => t("Mark the search as read and go to the next") },
  { id: "next-field", press: "Enter", where: "intake", describe: () => t("Next field") },
  { id: "send-call", press: "Ctrl+Enter", where: "intake", describe: () => t("Send the call") },
  { id: "clear-call", press: "Escape", where: "intake", describe: () => t("Clear the field, then the whole call") },
];

/** @type {Record<string, () => string>} */
export const SCOPES = {
  everywhere: () => t("Everywhere"), boards: () => t("On any board"), operations: () => pageName("operations"),
  search: () => t("On a search board"), history: () => pageTitle("history"), timeline: () => pageTitle("timeline"), unanswered: () => pageTitle("unanswered"), handover: () => pageTitle("handover"), intake: () => pageTitle("intake"),
};
/** @type {Record<string, (page: string | undefined) => boolean>} */
const PAGES = { everywhere: () => true, boards: (page) => page === "search" || page === "operations" };
/** @type {Record<string, string>} */
const NAMES = { "←": "ArrowLeft", "↑": "ArrowUp", "↓": "ArrowDown", "→": "ArrowRight" };
/** @type {Record<string, () => string>} */
const KEY_TEXTS = { Ctrl: () => t("Ctrl"), Escape: () => t("Esc"), Enter: () => t("Enter") };

/**
 * Return true if a shortcut works on a page.
 * @param {Shortcut} shortcut
 * @param {string | undefined} page
 */
export const worksOn = ({ where }, page) => PAGES[where]?.(page) ?? where === page;

/**
 * Return true for a single character, which speech input or a trembling hand may press by accident (WCAG 2.1.4).
 * @param {Shortcut} shortcut
 */
const isSingle = ({ press }) => press.length === 1;

/**
 * Return true if a keyboard event triggers the shortcut.
 * @param {Shortcut} entry
 * @param {KeyboardEvent} event
 */
export function isPressed(entry, { key, ctrlKey, metaKey, altKey, shiftKey, isComposing }) {
  if (altKey || isComposing || (isSingle(entry) && !singleKeySetting.on)) return false;
  const ctrl = ctrlKey || metaKey;
  if (ctrl && shiftKey) return false; // with Shift, it is another shortcut, or the browser's
  return entry.press.split(" ").some((chord) => {
    const [last, modifier] = keysOf(chord).reverse();
    return (modifier === "Ctrl") === ctrl && isSameKey(NAMES[last] ?? last, key);
  });
}

/** @param {string} id @param {KeyboardEvent} event @returns {boolean} */
export const findPressed = (id, event) => isPressed(/** @type {Shortcut} */ (SHORTCUTS.find((entry) => entry.id === id)), event);

/** Return the keys of a chord, one of which may be "+" alone. @param {string} chord */
const keysOf = (chord) => (chord === "+" ? [chord] : chord.split("+"));

/**
 * Return the key combinations with translated key names, such as [["Ctrl", "K"]].
 * @param {Shortcut} shortcut
 */
export const shownChords = ({ press }) => press.split(" ").map((chord) => keysOf(chord).map((key) => KEY_TEXTS[key]?.() ?? key));

/**
 * Return the keys of a command on a page for display, such as "Ctrl+Z"; null if it has none, or if single keys are off.
 * @param {string} id
 * @param {string} page
 */
export function shownKeys(id, page) {
  const entry = SHORTCUTS.find((shortcut) => shortcut.id === id && worksOn(shortcut, page));
  return entry && (!isSingle(entry) || singleKeySetting.on) ? shownChords(entry)[0].join("+") : null;
}

/** @param {string} name @param {string} key */
const isSameKey = (name, key) => (name.length === 1 ? name.toLowerCase() === key.toLowerCase() : name === key);
