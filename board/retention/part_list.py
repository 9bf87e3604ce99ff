"""List of the parts of a search that can be erased separately: withdrawn cards, contacts and files, and notes."""

from collections.abc import Collection
from typing import NamedTuple

from sqlmodel import Session, col, select

from board.engine import kinds
from board.retention.parts import chosen_models
from models.entity import Entity
from models.searchable import folded_text

_TEXTS = {"note": "text", "contact": "name", "file": "name"}  # columns with the text of parts that are not cards
MAX_LISTED = 100
MAX_FIND = 100  # characters
MAX_TEXT = 100  # characters of a note or title


class ListedPart(NamedTuple):
    """Card, note, contact or file. `number`: 0 if it has none."""

    kind: str
    id: str
    number: int
    text: str


def listed(session: Session, board: str, find: str, hidden: Collection[str]) -> list[ListedPart]:
    """Return the parts that can be erased, newest first in each kind. `find`: text or number in them. `hidden`: excluded
    kinds."""
    wanted = folded_text((find[:MAX_FIND],))
    return [
        line(kind, row)
        for kind, model in chosen_models().items() if kind not in hidden
        for row in session.exec(select(model).where(model.board == board).order_by(col(model.id).desc()))
        if _is_listed(row) and wanted in folded_text((_text(kind, row), str(getattr(row, "number", ""))))
    ]  # fmt: skip


def line(kind: str, row: Entity) -> ListedPart:
    text = _text(kind, row)
    return ListedPart(kind, row.id, getattr(row, "number", 0), f"{text[:MAX_TEXT]}…" if len(text) > MAX_TEXT else text)


def _is_listed(row: Entity) -> bool:
    return bool(getattr(row, "withdrawn", True)) and getattr(row, "removed", None) is None


def _text(kind: str, row: Entity) -> str:
    return str(getattr(row, _TEXTS.get(kind) or kinds.named(kind).title_field) or "")
