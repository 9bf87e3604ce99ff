/* Texts about files: name, kind and size. */

import { number, t } from "../../core/i18n.js";
import { cardName } from "../../format/values.js";

const KIB = 1_024, MIB = 1_048_576;

/** @param {number} bytes */
export const sizeText = (bytes) => (bytes < MIB ? t("{size} KB", { size: number(Math.max(1, Math.round(bytes / KIB))) }) : t("{size} MB", { size: number(Math.round((bytes / MIB) * 10) / 10) }));

/** "PDF", "DOCX": the extension of the name, or the second part of the media type. @param {State} state */
export function kindText({ name = "", media_type: type = "" }) {
  const extension = name.match(/\.(\w{1,5})$/)?.[1] ?? type.split("/").at(-1) ?? "";
  return extension.toUpperCase();
}

/**
 * Return the description of a picture: its caption, or the card to which it is attached.
 * @param {State} state
 * @param {Pick<AnyBoard, "get">} board
 */
export function pictureText({ caption, card }, board) {
  if (caption) return caption;
  const attachedTo = card ? board.get(card) : null;
  return attachedTo ? t("Photo of {card}", { card: cardName(attachedTo) }) : t("Photo of the search");
}

/** @param {State} state @param {Pick<AnyBoard, "get">} board */
export const fileTitle = (state, board) => (state.picture ? pictureText(state, board) : state.caption || state.name);
