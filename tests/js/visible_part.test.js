import { test } from "node:test";
import assert from "node:assert/strict";
import { visiblePart } from "../../static/js/shared/files/visible_part.js";

/** @param {number} left @param {number} top @param {number} width @param {number} height */
const at = (left, top, width, height) => ({ getBoundingClientRect: () => ({ left, top, width, height }), clientWidth: width, clientHeight: height });
/** @param {[number, number]} size @param {[number, number, number, number]} box */
const picture = ([naturalWidth, naturalHeight], box) => ({ naturalWidth, naturalHeight, ...at(...box) });
const stage = at(100, 50, 400, 400);

test("a picture that is not zoomed is visible as a whole", () => {
  assert.deepEqual(visiblePart(picture([800, 1600], [100, 50, 400, 400]), stage), { x: 0, y: 0, width: 800, height: 1600 });
});

test("a zoomed picture has only its visible part", () => {
  assert.deepEqual(visiblePart(picture([1000, 1000], [-100, -150, 800, 800]), stage), { x: 250, y: 250, width: 500, height: 500 });
});

test("free space beside a narrow picture is no part of it", () => {
  assert.deepEqual(visiblePart(picture([500, 1000], [-100, 50, 800, 800]), stage), { x: 0, y: 0, width: 500, height: 500 });
});
