import assert from "node:assert/strict";
import { test } from "node:test";

import { nothing } from "../../static/vendor/lit-html/lit-html.js";
import { beside, html, shortened } from "../../static/js/shared/compact_html.js";

/** @type {(strings: TemplateStringsArray, ...values: unknown[]) => string[]} */
const parts = (strings) => [...shortened(strings)];

test("white space between lines is removed", () => {
  const text = parts`<p>
    <b>${1}</b>
    ${2}
    ${3}
  </p>`;
  assert.deepEqual(text, ["<p><b>", "</b>", "", "</p>"]);
});

test("white space within lines, tags and texts is kept", () => {
  const text = parts`<p class=${1}
      data-x=${2}>one <b>two</b> <i>three
      four</i> ${3}</p>`;
  assert.deepEqual(text, ["<p class=", "\n      data-x=", ">one <b>two</b> <i>three\n      four</i> ", "</p>"]);
});

test("a template is identical in each draw", () => {
  const draw = () => html`<p>
  </p>`;
  assert.equal(draw().strings, draw().strings);
  assert.notEqual(draw().strings, html`<p></p>`.strings);
  assert.ok(Object.hasOwn(draw().strings, "raw"), "lit-html takes only what a template literal wrote");
});

test("adjacent parts need a list only if there are several", () => {
  assert.equal(beside(nothing, nothing), nothing);
  assert.equal(beside(nothing, "one"), "one");
  assert.deepEqual(beside("one", nothing, "two"), ["one", "two"]);
});
