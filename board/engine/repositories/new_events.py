"""Events that a transaction appends to the journals of the boards that it has locked. The payloads on which theirs are based are
read with the locks; the events are written before the journal is read, or with the commit."""

import secrets
from collections.abc import Collection, Container
from functools import cache
from typing import Any

import orjson

from board.engine.event import JournalEvent
from board.engine.hash_chain import chain_hash, commitment
from models.board import Board
from models.db import rows
from models.db.statement import BulkWrite, Query, Row, Statement, Write, quoted
from models.event import KEPT_BYTES
from models.ids import id_bytes
from models.stored_payload import Bases, base_of
from models.times import to_ms

KEY_BYTES = 16  # of a payload: enough that nobody can guess what was erased by its commitment; earlier ones have 32
_ADD = BulkWrite.insert(
    "event",
    {
        "board": "integer", "seq": "integer", "at": "bigint", "base": "integer", "type": "text", "kind": "text",
        "entity": "bytea", "account": "bytea", "commitment": "bytea", "hash": "bytea", "key": "bytea", "body": "bytea",
    },
)  # fmt: skip


class NewEvents:
    """Events that are not written yet, and the payloads on which the next ones are based."""

    def __init__(self) -> None:
        self.bases = Bases()
        self.rows: list[dict[str, Any]] = []

    def query_of_bases(self, kind: str, table: str, ids: Collection[str], locked: Container[str]) -> Query:
        """Return the query for the payloads on which the next ones of these entities are based. Only those of boards that are
        locked count, as others could be erased meanwhile."""

        def take(found: list[Row]) -> None:
            for id, board, seq, stored in found:
                if board in locked and (base := base_of(seq, stored)) is not None:
                    self.bases[board, kind, id] = base

        return Query(_bases_statement(table), {"ids": ids}, take)

    def append(
        self, board: Board, type: str, kind: str, entity: str, account: str | None, at: str, payload: dict[str, Any]
    ) -> JournalEvent:
        """Append an event to a locked board and move the board's head. `at` is the clock's time; if the board is ahead of it, the
        payload keeps it as `clock`."""
        seq = board.seq + 1
        moment = max(board.at, at)  # a clock that was set back must not make `at` decrease along seq
        body = orjson.dumps(payload if moment == at else payload | {"clock": at})
        event = JournalEvent(board.id, seq, moment, type, kind, entity, account, body)
        key = secrets.token_bytes(KEY_BYTES)
        committed = commitment(key, body)
        head = chain_hash(board.head, event, committed)
        rows.assign(board, {"seq": seq, "at": moment, "last_type": type, "head": head})
        base, stored = self.bases.store((board.id, kind, entity), seq, body)
        self.rows.append(
            {"board": board.number, "seq": seq, "at": to_ms(moment), "base": base, "type": type, "kind": kind,
             "entity": id_bytes(entity), "account": None if account is None else id_bytes(account),
             "commitment": committed[:KEPT_BYTES], "hash": head, "key": key, "body": stored}
        )  # fmt: skip
        return event

    def key_of(self, board: int, seq: int) -> bytes | None:
        """Return the key of the payload of an event that is not written yet."""
        return next((row["key"] for row in self.rows if (row["board"], row["seq"]) == (board, seq)), None)

    def writes(self) -> list[Write]:
        """Return the events to write, once."""
        new, self.rows = self.rows, []
        return [(_ADD, new)] if new else []


@cache
def _bases_statement(table: str) -> Statement:
    number = "(SELECT number FROM board WHERE id = c.board)"
    last = f"SELECT coalesce(e.base, e.seq) FROM event e WHERE e.board = {number} AND e.seq = c.seq"  # noqa: S608
    return Statement(
        f"SELECT l.id, l.board, l.base, (SELECT w.body FROM event w WHERE w.board = l.number AND w.seq = l.base) FROM "  # noqa: S608
        f"(SELECT c.id, c.board, {number} AS number, ({last}) AS base FROM {quoted(table)} c WHERE c.id IN :ids) l"
    )
