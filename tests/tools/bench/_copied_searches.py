"""Copy a search as further searches, for a database of a million events: commands write some hundreds of events per
second, copying writes
thousands. Each copy has its own ids, keys, payloads and hash chain, as if its events had been written
there. Only its payloads are all stored in full, which is faster and uses more space.
"""

import re
import secrets
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, SQLModel, insert, select, update

from board.engine.event import JournalEvent, stored_event
from board.engine.hash_chain import chain_hash, commitment
from board.engine.identity import Caller
from board.engine.repositories.new_events import KEY_BYTES
from board.service import BoardService
from models.alarm import Alarm
from models.board import Board, BoardShare
from models.event import KEPT_BYTES, Event
from models.ids import id_bytes, new_id
from models.note import Note
from models.sighting import Sighting
from models.stored_payload import pack
from models.times import to_ms
from tests.support.journal_sql import COLUMNS
from tests.tools.bench._server import open_search

COPIED = (Sighting, Note, Alarm)  # kinds that `_years` writes; columns and tasks come with the opening of a search
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_EVENTS = text(f"SELECT {COLUMNS} FROM event e WHERE e.board = :board ORDER BY e.seq")


class SearchCopier:
    """Copier of a search made by `_years`. It reads the source's events once."""

    def __init__(self, service: BoardService, caller: Caller, source: str) -> None:
        self._service, self._caller, self._source = service, caller, source
        self._events: list[JournalEvent] = []

    async def copy(self) -> str:
        """Open a search, and append the events of the source; return its id."""
        copy = await open_search(self._service, self._caller)
        await self._service.database.write(lambda session: self._write(session, copy))
        return copy

    def _write(self, session: Session, copy: str) -> None:
        given, new = session.get_one(Board, self._source), session.get_one(Board, copy)
        self._events = self._events or list(_events(session, given))
        first = list(_events(session, new))
        ids = _ids(session, given, self._events, first)
        chain = _Chain(new, ids)
        session.execute(insert(Event), [chain.append(event) for event in self._events[len(first) :]])
        for table in (*COPIED, BoardShare):
            _copy_rows(session, table, self._source, copy, ids)
        session.execute(
            update(Board).where(Board.id == copy).values(  # type: ignore[arg-type]
                seq=given.seq, at=given.at, last_type=given.last_type, head=chain.head, cards=given.cards, entities=given.entities
            )
        )  # fmt: skip


def _ids(session: Session, given: Board, events: list[JournalEvent], first: list[JournalEvent]) -> dict[str, str]:
    """Map the source's ids to the copy's. Entities created by the opening already exist in the copy, in the same order."""
    found = {one.entity: other.entity for one, other in zip(events, first, strict=False)}
    for kind in COPIED:
        found |= {id: new_id() for id in session.exec(select(kind.id).where(kind.board == given.id).order_by(kind.id))}
    return found


def _events(session: Session, board: Board) -> Iterator[JournalEvent]:
    return (stored_event(board.id, row) for row in session.connection().execute(_EVENTS, {"board": board.number}))


class _Chain:
    """Journal of a copy while it grows."""

    def __init__(self, board: Board, ids: dict[str, str]) -> None:
        self.head = board.head
        self._board, self._ids = board, ids
        self._in_bodies = {one.encode(): other.encode() for one, other in ids.items()}

    def append(self, event: JournalEvent) -> dict[str, Any]:
        """Return the row of the copy of an event."""
        assert event.body is not None
        body = _ID.sub(lambda match: self._in_bodies.get(match[0], match[0]), event.body)
        entity, key = self._ids[event.entity], secrets.token_bytes(KEY_BYTES)
        committed = commitment(key, body)
        entry = JournalEvent(self._board.id, event.seq, event.at, event.type, event.kind, entity, event.account, body)
        self.head = chain_hash(self.head, entry, committed)
        return {
            "board": self._board.number, "seq": event.seq, "at": to_ms(event.at), "base": None, "type": event.type,
            "kind": event.kind, "entity": id_bytes(entity), "account": event.account and id_bytes(event.account),
            "commitment": committed[:KEPT_BYTES], "hash": self.head, "key": key, "body": pack(body),
        }  # fmt: skip


def _copy_rows(session: Session, table: type[SQLModel], source: str, copy: str, ids: dict[str, str]) -> None:
    known = ids | {source: copy}
    columns = table.__table__.c  # type: ignore[attr-defined]
    found = session.execute(select(*columns).where(columns.board == source)).mappings()
    rows = [{name: known.get(value, value) if isinstance(value, str) else value for name, value in row.items()} for row in found]
    if table is BoardShare:
        session.execute(BoardShare.__table__.delete().where(columns.board == copy))  # type: ignore[attr-defined]
    if rows:
        session.execute(insert(table), rows)
