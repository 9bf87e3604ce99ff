"""Steps of wakes that the server takes on its own: it adds them after a comparison, and ends those whose report no longer
sleeps, or is hidden from some accounts. Everything is checked again under the lock of the board."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, or_, select, union_all
from sqlmodel import Session

from board.commands.alarms.alarms import SERVER_COMMAND
from board.commands.command import Ack
from board.commands.execute import CommandResult
from board.commands.sightings import due_wakes, wakes
from board.commands.sightings.due_wakes import Claim
from board.commands.sightings.wakes import GIVEN_UP, WokenReport
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from models.board import OPERATIONS
from models.db.tables import columns_of, table_of
from models.search import Search
from models.sighting import Sighting
from models.times import format_utc
from models.tip import Tip
from models.wake import Wake

MAX_ENDED = 200  # waiting wakes, per read

Clock = Callable[[], datetime]

_W, _T, _S, _F = columns_of(Wake), columns_of(Tip), columns_of(Sighting), columns_of(Search)
_AWAKE = (
    select(_W.id, _W.board)
    .outerjoin(table_of(Tip), _T.id == _W.tip)
    .outerjoin(table_of(Sighting), _S.id == _W.sighting)
    .outerjoin(table_of(Search), _F.id == _S.board)
    .where(_W.queue == "look")
    .where(or_(_T.placed_on.is_not(None), _S.withdrawn, _S.assessment.not_in(GIVEN_UP), _F.access != "desk"))
    .limit(MAX_ENDED)
)
_SEARCH: Any = bindparam("search")
_OF_ITS_TIPS = select(_W.id, _W.board).join(table_of(Tip), _T.id == _W.tip).where(_T.placed_on == _SEARCH, _W.board != _SEARCH)
_OF_ITS_SIGHTINGS = select(_W.id, _W.board).join(table_of(Sighting), _S.id == _W.sighting).where(_S.board == _SEARCH)

WakeIds = Mapping[str, list[str]]  # by board


def awake(session: Session) -> WakeIds:
    """Return the waiting wakes whose report no longer sleeps."""
    return _ids_by_board(session, _AWAKE)


def hidden(session: Session, board: str) -> WakeIds:
    """Return the wakes on other boards whose report is on this search, if not every account may see it."""
    search = session.get(Search, board)
    if search is None or search.access == "desk":
        return {}
    return _ids_by_board(session, union_all(_OF_ITS_TIPS, _OF_ITS_SIGHTINGS), board)


def _ids_by_board(session: Session, query: Select[str, str] | CompoundSelect[str, str], search: str = "") -> WakeIds:
    ids: dict[str, list[str]] = defaultdict(list)
    for id, board in session.connection().execute(query, {"search": search}):
        ids[board].append(id)
    return ids


def end(session: Session, board_id: str, ids: Collection[str], clock: Clock) -> CommandResult:
    """End the wakes among these whose report no longer sleeps, and remove those whose report is hidden from some accounts."""
    writer = _writer(session, board_id, clock)
    unit_of_work.prefetch(session, Wake, ids)
    for id in ids:
        row = unit_of_work.get(session, Wake, id)
        if row is not None:
            wakes.end(writer, row)
    return _result(writer)


def record(session: Session, claim: Claim, reports: Sequence[WokenReport], clock: Clock) -> CommandResult:
    """Add the wakes of the reports that fit a search, best first, and finish its claim. Idempotent.

    Locks `operations` too, so that no tip is placed in the meantime.
    """
    if not reports:
        due_wakes.finish(session, claim)
        return CommandResult(Ack("", claim.board, []))
    unit_of_work.lock_board(session, OPERATIONS)
    writer = _writer(session, claim.board, clock)
    search = unit_of_work.get(session, Search, claim.board)
    if search is not None and search.status == "open":
        for report in reports[: wakes.count_free(session, claim.board)]:
            wakes.add(writer, report)
    due_wakes.finish(session, claim)
    return _result(writer)


def _writer(session: Session, board_id: str, clock: Clock) -> EventWriter:
    board = unit_of_work.lock_board(session, board_id)
    assert board is not None, "boards are never removed"
    return EventWriter(session, None, SERVER_COMMAND, board, None, format_utc(clock()))


def _result(writer: EventWriter) -> CommandResult:
    events, board = tuple(writer.result.events), writer.board
    return CommandResult(Ack("", board.id, [event.seq for event in events]), events, ((board.id, board.epoch),))
