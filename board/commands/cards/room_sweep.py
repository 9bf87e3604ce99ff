"""Automatic archiving: of entities in all shares if a board is nearly full, otherwise only in shares that are nearly used.
`LeaveAfterDays` sets how many days without a change they need."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal, select
from sqlmodel import Session

from board.commands.cards import room
from board.commands.command import Ack
from board.commands.execute import CommandResult
from board.commands.handover import leaving
from board.commands.handover.leaving import Group, LeavingFilter
from board.config.board_shares import BoardShares
from board.engine import board_limits, unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import Refused
from models.board import AUDIT, Board, BoardShare
from models.db.tables import columns_of
from models.times import format_utc
from realtime.wire.protocol import Command

MAX_SWEPT = 1_000  # boards and accounts per query; the next run handles the rest

_B, _SHARE = columns_of(Board), columns_of(BoardShare)
_NEARLY_FULL = (
    select(_B.id, literal(""))
    .where(_B.kind != AUDIT, _B.entities >= bindparam("nearly"))
    .order_by(_B.id)
    .limit(bindparam("limit"))
)
_NEARLY_USED = (
    select(_SHARE.board, _SHARE.account)
    .group_by(_SHARE.board, _SHARE.account)
    .having(func.sum(_SHARE.entities) >= bindparam("nearly"))
    .order_by(_SHARE.board, _SHARE.account)
    .limit(bindparam("limit"))
)


class RoomSweep(NamedTuple):
    """Board on which to archive entities. `account`: only entities in its share; all if empty."""

    board: str
    account: str


def due(session: Session, shares: BoardShares) -> list[RoomSweep]:
    """Return the boards and shares that are nearly full."""
    connection = session.connection()
    nearly_full = int(board_limits.MAX_ENTITIES * board_limits.NEARLY_FULL)
    nearly_used = shares.warns_at(min(shares.account, shares.token))
    of_boards = [RoomSweep(*row) for row in connection.execute(_NEARLY_FULL, {"nearly": nearly_full, "limit": MAX_SWEPT})]
    boards = {sweep.board for sweep in of_boards}
    of_shares = [RoomSweep(*row) for row in connection.execute(_NEARLY_USED, {"nearly": nearly_used, "limit": MAX_SWEPT})]
    return [*of_boards, *(sweep for sweep in of_shares if sweep.board not in boards)]


def make_room(
    session: Session, sweep: RoomSweep, shares: BoardShares, clock: Callable[[], datetime], limit: int
) -> CommandResult:
    """Archive at most `limit` entities of a board. The events have no account. Locks the board."""
    board = unit_of_work.lock_board(session, sweep.board)
    if board is None:
        raise Refused("not_found")
    now = clock()
    writer = EventWriter(session, None, Command("", board.id, "", {}), board, None, format_utc(now), shares=shares)
    for group, days in _days(shares):
        criteria = LeavingFilter(board, now - timedelta(days=days), sweep.account)
        entities = leaving.find(session, criteria, [group], limit - len(writer.result.events)) if days else []
        room.leave(writer, entities, days)
    events = tuple(writer.result.events)
    return CommandResult(Ack("", board.id, [event.seq for event in events]), events, ((board.id, board.epoch),))


def _days(shares: BoardShares) -> list[tuple[Group, int]]:
    after = shares.leave_after_days
    return [("withdrawn", after.withdrawn), ("set_aside", after.set_aside), ("done", after.done), ("notes", after.notes)]
