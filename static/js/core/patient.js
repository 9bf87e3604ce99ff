/* Questions that may have to wait. Of one account the server reads a few large things at a time: it answers others with 429, and
   with 503 what takes too long now, and says after how many seconds to ask again. So a page asks for a few things at a time, and
   asks again when it is told to, for a while. Who asks gets the last answer; until then nothing is known. */

export const PATIENCE_MS = 20_000; // for one answer: a bad line takes as long, and still brings something
const AT_ONCE = 6; // answers that are waited for; what else is asked goes when one is here
const BUSY_MS = 45_000; // after the first question it is not asked again
const SPREAD = 0.3; // those who were sent away at one moment don't all come back in one

let under = 0;
const waiting = [];

/** As fetch. With a `signal` it is given up when that says so, else where there is no answer for long. */
export async function patiently(address, { signal, ...options } = {}) {
  const until = performance.now() + BUSY_MS;
  for (;;) {
    const answer = await inTurn(() => fetch(address, { ...options, signal: signal ?? AbortSignal.timeout(PATIENCE_MS) }));
    const pause = pauseBefore(answer);
    if (pause === null || performance.now() + pause > until) return answer;
    await new Promise((go) => setTimeout(go, pause));
    signal?.throwIfAborted();
  }
}

/** ms until a question is to be asked again; null where its answer is one. */
function pauseBefore({ status, headers }) {
  if (status !== 429 && status !== 503) return null;
  const seconds = Number.parseInt(headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? null : seconds * 1_000 * (1 + SPREAD * Math.random());
}

async function inTurn(ask) {
  if (under < AT_ONCE) under += 1;
  else await new Promise((go) => waiting.push(go));
  try {
    return await ask();
  } finally {
    const next = waiting.shift();
    if (next) next(); // takes its place
    else under -= 1;
  }
}
