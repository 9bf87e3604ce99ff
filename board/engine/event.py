"""Event of a board's journal, as it was committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, bindparam, column, select, table

from models.board import Board
from models.db.tables import columns_of, table_of
from models.event import Event
from models.ids import id_text
from models.stored_payload import unpack
from models.times import from_ms

PAGE_SIZE = 1_000  # events per read: bounds memory, and the time for which a read occupies its thread

# Columns without types, because types cost a call for each value and fail on a manipulated value.
_EVENT: Any = table("event", *(column(name) for name in columns_of(Event).keys()))  # noqa: SIM118  # not a dict
EVENTS = _EVENT.alias("e")
EVENT = EVENTS.c
# Columns from which `stored_event` builds events. `whole`: base payload of a payload that is stored as a difference. It is a
# subquery, because PostgreSQL might read the entire table for a join.
_BASE = _EVENT.alias("w").c
WHOLE = select(_BASE.body).where(_BASE.board == EVENT.board, _BASE.seq == EVENT.base).scalar_subquery().label("whole")
COLUMNS = (EVENT.seq, EVENT.at, EVENT.type, EVENT.kind, EVENT.entity, EVENT.account, EVENT.body, WHOLE)
_BOARD = table_of(Board).alias("the_board").c
BOARD = select(_BOARD.number).where(_BOARD.id == bindparam("board")).scalar_subquery()
ON_BOARD = EVENT.board == BOARD


def more_events(name: str) -> Any:
    """Return the table of events under another name, for queries that compare events."""
    return _EVENT.alias(name)


def is_at(board: Any, seq: Any) -> ColumnElement[bool]:
    """Return the condition to join an event by the number of its board and its seq."""
    return and_(EVENT.board == board, EVENT.seq == seq)


def count_own(board: str, after: str, until: str = "") -> str:
    """Return the SQL that counts the events of the account `:own` on a board. The arguments are SQL expressions: `board`: number
    of the board, `after`: seq before the first event, `until`: seq of the last."""
    last = f" AND e.seq <= {until}" if until else ""
    return f"(SELECT count(*) FROM event e WHERE e.board = {board} AND e.seq > {after}{last} AND e.account = :own)"  # noqa: S608


@dataclass(slots=True)  # not frozen: commands and verification create many, and frozen makes each assignment a call
class JournalEvent:
    """Committed event: metadata, and the payload as JSON (None if it was erased)."""

    board: str
    seq: int
    at: str
    type: str
    kind: str
    entity: str
    account: str | None
    body: bytes | None

    def to_json(self) -> bytes:
        """Return the event as JSON, in the contract's form."""
        meta = orjson.dumps({"seq": self.seq, "at": self.at, "type": self.type, "kind": self.kind, "id": self.entity})
        return meta[:-1] + b"," + self.body[1:] if self.body is not None else meta[:-1] + b',"erased":true}'

    def payload(self) -> dict[str, Any]:
        """Return the payload: actor, command, state, changes, reason. Empty if it was erased."""
        body: dict[str, Any] = orjson.loads(self.body) if self.body is not None else {}
        return body


def stored_event(board: str, row: Sequence[Any]) -> JournalEvent:
    """Return the event in a row of COLUMNS."""
    seq, at, type, kind, entity, account, body, whole = row
    return JournalEvent(
        board, seq, from_ms(at), type, kind, id_text(entity), None if account is None else id_text(account),
        None if body is None else unpack(body, whole),
    )  # fmt: skip
