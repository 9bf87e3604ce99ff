/* Recovery of an unattended screen: it reconnects for ever, and reloads itself for a newer server version in a quiet moment. */

import { get } from "../core/connection/api.js";
import { pause } from "../core/elapsed.js";

const TICK_MS = 1_000;
const RECONNECT_MS = 4_000; // reconnect when an open connection is not current, at most this often
const ABANDON_HANGING_MS = 60_000; // in the first minute after a disconnect, abandon hanging attempts: they may predate the recovery
const PATIENT_ATTEMPTS_MS = [40_000, 10_000]; // later, [period, time within it that an attempt may take]: a connection may be slow
const UPGRADE_DEADLINE_MS = 5 * 60_000; // latest reload for a newer version
const UPGRADE_JITTER_MS = 10_000; // spread reloads of several screens
const FETCH_RETRY_MS = 2_000; // between two attempts to load the page
const FETCH_TIMEOUT_MS = 60_000; // for an attempt: a connection may be slow, and a dead one never answers
const RECENT_MS = 10 * 60_000;
const FREE_RELOADS = 3; // reloads within that time that need no delay
const RELOAD_DELAY_MS = 5_000; // delay of the next one, doubled each time
const RELOADS_KEY = "wall.loaded"; // sessionStorage key: recent reloads with the version left

export class Recovery {
  /** @type {DisplaySession} */ #session;
  /** @type {StatusReport} */ #report;
  /** @type {RecoveryCallbacks} */ #on;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  #reconnectedAt = performance.now(); // last forced reconnect
  /** @type {number | null} */ #disconnectedAt = null; // start of the disconnect
  /** @type {{ first: number, last: number } | null} */ #upgradeWindow = null; // window for the reload to a newer version

  /** @param {DisplaySession} session @param {StatusReport} report @param {RecoveryCallbacks} on */
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
    this.#checkConnection();
    this.#upgrade();
  }

  #checkConnection() {
    const { connection, freshness, isSilent } = this.#session, now = performance.now();
    if (connection.state !== "open") return this.#reconnect(now);
    this.#disconnectedAt = null;
    if (isSilent) connection.recheck();
    if (freshness.state !== "not_current" || now - this.#reconnectedAt < RECONNECT_MS) return undefined;
    this.#reconnectedAt = now;
    return connection.reconnect();
  }

  /**
   * Reconnect without backoff: displays are few. Any answer to a report means that connecting is worth a try, also after the
   * session was ended for good, if the server accepts this display again.
   * @param {number} now
   */
  #reconnect(now) {
    const { connection } = this.#session, down = now - (this.#disconnectedAt ??= now), [each, patient] = PATIENT_ATTEMPTS_MS;
    if (down < ABANDON_HANGING_MS || down % each > patient) connection.recheck();
    this.#report.tell().then((answered) => answered && this.#reconnectNow());
  }

  #reconnectNow() {
    const { connection, ended } = this.#session;
    if (ended || connection.state === "open") return;
    if (connection.state === "ended") connection.reconnect();
    else connection.recheck();
  }

  /** Reload for a newer version, unless it is the one left a moment ago: a proxy may alternate between two versions. */
  #upgrade() {
    const { newVersion } = this.#session;
    if (!newVersion || recentReloads().some(([, left]) => left === newVersion)) return void (this.#upgradeWindow = null);
    const now = performance.now();
    this.#upgradeWindow ??= { first: now + Math.random() * UPGRADE_JITTER_MS, last: now + UPGRADE_DEADLINE_MS };
    if (now > this.#upgradeWindow.last || (now > this.#upgradeWindow.first && !this.#on.isBusy())) this.#on.reload();
    return undefined;
  }
}

let reloading = false;

/**
 * Reload the page once the server delivers it with all its files: nobody would press anything on an error page. Until then
 * the current page goes on.
 */
export async function reload() {
  if (reloading) return;
  reloading = true;
  await pause(reloadDelay(recentReloads().length));
  while (!(await canLoadPage())) await pause(FETCH_RETRY_MS);
  sessionStorage.setItem(RELOADS_KEY, JSON.stringify([...recentReloads(), [Date.now(), document.body.dataset.version]]));
  location.reload();
}

/**
 * Return the ms to wait before another reload after so many recent ones, to not loop between two server versions.
 * @param {number} times
 */
export const reloadDelay = (times) => (times < FREE_RELOADS ? 0 : Math.min(RECENT_MS, RELOAD_DELAY_MS * 2 ** (times - FREE_RELOADS)));

/**
 * Return when the page was reloaded recently, and from which version.
 * @returns {[number, string][]}
 */
function recentReloads() {
  try {
    const now = Date.now();
    return JSON.parse(sessionStorage.getItem(RELOADS_KEY) ?? "[]").filter((/** @type {[number]} */ [at]) => at <= now && now - at < RECENT_MS);
  } catch {
    return [];
  }
}

/** Return whether the page and all files it names can be fetched whole; the browser caches them. */
async function canLoadPage() {
  try {
    const whole = { timeoutMs: FETCH_TIMEOUT_MS, repeat: false, text: true };
    const page = new DOMParser().parseFromString(await get(location.pathname, { ...whole, cache: "no-store" }), "text/html");
    if (!page.querySelector("[data-display-root]")) return false;
    const files = page.querySelectorAll("head > link[href], head > script[src]");
    const named = /** @type {(HTMLLinkElement & HTMLScriptElement)[]} */ ([...files]).map((each) => each.href || each.src);
    await Promise.all(named.map((address) => get(address, whole)));
    return true;
  } catch {
    return false;
  }
}
