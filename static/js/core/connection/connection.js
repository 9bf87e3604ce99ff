/* WebSocket that reconnects indefinitely. It knows if there is a connection, and nothing about the frames sent over it. */

import { elapsed, pause, readClocks } from "../elapsed.js";

const SILENT_MS = 10_000;          // ms: two heartbeats. A socket that received nothing for that long is dead, whatever its readyState
const PROBE_TIMEOUT_MS = 4_000;     // ms: after waking up, a connection that does not answer a ping is dead
const OPEN_TIMEOUT_MS = 10_000;    // ms until `hello`
const STUCK_MS = 2_000;            // ms: an attempt begun before the network came back may hang
const RECONNECT_FIRST_MS = 500, RECONNECT_MAX_MS = 15_000; // ms, doubled for each attempt
const IDENTITY_RETRY_MS = 5_000;     // ms, while the server that ended the session can't be asked
const RECONNECT_JITTER_MS = 3_000;           // ms: prevents clients from reconnecting all at the same time when a server restarts
const SESSION_ENDED = 4501;        // close code: the session, the token or the display's pairing has ended
const SLEPT_MS = 5_000;            // ms: a tick that is this late means that the machine slept, or the page was frozen

/**
 * Classify a close code: "soon" and "spread" reconnect, "ask" first checks if the session still exists.
 * @param {number} code
 */
export function afterClose(code) {
  if (code >= 4500 && code <= 4999) return "ask";
  return code === 1001 || code === 1012 ? "spread" : "soon";
}

/**
 * Return the ms until the next attempt.
 * @param {number} random in [0, 1)
 * @param {number} attempt
 */
export function backoff(attempt, random = Math.random()) {
  return Math.min(RECONNECT_MAX_MS, RECONNECT_FIRST_MS * 2 ** attempt) * (0.5 + random / 2);
}

export class Connection {
  state = "waiting";    // "connecting" | "open" | "waiting" (for the next attempt) | "ended" (does not reconnect automatically)
  /** @type {number | null} */ nextAt = null;        // ms, wall clock: when the next attempt starts, while waiting
  #session;
  /** @type {WebSocket | null} */ #socket = null;
  #attempt = 0;
  /** @type {Timer | null} */ #timer = null;
  #lastFrame = readClocks();
  /** @type {ClockReading | null} */ #probedAt = null;
  #openedAt = readClocks();
  #tickedAt = readClocks();
  #pings = 0;
  #signedOut = false;
  #stopped = false;
  #rechecksIdentity = false;

  /** @param {string} url @param {LiveSession} session receives the frames and the changes of state */
  constructor(url, session) {
    this.url = url;
    this.#session = session;
  }

  /** Number of failed attempts since the last open connection. */
  get failed() {
    return this.#attempt;
  }

  start() {
    this.#connect();
  }

  /** Close permanently: the page is being left, or the person signed out. */
  stop() {
    this.#stopped = true;
    this.#close("ended");
  }

  /** Close permanently because nobody is signed in here. Idempotent. */
  signedOut() {
    if (this.#signedOut) return;
    this.#signedOut = true;
    this.#close("ended");
    this.#session.signIn();
  }

  /** Check if somebody is still signed in here: a call was refused. It may have had a cookie that was replaced in the meantime. */
  async recheckIdentity() {
    if (this.#rechecksIdentity) return; // the check is a call, too
    this.#rechecksIdentity = true;
    await this.#checkIdentity();
    this.#rechecksIdentity = false;
  }

  /** @param {object} frame */
  send(frame) {
    if (this.state !== "open" || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Check the connection now: the page is shown again, or the network is back. */
  recheck() {
    if (this.state === "waiting") this.#scheduleConnect(0);
    else if (this.state === "open") this.#probe();
    else if (this.state === "connecting" && elapsed(this.#openedAt) > STUCK_MS) this.#connect();
  }

  /** Replace an open connection immediately, because it no longer delivers. */
  reconnect() {
    if (this.state === "open") this.#session.onDown(null);
    this.#connect();
  }

  /** Check the time limits. Call once a second. */
  tick() {
    const now = readClocks(), sinceTick = elapsed(this.#tickedAt, now);
    this.#tickedAt = now;
    if (this.state === "connecting" && elapsed(this.#openedAt, now) > OPEN_TIMEOUT_MS) return this.#onLost("soon");
    if (this.state === "waiting" && this.nextAt !== null && now.wall >= this.nextAt) return this.#connect();
    if (this.state !== "open") return undefined;
    if (this.#probedAt !== null && elapsed(this.#probedAt, now) > PROBE_TIMEOUT_MS) return this.#onLost("soon");
    if (sinceTick > SLEPT_MS) return this.#probe(); // probe before checking for silence: frames may be queued behind this tick
    if (this.#probedAt === null && elapsed(this.#lastFrame, now) > SILENT_MS) return this.#onLost("soon");
    return undefined;
  }

  #connect() {
    this.#clearTimer();
    this.#drop();
    this.#openedAt = readClocks();
    this.#setState("connecting");
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    // a replaced socket may still deliver messages: ignore them
    socket.onmessage = ({ data }) => socket === this.#socket && this.#onMessage(data);
    socket.onclose = ({ code }) => socket === this.#socket && this.#onLost(afterClose(code), code);
  }

  /** @param {string} data */
  #onMessage(data) {
    this.#lastFrame = readClocks();
    this.#probedAt = null;
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return this.#onLost("soon"); // the frame may have been an event
    }
    if (frame.type !== "hello") return this.#session.receive(frame);
    this.#attempt = 0;
    this.#setState("open");
    return this.#session.onHello(frame);
  }

  /** @param {string} reconnection @param {number | null} [code] */
  #onLost(reconnection, /** @type {number | null} */ code = null) {
    const neverOpened = this.state === "connecting";
    const wasOpen = this.state === "open";
    this.#drop();
    if (wasOpen) this.#session.onDown(code);
    if (reconnection === "ask") return this.#awaitIdentity(code);
    // a browser hides the reason for a refused upgrade
    if (neverOpened) this.#checkIdentity();
    return this.#scheduleConnect(reconnection === "spread" ? RECONNECT_FIRST_MS + Math.random() * RECONNECT_JITTER_MS : backoff(this.#attempt++));
  }

  /** @param {number | null} code */
  async #awaitIdentity(code) {
    this.#setState("ended");
    let identity = await this.#checkIdentity();
    while (this.state === "ended" && identity === "unknown") {
      await pause(IDENTITY_RETRY_MS);
      identity = await this.#checkIdentity();
    }
    // the session has another cookie since the person proved their identity again
    if (identity === "me" && code === SESSION_ENDED && this.state === "ended" && !this.#stopped) this.#scheduleConnect(backoff(this.#attempt++));
  }

  async #checkIdentity() {
    const identity = this.#session.isSigningOut ? "unknown" : await this.#session.whoAmI();
    if (this.#session.isSigningOut) return "unknown"; // the sign-out began while the server answered
    if (identity === "nobody") this.signedOut();
    else if (identity === "other") this.#close("ended"), this.#session.reload();
    return identity;
  }

  /** @param {number} delay */
  #scheduleConnect(delay) {
    this.#clearTimer();
    this.nextAt = Date.now() + delay;
    this.#setState("waiting");
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #probe() {
    if (this.#probedAt === null) this.#probedAt = readClocks();
    this.send({ type: "ping", id: `p${(this.#pings += 1)}` });
  }

  /** @param {string} state */
  #close(state) {
    this.#clearTimer();
    this.#drop();
    this.#setState(state);
  }

  // Does not wait for the closing handshake, which takes minutes on a dead connection.
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#probedAt = null;
    if (socket) socket.close();
  }

  #clearTimer() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.nextAt = null;
  }

  /** @param {string} state */
  #setState(state) {
    this.state = state;
    this.#session.changed();
  }
}
