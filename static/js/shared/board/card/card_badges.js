/** Badges of cards: viewers, unseen changes, overdue tasks. */
import { isUngraded } from "../../../core/rules/conditions.js";
import { day, serverNow } from "../../../core/time.js";
import { avatarList } from "../../avatars.js";

/**
 * @param {{
 *   board: AnyBoard, session: Session, forms: Pick<CardBadges, "drafts">, model: BoardViewModel,
 *   filters: { isShown(rules: { isOverdue(card: Entity): boolean, isChanged(id: string): boolean }): (card: Card) => boolean },
 * }} view
 * @returns {CardBadges}
 */
export function cardBadges({ board, session, filters, forms, model }) {
  const noteBadges = badgesOfNotes(board);
  const isChanged = (/** @type {string} */ id) => board.badges.has(id) || noteBadges.has(id);
  const isOverdue = overdueAt(board, serverNow().toISOString());
  const cards = model.columns.flatMap((column) => column.cards);
  return {
    today: day(serverNow()),
    drafts: forms.drafts,
    faces: facesOnCards(board.presence, session.account.id),
    noteBadges,
    changed: cards.filter(({ id }) => isChanged(id)).map(({ id }) => id),
    overdue: cards.filter(isOverdue).length,
    ungraded: cards.filter(({ kind, added, state }) => kind === "sighting" && !added && isUngraded(state)).length,
    isOverdue,
    isShown: filters.isShown({ isOverdue, isChanged }),
  };
}

/** Return the card of a note or file; a file may be on a note. @param {Entity} entity @param {AnyBoard} board */
const cardOfAttached = ({ state }, board) => state.card ?? board.get(state.note ?? "")?.state.card ?? null;

/** @param {AnyBoard} board */
export function countOverdue(board) {
  return board.of("task").filter(overdueAt(board, serverNow().toISOString())).length;
}

/** @param {Pick<AnyBoard, "get">} board @param {string} column */
export function isDone(board, column) {
  return board.get(column)?.state.role === "done";
}

/**
 * Return a test for overdue cards; none in a closed search. ISO times compare as text.
 * @param {Pick<AnyBoard, "get" | "id">} board
 * @param {IsoTime} now
 * @returns {(entity: Entity) => boolean}
 */
export function overdueAt(board, now) {
  if (board.get(board.id)?.state.status === "closed") return () => false;
  return ({ kind, state }) => kind === "task" && !state.withdrawn && Boolean(state.due) && state.due < now && !isDone(board, state.column);
}

/** @param {AnyBoard["presence"]} presence @param {string} ownId @returns {CardBadges["faces"]} */
function facesOnCards(presence, ownId) {
  const others = presence.people.filter(({ account, card }) => card && account !== ownId);
  const cards = new Set(/** @type {string[]} */ (others.map(({ card }) => card)));
  return new Map([...cards].map((id) => [id, avatarList({ people: others }, ({ card }) => card === id)]));
}

/**
 * Return the newest badge of the notes and files on each card.
 * @param {AnyBoard} board
 */
export function badgesOfNotes(board) {
  /** @type {CardBadges["noteBadges"]} */
  const badges = new Map();
  for (const [id, badge] of board.badges) {
    const entity = board.get(id);
    const card = entity?.kind === "note" || entity?.kind === "file" ? cardOfAttached(entity, board) : null;
    if (card && (badge.at ?? "") >= (badges.get(card)?.at ?? "")) badges.set(card, badge);
  }
  return badges;
}
