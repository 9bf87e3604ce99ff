import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { get, orNull, patch, post, remove, whenSignInEnds, whenStepUpIsNeeded } from "../../static/js/core/connection/api.js";
import { Offline, Refusal } from "../../static/js/core/errors.js";

const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
const refusal = (status, headers = {}) => json({ code: "busy", message: "Busy.", fields: { at: "Too early." } }, status, headers);
const lost = () => {
  throw new TypeError("fetch failed");
};
let sent = []; // [URL, options] of each request

/** Answer requests in this order. The last answer is repeated forever. */
function answers(...responses) {
  globalThis.fetch = async (address, options) => responses[Math.min(sent.push([address, options]), responses.length) - 1]();
}

/** Run all timers until the call is settled, and return its outcome. */
async function outcome(call) {
  let done = false;
  const settled = call.then((data) => ({ data }), (error) => ({ error })).finally(() => (done = true));
  while (!done) {
    await new Promise((next) => setImmediate(next));
    mock.timers.tick(50_000);
  }
  return settled;
}

beforeEach(() => {
  sent = [];
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => {
  mock.timers.reset();
  whenSignInEnds(() => {});
  whenStepUpIsNeeded(async () => false);
});

const page = (status = 200) => new Response("<p>page</p>", { status, headers: { "content-type": "text/html" } });

test("calls return parsed JSON, or a text where one is expected", async () => {
  answers(() => json({ a: 1 }), () => page(), () => new Response(null, { status: 204 }));
  assert.deepEqual(await get("/a"), { a: 1 });
  assert.equal(await get("/b", { text: true }), "<p>page</p>");
  assert.equal(await post("/c"), "");
});

test("a page instead of data is treated as the answer of a proxy", async () => {
  answers(() => page());
  assert.ok((await outcome(get("/a"))).error instanceof Offline);
});

test("a 401 of a proxy does not end the sign-in", async () => {
  let ended = 0;
  whenSignInEnds(() => (ended += 1));
  answers(() => page(401), () => refusal(401));
  assert.ok((await outcome(get("/a"))).error instanceof Offline);
  assert.equal(ended, 0);
  assert.ok((await outcome(get("/a"))).error instanceof Refusal);
  assert.equal(ended, 1);
});

test("a refusal without a retry time gets a default pause", async () => {
  answers(() => refusal(503, { "retry-after": "0" }), () => json({ a: 1 }));
  const call = get("/a");
  for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next));
  assert.equal(sent.length, 1);
  assert.deepEqual(await outcome(call), { data: { a: 1 } });
});

test("a body is sent as JSON, a form unchanged", async () => {
  answers(() => json({}));
  await post("/a", { b: 1 });
  await patch("/a", { b: 2 });
  await post("/a", new URLSearchParams({ b: "3" }));
  await remove("/a");
  assert.deepEqual(sent.map(([, { method, body, headers }]) => [method, String(body), headers.get("content-type")]), [
    ["POST", '{"b":1}', "application/json"], ["PATCH", '{"b":2}', "application/json"], ["POST", "b=3", null], ["DELETE", "undefined", null],
  ]);
});

test("a refusal carries the server's sentence, its fields and the status", async () => {
  answers(() => refusal(422));
  await assert.rejects(post("/a", {}), (error) => {
    assert.ok(error instanceof Refusal);
    assert.deepEqual([error.message, error.code, error.fields, error.status], ["Busy.", "busy", { at: "Too early." }, 422]);
    return true;
  });
});

test("an answer of a proxy is not a refusal, but its status is known", async () => {
  answers(() => new Response("<h1>Not here</h1>", { status: 404, headers: { "content-type": "text/html" } }));
  const { error } = await outcome(get("/a"));
  assert.ok(error instanceof Offline);
  assert.equal(error.status, 404);
});

test("a truncated answer counts as no answer", async () => {
  answers(() => new Response("{", { headers: { "content-type": "application/json" } }));
  assert.ok((await outcome(post("/a"))).error instanceof Offline);
});

for (const [name, first] of Object.entries({ "a lost connection": lost, 502: () => refusal(502), 503: () => refusal(503), 504: () => refusal(504) })) {
  test(`reading is repeated twice after ${name}`, async () => {
    answers(first, first, () => json({ a: 1 }));
    assert.deepEqual(await outcome(get("/a")), { data: { a: 1 } });
    answers(first);
    sent = [];
    assert.ok((await outcome(get("/a"))).error);
    assert.equal(sent.length, 3);
  });
}

for (const status of [400, 401, 403, 404, 409, 422, 429, 500]) {
  test(`reading is not repeated after ${status}`, async () => {
    answers(() => refusal(status));
    assert.equal((await outcome(get("/a"))).error.status, status);
    assert.equal(sent.length, 1);
  });
}

test("reading is repeated at the time that the server names, each time it does", async () => {
  const busy = () => refusal(429, { "Retry-After": "1" });
  answers(busy, busy, busy, busy, () => json({ a: 1 }));
  assert.deepEqual(await outcome(get("/a")), { data: { a: 1 } });
});

test("reading is not repeated if the server names a time too far away", async () => {
  answers(() => refusal(503, { "Retry-After": "3600" }));
  assert.equal((await outcome(get("/a"))).error.retryAfterS, 3600);
  assert.equal(sent.length, 1);
});

test("a change is sent once, unless it is idempotent", async () => {
  answers(lost);
  for (const call of [() => post("/a", {}), () => patch("/a", {}), () => remove("/a")]) assert.ok((await outcome(call())).error instanceof Offline);
  assert.equal(sent.length, 3);
  assert.ok((await outcome(post("/a", {}, { repeat: true }))).error);
  assert.equal(sent.length, 6);
});

test("a request that takes too long is aborted and not repeated", async () => {
  globalThis.fetch = (address, { signal }) => {
    sent.push(address);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  assert.ok((await outcome(get("/a", { timeoutMs: 1 }))).error instanceof Offline);
  assert.equal(sent.length, 1);
});

test("an aborted request is not repeated", async () => {
  const controller = new AbortController();
  answers(() => {
    controller.abort();
    return lost();
  });
  assert.equal(await orNull(get("/a", { signal: controller.signal })), null);
  assert.equal(sent.length, 1);
});

test("six reads run at a time, and a change does not wait for them", async () => {
  const open = [];
  globalThis.fetch = (address) => new Promise((done) => open.push([address, () => done(json({}))]));
  const calls = Array.from({ length: 8 }, (_, index) => get(`/${index}`));
  calls.push(post("/change", {}));
  await new Promise((next) => setImmediate(next));
  assert.deepEqual(open.map(([address]) => address), ["/0", "/1", "/2", "/3", "/4", "/5", "/change"]);
  while (open.length) {
    open.shift()[1]();
    await new Promise((next) => setImmediate(next));
  }
  assert.equal((await Promise.all(calls)).length, 9);
});

test("each answer without a sign-in is reported", async () => {
  let ended = 0;
  whenSignInEnds(() => (ended += 1));
  answers(() => refusal(401));
  assert.equal((await outcome(get("/a"))).error.status, 401);
  assert.equal((await outcome(post("/a", {}))).error.status, 401);
  answers(() => refusal(403));
  await outcome(get("/a"));
  assert.equal(ended, 2);
});

test("only refusals and lost connections become null", async () => {
  assert.equal(await orNull(Promise.reject(new Refusal({ code: "busy" }))), null);
  assert.equal(await orNull(Promise.reject(new Offline())), null);
  assert.equal(await orNull(Promise.resolve(7)), 7);
  await assert.rejects(orNull(Promise.reject(new TypeError("a bug"))), TypeError);
});

test("a call that needs a factor is repeated once the person has proved it", async () => {
  const asks = () => json({ code: "step_up", message: "Is it you?" }, 403);
  answers(asks, () => json({ a: 1 }));
  whenStepUpIsNeeded(async () => true);
  assert.deepEqual(await post("/a", { text: "typed" }), { a: 1 });
  assert.deepEqual(sent.map(([, { body }]) => body), ["{\"text\":\"typed\"}", "{\"text\":\"typed\"}"]);
  answers(asks);
  const calls = sent.length;
  assert.equal((await outcome(post("/a"))).error.code, "step_up"); // refused again: the person is not asked forever
  assert.equal(sent.length, calls + 2);
  whenStepUpIsNeeded(async () => false);
  assert.equal((await outcome(get("/a"))).error.code, "step_up");
  assert.equal(sent.length, calls + 3);
});
