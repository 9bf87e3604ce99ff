import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import "./declarations.js";
import { ReportCall } from "../../static/js/pages/intake/report_call.js";
import { applyPatch } from "../../static/js/core/rules/merge_patch.js";

const PAUSE_MS = 1_000;
const NO_STATE = new Set(["source_name", "source_contact", "search", "received_at"]);
const EMPTY = { status: "waiting", person: {}, belongings: {}, criteria: {}, suggested: [], questions: [], decision: null, kind: null, may_go: null, circumstances: null };
/** Contents of the disk, by name. @type {Record<string, any>} */
let disk = {};
const draftOn = (name) => ({ load: () => disk[name] ?? null, save: (value) => (disk[name] = JSON.parse(JSON.stringify(value))), clear: () => delete disk[name], whenLoaded: () => {}, whenRemoved: () => {} });

/** Server with one board, which answers when it is asked to. */
class Server {
  /** @type {Record<string, any>} */ reports = {};
  /** @type {any[]} */ sent = [];
  /** @type {Error | null} */ refusal = null;
  session = { outbox: { pending: () => this.sent.filter(({ waits }) => waits) }, accounts: new Map(), account: { id: "bob" } };
  board = {
    seq: 1, epoch: "e", get: (id) => (this.reports[id] ? { id, state: this.reports[id] } : undefined), of: () => [], discard: () => {},
    send: (name, data, options) => this.take(name, data, options),
  };

  async take(name, { report = "r1", ...patch }, { id } = {}) {
    this.sent.push({ name, data: { report, ...patch }, id });
    if (this.refusal) throw this.refusal;
    const state = Object.fromEntries(Object.entries(patch).filter(([field]) => !NO_STATE.has(field)));
    if (name !== "report.ask") this.reports[report] = applyPatch(this.reports[report] ?? structuredClone(EMPTY), state);
    return { seqs: [this.board.seq += 1] };
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
let server = new Server();
const open = () => new ReportCall({ session: server.session, board: server.board, draw: () => {} }, { stored: draftOn("stored"), typed: draftOn("typed"), findReport: async () => ({ report: "r1" }) });

/** Type a text, and let the pause pass. */
async function type(call, path, text) {
  call.form.edit(path, text);
  call.edited();
  mock.timers.tick(PAUSE_MS);
  await settled();
  call.settle();
  await settled();
}

beforeEach(() => {
  disk = {};
  server = new Server();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.parse("2026-12-01T02:07:00Z") });
});
afterEach(() => mock.timers.reset());

test("a report is added at the first name, and its facts follow as changes", async () => {
  const call = open();
  call.begin();
  await type(call, "may_go", "the sea");
  assert.deepEqual(server.sent, [], "nobody could call back");
  await type(call, "source_name", "Samira");
  assert.deepEqual(server.sent.map(({ name }) => name), ["report.add"]);
  assert.deepEqual([server.sent[0].data.source_name, server.sent[0].data.may_go, server.sent[0].data.received_at], ["Samira", "the sea", "2026-12-01T02:07:00.000Z"]);
  assert.equal(call.id, "r1");
  await type(call, "circumstances", "a quarrel");
  assert.deepEqual(server.sent[1], { name: "report.update", data: { report: "r1", circumstances: "a quarrel" }, id: undefined });
  assert.equal(call.isUnsaved, false);
});

test("one letter raises no alarm", async () => {
  const call = open();
  await type(call, "person.first_name", "L");
  assert.deepEqual(server.sent, []);
  await type(call, "person.first_name", "Li");
  assert.equal(server.sent.length, 1);
});

test("what was typed while a change was on its way is sent after it", async () => {
  const call = open();
  await type(call, "source_name", "Samira");
  call.form.edit("may_go", "the");
  call.edited();
  mock.timers.tick(PAUSE_MS);
  call.form.edit("may_go", "the sea");
  call.edited();
  await settled();
  call.settle();
  assert.equal(call.form.raw("may_go"), "the sea");
  mock.timers.tick(PAUSE_MS);
  await settled();
  assert.deepEqual(server.sent.slice(1).map(({ data }) => data.may_go), ["the", "the sea"]);
});

test("a refused field is not sent again, and the others are", async () => {
  const call = open();
  await type(call, "source_name", "Samira");
  server.refusal = Object.assign(new Error(), { code: "invalid", message: "not valid", fields: { "person.birth_date": "in the future" } });
  call.form.edit("person.birth_date", "2030-01-01");
  await type(call, "may_go", "the sea");
  assert.equal(call.form.errors["person.birth_date"], "in the future");
  server.refusal = null;
  mock.timers.tick(PAUSE_MS);
  await settled();
  assert.deepEqual(server.sent.at(-1).data, { report: "r1", may_go: "the sea" });
});

test("a reload keeps the report, its command and what was not sent", async () => {
  await type(open(), "source_name", "Samira");
  assert.deepEqual([disk.stored.id, JSON.stringify(disk).includes("Samira")], ["r1", false]);
  const reloaded = open();
  assert.deepEqual([reloaded.id, reloaded.isBegun], ["r1", true]);
  reloaded.next();
  assert.deepEqual([reloaded.id, reloaded.isBegun, disk], [null, false, {}]);
});

test("a report that was opened gets the same facts again, with its search", async () => {
  const call = open();
  await type(call, "source_name", "Samira");
  server.refusal = Object.assign(new Error(), { code: "conflict", message: "changed", fields: { status: "opened" }, current: { status: "opened" } });
  await type(call, "may_go", "the sea");
  server.refusal = null;
  server.reports.r1 = { ...server.reports.r1, status: "opened", decision: { search: "s1" } };
  mock.timers.tick(PAUSE_MS);
  await settled();
  assert.deepEqual(server.sent.at(-1).data, { report: "r1", search: "s1", may_go: "the sea" });
});
