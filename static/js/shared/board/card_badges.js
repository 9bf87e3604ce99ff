/** Badges of cards: who has a card open, what changed and is unseen, what is overdue. */
import { day, serverNow } from "../../core/time.js";
import { avatarList } from "../avatars.js";

/**
 * @returns - {today, drafts: Set(card), faces: Map(card -> people), noteBadges: Map(card -> badge), changed: [card], overdue,
 *   isShown}
 */
export function cardBadges({ board, session, filters, forms, picture }) {
  const noteBadges = badgesOfNotes(board);
  const isChanged = (id) => board.badges.has(id) || noteBadges.has(id);
  const isOverdue = overdueAt(board, serverNow().toISOString());
  const cards = picture.columns.flatMap((column) => column.cards);
  return {
    today: day(serverNow()),
    drafts: forms.drafts,
    faces: facesOnCards(board.presence, session.account.id),
    noteBadges,
    changed: cards.filter(({ id }) => isChanged(id)).map(({ id }) => id),
    overdue: cards.filter(isOverdue).length,
    isShown: filters.isShown({ isOverdue, isChanged }),
  };
}

export function countOverdue(board) {
  return board.of("task").filter(overdueAt(board, serverNow().toISOString())).length;
}

export function isDone(board, column) {
  return board.get(column)?.state.role === "done";
}

/** ISO times compare as text. */
export function overdueAt(board, now) {
  return ({ kind, state }) => kind === "task" && !state.withdrawn && state.due && state.due < now && !isDone(board, state.column);
}

function facesOnCards(presence, own) {
  const others = presence.people.filter(({ account, card }) => card && account !== own);
  const cards = new Set(others.map(({ card }) => card));
  return new Map([...cards].map((id) => [id, avatarList({ people: others }, ({ card }) => card === id)]));
}

/** Return the badges of notes by the cards they are on. */
export function badgesOfNotes(board) {
  const badges = new Map();
  for (const [id, badge] of board.badges) {
    const entity = board.get(id);
    if (entity?.kind === "note" && entity.state.card) badges.set(entity.state.card, badge);
  }
  return badges;
}
