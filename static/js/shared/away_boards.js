/* Boards of which this browser stores texts, commands or files, and that this account no longer sees. If such a board
   was erased, its data is deleted on the next opened page. */

import { get, orNull } from "../core/connection/api.js";
import { draftBoards } from "../core/storage/drafts.js";
import { vault } from "../core/storage/vault.js";
import { ErasedBoard } from "./erased_board.js";

const MAX_BOARDS = 20; // of one page; the next page continues

/** @param {Pick<Session, "outbox" | "uploads">} session */
export const mount = (session) => vault.whenOpened(() => removeErased(session));

/** @param {Pick<Session, "outbox" | "uploads">} session */
async function removeErased(session) {
  const stored = new Set([...draftBoards(), ...session.outbox.unfinished().map(({ board }) => board), ...session.uploads.boards]);
  const answer = stored.size ? await orNull(get("/api/v1/boards", { repeat: false })) : null;
  if (!answer) return;
  for (const { board } of answer.boards) stored.delete(board);
  for (const board of [...stored].slice(0, MAX_BOARDS)) await new ErasedBoard(session, board, () => {}).check();
}
