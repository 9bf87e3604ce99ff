import assert from "node:assert/strict";
import { test } from "node:test";

import { setAccount } from "../../static/js/core/storage/storage.js";
import { vault } from "../../static/js/core/storage/vault.js";

const stored = new Map();
/** @type {(key: string) => void} */
let onStored = () => {};
globalThis.localStorage = {
  get length() { return stored.size; },
  key: (at) => [...stored.keys()][at] ?? null,
  getItem: (key) => stored.get(key) ?? null,
  setItem: (key, value) => { stored.set(key, value); onStored(key); },
  removeItem: (key) => void stored.delete(key),
};
globalThis.addEventListener = () => {};
globalThis.fetch = async () => new Response(JSON.stringify({ account: "a", key: btoa("k".repeat(32)) }), { headers: { "content-type": "application/json" } });

test("a value that cannot be encrypted is not on disk, and the others are", async () => {
  setAccount("a");
  if (vault.state !== "open") await vault.begin("a");
  const [bad, good] = ["bad", "good"].map((id) => `searchboard:a:outbox:${id}`);
  const entry = { owner: "tab", order: 0, status: "waiting" };
  assert.deepEqual(await Promise.all([vault.write(bad, { ...entry, size: 1n }), vault.write(good, entry)]), [false, true]);
  assert.equal(vault.label(good)?.owner, "tab");
  assert.equal(await vault.write(bad, entry), true);
});

test("a value is on disk when its write resolves, also one that begins just as another write ends", async () => {
  setAccount("a");
  await vault.begin("a");
  for (let depth = 0; depth < 12; depth += 1) {
    const first = `searchboard:a:outbox:first-${depth}`, second = `searchboard:a:outbox:second-${depth}`;
    /** @type {Promise<boolean>} */
    const written = new Promise((resolve) => {
      onStored = async (key) => {
        if (key !== first) return;
        for (let step = 0; step < depth; step += 1) await null;
        vault.write(second, { owner: "tab", order: 1, status: "waiting" }).then(resolve);
      };
    });
    vault.write(first, { owner: "tab", order: 0, status: "waiting" });
    assert.equal(await written, true);
    assert.equal(vault.label(second)?.owner, "tab", `after ${depth} steps`);
  }
});

test("a value is no longer listed as soon as it is removed", async () => {
  setAccount("a");
  if (vault.state !== "open") await vault.begin("a");
  onStored = () => {};
  const key = "searchboard:a:outbox:sent";
  await vault.write(key, { owner: "tab", order: 0, status: "waiting" });
  assert.ok(vault.keys("outbox:").includes(key));
  vault.remove(key);
  assert.ok(stored.has(key), "not yet erased");
  assert.ok(!vault.keys("outbox:").includes(key));
});
