/* What the server answers to a question. A line that is dead gives no answer for minutes, and what was read before must not stand
   there all that time as if it were true: so it is waited for, but not for ever. */

import { patiently } from "./patient.js";

/** -> what is at an address, as JSON; null where there is no answer now, or none that says anything */
export async function answerTo(address) {
  try {
    const answer = await patiently(address, { headers: { accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
