/** View model of a board: the server's state, with this person's pending commands applied. Pure. */
import { cardKinds, titleOf } from "../../core/rules/kinds.js";
import { queueOf } from "../../core/rules/queues.js";
import { alarmsOf, promiseOfQueues } from "../../format/ownership.js";
import { cardName } from "../../format/values.js";
import { filesOfBoard } from "../files/files_of_board.js";
import { applyPending, applyToColumns, commandsByCard, place, searchWithPending } from "./optimistic_changes.js";

const MAX_TITLE = 60; // characters of a title in a list of choices

/**
 * Compare by (rank, id), bytewise like the server: both are ASCII.
 * @param {{ id: string, state: State }} a
 * @param {{ id: string, state: State }} b
 */
export function byRank(a, b) {
  if (a.state.rank !== b.state.rank) return a.state.rank < b.state.rank ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * Put unanswered urgent sightings first; all other cards keep their order.
 * @param {Card[]} cards
 */
export function urgentFirst(cards) {
  const isUrgent = (/** @type {Card} */ { kind, state }) => kind === "sighting" && state.priority === "urgent" && queueOf(state) !== "answered";
  return [...cards.filter(isUrgent), ...cards.filter((card) => !isUrgent(card))];
}

/**
 * @param {Pick<AnyBoard, "of" | "pending">} board
 * @param {HeldCard | null} [held] the dragged card, which stays in its old column
 * @returns {BoardViewModel}
 */
export function boardViewModel(board, held = null) {
  const pending = board.pending.filter((entry) => entry.status !== "refused");
  const byCard = commandsByCard(pending);
  const columnEntities = /** @type {Entity<ColumnState>[]} */ (board.of("column"));
  const columns = applyToColumns(columnEntities.map((column) => ({ ...column, cards: [] })).sort(byRank), pending);
  const byColumn = new Map(columns.map((column) => [column.id, column]));
  /** @type {BoardViewModel["byId"]} */
  const byId = new Map();
  /** @type {Card[]} */
  const withdrawn = [];
  for (const kind of cardKinds()) {
    for (const entity of board.of(kind)) {
      const card = applyPending(entity, byCard.get(entity.id));
      byId.set(card.id, card);
      if (card.state.withdrawn && held?.id !== card.id) withdrawn.push(card);
      else byColumn.get(card.id === held?.id ? held.column : card.state.column)?.cards.push(card);
    }
  }
  for (const column of columns) column.cards.sort(byRank);
  withdrawn.sort((a, b) => b.state.number - a.state.number);
  for (const entry of pending) place(entry, columns, byId, held);
  for (const column of columns) if (column.state.role === "inbox") column.cards = urgentFirst(column.cards);
  return { search: searchWithPending(board, pending), columns, byId, withdrawn, notes: notes(board, pending), files: filesOfBoard(board, pending), alarms: alarmsOf(board), promiseOfQueues: promiseOfQueues(board) };
}

/**
 * Return the choice of cards of a kind (or of all kinds), except `exceptId`, newest first: [id, text].
 * @param {Pick<BoardViewModel, "byId">} model
 * @param {string | null} exceptId
 * @param {string} [kind]
 * @returns {[string, string][]}
 */
export function cardsToChoose({ byId }, exceptId, kind) {
  const candidates = [...byId.values()].filter((card) => (!kind || card.kind === kind) && card.id !== exceptId);
  return candidates.sort((a, b) => b.state.number - a.state.number).map((card) => [card.id, `${cardName(card)} · ${titleOf(card).slice(0, MAX_TITLE)}`]);
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
 * Compare by time of the described event; ties by order of recording.
 * @param {NoteEntity} a
 * @param {NoteEntity} b
 */
function compareNotes(a, b) {
  if (a.state.happened_at !== b.state.happened_at) return a.state.happened_at < b.state.happened_at ? -1 : 1;
  return a.seq - b.seq;
}
