/* Times of server-rendered pages, in the desk's time zone and language. */

import { moment } from "../../core/time.js";

export function localizeTimes(main) {
  for (const time of main.querySelectorAll("time[datetime]")) time.textContent = moment(time.dateTime);
}
