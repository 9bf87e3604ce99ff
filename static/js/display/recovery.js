/* Recovery of an unattended screen: it reconnects indefinitely, and reloads for a newer server version in a quiet moment. */

import { get } from "../core/connection/api.js";
import { pause } from "../core/elapsed.js";

const TICK_MS = 1_000;
const RECONNECT_MS = 4_000; // minimum time between forced reconnects of an open connection that is not current
const ABANDON_HANGING_MS = 60_000; // in the first minute after a disconnect, hanging attempts are abandoned: they may predate the recovery
const PATIENT_ATTEMPTS_MS = [40_000, 10_000]; // later: [period, allowed time of an attempt within it], because a connection may be slow
const UPGRADE_DEADLINE_MS = 5 * 60_000; // maximum delay of a reload for a newer version
const UPGRADE_JITTER_MS = 10_000; // spreads the reloads of several screens
const FETCH_RETRY_MS = 2_000; // between two attempts to load the page
const FETCH_TIMEOUT_MS = 60_000; // per attempt: a connection may be slow, and a dead one never answers
const RECENT_MS = 10 * 60_000;
const FREE_RELOADS = 3; // reloads within that time without a delay
const RELOAD_DELAY_MS = 5_000; // delay of the next reload, doubled each time
const RELOADS_KEY = "wall.loaded"; // sessionStorage key: recent reloads, with the replaced version

export class Recovery {
  /** @type {DisplaySession} */ #session;
  /** @type {StatusReport} */ #report;
  /** @type {RecoveryCallbacks} */ #callbacks;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  #reconnectedAt = performance.now(); // last forced reconnect
  /** @type {number | null} */ #disconnectedAt = null; // start of the disconnect
  /** @type {{ first: number, last: number } | null} */ #upgradeWindow = null; // window for the reload to a newer version

  /** @param {DisplaySession} session @param {StatusReport} report @param {RecoveryCallbacks} on */
  constructor(session, report, on) {
    this.#session = session;
    this.#report = report;
    this.#callbacks = on;
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
   * Reconnect without backoff, because there are few displays. Any answer to a report means that a connection is possible, also after
   * the session was ended permanently, if the server accepts this display again.
   * @param {number} now
   */
  #reconnect(now) {
    const { connection } = this.#session, downMs = now - (this.#disconnectedAt ??= now), [element, allowedMs] = PATIENT_ATTEMPTS_MS;
    if (downMs < ABANDON_HANGING_MS || downMs % element > allowedMs) connection.recheck();
    this.#report.send().then((isAnswered) => isAnswered && this.#reconnectNow());
  }

  #reconnectNow() {
    const { connection, ended } = this.#session;
    if (ended || connection.state === "open") return;
    if (connection.state === "ended") connection.reconnect();
    else connection.recheck();
  }

  /** Reload for a newer version, unless the page recently left that version: a proxy may alternate between two versions. */
  #upgrade() {
    const { newVersion } = this.#session;
    if (!newVersion || recentReloads().some(([, leftVersion]) => leftVersion === newVersion)) return void (this.#upgradeWindow = null);
    const now = performance.now();
    this.#upgradeWindow ??= { first: now + Math.random() * UPGRADE_JITTER_MS, last: now + UPGRADE_DEADLINE_MS };
    if (now > this.#upgradeWindow.last || (now > this.#upgradeWindow.first && !this.#callbacks.isBusy())) this.#callbacks.reload();
    return undefined;
  }
}

let isReloading = false;

/**
 * Reload the page when the server delivers it with all its files, because nobody would leave an error page. Until then, the current page
 * stays.
 */
export async function reload() {
  if (isReloading) return;
  isReloading = true;
  await pause(reloadDelay(recentReloads().length));
  while (!(await canLoadPage())) await pause(FETCH_RETRY_MS);
  sessionStorage.setItem(RELOADS_KEY, JSON.stringify([...recentReloads(), [Date.now(), document.body.dataset.version]]));
  location.reload();
}

/**
 * Return the ms to wait before another reload, by the number of recent ones. Prevents a loop between two server versions.
 * @param {number} count
 */
export const reloadDelay = (count) => (count < FREE_RELOADS ? 0 : Math.min(RECENT_MS, RELOAD_DELAY_MS * 2 ** (count - FREE_RELOADS)));

/**
 * Return the times of recent reloads, and the versions that they replaced.
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

/** Return true if the page and all its files can be fetched completely; the browser caches them. */
async function canLoadPage() {
  try {
    const options = { timeoutMs: FETCH_TIMEOUT_MS, repeat: false, text: true };
    const page = new DOMParser().parseFromString(await get(location.pathname, { ...options, cache: "no-store" }), "text/html");
    if (!page.querySelector("[data-display-root]")) return false;
    const files = page.querySelectorAll("head > link[href], head > script[src]");
    const addresses = /** @type {(HTMLLinkElement & HTMLScriptElement)[]} */ ([...files]).map((element) => element.href || element.src);
    await Promise.all(addresses.map((address) => get(address, options)));
    return true;
  } catch {
    return false;
  }
}
