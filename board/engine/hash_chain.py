"""Hash chain of a board's journal: links, commitments, and their verification."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, bindparam, select
from sqlmodel import Session

from board.engine.event import COLUMNS, EVENT, ON_BOARD, PAGE_SIZE, JournalEvent
from board.i18n import N_, Message, message
from models.board import AUDIT, Board
from models.db.read_pacing import paced
from models.event import KEPT_BYTES
from models.ids import id_bytes, id_text
from models.stored_payload import unpack
from models.times import from_ms

SEARCH_ERASED, READS_ERASED = "search.erased", "reads.erased"
_CHAIN: Any = (
    select(*COLUMNS, EVENT.commitment, EVENT.hash, EVENT.key)
    .where(ON_BOARD, EVENT.seq > bindparam("after"))
    .order_by(EVENT.seq)
    .limit(bindparam("limit"))
)


def commitment(key: bytes, body: bytes) -> bytes:
    """Return the keyed digest of a payload for the chain. It reveals nothing about the payload without the key."""
    return hmac.digest(key, body, "sha256")


def chain_hash(before: bytes, event: JournalEvent, committed: bytes) -> bytes:
    """Return the hash of an event, computed from the previous hash, its metadata and its commitment."""
    meta = orjson.dumps([event.board, event.seq, event.at, event.type, event.kind, event.entity, event.account])
    return hashlib.sha256(before + meta + committed).digest()


class ChainError(NamedTuple):
    """Position at which a board's journal fails verification, with a message for people."""

    seq: int
    message: Message


@dataclass(slots=True)
class ChainCursor:
    """Position up to which a chain is verified. `missing_payloads`: seq of the first event without a payload, by entity, until a
    later `*.erased` event accounts for it."""

    seq: int = 0
    head: bytes = b""
    missing_payloads: dict[tuple[str, str], int] = field(default_factory=dict)


def verify(session: Session, board: Board) -> str | None:
    """Verify a board's entire chain. Return None if it is intact, otherwise a message that names the first bad event."""
    error = verify_from(session, board, ChainCursor())
    return error and error.message


def verify_from(
    session: Session, board: Board, chain: ChainCursor, progress: Callable[[int], object] = lambda events: None
) -> ChainError | None:
    """Verify from `chain` to the end, and advance `chain`. Return the first error, or None. `progress` receives the number of
    events in each page."""
    while rows := session.connection().execute(_CHAIN, {"board": board.id, "after": chain.seq, "limit": PAGE_SIZE}).all():
        for row in paced(rows):
            if (problem := _row_problem(board.id, row, chain)) is not None:
                return ChainError(chain.seq + 1, message(problem, seq=chain.seq + 1))
            chain.seq, chain.head = row.seq, row.hash
        progress(len(rows))
    return _end_problem(session, board, chain)


def _row_problem(board: str, row: Row[Any], chain: ChainCursor) -> str | None:
    """Return the problem of a row that should be the next in the chain, or None."""
    if row.seq != chain.seq + 1:
        return N_("event {seq} is missing")
    if row.body is None or row.key is None:
        committed = row.commitment
        chain.missing_payloads.setdefault((row.kind, row.entity), row.seq)
    elif (committed := _committed(row)) is None:
        return N_("the content of event {seq} was changed")
    if not _follows(board, row, chain.head, committed):
        return N_("event {seq} was changed: its checksum does not follow from the event before it")
    if row.type.endswith(".erased"):
        _account_for(board, row, chain)
    return None


def _account_for(board: str, row: Row[Any], chain: ChainCursor) -> None:
    """Accept the missing payloads that an erasure explains: those of its entity. The erasure of a search, or of reads in the
    audit journal, explains all missing payloads before it."""
    if (row.type == SEARCH_ERASED and row.entity == id_bytes(board)) or (row.type == READS_ERASED and board == AUDIT):
        chain.missing_payloads.clear()
    chain.missing_payloads.pop((row.kind, row.entity), None)


def _committed(row: Row[Any]) -> bytes | None:
    """Return the commitment to a row's payload; None if it differs from the stored one."""
    if not all(isinstance(value, bytes) for value in (row.key, row.body, row.commitment)):
        return None
    committed = commitment(row.key, unpack(row.body, row.whole))
    return committed if len(row.commitment) >= KEPT_BYTES and committed.startswith(row.commitment) else None


def _follows(board: str, row: Row[Any], before: bytes, committed: bytes) -> bool:
    """Return whether a row is chained to the hash before it. Checks types too, because SQLite stores any type in any column."""
    if not (isinstance(row.type, str) and isinstance(row.kind, str) and isinstance(committed, bytes)):
        return False
    try:
        at, entity = from_ms(row.at), _id(row.entity)
        account = None if row.account is None else _id(row.account)
    except (TypeError, ValueError, OverflowError):
        return False
    event = JournalEvent(board, row.seq, at, row.type, row.kind, entity, account, None)
    return bool(row.hash == chain_hash(before, event, committed))


def _id(short: object) -> str:
    """Return the id for its short form. Raises TypeError or ValueError if queries by id would not find this short form."""
    if not isinstance(short, bytes):
        raise TypeError
    if id_bytes(id := id_text(short)) != short:
        raise ValueError
    return id


def _end_problem(session: Session, board: Board, chain: ChainCursor) -> ChainError | None:
    if chain.missing_payloads:
        seq = min(chain.missing_payloads.values())
        return ChainError(seq, message(N_("the content of event {seq} is missing, and no erasure is recorded"), seq=seq))
    if chain.seq != board.seq:
        seq = min(chain.seq, board.seq) + 1
        ends = N_("event {seq}: the history ends at {end}, the board at {board}")
        return ChainError(seq, message(ends, seq=seq, end=chain.seq, board=board.seq))
    if chain.head != board.head:
        return ChainError(chain.seq, message(N_("event {seq}: its checksum is not the last one of the board"), seq=chain.seq))
    return None
