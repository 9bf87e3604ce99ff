"""Erasure of a card, note, contact or file on the command line, by its number or id."""

from typing import Any

from sqlmodel import Session

from board.command_line.retention import find_search
from board.config.alarm_rules import load_rules
from board.config.settings import Settings
from board.errors import OperationError, Refused
from models.times import now

PartName = tuple[str, str]  # kind, and number or id
MAX_DIGITS = 9  # of a number; ids are longer
UNKNOWN = "The search has no such part, or it is already being erased."


def row(session: Session, search: str, name: PartName) -> tuple[str, dict[str, Any]]:
    """Return the line and the JSON of a part: what is erased with it, and why it can't be erased now. Without its texts, because
    the audit journal does not record this read. Raises OperationError if there is none."""
    from board.retention import part_erasures, requests
    from board.retention.parts import parts_of

    part = _find(session, search, name)
    parts = parts_of(session, part)
    counts, request = part_erasures.count_by_kind(parts), requests.find(session, part, now())
    values = {"kind": part.kind, "id": part.id, "counts": counts, "problem": _problem(session, part, parts)}
    seen = requests.digest(parts)
    lines = [f"{part.kind} {name[1]}", ", ".join(f"{kind} {count}" for kind, count in counts.items())]
    lines += ["asked for: another person must agree"] if request is not None else []
    lines += [values["problem"]] if values["problem"] else []
    line = " · ".join(lines)
    return f"{line}\nTo agree to this list, add: --seen {seen}", values | {"is_asked": request is not None, "seen": seen}


def ask(session: Session, search: str, name: PartName, reference: str, reason: str) -> None:
    """Ask to erase a part. Raises OperationError."""
    from board.retention import part_erasures

    part_erasures.ask(session, find_search(session, search), _find(session, search, name), reference, reason, now())


def agree(session: Session, search: str, name: PartName, reference: str, seen: str) -> None:
    """Agree to erase a part, and begin. Raises OperationError."""
    from board.retention import part_erasures, requests

    found, part = find_search(session, search), _find(session, search, name)
    request, rules = requests.find(session, part, now()), load_rules(Settings().files_path)
    if request is None:
        raise OperationError("Nobody asked to erase this part. Ask with --reason.")
    if not seen:
        raise OperationError("Read the list first, with --dry-run. It says what to add.")
    try:
        part_erasures.agree(session, found, part, request.id, reference, now(), seen=seen, rules=rules)
    except Refused:
        raise OperationError(UNKNOWN) from None


def _find(session: Session, search: str, name: PartName) -> Any:
    """Return the part with this kind and number or id. Raises OperationError if the search has none, or its data is gone."""
    from board.retention import part_erasures
    from board.retention.parts import Part, chosen_models

    board, (kind, key), models = find_search(session, search).id, name, chosen_models()
    if kind not in models:
        raise OperationError(f"Unknown kind: {kind}. Use one of: {', '.join(models)}.")
    part = Part(board, kind, _id_of(session, models[kind], board, key))
    try:
        part_erasures.row_of(session, part)
    except Refused:
        raise OperationError(UNKNOWN) from None
    return part


def _id_of(session: Session, model: Any, board: str, key: str) -> str:
    """Return the id of the part with this number; `key` itself if it is not the number of one."""
    from sqlmodel import select

    if "\0" in key:
        raise OperationError(UNKNOWN)
    if not (key.isascii() and key.isdigit() and len(key) <= MAX_DIGITS and "number" in model.model_fields):
        return key
    return session.exec(select(model.id).where(model.board == board, model.number == int(key))).first() or key


def _problem(session: Session, part: Any, parts: Any) -> str | None:
    """Return why a part can't be erased now; None if it can."""
    from board.retention import other_searches, part_erasures

    try:
        part_erasures.check(session, part, parts)
        other_searches.check(session, part.board, parts, None, now())
    except OperationError as error:
        return str(error)
    return None
