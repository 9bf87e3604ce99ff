/** View model of a board: the server's state, with one's pending commands applied on top. Pure. */
import { applyPatch } from "../../core/merge_patch.js";
import { cardName } from "../../format/values.js";

const SAID_LENGTH = 60; // characters of a sighting in a list of choices

/** Sort by (rank, id), bytewise like the server: both are ASCII. */
export function byRank(a, b) {
  if (a.state.rank !== b.state.rank) return a.state.rank < b.state.rank ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Expected effect of a pending command on the state of one card. */
const OPTIMISTIC = {
  "sighting.update": (state, { sighting: _, source_name: __, source_contact: ___, ...patch }) => applyPatch(state, patch),
  "task.update": (state, { task: _, ...patch }) => applyPatch(state, patch),
  "sighting.grade": (state, { grade }) => applyPatch(state, { grade }),
  "sighting.assess": (state, { assessment, duplicate_of = null }) => ({ ...state, assessment, duplicate_of }),
  "card.assign": (state, { assignee }) => ({ ...state, assignee }),
  "card.withdraw": (state) => ({ ...state, withdrawn: true }),
  "card.restore": (state) => ({ ...state, withdrawn: false }),
};

const LAID_ON_SEARCH = {
  "search.update": (state, patch) => applyPatch(state, patch),
  "search.set_status": (state, { status, reason, outcome = null, acknowledge = null }) => ({
    ...state, status, status_reason: reason, acknowledge, outcome: status === "closed" ? state.outcome : outcome,
  }),
  "search.set_outcome": (state, { outcome }) => applyPatch(state, { outcome }),
  "search.set_worrying": (state, { worrying = null, basis }) => ({ ...state, worrying, worrying_basis: basis }),
  "search.set_appeal": (state, { level, from = null, until = null }) => ({ ...state, appeal: { level, from, until } }),
  "search.set_access": (state, { access, members }) => ({ ...state, access, members }),
};

const target = ({ sighting, task, card }, name) => (name === "task.update" ? task : sighting ?? card);

const LAID_ON_COLUMNS = {
  "column.rename": (columns, { column, title }) => columns.map((each) => (each.id === column ? { ...each, state: { ...each.state, title } } : each)),
  "column.move": moveColumn,
  "column.remove": (columns, { column }) => columns.filter(({ id }) => id !== column),
};

/**
 * @param board store of the board
 * @param held - {id, column} of the card being dragged, which stays where it was picked up, or null
 * @returns - {search, columns: [{id, seq, state, cards}], byId, withdrawn, notes: Map(card or null -> notes)}
 */
export function boardViewModel(board, held = null) {
  const pending = board.pending.filter((entry) => entry.status !== "refused");
  const laid = applyToEntities(pending);
  const columns = applyToColumns(board.of("column").map((column) => ({ ...column, cards: [] })).sort(byRank), pending);
  const byColumn = new Map(columns.map((column) => [column.id, column]));
  const byId = new Map();
  const withdrawn = [];
  for (const kind of ["sighting", "task"]) {
    for (const entity of board.of(kind)) {
      const card = applyPending(entity, laid.get(entity.id));
      byId.set(card.id, card);
      if (card.state.withdrawn && held?.id !== card.id) withdrawn.push(card);
      else byColumn.get(card.id === held?.id ? held.column : card.state.column)?.cards.push(card);
    }
  }
  for (const column of columns) column.cards.sort(byRank);
  withdrawn.sort((a, b) => b.state.number - a.state.number);
  for (const entry of pending) place(entry, columns, byId, held);
  return { search: search(board, pending), columns, byId, withdrawn, notes: notes(board, pending) };
}

/** Return the sightings to choose from, except `but`, newest first: [id, text]. */
export function sightings({ byId }, but) {
  const found = [...byId.values()].filter(({ id, kind }) => kind === "sighting" && id !== but);
  return found
    .sort((a, b) => b.state.number - a.state.number)
    .map((sighting) => [sighting.id, `${cardName(sighting)} · ${sighting.state.description.slice(0, SAID_LENGTH)}`]);
}

function applyToColumns(columns, pending) {
  return pending.reduce((columns, { name, data }) => LAID_ON_COLUMNS[name]?.(columns, data) ?? columns, columns);
}

function moveColumn(columns, { column: id, before, after }) {
  const column = columns.find((column) => column.id === id);
  const others = columns.filter((column) => column.id !== id);
  const beside = others.findIndex((column) => column.id === (before ?? after));
  if (column) others.splice(beside < 0 ? others.length : before ? beside : beside + 1, 0, column);
  return others;
}

function applyToEntities(pending) {
  const laid = new Map();
  for (const entry of pending) {
    const id = target(entry.data, entry.name);
    if (!OPTIMISTIC[entry.name] && entry.name !== "card.move") continue;
    laid.set(id, [...(laid.get(id) ?? []), entry]);
  }
  return laid;
}

function applyPending(entity, entries) {
  if (!entries) return entity;
  const state = entries.reduce((state, { name, data }) => OPTIMISTIC[name]?.(state, data) ?? state, entity.state);
  return { ...entity, state, pending: entries.at(-1) };
}

function place(entry, columns, byId, held) {
  if (entry.name === "card.move" && entry.data.card !== held?.id) moveCard(entry.data, columns, byId);
  else if (entry.name === "sighting.add" || entry.name === "task.add") addCard(entry, columns);
}

function moveCard({ card: id, column: to, before, after }, columns, byId) {
  const card = byId.get(id);
  const column = columns.find((column) => column.id === to);
  if (!card || !column || card.state.withdrawn) return;
  for (const { cards } of columns) {
    const index = cards.findIndex((other) => other.id === id);
    if (index >= 0) cards.splice(index, 1);
  }
  const beside = column.cards.findIndex((other) => other.id === (before ?? after));
  column.cards.splice(beside < 0 ? column.cards.length : before ? beside : beside + 1, 0, card);
}

function addCard(entry, columns) {
  const { column: wanted, assignee = null, ...data } = entry.data;
  const kind = entry.name.split(".")[0];
  const role = kind === "sighting" ? "inbox" : "todo";
  const column = columns.find(({ id, state }) => (wanted ? id === wanted : state.role === role));
  const state = { grade: { source: "F", content: 6 }, priority: "normal", checklist: {}, assessment: "unassessed", ...data, assignee };
  column?.cards.push({ id: entry.id, kind, seq: 0, state, pending: entry, added: true });
}

function search(board, pending) {
  const [entity] = board.of("search");
  if (!entity) return null;
  const entries = pending.filter(({ name }) => LAID_ON_SEARCH[name]);
  const state = entries.reduce((state, { name, data }) => LAID_ON_SEARCH[name](state, data), entity.state);
  return { ...entity, state, pending: entries.at(-1) };
}

function notes(board, pending) {
  const byCard = new Map();
  const put = (note) => {
    const { card } = note.state;
    if (!byCard.has(card)) byCard.set(card, []);
    byCard.get(card).push(note);
  };
  for (const note of board.of("note")) put(note);
  for (const entry of pending) {
    if (entry.name !== "note.add") continue;
    const state = { category: "comment", card: null, corrects: null, happened_at: entry.at, ...entry.data };
    put({ id: entry.id, kind: "note", seq: Infinity, state, pending: entry });
  }
  for (const list of byCard.values()) list.sort((a, b) => compareNotes(b, a));
  return byCard;
}

/** Newest first by time of the event; ties by order of record. */
function compareNotes(a, b) {
  if (a.state.happened_at !== b.state.happened_at) return a.state.happened_at < b.state.happened_at ? -1 : 1;
  return a.seq - b.seq;
}
