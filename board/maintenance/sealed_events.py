"""Sealing of events: the payload and its key go into a part, and the event stays in the chain like an erased one."""

from collections.abc import Mapping
from typing import Any

from board.config.search_keys import SearchKeys
from board.engine.hash_chain import commitment
from board.maintenance.chains import Progress
from board.maintenance.sealed_parts import PartBuffer
from board.retention.erased_entries import KEPT, named
from board.retention.inventory import TABLES
from models.board import AUDIT_NUMBER, OPERATIONS_NUMBER
from models.ids import id_text
from models.search import Search
from models.stored_payload import pack, unpack

COLUMNS = ["key", "body", "base", "commitment"]  # columns that sealing empties
PAGE_ROWS = 1_000  # of one read
_READ = """SELECT e.seq, e.type, e.kind, e.entity, e.key, e.body, e.base, e.commitment,
    (SELECT w.body FROM event w WHERE w.board = e.board AND w.seq = e.base)
    FROM event e WHERE e.board = ? AND e.body IS NOT NULL ORDER BY e.seq"""
_ERASE = "UPDATE event SET key = NULL, body = NULL, base = NULL, commitment = ? WHERE board = ? AND seq = ?"
_STORE = "UPDATE event SET body = ?, base = NULL WHERE board = ? AND seq = ?"

Searches = frozenset[str]
_NONE: Searches = frozenset()


class EventSealer:
    """Sealing of the events of all searches. `numbers`: the numbers of their boards, by id."""

    def __init__(self, reader: Any, writer: Any, keys: SearchKeys, numbers: Mapping[str, int], progress: Progress) -> None:
        self._reader, self._writer, self._progress = reader, writer, progress
        self._numbers = numbers
        self._buffer = PartBuffer(writer, keys, "event", ["board", "seq"], COLUMNS)
        self._placed = {id: search for table, (_, (column, *_)) in TABLES.items() if column == "placed_on"
                        for id, search in reader.execute(f'SELECT id, placed_on FROM "{table}"')}  # noqa: S608  # fmt: skip
        self._count = 0

    def seal(self) -> None:
        """Seal all events about a search: of its board, of its copy on `operations`, of tips and reports placed on it, and the
        entries of the audit journal that name it."""
        for search, number in self._numbers.items():
            self._seal_board(number, frozenset([search]))
        self._seal_board(OPERATIONS_NUMBER, None)
        self._seal_board(AUDIT_NUMBER, None)
        self._buffer.seal()

    def _seal_board(self, board: int, searches: Searches | None) -> None:
        """Seal the events of a board: all of them for `searches`, or, if that is None, each for the searches that it is about."""
        sealed: dict[int, Searches] = {}
        for seq, type, kind, entity, key, stored, base_seq, committed, whole in self._reader.execute(_READ, (board,)):
            body, base = stored, base_seq
            payload = unpack(stored, whole)
            of_event = searches if searches is not None else self._about(board, type, kind, id_text(entity), payload)
            of_base = sealed.get(base, _NONE) if base is not None else of_event
            if of_base not in (of_event, _NONE):  # the base may be unreadable when this event is not
                body, base = pack(payload), None
                self._writer.execute(_STORE, (body, board, seq))
            if of_event:
                sealed[seq] = of_event
                self._buffer.add(of_event, [board, seq, key, body, base, committed])
                self._writer.execute(_ERASE, (commitment(key, payload), board, seq))
            self._count += 1
            if self._count % PAGE_ROWS == 0:
                self._progress(f"sealing events: {self._count:,}")

    def _about(self, board: int, type: str, kind: str, entity: str, payload: bytes) -> Searches:
        if board == OPERATIONS_NUMBER:
            search = entity if kind == Search.KIND else self._placed.get(entity)
            return frozenset([search]) if search is not None and search in self._numbers else _NONE
        if type in KEPT:
            return _NONE
        return frozenset(name for name in (entity, *named(payload)) if name in self._numbers)
