/* Address of a contact on the board of its search. */

import { LOG } from "../behaviours/card_url.js";

/** @param {string} board @param {string} contact */
export const callUrl = (board, contact) => `/searches/${board}?contact=${contact}#${LOG}`;
