import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { get } from "../../static/js/core/connection/api.js";
import { Offline, Refusal } from "../../static/js/core/errors.js";
import { LiveSession } from "../../static/js/core/connection/live_session.js";

let sockets = [], listeners = new Map(), reported = [];

class FakeSocket {
  static OPEN = 1;
  readyState = FakeSocket.OPEN;
  sent = [];

  constructor(url) {
    this.url = url;
    sockets.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {}

  receives(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

const listen = (name, fn, { signal } = {}) => {
  listeners.set(name, fn);
  signal?.addEventListener("abort", () => listeners.delete(name));
};
const hello = (fields) => ({ type: "hello", account: { id: "alice" }, server: "1", heartbeat_s: 5, ...fields });
const snapshot = { type: "snapshot", board: "b", epoch: "e", seq: 7, entities: [] };
const answers = (status, body) => (globalThis.fetch = async () => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } }));

/** Wait until answers that have arrived are handled. */
const settled = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

class Desk extends LiveSession {
  signedIn = true;
  identify = async () => true;
  signIn = () => (this.signedIn = false);
}

function opened() {
  const session = new Desk({ account: { id: "alice", name: "Alice", role: "viewer" }, version: "1", query: "?a=b" });
  session.follow("b");
  session.start();
  sockets[0].receives(hello());
  return session;
}

beforeEach(() => {
  [sockets, reported] = [[], []];
  listeners = new Map();
  Object.assign(globalThis, { WebSocket: FakeSocket, location: { protocol: "https:", host: "board" }, addEventListener: listen, reportError: (error) => reported.push(error) });
  Object.assign(globalThis.document, { addEventListener: listen, hidden: false });
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  globalThis.requestAnimationFrame = (fn) => setTimeout(fn, 16);
});
afterEach(() => mock.timers.reset());

test("a session opens one socket and subscribes its boards after the greeting", () => {
  opened();
  assert.equal(sockets[0].url, "wss://board/ws?a=b");
  assert.deepEqual(sockets[0].sent, [{ type: "subscribe", board: "b" }]);
});

test("a board followed on an open socket is subscribed immediately", () => {
  opened().follow("c");
  assert.deepEqual(sockets[0].sent[1], { type: "subscribe", board: "c" });
});

test("a board resumes from its position after a lost connection", () => {
  const session = opened();
  sockets[0].receives(snapshot);
  sockets[0].receives({ type: "subscribed", board: "b", epoch: "e", seq: 7 });
  sockets[0].onclose({ code: 1006 });
  session.connection.recheck();
  mock.timers.tick(10);
  sockets[1].receives(hello({ server: "2" }));
  assert.deepEqual(sockets[1].sent[0], { type: "subscribe", board: "b", epoch: "e", after: 7 });
  assert.equal(session.newVersion, "2");
});

test("a board keeps the format of its snapshot, whatever the server's format is later", () => {
  const session = opened();
  sockets[0].receives(hello({ form: "old" }));
  sockets[0].receives(snapshot);
  sockets[0].onclose({ code: 1006 });
  session.connection.recheck();
  mock.timers.tick(10);
  sockets[1].receives(hello({ form: "new" }));
  assert.deepEqual(sockets[1].sent[0], { type: "subscribe", board: "b", epoch: "e", after: 7, form: "old" });
  sockets[1].receives(snapshot);
  session.boards.get("b").subscribe();
  assert.equal(sockets[1].sent.at(-1).form, "new");
});

test("heads confirm a board, and watchers receive shift and clock", () => {
  const session = opened();
  let changes = 0;
  session.watch(() => (changes += 1));
  sockets[0].receives(snapshot);
  sockets[0].receives({ type: "subscribed", board: "b", epoch: "e", seq: 7 });
  sockets[0].receives({ type: "heads", at: new Date().toISOString(), heads: { b: { epoch: "e", seq: 7 } } });
  assert.equal(session.boards.get("b").freshness.state, "live");
  assert.equal(changes, 0);
  sockets[0].receives({ type: "shift", shift: { number: 1 }, handover: null });
  sockets[0].receives({ type: "clock", jumped: null, ahead: null });
  assert.deepEqual([session.shiftStatus, session.clock, changes], [{ shift: { number: 1 }, handover: null, duties: [], absent: [], next: [] }, { jumped: null, ahead: null }, 2]);
});

test("heads that arrived long ago do not make a board live", () => {
  const session = opened();
  sockets[0].receives(snapshot);
  sockets[0].receives({ type: "subscribed", board: "b", epoch: "e", seq: 7 });
  const old = { mono: performance.now() - 60_000, wall: Date.now() - 60_000 };
  session.onHeads({ at: new Date().toISOString(), heads: { b: { epoch: "e", seq: 7 } } }, old);
  assert.equal(session.boards.get("b").freshness.state, "not_current");
});

test("an error in one watcher does not stop the others", () => {
  const session = opened();
  let isNotified = false;
  session.watch(() => {
    throw new Error("drawing is broken");
  });
  session.watch(() => (isNotified = true));
  session.changed();
  assert.ok(isNotified);
  assert.equal(reported.length, 1);
});

test("a silent socket is replaced", () => {
  const session = opened();
  const lastFrame = mock.method(performance, "now", () => 1e9);
  session.tick(); // the machine may have slept, so the connection is checked first
  assert.equal(sockets[0].sent.at(-1).type, "ping");
  lastFrame.mock.mockImplementation(() => 1e9 + 4_500);
  session.tick();
  mock.timers.tick(1_000);
  assert.equal(sockets.length, 2);
  lastFrame.mock.restore();
});

test("the signed-in account follows from the server's answer or refusal", async () => {
  const session = opened();
  const answerFor = async (identify) => Object.assign(session, { identify }).whoAmI();
  assert.equal(await answerFor(async () => true), "me");
  assert.equal(await answerFor(async () => false), "other");
  assert.equal(await answerFor(() => Promise.reject(new Refusal({ code: "unauthenticated" }, { status: 401 }))), "nobody");
  assert.equal(await answerFor(() => Promise.reject(new Refusal({ code: "unavailable" }, { status: 503 }))), "unknown");
  assert.equal(await answerFor(() => Promise.reject(new Offline())), "unknown");
});

test("a request refused without a sign-in ends the session, once", async () => {
  const session = opened();
  const signIn = mock.fn(), identify = mock.fn(() => get("/me"));
  Object.assign(session, { signIn, identify });
  answers(401, { code: "unauthenticated", message: "Sign in." });
  await assert.rejects(get("/a"), Refusal);
  await assert.rejects(get("/a"), Refusal);
  await settled();
  assert.equal(signIn.mock.callCount(), 1);
  assert.ok(identify.mock.callCount() <= 2, "the check itself is refused, and starts no other check");
  assert.equal(session.connection.state, "ended");
});

test("a request refused with a replaced cookie does not end the session", async () => {
  const session = opened();
  answers(401, { code: "unauthenticated", message: "Sign in." });
  await assert.rejects(get("/a"), Refusal);
  await settled();
  assert.deepEqual([session.signedIn, session.connection.state], [true, "open"]);
});

test("a socket that ended with a replaced cookie reconnects", async () => {
  const session = opened();
  sockets[0].onclose({ code: 4501 });
  assert.equal(session.connection.state, "ended");
  await settled();
  mock.timers.tick(1_000);
  assert.equal(sockets.length, 2);
  sockets[1].onclose({ code: 4502 }); // another screen took over: nothing reconnects
  await settled();
  mock.timers.tick(60_000);
  assert.deepEqual([sockets.length, session.connection.state], [2, "ended"]);
});

test("a socket that ended with its sign-in leads to the sign-in page", async () => {
  const session = opened();
  session.identify = () => Promise.reject(new Refusal({ code: "unauthenticated" }, { status: 401 }));
  sockets[0].onclose({ code: 4501 });
  await settled();
  mock.timers.tick(60_000);
  assert.deepEqual([session.signedIn, sockets.length], [false, 1]);
});

test("a socket that ends before a sign-out is answered does not leave the page", async () => {
  const session = opened();
  session.identify = () => Promise.reject(new Refusal({ code: "unauthenticated" }, { status: 401 }));
  session.isSigningOut = true;
  sockets[0].onclose({ code: 4501 });
  await settled();
  assert.deepEqual([session.signedIn, session.connection.state], [true, "ended"]);
  session.isSigningOut = false; // there was no answer
  session.connection.recheckIdentity();
  await settled();
  assert.equal(session.signedIn, false);
});

test("a session that was left while it asked who is signed in stays closed", async () => {
  const session = opened();
  sockets[0].onclose({ code: 4501 });
  session.stop();
  await settled();
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
});

test("a stopped session no longer listens", () => {
  const session = opened();
  assert.ok(listeners.has("online"));
  session.stop();
  assert.equal(listeners.size, 0);
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
});
