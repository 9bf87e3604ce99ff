import assert from "node:assert/strict";
import { test } from "node:test";

import { nothing } from "../../static/vendor/lit-html/lit-html.js";
import { beside, html, shortened } from "../../static/js/shared/compact_html.js";

/** @type {(strings: TemplateStringsArray, ...values: unknown[]) => string[]} */
const parts = (strings) => [...shortened(strings)];

test("blanks between lines are left out", () => {
  const text = parts`<p>
    <b>${1}</b>
    ${2}
    ${3}
  </p>`;
  assert.deepEqual(text, ["<p><b>", "</b>", "", "</p>"]);
});

test("blanks in a line stay, and so do those in a tag and in a text", () => {
  const text = parts`<p class=${1}
      data-x=${2}>one <b>two</b> <i>three
      four</i> ${3}</p>`;
  assert.deepEqual(text, ["<p class=", "\n      data-x=", ">one <b>two</b> <i>three\n      four</i> ", "</p>"]);
});

test("a template is the same one each time it is drawn", () => {
  const draw = () => html`<p>
  </p>`;
  assert.equal(draw().strings, draw().strings);
  assert.notEqual(draw().strings, html`<p></p>`.strings);
  assert.ok(Object.hasOwn(draw().strings, "raw"), "lit-html takes only what a template literal wrote");
});

test("parts beside each other need a list only if there are two", () => {
  assert.equal(beside(nothing, nothing), nothing);
  assert.equal(beside(nothing, "one"), "one");
  assert.deepEqual(beside("one", nothing, "two"), ["one", "two"]);
});
