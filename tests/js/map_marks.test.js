import assert from "node:assert/strict";
import { test } from "node:test";

import { accuracyOf, metresPerPixel } from "../../static/js/core/map/accuracy.js";
import { covered, decodeLine, fitting, lineBetween, lineBounds, nameIn, raised, uncut } from "../../static/js/core/map/lines.js";
import { shownLinks } from "../../static/js/core/map/links_layer.js";
import { placeTexts, roomOf } from "../../static/js/core/map/mark_texts.js";
import { groupPoints } from "../../static/js/core/map/marks_layer.js";

/** @param {number} id @param {number[]} center @param {Record<string, any>} [more] @returns {any} */
const point = (id, center, more = {}) => ({ id: String(id), kind: "sighting", number: id, shape: "content-4", isRuledOut: false, center, radius: 50, outline: [], isLine: false, at: null, until: null, ...more });
const project = (/** @type {MapPoint} */ { center: [lat, lon] }) => ({ x: lon * 100, y: -lat * 100 });

test("500 sightings at one point share a mark, of the most certain", () => {
  const points = Array.from({ length: 500 }, (_, id) => point(id, [51, 3.7]));
  points[417].shape = "content-1";
  const groups = groupPoints(points, project);
  assert.equal(groups.length, 1);
  assert.equal(groups[0].length, 500);
  assert.equal(groups[0][0].id, "417");
});
test("a ruled out point never stands for one that is not", () => {
  const [group] = groupPoints([point(1, [51, 3], { shape: "content-1", isRuledOut: true }), point(2, [51, 3])], project);
  assert.equal(group[0].id, "2");
});
test("3,000 searches on one screen have a bounded number of marks", () => {
  const points = Array.from({ length: 3_000 }, (_, id) => point(id, [(id % 55) / 10, Math.floor(id / 55) / 10]));
  const groups = groupPoints(points, project);
  assert.ok(groups.length < 900, String(groups.length));
  assert.equal(groups.reduce((sum, group) => sum + group.length, 0), 3_000);
});
test("points far from each other have their own marks", () => assert.equal(groupPoints([point(1, [51, 3]), point(2, [51, 4])], project).length, 2));
test("a press is as exact as the map is near", () => {
  assert.equal(accuracyOf(51, 18), 10);
  assert.equal(accuracyOf(51, 12), 300);
  assert.equal(accuracyOf(51, 3), 200_000);
  assert.equal(accuracyOf(0, 0), 500_000);
  assert.ok(metresPerPixel(90, 3) < 1e-9);
});
test("a line is decoded by its steps", () => assert.deepEqual(decodeLine([37_000, 510_000, 100, -200]), [[51, 3.7], [50.98, 3.71]]));
test("the corners of lines are those of all their points", () => {
  const lines = [[37_000, 510_000, 100, -200], [36_000, 510_100, 10, 10]];
  assert.deepEqual(lineBounds(lines), [[50.98, 3.6], [51.011, 3.71]]);
});
test("a line between two stations ends at both", () => assert.deepEqual(decodeLine(lineBetween([37_000, 510_000, 3, "Gent"], [36_000, 511_000, 1, "Melle"])), [[51, 3.7], [51.1, 3.6]]));
test("a name is in the reader's language, or the local one", () => {
  const named = [0, 0, 6, "Antwerpen", "Anvers", "", ""];
  assert.deepEqual(["fr", "nl", "de", "en"].map((language) => nameIn(named, language)), ["Anvers", "Antwerpen", "Antwerpen", "Antwerpen"]);
});
test("labels that would overlap an earlier one are left out", () => {
  const labels = [{ x: 0, y: 0, text: "Gent" }, { x: 5, y: 3, text: "Ledeberg" }, { x: 300, y: 0, text: "Aalst" }];
  assert.deepEqual(fitting(labels, 10).map(({ text }) => text), ["Gent", "Aalst"]);
  assert.equal(fitting(labels, 1).length, 1);
});

test("the name of a town is above its station, and another stays", () => {
  const labels = [{ x: 100, y: 100, text: "Habay", kind: "town" }, { x: 104, y: 98, text: "Habay", kind: "station" }, { x: 300, y: 100, text: "Etalle", kind: "town" }];
  assert.deepEqual(raised(labels).map(({ y, isRaised }) => [y, isRaised]), [[88, true], [98, false], [100, false]]);
});

test("a name that an edge of the map would cut is left out", () => {
  const at = (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y, text: "Gent", kind: "town" }), size = { x: 200, y: 100 };
  const inside = [at(14, 8), at(186, 92)], cut = [at(13, 50), at(187, 50), at(100, 7), at(100, 93)];
  assert.deepEqual(uncut([...inside, ...cut], size), inside);
  assert.deepEqual(uncut([{ ...at(100, 80), kind: "station" }], size), []); // its name is below it
});

test("a name under the text of a mark is hidden", () => {
  const labels = [{ x: 100, y: 100, text: "Stolberg", kind: "town" }, { x: 100, y: 140, text: "Bonn", kind: "town" }];
  assert.deepEqual([...covered(labels, [], [{ x: 140, y: 95, width: 60, height: 16 }])].map(({ text }) => text), ["Stolberg"]);
});

test("a name under the mark of a point is hidden, and one beside it is not", () => {
  const labels = [{ x: 100, y: 100, text: "Gent", kind: "town" }, { x: 100, y: 100, text: "Gent-Zuid", kind: "station" }, { x: 200, y: 100, text: "Aalst", kind: "town" }];
  const hidden = (/** @type {{ x: number, y: number }[]} */ ...marks) => [...covered(labels, marks)].map(({ text }) => text);
  assert.deepEqual(hidden({ x: 105, y: 92 }), ["Gent"]);
  assert.deepEqual(hidden({ x: 105, y: 122 }), ["Gent-Zuid"]);
  assert.deepEqual(hidden({ x: 200, y: 100 }, { x: 100, y: 108 }), ["Gent", "Gent-Zuid", "Aalst"]);
  assert.deepEqual(hidden({ x: 150, y: 160 }), []);
  assert.deepEqual(hidden(), []);
});

/** @param {string} id @param {number} x @param {number} y @param {Record<string, any>} [more] @returns {any} */
const text = (id, x, y, more = {}) => ({ id, text: "03:22 · 24 · F6", x, y, isShared: false, mustShow: false, ...more });

test("a text beside another mark is on the left, where it covers none", () => {
  assert.deepEqual([...placeTexts([text("26", 100, 100), text("24", 130, 106)])], [["26", "left"], ["24", "right"]]);
});
test("a text without space is hidden, unless it must be shown", () => {
  const around = [text("left", 60, 100, { text: "" }), text("right", 140, 100, { text: "" })];
  assert.deepEqual([...placeTexts([text("26", 100, 100), ...around])], []);
  assert.deepEqual([...placeTexts([text("26", 100, 100, { mustShow: true }), ...around])], [["26", "right"]]);
});
test("texts that must be shown cover no other one", () => {
  const crowd = ["1", "2", "3", "4"].map((id) => text(id, 100, 100, { mustShow: true }));
  assert.deepEqual([...placeTexts(crowd)], [["1", "right"], ["2", "left"]]);
});
test("the text of a shared mark begins after its number", () => {
  const shared = text("26", 100, 100, { isShared: true, mustShow: true });
  assert.deepEqual([...placeTexts([shared])], [["26", "right"]]);
});
test("a text that the edge of the map would cut is on the other side", () => {
  const view = { left: 0, right: 300 };
  assert.deepEqual([...placeTexts([text("26", 20, 100), text("29", 290, 200)], view)], [["26", "right"], ["29", "left"]]);
});
test("links are shown between shown points, thirty at a time", () => {
  const points = [point(1, [51, 3]), point(2, [51, 4])], link = { from: "1", to: "2", text: "24 km in 4 min: not both" };
  assert.deepEqual(shownLinks(points, [link, { ...link, to: "hidden" }]), [link]);
  assert.equal(shownLinks(points, Array.from({ length: 200 }, () => link)).length, 30);
});
test("a text that is too long for both sides is in lines on the wider side", () => {
  const long = { text: "Dernière présence connue (enregistrée par la police)" }, view = { left: 0, right: 360 };
  assert.deepEqual([...placeTexts([text("seen", 200, 100, long)], view)], [["seen", "left"]]);
  assert.deepEqual([...placeTexts([text("seen", 150, 100, long)], view)], [["seen", "right"]]);
  assert.equal(roomOf({ x: 150, isShared: false }, "right", view), 187);
});
test("lines of a long text cover no other text", () => {
  const long = { text: "Dernière présence connue (enregistrée par la police)" }, view = { left: 0, right: 360 };
  const places = placeTexts([text("1", 20, 116, { text: "03:22 · 24 · F6" }), text("seen", 200, 100, long)], view);
  assert.deepEqual([...places], [["1", "right"], ["seen", "right"]]);
});
test("a text of a mark outside the map is not shown", () => {
  assert.deepEqual([...placeTexts([text("out", -4, 100, { mustShow: true }), text("in", 4, 130)], { left: 0, right: 360 })], [["in", "right"]]);
});
