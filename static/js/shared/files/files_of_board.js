/* Files of a board, by the entity to which they are attached. Pure. */

import { applyPatch } from "../../core/rules/merge_patch.js";

/** @param {State} state @param {PendingCommand} command @returns {State} */
function applyCommand(state, { name, data }) {
  if (name === "file.withdraw") return { ...state, withdrawn: { reason: data.reason, at: null, by: null } };
  const { file: _, ...patch } = data;
  return name === "file.update" ? applyPatch(state, patch) : state;
}

/**
 * Group the files that are not withdrawn by the id of their note or card (null: the search itself), oldest first.
 * @param {Pick<AnyBoard, "of">} board
 * @param {readonly PendingCommand[]} [pending]
 * @returns {Map<string | null, Entity[]>}
 */
export function filesOfBoard(board, pending = []) {
  const commands = pending.filter(({ name }) => name.startsWith("file.")), byPlace = new Map();
  for (const file of board.of("file")) {
    const state = commands.filter(({ data }) => data.file === file.id).reduce(applyCommand, file.state);
    if (state.withdrawn) continue;
    const place = state.note ?? state.card ?? null;
    byPlace.set(place, [...(byPlace.get(place) ?? []), { ...file, state }]);
  }
  for (const files of byPlace.values()) files.sort((/** @type {Entity} */ a, /** @type {Entity} */ b) => (a.state.added_at < b.state.added_at ? -1 : a.state.added_at > b.state.added_at ? 1 : a.id < b.id ? -1 : 1));
  return byPlace;
}

/** Return the first picture of a card. @param {Map<string | null, Entity[]>} files @param {string} card */
export const firstPicture = (files, card) => files.get(card)?.find(({ state }) => state.picture) ?? null;
