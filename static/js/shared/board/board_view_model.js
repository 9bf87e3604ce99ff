/** View model of a board: the server's state, with one's pending commands applied on top. Pure. */
import { applyPatch } from "../../core/rules/merge_patch.js";
import { addsCard, cardKinds, cardOfCommand, kind as declaration, titleOf } from "../../core/rules/kinds.js";
import { queueOf } from "../../core/rules/queues.js";
import { alarmsOf } from "../../format/ownership.js";
import { cardName } from "../../format/values.js";
import { filesOfBoard } from "../files/files_of_board.js";

const SAID_LENGTH = 60; // characters of a sighting in a list of choices

/**
 * Sort by (rank, id), bytewise like the server: both are ASCII.
 * @param {{ id: string, state: State }} a
 * @param {{ id: string, state: State }} b
 */
export function byRank(a, b) {
  if (a.state.rank !== b.state.rank) return a.state.rank < b.state.rank ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * Put urgent sightings that wait for an answer first; the others keep the order in which people left them.
 * @param {Card[]} cards
 */
export function urgentFirst(cards) {
  const isUrgent = (/** @type {Card} */ { kind, state }) => kind === "sighting" && state.priority === "urgent" && queueOf(state) !== "answered";
  return [...cards.filter(isUrgent), ...cards.filter((card) => !isUrgent(card))];
}

/**
 * Expected effect of a pending command on the state of one card.
 * @type {Record<string, (state: State, data: PendingCommand["data"]) => State>}
 */
const OPTIMISTIC = {
  "sighting.grade": (state, { grade }) => applyPatch(state, { grade }),
  "sighting.assess": (state, { assessment, duplicate_of = null }) => ({ ...state, assessment, duplicate_of }),
  "sighting.pass_on": (state, { to, at = null, reference = null }) => ({ ...state, passed_on: { by: "", at, to, reference } }),
  "card.assign": (state, { assignee }) => ({ ...state, assignee }),
  "card.withdraw": (state) => ({ ...state, withdrawn: true }),
  "card.restore": (state) => ({ ...state, withdrawn: false }),
};

/**
 * Lay a patch of a card on its state, but for what is in no state: its id, and private fields.
 * @param {string} kind
 * @returns {(state: State, data: PendingCommand["data"]) => State}
 */
const updating = (kind) => (state, data) => {
  const { fields } = declaration(kind);
  return applyPatch(state, Object.fromEntries(Object.entries(data).filter(([name]) => name !== kind && !fields[name]?.private)));
};

/** @param {string} name of a command */
function effectOf(name) {
  const kind = name.replace(/\.update$/, "");
  return OPTIMISTIC[name] ?? (declaration(kind).card ? updating(kind) : undefined);
}

/** @type {Record<string, (state: SearchState, data: PendingCommand["data"]) => SearchState>} */
const LAID_ON_SEARCH = {
  "search.update": (state, patch) => applyPatch(state, patch),
  "search.set_status": (state, { status, reason, outcome = null, acknowledge = null }) => ({
    ...state, status, status_reason: reason, acknowledge, outcome: status === "closed" ? state.outcome : outcome,
  }),
  "search.set_outcome": (state, { outcome }) => applyPatch(state, { outcome }),
  "search.set_worrying": (state, { worrying = null, basis }) => ({ ...state, worrying, worrying_basis: basis }),
  "search.set_appeal": (state, { level, from = null, until = null }) => ({ ...state, appeal: { level, from, until } }),
  "search.set_goal": (state, { text, until = null }) => ({ ...state, goal: text === null ? null : { by: "", at: "", ...state.goal, text, until } }),
  "search.set_photo": (state, { file }) => ({ ...state, photo: file }),
  "search.set_access": (state, { access, members }) => ({ ...state, access, members }),
};

/** @type {Record<string, (columns: ColumnEntity[], data: PendingCommand["data"]) => ColumnEntity[]>} */
const LAID_ON_COLUMNS = {
  "column.rename": (columns, { column, title }) => columns.map((each) => (each.id === column ? { ...each, state: { ...each.state, title } } : each)),
  "column.move": moveColumn,
  "column.remove": (columns, { column }) => columns.filter(({ id }) => id !== column),
};

/**
 * @param {Pick<AnyBoard, "of" | "pending">} board
 * @param {HeldCard | null} [held] the card being dragged, which stays where it was picked up
 * @returns {BoardViewModel}
 */
export function boardViewModel(board, held = null) {
  const pending = board.pending.filter((entry) => entry.status !== "refused");
  const laid = applyToEntities(pending);
  const stored = /** @type {Entity<ColumnState>[]} */ (board.of("column"));
  const columns = applyToColumns(stored.map((column) => ({ ...column, cards: [] })).sort(byRank), pending);
  const byColumn = new Map(columns.map((column) => [column.id, column]));
  /** @type {BoardViewModel["byId"]} */
  const byId = new Map();
  /** @type {Card[]} */
  const withdrawn = [];
  for (const kind of cardKinds()) {
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
  for (const column of columns) if (column.state.role === "inbox") column.cards = urgentFirst(column.cards);
  return { search: search(board, pending), columns, byId, withdrawn, notes: notes(board, pending), files: filesOfBoard(board, pending), alarms: alarmsOf(board) };
}

/**
 * Return the cards of a kind (or of all) to choose from, except `but`, newest first: [id, text].
 * @param {Pick<BoardViewModel, "byId">} model
 * @param {string | null} but
 * @param {string} [kind]
 * @returns {[string, string][]}
 */
export function cardsToChoose({ byId }, but, kind) {
  const found = [...byId.values()].filter((card) => (!kind || card.kind === kind) && card.id !== but);
  return found.sort((a, b) => b.state.number - a.state.number).map((card) => [card.id, `${cardName(card)} · ${titleOf(card).slice(0, SAID_LENGTH)}`]);
}

/** @param {ColumnEntity[]} columns @param {PendingCommand[]} pending */
function applyToColumns(columns, pending) {
  return pending.reduce((columns, { name, data }) => LAID_ON_COLUMNS[name]?.(columns, data) ?? columns, columns);
}

/** @param {ColumnEntity[]} columns @param {PendingCommand["data"]} data */
function moveColumn(columns, { column: id, before, after }) {
  const column = columns.find((column) => column.id === id);
  const others = columns.filter((column) => column.id !== id);
  const beside = others.findIndex((column) => column.id === (before ?? after));
  if (column) others.splice(beside < 0 ? others.length : before ? beside : beside + 1, 0, column);
  return others;
}

/** @param {PendingCommand[]} pending */
function applyToEntities(pending) {
  /** @type {Map<string, PendingCommand[]>} */
  const laid = new Map();
  for (const entry of pending) {
    const id = cardOfCommand(entry);
    if (!id || (!effectOf(entry.name) && entry.name !== "card.move")) continue;
    laid.set(id, [...(laid.get(id) ?? []), entry]);
  }
  return laid;
}

/** @param {Entity} entity @param {PendingCommand[] | undefined} entries @returns {Card} */
function applyPending(entity, entries) {
  if (!entries) return entity;
  const state = { ...entries.reduce((state, { name, data }) => effectOf(name)?.(state, data) ?? state, entity.state) };
  if (entity.kind === "sighting") state.queue = queueOf(state);
  return { ...entity, state, pending: entries.at(-1) };
}

/**
 * @param {PendingCommand} entry
 * @param {ColumnEntity[]} columns
 * @param {BoardViewModel["byId"]} byId
 * @param {HeldCard | null} held
 */
function place(entry, columns, byId, held) {
  if (entry.name === "card.move" && entry.data.card !== held?.id) moveCard(entry.data, columns, byId);
  else if (addsCard(entry.name)) addCard(entry, columns);
}

/** @param {PendingCommand["data"]} data @param {ColumnEntity[]} columns @param {BoardViewModel["byId"]} byId */
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

/** @param {PendingCommand} entry @param {ColumnEntity[]} columns */
function addCard(entry, columns) {
  const { column: wanted, assignee = null, ...data } = entry.data;
  const kind = entry.name.split(".")[0], { column: role } = declaration(kind);
  const column = columns.find(({ id, state }) => (wanted ? id === wanted : state.role === role));
  const state = { grade: { source: "F", content: 6 }, priority: "normal", checklist: {}, assessment: "unassessed", ...data, assignee };
  column?.cards.push({ id: entry.id, kind, seq: 0, state, pending: entry, added: true });
}

/** @param {Pick<AnyBoard, "of">} board @param {PendingCommand[]} pending @returns {SearchEntity | null} */
function search(board, pending) {
  const [entity] = /** @type {Entity<SearchState>[]} */ (board.of("search"));
  if (!entity) return null;
  const entries = pending.filter(({ name }) => LAID_ON_SEARCH[name]);
  const state = entries.reduce((state, { name, data }) => LAID_ON_SEARCH[name](state, data), entity.state);
  return { ...entity, state, pending: entries.at(-1) };
}

/** @param {Pick<AnyBoard, "of">} board @param {PendingCommand[]} pending */
function notes(board, pending) {
  /** @type {BoardViewModel["notes"]} */
  const byCard = new Map();
  const put = (/** @type {NoteEntity} */ note) => {
    const { card } = note.state;
    if (!byCard.has(card)) byCard.set(card, []);
    byCard.get(card)?.push(note);
  };
  for (const note of /** @type {Entity<NoteState>[]} */ (board.of("note"))) put(note);
  for (const entry of pending) {
    if (entry.name !== "note.add") continue;
    const state = /** @type {NoteState} */ ({ category: "comment", card: null, corrects: null, happened_at: entry.at, ...entry.data });
    put({ id: entry.id, kind: "note", seq: Infinity, state, pending: entry });
  }
  for (const list of byCard.values()) list.sort((a, b) => compareNotes(b, a));
  return byCard;
}

/**
 * Newest first by time of the event; ties by order of record.
 * @param {NoteEntity} a
 * @param {NoteEntity} b
 */
function compareNotes(a, b) {
  if (a.state.happened_at !== b.state.happened_at) return a.state.happened_at < b.state.happened_at ? -1 : 1;
  return a.seq - b.seq;
}
