"""Audit entries as plain sentences, which are translated into the reader's language."""

from collections.abc import Callable

from board import labels
from board.accounts import device_names
from board.audit.log.entry_texts import ANSWERS, BY_FIELD, INSTEAD, SAYS, Values
from board.audit.log.reading import AuditEntry
from board.audit.log.sign_in_texts import PROVIDER_REASONS
from board.audit.scopes import SCOPES
from board.config import sentences
from board.i18n import N_, Moment, message
from models.board import AUDIT, OPERATIONS

_UNKNOWN = {"address": N_("an unknown address")}
_BOARDS = {OPERATIONS: N_("All searches"), AUDIT: N_("Audit log")}


def entry_text(entry: AuditEntry) -> str:
    """Return an entry as a sentence in English, a `Message` if it has values; for an unknown type, the type."""
    if not entry.payload:
        return N_("Erased")
    unknown = {name: message(_UNKNOWN.get(name, N_("not known"))) for name, value in entry.about.items() if value is None}
    values = {**entry.about, **unknown}
    roles = labels.VALUES["account.role"]
    values |= {name: message(roles[values[name]]) for name in ("role", "before") if values.get(name) in roles}
    if values.get("until"):
        values["until"] = Moment(values["until"])
    if "scope" in values:
        values["scope"] = message(SCOPES.get(values["scope"], values["scope"]))
    if "device" in values:
        values["device"] = device_names.describe(values["device"])
    values |= {"actor": actor_name(entry.actor), "board": _board(entry)}
    if entry.type == "command.refused":
        values["answer"] = message(ANSWERS.get(entry.about["reason"], entry.about["reason"]))
    if entry.type == "report.read":
        values["number"] = entry.id.rpartition("/")[2]
    if entry.type == "sign_in.refused":
        values["reason"] = message(PROVIDER_REASONS.get(entry.about["reason"], entry.about["reason"]))
    if entry.type in _CHANGES:
        values["changes"] = _joined(_CHANGES[entry.type](entry.about))
    template = _template(entry)
    if template is None:
        return entry.type
    text, count = message(template, **values), values.get("count", 1)
    return text if count == 1 or "{count}" in template else message(N_("{what} ({count} more times)"), what=text, count=count)


def _template(entry: AuditEntry) -> str | None:
    """Return the sentence of an entry without its values; None for an unknown type."""
    if entry.type in BY_FIELD:
        field, sentences, other = BY_FIELD[entry.type]
        return sentences.get(entry.id if field == "id" else entry.about.get(field, ""), other)
    is_so, sentence = INSTEAD.get(entry.type, (lambda about: False, ""))
    return sentence if is_so(entry.about) else SAYS.get(entry.type)


def _board(entry: AuditEntry) -> str:
    """Return the reference of an entry's search, or the name of a board without a search."""
    board = entry.about.get("board", entry.id)
    reference = entry.about.get("reference")
    return str(reference) if reference else message(_BOARDS.get(board, N_("an unknown board")))


def actor_name(actor: Values) -> str:
    """Return the name of the actor, as a message."""
    name = actor.get("name") or message(N_("not known"))
    match actor.get("kind"):
        case "account":
            return str(name)
        case "display":
            return message(N_("The display “{name}”"), name=name)
        case "command_line":
            return message(N_("{name} at the command line"), name=name)
        case "server":
            return "Searchboard"
    return message(sentences.SOMEONE)


_CHANGES: dict[str, Callable[[Values], list[str]]] = {
    "accounts.unused": lambda about: [account["name"] for account in about.get("accounts", ())],
    "display.changed": lambda about: [message(labels.FIELDS.get(f"display.{name}", name)) for name in about.get("fields", ())],
    "settings.changed": lambda about: [_setting(change) for change in about.get("changes", ())],
}


def _setting(change: Values) -> str:
    """Return a changed setting, such as `LOG_LEVEL: INFO → DEBUG`; only the name of a secret."""
    before, value = (change.get(name) for name in ("before", "value"))
    return str(change["name"]) if before is None and value is None else f"{change['name']}: {before or '–'} → {value or '–'}"


def _joined(parts: list[str]) -> str:
    """Join parts, which may be messages, with commas into a message."""
    row = ", ".join(f"{{part{number}}}" for number in range(len(parts)))
    return message(row or "–", **{f"part{number}": part for number, part in enumerate(parts)})
