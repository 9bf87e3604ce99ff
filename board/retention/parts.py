"""Entities that are erased together: a card, note, contact or file, and everything that repeats it or belongs to it."""

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session

from board.engine import kinds
from models.contact import Contact
from models.db.tables import columns_of
from models.entity import Entity
from models.file import File
from models.note import Note
from models.sighting import Sighting
from models.tip import Tip
from models.wake import Wake

MAX_PARTS = 500  # of one erasure: its transaction holds the locks for about a second

_N, _F, _S, _T, _W = columns_of(Note), columns_of(File), columns_of(Sighting), columns_of(Tip), columns_of(Wake)


class Part(NamedTuple):
    """Entity on a board."""

    board: str
    kind: str
    id: str


def chosen_models() -> dict[str, type[Entity]]:
    """Return the models that people can choose, by kind: all kinds of cards, including an installation's, notes, contacts and
    files."""
    return {kind.name: kind.model for kind in kinds.cards()} | {model.KIND: model for model in (Note, Contact, File)}


def all_models() -> dict[str, type[Entity]]:
    """Return the models of all kinds of parts, by kind: those that people can choose, and those that are erased with them."""
    return chosen_models() | {model.KIND: model for model in (Tip, Wake)}


def parts_of(session: Session, chosen: Part) -> list[Part]:
    """Return the chosen entity and all entities that are erased with it, on all boards. Stops soon after MAX_PARTS."""
    parts, queue = dict[Part, None](), deque([chosen])
    while queue and len(parts) <= MAX_PARTS:
        if (part := queue.popleft()) not in parts:
            parts[part] = None
            queue.extend(_belonging(session, part))
    return list(parts)


def _belonging(session: Session, part: Part) -> Iterator[Part]:
    """Yield the entities that repeat an entity or belong only to it."""
    if part.kind == Note.KIND:
        yield from _found(session, Note, _N.corrects == part.id)
        yield from _found(session, File, _F.note == part.id)
    elif part.kind == Contact.KIND:
        yield from _found(session, Note, _N.board == part.board, _N.call["contact"].as_string() == part.id)
    elif part.kind in {Tip.KIND, *(kind.name for kind in kinds.cards())}:
        yield from _found(session, Note, _N.card == part.id)
        yield from _found(session, File, _F.card == part.id)
    if part.kind == Sighting.KIND:
        yield from _copies(session, part.id)
    if part.kind in (Sighting.KIND, Tip.KIND):
        yield from _found(session, Wake, or_(_W.sighting == part.id, _W.tip == part.id))


def _copies(session: Session, sighting: str) -> Iterator[Part]:
    """Yield the same sighting on the board of a sibling, unless it was separated, and the tip that is placed as this sighting."""
    for row in session.connection().execute(select(_S.twin, _S.from_tip).where(_S.id == sighting)):
        if row.twin is not None and not row.twin["apart"]:
            yield from _found(session, Sighting, _S.id == row.twin["sighting"])  # none if its search was erased
        if row.from_tip is not None:
            is_here = _T.placed["sighting"].as_string() == sighting  # not if it was restored
            yield from _found(session, Tip, _T.id == row.from_tip["id"], is_here)


def _found(session: Session, model: type[Entity], *where: Any) -> Iterator[Part]:
    columns = columns_of(model)
    rows = session.connection().execute(select(columns.board, columns.id).where(*where).order_by(columns.id))
    return (Part(row.board, model.KIND, row.id) for row in rows)
