/* Renders events as all screens with a history do, for tests/unit/test_readable_history.py. Reads a JSON file with {catalogues, entities,
   accounts, cases}, and writes the text of each screen for each language and case. */

import { readFileSync } from "node:fs";
import process from "node:process";
import { use } from "../../static/js/core/i18n.js";
import { fill, describeEvent } from "../../static/js/format/event_text.js";
import { fieldChange } from "../../static/js/format/field_change.js";
import { row } from "../../static/js/pages/history/event_row.js";
import { comparison } from "../../static/js/pages/replay/comparison.js";
import { section } from "../../static/js/pages/unseen/board_section.js";
import { compareStates } from "../../static/js/replay/compare_states.js";
import { differences } from "../../static/js/replay/state_diff.js";
import { CardHistory, historySection } from "../../static/js/shared/board/card/card_history.js";

const SPOKEN = /(?:aria-label|title)=\s*$/; // attributes that people can read or hear

const parsed = new WeakMap(); // strings of a template -> its parts

/** Return, for each string of a template, its text without tags, and the place of the value after it: "text", "spoken" or "" (none). */
function partsOf(strings) {
  let isInTag = false;
  return strings.map((part) => {
    let text = "";
    for (const [at, letter] of [...part].entries()) {
      if (letter === "<") [isInTag, text] = [true, `${text}${part.startsWith("<li", at) ? "\n" : " "}`];
      else if (letter === ">") isInTag = false;
      else if (!isInTag) text += letter;
    }
    return { text, place: isInTag ? (SPOKEN.test(part) ? "spoken" : "") : "text" };
  });
}

/** Return the text of a lit-html template without tags. Spoken attributes are lines of their own. */
function textOf(value) {
  if (value === null || value === undefined || value === false || typeof value === "symbol" || typeof value === "function") return "";
  if (Array.isArray(value)) return value.map(textOf).join("");
  if (value._$litDirective$) return ofDirective(value.values);
  if (!value.strings) return String(value);
  if (!parsed.has(value.strings)) parsed.set(value.strings, partsOf(value.strings));
  const texts = { text: "", spoken: "" };
  for (const [at, { text, place }] of parsed.get(value.strings).entries()) {
    texts.text += text;
    if (place && at < value.values.length) texts[place] += `${place === "spoken" ? "\n" : ""}${textOf(value.values[at])}`;
  }
  return texts.text + texts.spoken;
}

/** Return the text of `repeat`, the only directive with contents. */
function ofDirective([items, key, template]) {
  return template ? [...items].map((item, at) => textOf(template(item, at))).join(" ") : textOf(items ?? key);
}

const { catalogues, entities, accounts, cases } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const session = { accounts: new Map(Object.entries(accounts)), account: { id: "me", name: "Me", role: "coordinator" } };

/** Board with the named entities, of which one may be replaced by that of the case. */
function boardWith(id, entity) {
  const all = [...entities, ...(entity ? [entity] : [])];
  const findOne = (kind, wanted) => all.findLast((entity) => entity.kind === kind && entity.id === wanted);
  return { id, get: (wanted) => all.findLast((entity) => entity.id === wanted), one: findOne, of: (kind) => all.filter((entity) => entity.kind === kind) };
}

/** @type {Record<string, (scene: { event: any, before: any, ctx: any }) => string>} */
const SCREENS = {
  history({ event, before, ctx }) {
    const history = { names: () => ctx, before: () => before, search: () => null };
    return textOf(row({ key: "k", event, journal: { board: ctx.board.id } }, 0, null, { history, session, isEverywhere: true, current: "k", target: null, shown: 1, boardId: "x" }));
  },
  unknown({ event, ctx }) {
    const description = describeEvent(event, ctx, undefined);
    return [fill(description), ...description.rest.map((change) => textOf(fieldChange(change, ctx)))].join("\n");
  },
  card({ event, before, ctx }) {
    const history = new CardHistory(ctx.board.id, event.id);
    history.state = "read";
    history.events = [...(before ? [{ ...event, type: "search.opened", state: before, changes: [] }] : []), event];
    const view = { ...ctx, historyOf: () => history, undo: { may: () => true, undo() {} }, act: {} };
    return textOf(historySection(event.id, "", view));
  },
  compare({ event, before, ctx }) {
    const old = before ? [{ kind: event.kind, id: event.id, seq: 1, state: before }] : [], now = event.state ? [{ kind: event.kind, id: event.id, seq: 2, state: event.state }] : [];
    const others = entities.filter(({ kind, id }) => kind !== event.kind || id !== event.id);
    const past = { changes: compareStates([...others, ...old], [...others, ...now]), moments: [1, 2].map((count) => ({ count, time: Date.parse(event.at), isHere: count === 2 })), board: ctx.board, either: ctx.board.get };
    return textOf(comparison({ past, session, body: { path: () => "", open() {} }, compare() {}, swap() {} }));
  },
  news({ event, before, ctx }) {
    const fields = differences(before ?? {}, event.state ?? {}), change = before ? (event.state ? "changed" : "removed") : "added";
    const net = fields.length ? [{ kind: event.kind, id: event.id, seq: 2, change, fields }] : [];
    const detail = { state: "read", net, back: [{ kind: event.kind, id: event.id, seq: 2, fields: fields.map(({ path }) => path) }], more: false, events: [event], lookup: event.state ? ctx.board : boardWith(ctx.board.id, null) };
    const entry = { board: ctx.board.id, seq: 2, events: 1, seen: { seq: 1, at: event.at } };
    return textOf(section(entry, { isOpen: () => true, titleOf: () => "Board", board: ctx.board, unseen: { of: () => detail }, session, toggle() {}, markSeen() {} }));
  },
};

const FOR_FIELDS = ["history", "compare"]; // for single fields: the other screens list changes like these
const results = [];
for (const [language, catalogue] of Object.entries(catalogues)) {
  use(catalogue);
  for (const { name, board, event, before, path } of cases) {
    const ctx = { session, board: boardWith(board, event.state ? { kind: event.kind, id: event.id, seq: 2, state: event.state } : before ? { kind: event.kind, id: event.id, seq: 1, state: before } : null) };
    for (const screen of path ? FOR_FIELDS : Object.keys(SCREENS)) results.push({ language, name, screen, text: SCREENS[screen]({ event, before, ctx }) });
  }
}
process.stdout.write(JSON.stringify(results));
