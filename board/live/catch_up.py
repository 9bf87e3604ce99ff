"""Catch-up of clients: the events after their positions, or a snapshot of the board if a position is too old."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlmodel import Session

from board.engine import access, event, journal, snapshot
from board.engine.event import JournalEvent
from models.board import AUDIT, OPERATIONS, Board
from models.db import statement as statements
from models.db.read_pacing import paced
from models.db.statement import Statement
from models.search import Search
from realtime.source import ChannelView, EventRecord, Position, Subject

MAX_CATCH_UP = 5_000  # events; an older position gets a snapshot, as in the contract
_POSITION = Statement("SELECT epoch, seq FROM board WHERE id = :board")


def record(entry: JournalEvent, command: str | None = None) -> EventRecord:
    """Return an event encoded for all viewers. Events of one command by one account form a group. `command`: its id; by
    default it is read from the payload."""
    if command is None and entry.body is not None:
        command = entry.payload().get("command")
    group = (entry.account, command) if command else None
    return EventRecord(entry.seq, entry.to_json(), group, Subject(entry.kind, entry.entity, entry.type))


def unchanged(session: Session, channel: str, known: ChannelView, at: str) -> ChannelView | None:
    """Return the current view with the entities of an earlier view; None if the board has changed since then."""
    if statements.read(session.connection(), _POSITION, {"board": channel}) != [(known.epoch, known.seq)]:
        return None
    return replace(known, at=at, since=known.seq, records=[], access_changes={})


def open_board(session: Session, channel: str, asked: Collection[Position | None], at: str) -> ChannelView | None:
    """Open a board for clients at these positions: events from the earliest position that can resume, and a snapshot if one
    can't."""
    board = session.get(Board, channel) if channel != AUDIT else None  # nobody may read the audit board
    if board is None or is_erased(session, board):
        return None
    going_on = [position for position in asked if position is not None and _reachable(board, position)]
    since = min((seq for _, seq in going_on), default=board.seq)
    found: list[JournalEvent] = []
    seq = since
    while seq < board.seq and (page := journal.events_after(session, channel, seq)):
        found += page
        seq = page[-1].seq
    entities = snapshot.all_entities(session, board) if len(going_on) < len(asked) else None
    changed: Mapping[str, int] = access.visibility_changes_after(session, channel, since) if going_on else {}
    return ChannelView(board.epoch, board.seq, at, since, [record(each) for each in paced(found)], entities, changed)


def is_erased(session: Session, board: Board) -> bool:
    """Return whether the search of a board was erased. Its journal stays, without payloads."""
    return board.id != OPERATIONS and session.get(Search, board.id) is None


def _reachable(board: Board, position: Position) -> bool:
    epoch, seq = position
    return epoch == board.epoch and board.seq - MAX_CATCH_UP <= seq <= board.seq


def trim_to_command(page: list[JournalEvent]) -> list[JournalEvent]:
    """Cut a full page at the start of a command, so that its events are sent together."""
    if len(page) < event.PAGE_SIZE:
        return page
    last = record(page[-1]).group
    cut = len(page)
    while last is not None and cut > 0 and record(page[cut - 1]).group == last:
        cut -= 1
    return page[:cut] or page
