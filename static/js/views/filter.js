/** Which cards are shown: by kind, mine, overdue, changed, and by words in them. Pure. */

export const SHOW_ALL = { sighting: true, task: true, mine: false, overdue: false, changed: false };

/** @returns (card) -> boolean */
export function filter({ show, find }, { account, isOverdue, isChanged, nameOf }) {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  return (card) =>
    card.added ||
    (show[card.kind] &&
      (!show.mine || card.state.assignee === account) &&
      (!show.overdue || isOverdue(card)) &&
      (!show.changed || isChanged(card.id)) &&
      (!words.length || has(card.state, words, nameOf)));
}

function has({ number, description, title, instruction, place, direction, clothing, company, assignee }, words, nameOf) {
  const said = [number, description, title, instruction, place?.text, direction, clothing, company, assignee && nameOf(assignee)];
  const text = said.filter(Boolean).join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}
