"""Erasure of quotes and numbers of erased sightings from the reasons of wakes. The wake stays, so that people can answer it."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import bindparam, select

from board.commands.sightings.due_wakes import SEARCH_TEXTS, SIGHTING_TEXTS
from board.engine import erasure, unit_of_work
from board.engine.event_writer import EventWriter
from models.db.tables import columns_of
from models.entity import State
from models.search import Search
from models.searchable import words
from models.sighting import ASSURED, Sighting
from models.wake import Wake

_S, _W = columns_of(Sighting), columns_of(Wake)
_IDS: Any = bindparam("ids", expanding=True)
_NUMBERS = select(_S.number).where(_S.board == bindparam("board"), _S.id.in_(_IDS))
_WAKES = select(_W.id).where(_W.board == bindparam("board"), _W.id.not_in(_IDS)).order_by(_W.id)
_TEXTS = select(*(_S[name] for name in SIGHTING_TEXTS)).where(
    _S.board == bindparam("board"), _S.assessment.in_(ASSURED), _S.id.not_in(_IDS)
)


def erase(writer: EventWriter, ids: Collection[str]) -> None:
    """Remove the reasons that name or quote these sightings from the wakes of a board, and erase the wakes' earlier events."""
    params = {"board": writer.board.id, "ids": list(ids)}
    numbers = set(unit_of_work.execute(writer.session, _NUMBERS, params).scalars())
    wakes = unit_of_work.select(writer.session, Wake, _WAKES, params) if numbers else []
    known = _known_words(writer, ids) if wakes else set[str]()
    for row in wakes:
        reasons = list(_kept(row.reasons, numbers, known))
        if reasons != row.reasons:
            writer.update(row, "wake.erased", {"reasons": reasons}, conflicts=False)
            erasure.erase_before(writer.session, row.board, row.id, row.seq)


def _known_words(writer: EventWriter, ids: Collection[str]) -> set[str]:
    """Return the words of the search and of its other sightings, which a wake may quote."""
    search = writer.find(Search, writer.board.id, "search")
    rows = unit_of_work.execute(writer.session, _TEXTS, {"board": writer.board.id, "ids": list(ids)})
    texts = [search.person.get(name) for name in SEARCH_TEXTS] + [text for row in rows for text in row]
    return {word for text in texts if text for word in words(text)}


def _kept(reasons: list[State], numbers: set[int], known: set[str]) -> Iterator[State]:
    is_near = False  # the time follows the place of the same sighting
    for reason in reasons:
        if reason["code"] != "time_apart":
            is_near = reason["sighting"] in numbers
        is_quote = reason["code"] == "same_words" and not known.issuperset(words(reason["text"] or ""))
        if not is_near and not is_quote:
            yield reason
