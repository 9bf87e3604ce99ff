/* Pages, as the server declares them (board/config/page_table.py). They come with the translations; so ask them when something is drawn. */

import { pages, t as translate } from "../i18n.js";

/** Return the pages that the quick menu offers, in order. */
export const offeredPages = () => pages().map(({ path, command, role }) => ({ path, role, title: translate(command) }));

/**
 * Return the words by which people look for the page at an address, "" if it has none.
 * @param {string} path
 */
export const pageWords = (path) => translate(pages().find((page) => page.path === path)?.words ?? "");

/**
 * Return what accounts see that may not open the page at an address.
 * @param {string} path
 */
export const pageRefusal = (path) => translate(pages().find((page) => page.path === path)?.refusal ?? "");
