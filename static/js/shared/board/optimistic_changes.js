/* Expected effects of this person's pending commands, shown before the server answers. Pure. */
import { applyPatch } from "../../core/rules/merge_patch.js";
import { addsCard, cardOfCommand, kind as declaration } from "../../core/rules/kinds.js";
import { queueOf } from "../../core/rules/queues.js";

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
 * Return the effect of an update: its patch, except the id and private fields, which are not in the state.
 * @param {string} kind
 * @returns {(state: State, data: PendingCommand["data"]) => State}
 */
const updateEffect = (kind) => (state, data) => {
  const { fields } = declaration(kind);
  return applyPatch(state, Object.fromEntries(Object.entries(data).filter(([name]) => name !== kind && !fields[name]?.private)));
};

/** @param {string} name name of a command */
function effectOf(name) {
  const kind = name.replace(/\.update$/, "");
  return OPTIMISTIC[name] ?? (declaration(kind).card ? updateEffect(kind) : undefined);
}

/** @type {Record<string, (state: SearchState, data: PendingCommand["data"]) => SearchState>} */
const SEARCH_EFFECTS = {
  "search.update": (state, patch) => applyPatch(state, patch),
  "search.set_status": (state, { status, reason, outcome = null, acknowledge = null }) => ({
    ...state, status, status_reason: reason, acknowledge, outcome: status === "closed" ? state.outcome : outcome,
  }),
  "search.set_outcome": (state, { outcome }) => applyPatch(state, { outcome }),
  "search.set_worrying": (state, { worrying = null, basis }) => ({ ...state, worrying, worrying_basis: basis }),
  "search.set_appeal": (state, { level, from = null, until = null }) => ({ ...state, appeal: /** @type {any} */ ({ level, from, until }) }),
  "search.set_goal": (state, { text, until = null }) => ({ ...state, goal: text === null ? null : { by: "", at: "", ...state.goal, text, until } }),
  "search.set_photo": (state, { file }) => ({ ...state, photo: file }),
  "search.set_access": (state, { access, members }) => ({ ...state, access, members }),
};

/** @type {Record<string, (columns: ColumnEntity[], data: PendingCommand["data"]) => ColumnEntity[]>} */
const COLUMN_EFFECTS = {
  "column.rename": (columns, { column, title }) => columns.map((entity) => (entity.id === column ? { ...entity, state: { ...entity.state, title } } : entity)),
  "column.move": moveColumn,
  "column.remove": (columns, { column }) => columns.filter(({ id }) => id !== column),
};

/** Return the expected columns. @param {ColumnEntity[]} columns @param {PendingCommand[]} pending */
export function applyToColumns(columns, pending) {
  return pending.reduce((columns, { name, data }) => COLUMN_EFFECTS[name]?.(columns, data) ?? columns, columns);
}

/** @param {ColumnEntity[]} columns @param {PendingCommand["data"]} data */
function moveColumn(columns, { column: id, before, after }) {
  const column = columns.find((column) => column.id === id);
  const others = columns.filter((column) => column.id !== id);
  const neighbour = others.findIndex((column) => column.id === (before ?? after));
  if (column) others.splice(neighbour < 0 ? others.length : before ? neighbour : neighbour + 1, 0, column);
  return others;
}

/** Return the pending commands that change a card, by its id. @param {PendingCommand[]} pending */
export function commandsByCard(pending) {
  /** @type {Map<string, PendingCommand[]>} */
  const commands = new Map();
  for (const entry of pending) {
    const id = cardOfCommand(entry);
    if (!id || (!effectOf(entry.name) && entry.name !== "card.move")) continue;
    commands.set(id, [...(commands.get(id) ?? []), entry]);
  }
  return commands;
}

/** Return the expected card. @param {Entity} entity @param {PendingCommand[] | undefined} entries @returns {Card} */
export function applyPending(entity, entries) {
  if (!entries) return entity;
  const state = { ...entries.reduce((state, { name, data }) => effectOf(name)?.(state, data) ?? state, entity.state) };
  if (entity.kind === "sighting") state.queue = queueOf(state);
  return { ...entity, state, pending: entries.at(-1) };
}

/**
 * Move or add a card by a pending command.
 * @param {PendingCommand} entry
 * @param {ColumnEntity[]} columns
 * @param {BoardViewModel["byId"]} byId
 * @param {HeldCard | null} held
 */
export function place(entry, columns, byId, held) {
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
  const neighbour = column.cards.findIndex((other) => other.id === (before ?? after));
  column.cards.splice(neighbour < 0 ? column.cards.length : before ? neighbour : neighbour + 1, 0, card);
}

/** @param {PendingCommand} entry @param {ColumnEntity[]} columns */
function addCard(entry, columns) {
  const { column: columnId, assignee = null, ...data } = entry.data;
  const kind = entry.name.split(".")[0], { column: role } = declaration(kind);
  const column = columnId ? columns.find(({ id }) => id === columnId) : columns.find(({ state }) => state.role === role) ?? columns.at(-1);
  const state = { grade: { source: "F", content: 6 }, priority: "normal", checklist: {}, assessment: "unassessed", ...data, assignee };
  column?.cards.push({ id: entry.id, kind, seq: 0, state, pending: entry, added: true });
}

/** Return the expected search. @param {Pick<AnyBoard, "of">} board @param {PendingCommand[]} pending @returns {SearchEntity | null} */
export function searchWithPending(board, pending) {
  const [entity] = /** @type {Entity<SearchState>[]} */ (board.of("search"));
  if (!entity) return null;
  const entries = pending.filter(({ name }) => SEARCH_EFFECTS[name]);
  const state = entries.reduce((state, { name, data }) => SEARCH_EFFECTS[name](state, data), entity.state);
  return { ...entity, state, pending: entries.at(-1) };
}
