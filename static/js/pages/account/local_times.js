/* Times on pages that the server wrote: as people at the desk read them. */

import { moment } from "../../core/time.js";

export function localizeTimes(main) {
  for (const time of main.querySelectorAll("time[datetime]")) time.textContent = moment(time.dateTime);
}
