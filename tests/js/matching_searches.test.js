import assert from "node:assert/strict";
import { test } from "node:test";

import { matchingSearches, onlySearch, takingSightings } from "../../static/js/pages/intake/matching_searches.js";

const search = (id, status, first_name, seq = 1) => ({ id, kind: "search", seq, state: { status, kind: "runaway", reference: id, missing_since: "2026-11-30T09:00:00Z", worrying: null, criteria: {}, person: { first_name, last_name: "Voorbeeld", age: 11 } } });
const SEARCHES = [search("1", "open", "Noor"), search("2", "found", "Nora"), search("3", "closed", "Norbert"), search("4", "open", "Adam")];
const BOARD = { of: () => SEARCHES, get: (id) => SEARCHES.find((search) => search.id === id) };
const ids = (searches) => searches.map(({ id }) => id);

test("found children are listed after the open searches", () => {
  const matching = matchingSearches(BOARD, [{ board: "4" }], "no");
  assert.deepEqual([ids(matching.open), ids(matching.ended)], [["1", "4"], ["2", "3"]]);
  assert.deepEqual(ids(takingSightings(matching)), ["1", "4", "2"], "a closed search takes no sightings");
});

test("only open searches are listed without a text", () => {
  const { open, ended } = matchingSearches(BOARD, [], " ");
  assert.deepEqual([ids(open).sort(), ended], [["1", "4"], []]);
});

test("Enter chooses the only matching search, and none of several", () => {
  const only = (typed, ...suggested) => onlySearch(matchingSearches(BOARD, suggested.map((board) => ({ board })), typed))?.id ?? null;
  assert.equal(only("noor"), "1");
  assert.equal(only("noor", "4"), "1", "a suggestion only resembles it");
  assert.equal(only("no"), null, "Nora was found, and takes sightings too");
  assert.equal(only("red coat", "4"), "4");
  assert.equal(only("red coat", "4", "1"), null);
  assert.equal(only("norbert"), null, "a closed search takes no sightings");
  assert.equal(only(""), null);
});
