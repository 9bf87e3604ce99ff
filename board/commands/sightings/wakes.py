"""Reports that were set aside, and tips without a search, that may belong to a search: the server adds their wakes, and people
answer.

A wake is added once: its id follows from the search and the report, and the board is locked. Everyone who sees the search sees
its wakes, so only reports that every account may see become wakes. If a report becomes hidden later, its wake is removed, and its
events are erased.
"""

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.sightings import due_wakes, tips
from board.engine import erasure, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.errors import Refused
from board.i18n import N_
from models.db import rows
from models.db.tables import columns_of
from models.entity import State
from models.fields import Data, Id, LongText
from models.search import Search
from models.sighting import Sighting
from models.tip import Tip
from models.wake import Answer, Wake

GIVEN_UP = ("not_the_child", "unverifiable")
MAX_WAITING = 20  # wakes that wait on a board; with more, nobody would read them. The next one comes when one is answered
MAX_WAKES = 500  # wakes of a board, including answered ones
_IDS = UUID("5b0e7d9c-4a51-4c53-9d0e-6f1a7c2b8e34")  # namespace of the ids of wakes

_W = columns_of(Wake)
_COUNT = select(func.count().label("total"), func.count().filter(_W.queue == "look").label("waiting")).where(
    _W.board == bindparam("board")
)


class AnswerWake(Data):
    """Answer whether a report is about the child of this search. `conflict` if it was answered in the meantime, or if its tip was
    placed.

    `answer`: `same` also places the tip of the wake on this search, as `tip.place` does. A sighting stays on its search.
    """

    wake: Id
    answer: Answer
    reason: LongText | None = None


class WokenReport(NamedTuple):
    """Tip (`kind`) or sighting that may belong to a search."""

    kind: str
    id: str
    number: int
    score: float
    reasons: list[State]


def answer(writer: EventWriter, data: AnswerWake) -> None:
    """Answer a wake, and place its tip if the child is the same. Raises Refused `conflict`."""
    row = writer.find(Wake, data.wake, "wake")
    if row.queue != "look":
        raise Refused("conflict", fields={"answer": N_("This was answered in the meantime.")}, current=row.state())
    if data.answer == "same" and row.tip is not None:
        _place(writer, row.tip)
    given = {"answer": data.answer, "reason": data.reason, "at": writer.now, "by": writer.account_id}
    values = {"answer": given, "queue": "answered", "queue_since": writer.now}
    _make_room(writer)
    writer.update(row, "wake.answered", values, data.reason, conflicts=False)


def _place(writer: EventWriter, tip: str) -> None:
    assert writer.operations is not None
    search = unit_of_work.get(writer.session, Search, writer.board.id)
    assert search is not None, "the command is for boards of searches"
    on_operations = replace(writer, board=writer.operations, operations=None)
    tips.place_on(on_operations, tips.find(on_operations, tip), search, writer)


# -- steps of the server --------------------------------------------------------------------------------------------------


def wake_id(board: str, report: str) -> str:
    """Return the id of the wake of a report on a board."""
    return str(uuid5(_IDS, f"{board} {report}"))


def count_free(session: Session, board: str) -> int:
    """Return how many more wakes a board may get now."""
    count = unit_of_work.execute(session, _COUNT, {"board": board}).one()
    return max(0, min(MAX_WAITING - int(count.waiting), MAX_WAKES - int(count.total)))


def add(writer: EventWriter, report: WokenReport) -> None:
    """Add the wake of a report, unless there is one, or the report no longer sleeps where every account may see it."""
    id, session = wake_id(writer.board.id, report.id), writer.session
    row = rows.new_row(Wake, {
        "id": id, "board": writer.board.id, report.kind: report.id, "number": report.number, "search": writer.board.id,
        "reasons": report.reasons, "score": report.score, "queue": "look", "queue_since": writer.now,
        "assignee": AlarmPeople(session, writer.board.id).first_responsible(Search.KIND, writer.board.id),
    })  # fmt: skip
    if unit_of_work.get(session, Wake, id) is None and sleeps(session, row):
        writer.create(row, "wake.added")


def end(writer: EventWriter, row: Wake) -> None:
    """Remove a wake whose report is hidden from some accounts, and end a waiting one whose report no longer sleeps."""
    _make_room(writer)
    if is_hidden(writer.session, row):
        writer.delete(row, "wake.removed")
        erasure.erase_before(writer.session, row.board, row.id, writer.board.seq)
    elif row.queue == "look" and not sleeps(writer.session, row):
        writer.update(row, "wake.ended", {"queue": "answered", "queue_since": writer.now}, conflicts=False)


def _make_room(writer: EventWriter) -> None:
    """Make the search of a wake that is about to end due, if its board is full: other reports may wait for the place."""
    if not count_free(writer.session, writer.board.id):
        due_wakes.mark_search(writer.session, writer.board.id, writer.now)


def is_hidden(session: Session, wake: Wake) -> bool:
    """Return whether the report of a wake is on another search that not every account may see."""
    tip, sighting = _report_of(session, wake)
    board = tip.placed_on if tip is not None else sighting.board if sighting is not None else None
    search = unit_of_work.get(session, Search, board) if board is not None else None
    return search is not None and search.id != wake.board and search.access != "desk"


def sleeps(session: Session, wake: Wake) -> bool:
    """Return whether the report of a wake is set aside, or without a search, and every account may see it."""
    tip, sighting = _report_of(session, wake)
    if tip is not None:
        return tip.placed_on is None
    is_set_aside = sighting is not None and not sighting.withdrawn and sighting.assessment in GIVEN_UP
    return is_set_aside and not is_hidden(session, wake)


def _report_of(session: Session, wake: Wake) -> tuple[Tip | None, Sighting | None]:
    if wake.tip is not None:
        return unit_of_work.get(session, Tip, wake.tip), None
    return None, unit_of_work.get(session, Sighting, wake.sighting or "")


# -- declaration ----------------------------------------------------------------------------------------------------------

KIND = Kind(
    model=Wake,
    title=N_("Look again"),
    events={
        "wake.added": EventSpec(N_("Look again: may belong to this search")),
        "wake.answered": EventSpec(N_("Look again: answered"), "wake.answer"),
        "wake.ended": EventSpec(N_("Look again: no longer needed")),
        "wake.removed": EventSpec(N_("Look again: removed")),
    },
    reported=lambda wake, due_before: wake.queue == "look",
    counted=False,
)
