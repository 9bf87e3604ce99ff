import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Offline, Refusal } from "../../static/js/core/errors.js";
import { Uploads, commandOf, problemOf } from "../../static/js/core/storage/uploads.js";

const BOARD = "b1", CARD = { card: "c1" }, KIB = 1_024;

let disk, server, locks, clock, ids, attached, uploads, plan, requests;

/** Server that stores files. `plan` are the faults of the next calls, by name of the call. */
const calls = {
  async piece({ id, offset, size, name }, bytes) {
    requests.push(["piece", offset, bytes.length]);
    const fault = plan.piece?.shift();
    const upload = server.get(id) ?? { offset: 0, state: "receiving", size, name };
    if (fault?.keeps) server.set(id, { ...upload, offset: upload.offset + Math.floor(bytes.length * fault.keeps) });
    if (fault) throw fault.error;
    if (upload.offset !== offset) throw new Refusal({ code: "conflict", current: { offset: upload.offset } });
    server.set(id, { ...upload, offset: offset + bytes.length });
    return { offset: offset + bytes.length };
  },
  async state(board, id) {
    requests.push(["state", id]);
    return server.get(id) ?? null;
  },
  async finish(board, id) {
    requests.push(["finish", id]);
    const fault = plan.finish?.shift();
    if (fault) throw fault.error;
    server.set(id, { ...server.get(id), state: "ready" });
    return { found: { device: "Camera" } };
  },
  async remove(board, id) {
    requests.push(["remove", id]);
    server.delete(id);
  },
  async cardOf(board, command, seqs) {
    return `card-of-${command}-${seqs[0]}`;
  },
};

/** Disk that survives a reload. */
const storeOn = (items) => ({
  all: async () => structuredClone([...items.values()].map(({ item }) => ({ ...item, isResumed: true }))),
  get: async (id) => (items.has(id) ? { ...structuredClone(items.get(id).item), isResumed: true } : null),
  keep: async (item, file) => Boolean(items.set(item.id, { item: structuredClone(item), bytes: new Uint8Array(await file.arrayBuffer()) })),
  put: async (item) => Boolean(items.has(item.id) && (items.get(item.id).item = structuredClone(item))),
  bytes: async (id, start, end) => items.get(id).bytes.slice(start, end),
  remove: async (id) => void items.delete(id),
  rename: async (from, to) => {
    const { bytes } = items.get(from);
    items.delete(from);
    items.set(to.id, { item: structuredClone(to), bytes });
  },
});

const lockIn = (held) => async (id) => {
  if (held.has(id)) return null;
  held.add(id);
  return () => held.delete(id);
};

const page = (options = {}) => new Uploads({
  store: storeOn(disk), calls, lock: lockIn(locks), digest: async () => "d1", newId: () => `u-${(ids += 1)}`, now: () => clock, random: () => 1, maxMb: () => 25,
  attach: async ({ board }, data, command) => void attached.push([board, data, command]), attached: () => {}, ...options,
});

const fileOf = (size, name = "photo.jpg") => Object.assign(new Blob([new Uint8Array(size).map((_, at) => at % 251)], { type: "image/jpeg" }), { name });

/** Run everything that needs no time. */
const settled = async () => {
  for (let turns = 0; turns < 60; turns += 1) await new Promise((done) => setImmediate(done));
};

/** Advance the clock, and run everything that is due. */
const advance = async (ms) => {
  clock += ms;
  uploads.tick();
  await settled();
};

const pieces = () => requests.filter(([name]) => name === "piece").map(([, offset, length]) => [offset / KIB, length / KIB]);
const states = (target = CARD) => uploads.of(BOARD, target).map(({ state }) => state);

beforeEach(() => {
  [disk, server, locks, clock, ids, attached, plan, requests] = [new Map(), new Map(), new Set(), 1_000, 0, [], {}, []];
  uploads = page();
});

test("a file is sent in pieces, checked, attached once and then removed", async () => {
  await uploads.add(BOARD, CARD, fileOf(2_000 * KIB));
  assert.equal(disk.size, 1, "it is kept before it is sent");
  await settled();
  assert.deepEqual(pieces(), [[0, 256], [256, 512], [768, 1_024], [1_792, 208]]); // a fast connection gets larger pieces
  assert.deepEqual(attached, [[BOARD, { upload: "u-1", card: "c1" }, "u1"]]);
  assert.deepEqual([states(), disk.size, locks.size], [[], 0, 0]);
});

test("an upload resumes at the server's offset with smaller pieces", async () => {
  plan.piece = [null, { error: new Offline(), keeps: 0.5 }].map((fault) => fault ?? undefined);
  await uploads.add(BOARD, CARD, fileOf(1_024 * KIB));
  await settled();
  assert.deepEqual([states(), attached], [["waiting"], []]);
  await advance(1_100);
  assert.deepEqual(pieces(), [[0, 256], [256, 512], [512, 256], [768, 256]]);
  assert.equal(attached.length, 1);
});

test("each failed attempt waits longer, until the connection is restored", async () => {
  plan.piece = Array.from({ length: 4 }, () => ({ error: new Offline() }));
  await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  const waits = [];
  for (let tries = 0; tries < 3; tries += 1) {
    waits.push(uploads.of(BOARD, CARD)[0].retryAt - clock);
    await advance(waits.at(-1) + 1);
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000]);
  uploads.online();
  await settled();
  assert.deepEqual([states(), attached.length], [[], 1]);
});

test("a reload resumes stored uploads", async () => {
  plan.piece = [undefined, { error: new Offline() }];
  await uploads.add(BOARD, CARD, fileOf(700 * KIB));
  await settled();
  locks.clear(); // a closed tab holds no lock
  uploads = page();
  await uploads.open();
  await settled();
  assert.deepEqual(pieces().slice(2), [[256, 256], [512, 188]]);
  assert.deepEqual([attached, disk.size], [[[BOARD, { upload: "u-1", card: "c1" }, "u1"]], 0]);
});

test("a reload between the upload and its ack attaches with the same command", async () => {
  const never = () => new Promise(() => {});
  uploads = page({ attach: never });
  await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  assert.deepEqual(states(), ["attaching"]);
  locks.clear();
  uploads = page();
  await uploads.open();
  await settled();
  assert.deepEqual([attached.map(([, , command]) => command), pieces().length], [[commandOf("u-1")], 1]);
});

test("two tabs do not send the same file", async () => {
  plan.piece = [{ error: new Offline() }];
  await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  const other = page();
  await other.open();
  assert.deepEqual(other.of(BOARD, CARD), []);
  uploads.cancel("u-1");
  await settled();
  await other.open();
  assert.deepEqual([other.of(BOARD, CARD), disk.size], [[], 0], "nor cancelled files");
});

test("a lost answer becomes a conflict, and nothing is sent twice", async () => {
  plan.piece = [{ error: new Offline(), keeps: 1 }];
  await uploads.add(BOARD, CARD, fileOf(300 * KIB));
  await settled();
  server.get("u-1").state = "receiving";
  calls.state = async () => ({ offset: 0, state: "receiving" }); // possible answer of a slower replica
  await advance(1_100);
  delete calls.state;
  calls.state = async (board, id) => (requests.push(["state", id]), server.get(id) ?? null);
  assert.deepEqual([attached.length, server.get("u-1").offset], [1, 300 * KIB]);
});

test("refusals are permanent or temporary", async () => {
  plan.finish = [{ error: new Refusal({ code: "invalid", message: "This picture cannot be read." }) }];
  await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  assert.deepEqual(uploads.of(BOARD, CARD).map(({ state, problem, isFinal }) => [state, problem, isFinal]), [["failed", "This picture cannot be read.", true]]);
  assert.equal(disk.size, 0);
  uploads.cancel("u-1");
  plan.finish = [{ error: new Refusal({ code: "unavailable", message: "Files cannot be stored at present." }, { retryAfterS: 5 }) }];
  await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  assert.deepEqual(uploads.of(BOARD, CARD).map(({ state, problem }) => [state, problem]), [["waiting", "Files cannot be stored at present."]]);
  await advance(5_001);
  assert.deepEqual([states(), attached.length], [[], 1]);
});

test("a damaged upload is sent again once under another id", async () => {
  const damaged = () => ({ error: new Refusal({ code: "invalid", message: "Damaged on the way.", fields: { sha256: "wrong" } }) });
  plan.finish = [damaged()];
  await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  assert.deepEqual(attached, [[BOARD, { upload: "u-2", card: "c1" }, "u2"]]);
  plan.finish = [damaged(), damaged()];
  await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  assert.deepEqual(states(), ["failed"]);
});

test("a refused attachment has a reason, and can be retried if that helps", async () => {
  let refuse = true;
  uploads = page({
    attach: async (board, data, command) => {
      if (refuse) throw new Refusal({ code: "forbidden", message: "You may not add files here." });
      attached.push(command);
    },
  });
  await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  assert.deepEqual(states(), ["failed"]);
  refuse = false;
  uploads.retry("u-1");
  await settled();
  assert.deepEqual([states(), attached, pieces().length], [[], ["u1"], 1]);
});

test("files of a form are attached to the card of its command, or return if it is refused", async () => {
  const form = { form: "add-sighting" };
  await uploads.add(BOARD, form, fileOf(KIB));
  await settled();
  assert.deepEqual([states(form), attached], [["ready"], []]);
  uploads.follow(BOARD, "add-sighting", "k1");
  assert.deepEqual(states(form), []);
  uploads.unfollow(BOARD, "add-sighting", "k1");
  assert.deepEqual(states(form), ["ready"]);
  uploads.follow(BOARD, "add-sighting", "k2");
  await uploads.acknowledged({ id: "other", seqs: [3] });
  assert.deepEqual(attached, []);
  await uploads.acknowledged({ id: "k2", seqs: [7, 8] });
  await settled();
  assert.deepEqual(attached, [[BOARD, { upload: "u-1", card: "card-of-k2-7" }, "u1"]]);
});

test("a file of a form waits until a board is chosen", async () => {
  const form = { form: "call:1" };
  await uploads.add("", form, fileOf(KIB));
  await advance(1_100);
  assert.deepEqual([requests, uploads.of(null, form).map(({ state }) => state)], [[], ["waiting"]]);
  uploads.move("call:1", BOARD);
  await settled();
  assert.deepEqual([pieces(), states(form), [...uploads.forms]], [[[0, 1]], ["ready"], ["call:1"]]);
  uploads.move("call:1", BOARD);
  await settled();
  assert.equal(pieces().length, 1, "the same board changes nothing");
});

test("a file of a form that moves to another board starts again there", async () => {
  const form = { form: "call:1" };
  plan.piece = [undefined, { error: new Offline() }];
  await uploads.add(BOARD, form, fileOf(700 * KIB));
  await uploads.add(BOARD, form, fileOf(0));
  await settled();
  uploads.move("call:1", "b2");
  await settled();
  assert.deepEqual([uploads.of(BOARD, form), uploads.of("b2", form).map(({ id, state }) => [id, state])], [[], [["u-3", "ready"], ["u-2", "failed"]]]);
  assert.deepEqual([server.has("u-1"), server.get("u-3").state, [...disk.keys()], [...locks]], [false, "ready", ["u-3"], ["u-3"]]);
  uploads.follow("b2", "call:1", "k1");
  assert.deepEqual(uploads.with("k1").map(({ id }) => id), ["u-3", "u-2"]);
  await uploads.acknowledged({ id: "k1", seqs: [7] });
  await settled();
  assert.deepEqual(attached, [["b2", { upload: "u-3", card: "card-of-k1-7" }, "u3"]]);
});

test("a file cancelled during the move leaves nothing", async () => {
  await uploads.add(BOARD, { form: "call:1" }, fileOf(KIB));
  await settled();
  uploads.move("call:1", "b2");
  for (const { id } of uploads.of(null, { form: "call:1" })) uploads.cancel(id);
  await settled();
  assert.deepEqual([[...uploads.forms], disk.size, locks.size], [[], 0, 0]);
});

test("an ack before the files are loaded still attaches them", async () => {
  await uploads.add(BOARD, { form: "call:1" }, fileOf(KIB));
  await settled();
  uploads.follow(BOARD, "call:1", "k1");
  locks.clear();
  uploads = page();
  await uploads.acknowledged({ id: "k1", seqs: [7] });
  await uploads.open();
  await advance(1_100);
  assert.deepEqual(attached, [[BOARD, { upload: "u-1", card: "card-of-k1-7" }, "u1"]]);
});

test("the card of a command can become known without its ack", async () => {
  await uploads.add(BOARD, { form: "call:1" }, fileOf(KIB));
  await settled();
  uploads.follow(BOARD, "call:1", "k1");
  uploads.onCardKnown("k2", "c2");
  await settled();
  assert.deepEqual(attached, []);
  uploads.onCardKnown("k1", "c1");
  await settled();
  assert.deepEqual(attached, [[BOARD, { upload: "u-1", card: "c1" }, "u1"]]);
});

test("two files are sent at a time, in order", async () => {
  const open = [];
  const slow = { ...calls, piece: (item) => new Promise((done) => open.push([item.id, () => done({ offset: item.size })])) };
  uploads = page({ calls: slow });
  for (let count = 0; count < 3; count += 1) await uploads.add(BOARD, CARD, fileOf(KIB));
  await settled();
  assert.deepEqual(open.map(([id]) => id), ["u-1", "u-2"]);
  open[0][1]();
  await settled();
  assert.deepEqual(open.map(([id]) => id), ["u-1", "u-2", "u-3"]);
});

test("empty and oversized files are refused before anything is sent", async () => {
  assert.match(problemOf({ size: 0 }, 25), /empty/);
  assert.match(problemOf({ size: 25 * KIB * KIB + 1 }, 25), /too large.*25 MB/);
  assert.equal(problemOf({ size: 25 * KIB * KIB }, 25), null);
  await uploads.add(BOARD, CARD, fileOf(0));
  await settled();
  assert.deepEqual([states(), requests], [["failed"], []]);
});
