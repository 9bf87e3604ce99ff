import assert from "node:assert/strict";
import { test } from "node:test";

import { importKey, encrypt, decrypt } from "../../static/js/core/storage/cipher.js";

const key = await importKey(btoa("k".repeat(32))), other = await importKey(btoa("o".repeat(32)));
const value = { text: "é 🙂" }, text = await encrypt(key, "place", value);

test("a record can be decrypted with its key at its place", async () => assert.deepEqual(await decrypt(key, "place", text), value));
test("a record cannot be decrypted with another key or elsewhere", async () => {
  await assert.rejects(decrypt(other, "place", text));
  await assert.rejects(decrypt(key, "elsewhere", text));
});
test("a changed record cannot be decrypted", async () => {
  await assert.rejects(decrypt(key, "place", text.slice(0, -2) + (text.endsWith("AA") ? "BB" : "AA")));
});
test("equal values are encrypted differently", async () => assert.notEqual(await encrypt(key, "place", value), text));
test("the key cannot be exported", async () => assert.rejects(crypto.subtle.exportKey("raw", key)));
