import assert from "node:assert/strict";
import { test } from "node:test";

import { use } from "../../static/js/core/i18n.js";
import { knownLooks, saidWords } from "../../static/js/shared/board/card/sighting_comparison.js";

const looks = (...names) => Object.fromEntries(names.map((name, at) => [`person.${name}`, { control: "text", compared: names.length - at }]));
use({
  language: "en", messages: {}, labels: { kinds: {}, fields: {}, values: { "search.person.build": { slim: "slim" } }, events: {}, done: {} },
  kinds: { search: { fields: { "person.needs": { control: "text" }, ...looks("features", "build", "eyes", "hair", "clothing") } } },
});

const SAID = "A girl without glasses, in a red coat, beside a grey van.";

test("all words of a sighting are quoted, whatever is known about the child", () => {
  assert.deepEqual(saidWords({ description: SAID, clothing: "manteau rouge", company: null }), [SAID, "manteau rouge"]);
  assert.deepEqual(saidWords({ description: SAID }), [SAID]);
});

test("unknown details of the child have no line", () => {
  const person = { first_name: "Noor", clothing: "dark green coat", eyes: "grey", hair: null, features: "" };
  assert.deepEqual(knownLooks({ ...person, build: "slim", needs: "insulin" }), [["clothing", "dark green coat"], ["eyes", "grey"], ["build", "slim"]]);
});
