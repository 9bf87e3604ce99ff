/* A screen that nobody touches for weeks. Whatever has happened, it tries again, soon and for ever; and where the server is of a newer
   version, it becomes that in a quiet moment. */

import { request } from "../core/api.js";

const TICK_MS = 1_000;
const STUBBORN_MS = 4_000;      // not current on a line that is open: another line, and not sooner again than this
const HASTE_MS = 60_000;        // so long after a line was lost, none that hangs is waited for: it may have begun before the cure
const PATIENT_MS = [40_000, 10_000]; // after that, of so long so long: a line may be as slow as that
const QUIET_BY_MS = 5 * 60_000; // a newer version waits so long for a quiet moment
const SPREAD_MS = 10_000;       // not all screens of a house at once
const ASK_MS = 2_000;           // between two tries to get the page
const WHOLE_MS = 60_000;        // for a try: a line may be slow, and one that is dead answers to none
const LATELY_MS = 10 * 60_000;
const FREELY = 3;               // times that a page is loaded anew within that, before it has to wait
const LONGER_MS = 5_000;        // doubled each time
const LOADED = "wall.loaded";   // when that was, and which version was left; of this window alone

export class Recovery {
  #session;
  #report;
  #on;
  #timer = null;
  #lineAt = performance.now();  // of the last line that was asked for here
  #downAt = null;               // since when there is none
  #newerBy = null;              // when the page is loaded anew at the latest, and when at the earliest

  /** on: {isBusy() -> whether something is on the screen that should not be interrupted; reload()} */
  constructor(session, report, on) {
    this.#session = session;
    this.#report = report;
    this.#on = on;
  }

  connect() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  disconnect() {
    clearInterval(this.#timer);
  }

  #tick() {
    if (this.#session.ended) return;
    this.#mendLine();
    this.#becomeNewer();
  }

  #mendLine() {
    const { connection, freshness, isSilent } = this.#session, now = performance.now();
    if (connection.state !== "open") return this.#findLine(now);
    this.#downAt = null;
    if (isSilent) connection.recheck();
    if (freshness.state !== "not_current" || now - this.#lineAt < STUBBORN_MS) return undefined;
    this.#lineAt = now;
    return connection.reconnect();
  }

  /** A person's browser waits longer and longer, as there are many; walls are few. What answers anything can be connected to: also
      where a line was ended for good, and the server says by now that this screen is still its display. */
  #findLine(now) {
    const { connection } = this.#session, down = now - (this.#downAt ??= now), [each, patient] = PATIENT_MS;
    if (down < HASTE_MS || down % each > patient) connection.recheck();
    this.#report.tell().then((answered) => answered && this.#reach());
  }

  #reach() {
    const { connection, ended } = this.#session;
    if (ended || connection.state === "open") return;
    if (connection.state === "ended") connection.reconnect();
    else connection.recheck();
  }

  /** Not the one that it was a moment ago: a proxy may have two versions behind it, and answer now by one and now by the other. */
  #becomeNewer() {
    const { newVersion } = this.#session;
    if (!newVersion || recentReloads().some(([, left]) => left === newVersion)) return void (this.#newerBy = null);
    const now = performance.now();
    this.#newerBy ??= { first: now + Math.random() * SPREAD_MS, last: now + QUIET_BY_MS };
    if (now > this.#newerBy.last || (now > this.#newerBy.first && !this.#on.isBusy())) this.#on.reload();
    return undefined;
  }
}

let reloading = false;

/** Loads the page anew, but not before the server gives it with all that it needs: on a page that says that something failed,
    nobody would ever press anything. Until then this one goes on. */
export async function reload() {
  if (reloading) return;
  reloading = true;
  await pause(reloadDelay(recentReloads().length));
  while (!(await isThere())) await pause(ASK_MS);
  sessionStorage.setItem(LOADED, JSON.stringify([...recentReloads(), [Date.now(), document.body.dataset.version]]));
  location.reload();
}

/** ms before a page may be loaded anew that was so often of late: a server of two versions must not have it load for ever. */
export const reloadDelay = (times) => (times < FREELY ? 0 : Math.min(LATELY_MS, LONGER_MS * 2 ** (times - FREELY)));

/** -> [[ms, version], …] */
function recentReloads() {
  try {
    const now = Date.now();
    return JSON.parse(sessionStorage.getItem(LOADED) ?? "[]").filter(([at]) => at <= now && now - at < LATELY_MS);
  } catch {
    return [];
  }
}

/** Whether the page can be had, and what it names, each to its end; the browser keeps that, and has it then. */
async function isThere() {
  try {
    const signal = AbortSignal.timeout(WHOLE_MS);
    const answer = await request(location.pathname, { cache: "no-store", signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || !page.querySelector("[data-display-root]")) return false;
    const named = [...page.querySelectorAll("head > link[href], head > script[src]")].map((each) => each.href || each.src);
    const whole = async (address) => {
      const got = await request(address, { signal });
      await got.blob(); // what is still on its way when the page goes is not kept
      return got.ok;
    };
    return (await Promise.all(named.map(whole))).every(Boolean);
  } catch {
    return false;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
