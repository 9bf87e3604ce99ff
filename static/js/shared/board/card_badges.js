/** What the board says beside its states: who is at which card, what changed and is not seen, what is late. */
import { day, serverNow } from "../../core/time.js";
import { avatarList } from "../avatars.js";

/** @returns {today, drafts: Set(card), faces: Map(card -> people), noteMarks: Map(card -> mark), changed: [card], overdue, isShown} */
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

/** Times of the wire sort as text. */
export function overdueAt(board, now) {
  return ({ kind, state }) => kind === "task" && !state.withdrawn && state.due && state.due < now && !isDone(board, state.column);
}

function facesOnCards(presence, own) {
  const others = presence.people.filter(({ account, card }) => card && account !== own);
  const cards = new Set(others.map(({ card }) => card));
  return new Map([...cards].map((id) => [id, avatarList({ people: others }, ({ card }) => card === id)]));
}

/** Marks of the cards that notes are on. */
export function badgesOfNotes(board) {
  const badges = new Map();
  for (const [id, badge] of board.badges) {
    const entity = board.get(id);
    if (entity?.kind === "note" && entity.state.card) badges.set(entity.state.card, badge);
  }
  return badges;
}
