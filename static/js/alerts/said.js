/* An alert in words, and where it leads. */

import { cardName } from "../forms/shown.js";
import { label } from "../labels.js";
import { t } from "../i18n.js";

/** "Bob assessed Sighting 7: confirmed" */
export function sentence({ kind, actor, entity, card, value, acknowledge }) {
  const who = actor?.name ?? t("The board");
  const what = card ? cardName({ kind: card.kind, state: card }) : label.noun(entity.kind);
  switch (kind) {
    case "assigned": return t("{who} gave you {what}", { who, what });
    case "mention": return t("{who} mentioned you: {what}", { who, what: entity.kind === "note" && card ? `${label.noun("note")} · ${what}` : what });
    case "sighting": return t("{who} assessed {what}: {value}", { who, what, value: label.assessment(value) });
    case "status": return status({ who, value: label.status(value), reason: acknowledge });
    default: return label.event(kind); // a newer server's
  }
}

const status = (said) => (said.reason ? t("{who} closed the search anyway, because: {reason}", said) : t("{who} set the status: {value}", said));

/** What may be seen by others: the kind and nothing of whom it is about. */
export function kindOf({ kind }) {
  switch (kind) {
    case "assigned": return t("A card for you");
    case "mention": return t("You are mentioned");
    case "sighting": return t("Sighting assessed");
    case "status": return t("Status set");
    default: return t("Alerts");
  }
}

/** The address of what it is about. */
export function placeOf({ board, card }) {
  if (board === "operations") return "/";
  return card ? `/searches/${board}/cards/${card.id}` : `/searches/${board}`;
}
