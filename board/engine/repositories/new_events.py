"""Events that a transaction appends to the journals of its locked boards. Their base payloads are read with the locks. The events
are written when the session flushes, or with the commit."""

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

KEY_BYTES = 16  # payload key: long enough to prevent guessing an erased payload from its commitment; older keys have 32 bytes
_ADD = BulkWrite.insert(
    "event",
    {
        "board": "integer", "seq": "integer", "at": "bigint", "base": "integer", "type": "text", "kind": "text",
        "entity": "bytea", "account": "bytea", "commitment": "bytea", "hash": "bytea", "key": "bytea", "body": "bytea",
    },
)  # fmt: skip


class NewEvents:
    """Pending events, and the base payloads for the next events."""

    def __init__(self) -> None:
        self.bases = Bases()
        self.rows: list[dict[str, Any]] = []

    def query_of_bases(self, kind: str, table: str, ids: Collection[str], locked: Container[str]) -> Query:
        """Return the query for the base payloads of these entities' next events. Skips payloads of boards that are not locked,
        because they could be erased in the meantime."""

        def store(found_rows: list[Row]) -> None:
            for id, board, seq, stored in found_rows:
                if board in locked and (base := base_of(seq, stored)) is not None:
                    self.bases[board, kind, id] = base

        return Query(_bases_statement(table), {"ids": ids}, store)

    def append(
        self, board: Board, type: str, kind: str, entity: str, account: str | None, at: str, payload: dict[str, Any]
    ) -> JournalEvent:
        """Append an event to a locked board and move the board's head. `at`: the clock's time. If the board's last event is
        later, the event gets that time, and the payload stores `at` as `clock`."""
        seq = board.seq + 1
        moment = max(board.at, at)  # times never decrease along seq, even if the clock was set back
        body = orjson.dumps(payload if moment == at else payload | {"clock": at})
        event = JournalEvent(board.id, seq, moment, type, kind, entity, account, body)
        key = secrets.token_bytes(KEY_BYTES)
        committed = commitment(key, body)
        head = chain_hash(board.head, event, committed)
        rows.set_columns(board, {"seq": seq, "at": moment, "last_type": type, "head": head})
        base, stored = self.bases.store((board.id, kind, entity), seq, body)
        self.rows.append(
            {"board": board.number, "seq": seq, "at": to_ms(moment), "base": base, "type": type, "kind": kind,
             "entity": id_bytes(entity), "account": None if account is None else id_bytes(account),
             "commitment": committed[:KEPT_BYTES], "hash": head, "key": key, "body": stored}
        )  # fmt: skip
        return event

    def key_of(self, board: int, seq: int) -> bytes | None:
        """Return the payload key of a pending event; None if the event is not pending."""
        return next((row["key"] for row in self.rows if (row["board"], row["seq"]) == (board, seq)), None)

    def writes(self) -> list[Write]:
        """Return the pending events, once."""
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
