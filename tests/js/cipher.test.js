import assert from "node:assert/strict";
import { test } from "node:test";

import { keyFrom, seal, unseal } from "../../static/js/core/cipher.js";

const key = await keyFrom(btoa("k".repeat(32))), other = await keyFrom(btoa("o".repeat(32)));
const value = { text: "é 🙂" }, text = await seal(key, "place", value);

test("a record is read with its key at its place", async () => assert.deepEqual(await unseal(key, "place", text), value));
test("a record is not read with another key or elsewhere", async () => {
  await assert.rejects(unseal(other, "place", text));
  await assert.rejects(unseal(key, "elsewhere", text));
});
test("a record that was changed is not read", async () => {
  await assert.rejects(unseal(key, "place", text.slice(0, -2) + (text.endsWith("AA") ? "BB" : "AA")));
});
test("equal values are sealed differently", async () => assert.notEqual(await seal(key, "place", value), text));
test("the key itself can't be read", async () => assert.rejects(crypto.subtle.exportKey("raw", key)));
