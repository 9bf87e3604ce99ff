/* One socket, for ever reconnecting. What is sent and received is others' business; whether there is a line is decided here. */

import { elapsed, readClocks } from "./elapsed.js";

const SILENT = 10_000;          // ms: two heartbeats. A socket without a frame for so long is dead, whatever it says of itself.
const ANSWER_PROBE = 4_000;     // ms: after waking up, a line that does not answer a ping is dead
const OPENS_WITHIN = 10_000;    // ms until hello
const STUCK = 2_000;            // ms: an attempt that was begun before the network came back may hang
const BACK_FIRST = 500, BACK_MOST = 15_000; // ms, doubled each time
const ASK_ME_EVERY = 5_000;     // ms, while the server that ended the session can't be asked
const SPREAD = 3_000;           // ms: a server that goes is not met by everyone at once when it is back
const SLEPT = 5_000;            // ms: a tick of one second that took so long: the machine slept, or the page was frozen

/** What a close code asks of us: "soon", "spread" or "ask" (do not come back by yourself: ask who we are). */
export function afterClose(code) {
  if (code >= 4500 && code <= 4999) return "ask";
  return code === 1001 || code === 1012 ? "spread" : "soon";
}

/** ms until the next attempt; random is in [0, 1). */
export function backoff(attempt, random = Math.random()) {
  return Math.min(BACK_MOST, BACK_FIRST * 2 ** attempt) * (0.5 + random / 2);
}

export class Connection {
  state = "waiting";    // "connecting" | "open" | "waiting" (for the next attempt) | "ended" (not coming back by itself)
  nextAt = null;        // ms, wall clock: the next attempt, while waiting
  #handlers;
  #socket = null;
  #attempt = 0;
  #timer = null;
  #lastFrame = readClocks();
  #probedAt = null;
  #openedAt = readClocks();
  #tickedAt = readClocks();
  #pings = 0;

  /** on: {hello(frame), frame(frame), down(code), changed(), whoAmI() -> Promise<"me"|"other"|"nobody"|"unknown">, signIn(), reload()} */
  constructor(url, on) {
    this.url = url;
    this.#handlers = on;
  }

  /** Attempts that failed since there was a line. */
  get failed() {
    return this.#attempt;
  }

  start() {
    this.#connect();
  }

  /** For good: this page is about to go, or somebody signed out. */
  stop() {
    this.#close("ended");
  }

  send(frame) {
    if (this.state !== "open" || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Something suggests that the line should be looked at now: the page is shown again, the network is back. */
  recheck() {
    if (this.state === "waiting") this.#scheduleConnect(0);
    else if (this.state === "open") this.#probe();
    else if (this.state === "connecting" && elapsed(this.#openedAt) > STUCK) this.#connect();
  }

  /** The line is open, and what comes is not what is needed: another one, at once. */
  reconnect() {
    if (this.state === "open") this.#handlers.down(null);
    this.#connect();
  }

  /** Once a second. */
  tick() {
    const now = readClocks(), passed = elapsed(this.#tickedAt, now);
    this.#tickedAt = now;
    if (this.state === "connecting" && elapsed(this.#openedAt, now) > OPENS_WITHIN) return this.#onLost("soon");
    if (this.state === "waiting" && this.nextAt !== null && now.wall >= this.nextAt) return this.#connect();
    if (this.state !== "open") return undefined;
    if (this.#probedAt !== null && elapsed(this.#probedAt, now) > ANSWER_PROBE) return this.#onLost("soon");
    if (passed > SLEPT) return this.#probe(); // before judging silence: frames may be waiting behind this very tick
    if (this.#probedAt === null && elapsed(this.#lastFrame, now) > SILENT) return this.#onLost("soon");
    return undefined;
  }

  #connect() {
    this.#clearTimer();
    this.#drop();
    this.#openedAt = readClocks();
    this.#setState("connecting");
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    // a socket that was given up may still speak: only the present one is heard
    socket.onmessage = ({ data }) => socket === this.#socket && this.#onMessage(data);
    socket.onclose = ({ code }) => socket === this.#socket && this.#onLost(afterClose(code), code);
  }

  #onMessage(data) {
    this.#lastFrame = readClocks();
    this.#probedAt = null;
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return this.#onLost("soon"); // what can't be read may have been an event
    }
    if (frame.type !== "hello") return this.#handlers.frame(frame);
    this.#attempt = 0;
    this.#setState("open");
    return this.#handlers.hello(frame);
  }

  #onLost(then, code = null) {
    const neverOpened = this.state === "connecting";
    const wasOpen = this.state === "open";
    this.#drop();
    if (wasOpen) this.#handlers.down(code);
    if (then === "ask") return this.#awaitIdentity();
    // a browser can't see why an upgrade was refused
    if (neverOpened) this.#checkIdentity();
    return this.#scheduleConnect(then === "spread" ? BACK_FIRST + Math.random() * SPREAD : backoff(this.#attempt++));
  }

  async #awaitIdentity() {
    this.#setState("ended");
    while (this.state === "ended" && (await this.#checkIdentity()) === "unknown") await new Promise((next) => setTimeout(next, ASK_ME_EVERY));
  }

  async #checkIdentity() {
    const who = await this.#handlers.whoAmI();
    if (who === "nobody") this.#close("ended"), this.#handlers.signIn();
    else if (who === "other") this.#close("ended"), this.#handlers.reload();
    return who;
  }

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

  #close(state) {
    this.#clearTimer();
    this.#drop();
    this.#setState(state);
  }

  // Not waiting for the closing handshake: on a dead line it takes minutes.
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

  #setState(state) {
    this.state = state;
    this.#handlers.changed();
  }
}
