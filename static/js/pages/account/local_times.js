/* Times of server-rendered pages, in the installation's time zone and the reader's language. */

import { moment } from "../../core/time.js";

/** @param {HTMLElement} main */
export function localizeTimes(main) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (main.querySelectorAll("time[datetime]"))) time.textContent = moment(time.dateTime);
}
