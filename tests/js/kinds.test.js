import assert from "node:assert/strict";
import { test } from "node:test";

import "./no_page.js";
import "./declarations.js";

import { use } from "../../static/js/core/i18n.js";
import { addsCard, cardKinds, cardOfCommand, formFields, isCard, isInternal, otherFields, partsOf, pluralName, readingOf, titleOf } from "../../static/js/core/rules/kinds.js";
import { boardViewModel, cardsToChoose } from "../../static/js/shared/board/board_view_model.js";
import { describeEvent } from "../../static/js/format/event_text.js";

const FIELDS = { plate: { control: "text", required: true }, colour: { control: "text" }, owner: { control: "text", private: true } };
const VEHICLE = {
  card: true, counted: true, plural: "Vehicles", title: "plate", column: "inbox", fields: FIELDS,
  readings: { owner: "person", rank: "internal", "parts.*.at": "time", chain: "internal" },
  forms: { first: ["plate"], more: ["colour"], edit: ["plate", "colour"] },
};
const NOTE = {
  card: false, counted: true, readings: { rank: "time" }, written: ["text", "category", "place.text"],
  fields: { text: { control: "long", heading: "Vehicles" }, category: { control: "choice" }, "place.text": { control: "text" }, "place.at": { control: "time" }, by: { control: "person" } },
};
const LABELS = { kinds: { vehicle: "Vehicle" }, fields: { colour: "Colour" }, values: {}, events: { "vehicle.towed": "Vehicle towed" }, done: {} };
use({ language: "nl", messages: { Vehicles: "Voertuigen" }, labels: LABELS, kinds: { note: NOTE, vehicle: VEHICLE } });

const VAN = { kind: "vehicle", id: "v", seq: 4, state: { number: 7, column: "c1", rank: "a", plate: "1-ABC", colour: "grey", withdrawn: false, assignee: null } };
const BUS = { ...VAN, id: "b", state: { ...VAN.state, number: 8, rank: "b", plate: "2-XYZ", withdrawn: true } };
const COLUMN = { kind: "column", id: "c1", state: { role: "inbox", rank: "a" } };
const board = (pending = []) => ({
  pending: pending.map((entry) => ({ status: "sent", ...entry })), get: (id) => [VAN, BUS, COLUMN].find((entity) => entity.id === id),
  of: (kind) => [VAN, BUS, COLUMN].filter((entity) => entity.kind === kind),
});

test("kinds of cards are those declared as such", () => {
  assert.deepEqual([cardKinds(), isCard("note"), isCard("constructor"), isCard("boat")], [["vehicle"], false, false, false]);
  assert.deepEqual([titleOf(VAN), titleOf({ kind: "boat", state: {} }), pluralName("vehicle")], ["1-ABC", "", "Voertuigen"]);
});

test("a value has the format declared for its path or group, and internal groups are internal", () => {
  const paths = ["owner", "colour", "parts.k1.at", "parts.k1.name", "rank", "chain.head"];
  assert.deepEqual(paths.map((path) => readingOf(path, "vehicle")), ["person", undefined, "time", undefined, "internal", "internal"]);
  assert.deepEqual([readingOf("owner"), readingOf("rank"), readingOf("rank", "boat")], ["person", "time", undefined], "without a kind, as any reads it");
  assert.deepEqual([isInternal("rank", "vehicle"), isInternal("rank", "note")], [true, false]);
});

test("a form has the declared fields with their options", () => {
  assert.deepEqual(formFields("vehicle", "first"), [{ path: "plate", kind: "vehicle", autofocus: true, control: "text", required: true }]);
  assert.deepEqual(formFields("vehicle", "edit").map(({ path }) => path), ["plate", "colour"]);
});

test("a form of another kind has the written fields that it does not name, in their order", () => {
  const [text, ...others] = otherFields("note", ["category"], { "place.text": { rows: 2 } });
  assert.deepEqual([text.path, text.label(), others], ["text", "Voertuigen", [{ path: "place.text", kind: "note", autofocus: false, control: "text", rows: 2 }]]);
  assert.deepEqual([otherFields("boat", []), partsOf("note", "place", { "place.at": { ahead: true } }).map(({ path, ahead }) => [path, ahead])], [[], [["place.text", undefined], ["place.at", true]]]);
});

test("commands name their card by its kind or as a card", () => {
  assert.equal(cardOfCommand({ name: "vehicle.update", data: { vehicle: "v", sighting: "s" } }), "v");
  assert.equal(cardOfCommand({ name: "card.move", data: { card: "v" } }), "v");
  assert.deepEqual(["vehicle.add", "vehicle.added", "note.add", "vehicle.update"].map(addsCard), [true, true, false, false]);
});

test("pending commands of a declared kind are drawn immediately", () => {
  const { columns, byId, withdrawn } = boardViewModel(board([
    { id: "1", name: "vehicle.update", data: { vehicle: "v", colour: "black", owner: "somebody" } },
    { id: "2", name: "vehicle.add", data: { plate: "3-NEW" } },
  ]));
  const { state } = byId.get("v");
  assert.deepEqual([state.colour, state.owner, state.vehicle, byId.get("v").pending.id], ["black", undefined, undefined, "1"]);
  assert.deepEqual([columns[0].cards.map(titleOf), withdrawn.map(titleOf)], [["1-ABC", "3-NEW"], ["2-XYZ"]]);
  assert.deepEqual(cardsToChoose({ byId }, "v"), [["b", "Vehicle\u00a08 · 2-XYZ"]]);
  assert.deepEqual(cardsToChoose({ byId }, null, "boat"), []);
});

test("sentences of a history name a declared kind and its title", () => {
  const ctx = { session: { account: { id: "me" }, accounts: new Map() }, board: board() };
  const sentence = (type, before, changes) => describeEvent({ ...VAN, type, changes, actor: { id: "a", name: "Alice" } }, ctx, before);
  assert.deepEqual([sentence("vehicle.added", null).values.what, sentence("vehicle.added", null).values.text], ["Vehicle\u00a07", "1-ABC"]);
  const { says, values } = sentence("vehicle.updated", { ...VAN.state, colour: "red" }, ["colour"]);
  assert.equal(says, "{who} changed “{field}” on {what} from “{from}” to “{to}”");
  assert.deepEqual([values.field, values.from, values.to], ["colour", "red", "grey"]);
  assert.equal(sentence("vehicle.towed", VAN.state, []).values.event, "Vehicle towed · Vehicle\u00a07");
});
