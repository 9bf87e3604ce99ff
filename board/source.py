"""What `realtime` is handed: it reads journals and snapshots for readers, and says who may see what."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from board import access, journal, snapshot
from board.errors import Refused
from board.journal import Said
from board.sign_in import Caller
from models.board import OPERATIONS, Board
from models.database import Database, Unavailable
from models.times import now, stamp
from realtime import protocol
from realtime.source import Later, Opening, Record

SETS_RIGHTS = ("search.opened", "search.access_set")  # events by which somebody may gain or lose sight of a search
TOO_FAR_BEHIND = 5_000  # events; a position further back is answered with a snapshot, says the contract


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about, as far as rights are concerned."""

    kind: str
    entity: str
    type: str


def record(said: Said) -> Record:
    """An event, encoded for everybody. Events of one command by one account belong together."""
    command = said.payload().get("command") if said.body is not None else None
    group = (said.account, command) if command else None
    return Record(said.seq, said.wire(), group, Subject(said.kind, said.entity, said.type))


class BoardSource:
    """See `realtime.source.Source`. A reader is a `Caller`, a channel is a board's id."""

    def __init__(self, database: Database, sights: access.Sights) -> None:
        self._database, self._sights = database, sights

    async def open(self, reader: Caller, channel: str, position: tuple[str, int] | None) -> Opening | None:
        try:
            opening = await self._database.read(lambda session: open_board(session, reader, channel, position))
            await self.know_rights(channel, opening.records)
            return opening
        except Refused:
            return None
        except Unavailable as error:
            raise Later from error

    async def after(self, channel: str, seq: int) -> list[Record]:
        try:
            said = await self._database.read(lambda session: _whole(journal.after(session, channel, seq)))
            records = [record(each) for each in said]
            await self.know_rights(channel, records)
            return records
        except Unavailable as error:
            raise Later from error

    async def know_rights(self, channel: str, records: Iterable[Record]) -> None:
        """Knows the rights that these events of the journal set, before they are shown: another process may have written
        them, or this one a moment ago, and not have published them yet. Raises Unavailable."""
        if channel == OPERATIONS and any(each.about.type in SETS_RIGHTS for each in records):
            await self._sights.reload(self._database)

    async def heads(self, channels: Iterable[str]) -> tuple[str, dict[str, tuple[str, int]]]:
        boards = list(channels)
        try:
            return stamp(now()), await self._database.read(lambda session: journal.heads(session, boards))
        except Unavailable as error:
            raise Later from error

    def may_see(self, reader: Caller, channel: str) -> bool:
        return channel == OPERATIONS or self._sights.may_see(reader.account.id, channel)

    def has_cards(self, channel: str) -> bool:
        return channel != OPERATIONS

    def show(self, reader: Caller, channel: str, record: Record, live: bool) -> bytes:
        about: Subject = record.about
        if channel != OPERATIONS or about.kind != "search" or self._sights.may_see(reader.account.id, about.entity):
            return record.wire
        if live and self._sights.lost_at(reader.account.id, about.entity, record.seq):
            return protocol.lost(record.seq, about.kind, about.entity)
        return protocol.hidden(record.seq)


def open_board(session: Session, reader: Caller, channel: str, position: tuple[str, int] | None) -> Opening:
    """A snapshot, or the events from a position that can be continued. Raises Refused `not_found`."""
    account, at = reader.account.id, stamp(now())
    board = access.board_for(session, account, channel)
    if position is None or not _continues(session, board, account, position):
        return Opening(board.epoch, board.seq, at, snapshot.entities(session, board, account), [])
    said: list[Said] = []
    seq = position[1]
    while page := journal.after(session, channel, seq):
        said += page
        seq = page[-1].seq
    return Opening(board.epoch, board.seq, at, None, [record(each) for each in said])


def _continues(session: Session, board: Board, account: str, position: tuple[str, int]) -> bool:
    epoch, seq = position
    if epoch != board.epoch or not board.seq - TOO_FAR_BEHIND <= seq <= board.seq:
        return False
    return seq >= access.last_change(session, account, board.id)


def _whole(page: list[Said]) -> list[Said]:
    """A full page, cut where a command begins, so that the events of one are sent together."""
    if len(page) < journal.PAGE:
        return page
    last = record(page[-1]).group
    cut = len(page)
    while last is not None and cut > 0 and record(page[cut - 1]).group == last:
        cut -= 1
    return page[:cut] or page
