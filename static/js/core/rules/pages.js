/* Pages, as the server declares them (board/config/page_table.py). They arrive with the translations, so read them when drawing. */

import { pages, t as translate } from "../i18n.js";

/** Return the pages in the quick menu, in order. */
export const offeredPages = () => pages().filter(({ path }) => path).map(({ path, command, role, right }) => ({ path, role, right, title: translate(command) }));

/**
 * Return the title of a page, for the page itself.
 * @param {string} name
 */
export const pageTitle = (name) => translate(pages().find((page) => page.name === name)?.title ?? name);

/**
 * Return the name of a page in a list of pages: "History: all searches".
 * @param {string} name
 */
export const pageName = (name) => translate(pages().find((page) => page.name === name)?.command ?? name);

/**
 * Return the search words of the page at an address; "" if it has none.
 * @param {string} path
 */
export const pageWords = (path) => translate(pages().find((page) => page.path === path)?.words ?? "");

/**
 * Return the message for accounts that may not open the page at an address.
 * @param {string} path
 */
export const pageRefusal = (path) => translate(pages().find((page) => page.path === path)?.refusal ?? "");
