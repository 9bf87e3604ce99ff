/** Confidential values of an answer. `unreadable` names those that the server cannot decrypt; they are null. */
import { say } from "../core/rules/sentences.js";

/**
 * Return true if the server cannot decrypt a value.
 * @param {{ unreadable?: string[] }} answer
 * @param {string} name
 */
export const isUnreadable = ({ unreadable = [] }, name) => unreadable.includes(name);

/**
 * Return the paths of the fields in a form whose recorded values the server cannot decrypt.
 * @param {{ unreadable?: string[] }} answer
 * @param {string} [prefix]
 */
export const unreadablePaths = ({ unreadable = [] }, prefix = "") => unreadable.map((name) => `${prefix}${name}`);

/**
 * Return the texts of some values, in order, without empty ones.
 * @param {{ [name: string]: any, unreadable?: string[] }} answer
 * @param {string[]} names
 * @returns {string[]}
 */
export const knownTexts = (answer, names) => names.map((name) => (isUnreadable(answer, name) ? say("unreadable") : answer[name])).filter(Boolean);

/**
 * Return a text, or a dash if there is none.
 * @param {{ [name: string]: any, unreadable?: string[] }} answer
 * @param {string} name
 * @returns {string}
 */
export const textOrDash = (answer, name) => knownTexts(answer, [name])[0] ?? "—";
