"""Integrity of journals, verified by their hash chains, the positions in signed handovers, and heads stored elsewhere.

A chain alone reveals an edit, a gap or a swap. Only an earlier head reveals that a journal was truncated, or rewritten together
with the board's row. A file of heads is a saved output of `verify`, with a line for each board: `{board} holds: {seq} events,
head {hash of the last event in hex, or none}`.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from board.engine import hash_chain, kinds
from board.engine.event import EVENT, ON_BOARD, WHOLE
from board.engine.hash_chain import ChainCursor, ChainError
from board.errors import OperationError
from board.i18n import N_, message
from models import stored_payload
from models.board import AUDIT, OPERATIONS_NUMBER, Board
from models.ids import id_bytes, id_text

Progress = Callable[[int, int], object]
_LINE = re.compile(r"(\S{1,64}) holds: (\d{1,15}) events, head ([0-9a-f]{64}|none)")
_ALL_SIGNED = core_select(EVENT.type, EVENT.entity, EVENT.body, WHOLE).where(
    EVENT.board == OPERATIONS_NUMBER, EVENT.type.in_(bindparam("types")), EVENT.body.is_not(None)
)
_SIGNED_OF_ONE = _ALL_SIGNED.where(EVENT.entity == bindparam("board"))  # the signing entity has the id of the board
_HASH = core_select(EVENT.hash).where(ON_BOARD, EVENT.seq == bindparam("seq"))


class TrustedHead(NamedTuple):
    """Trusted hash of an event. `handover`: number of the signed handover that contains it, None for a head stored elsewhere.
    `epoch`: the board's epoch at that time, if known."""

    board: str
    seq: int
    head: bytes
    handover: int | None = None
    epoch: str | None = None


def head_line(board: Board) -> str:
    """Return the line that `verify` prints for an intact board. `read_heads` parses it, and other programs store it: do not
    change it."""
    return f"{board.id} holds: {board.seq} events, head {board.head.hex() or 'none'}"


def read_heads(file: Path) -> list[TrustedHead]:
    """Read the saved output of `verify`. Raises OperationError if the file can't be read or is not such an output."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise OperationError(f"The heads in {file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise OperationError(f"{file} is not a text file. Give a file with the output of `board verify`.") from error
    heads = [_read_line(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not heads:
        raise OperationError(f"{file} contains no heads. Give a file with the output of `board verify`.")
    return heads


def _read_line(file: Path, number: int, line: str) -> TrustedHead:
    match = _LINE.fullmatch(line.strip())
    if match is None or (match[3] == "none") != (int(match[2]) == 0):
        raise OperationError(f"{file}, line {number}, is not a line of `board verify`, with a board, its events and its head.")
    return TrustedHead(match[1], int(match[2]), bytes.fromhex(match[3]) if match[3] != "none" else b"")


def signed_heads(session: Session, board: str | None = None) -> list[TrustedHead]:
    """Return the positions of all boards, or of one, in signed handovers, from the journal of `operations`."""
    signing = {type: spec.signs for kind in kinds.every() for type, spec in kind.events.items() if spec.signs is not None}
    query = _ALL_SIGNED if board is None else _SIGNED_OF_ONE
    params: dict[str, Any] = {"types": list(signing)} | ({} if board is None else {"board": id_bytes(board)})
    heads: list[TrustedHead] = []
    for type, entity, body, whole in session.connection().execute(query, params):
        state = stored_payload.load(body, whole).get("state") or {}
        if (position := state.get("position")) is not None:
            signed_board, number = signing[type](id_text(entity), state)
            head = bytes.fromhex(position["head"])
            heads.append(TrustedHead(signed_board, position["seq"], head, number, position["epoch"]))
    return heads


def verify_against(session: Session, board: Board, witnesses: Iterable[TrustedHead]) -> ChainError | None:
    """Return an error for the first event that differs from a trusted head, or None. Ignores heads from other epochs."""
    relevant = [head for head in witnesses if head.board == board.id and head.seq and head.epoch in (None, board.epoch)]
    for witness in sorted(relevant, key=lambda head: head.seq):
        stored_hash = hash_at(session, board.id, witness.seq)
        if stored_hash != witness.head:
            return _contradiction(witness, is_missing=stored_hash is None)
    return None


def hash_at(session: Session, board: str, seq: int) -> bytes | None:
    """Return the hash of an event; None if there is no such event."""
    hash: bytes | None = session.connection().execute(_HASH, {"board": board, "seq": seq}).scalar()
    return hash


def _contradiction(witness: TrustedHead, is_missing: bool) -> ChainError:
    if witness.handover is None:
        sentence = N_("event {seq} is missing: its checksum was kept elsewhere") if is_missing else N_(
            "event {seq} does not match the checksum kept elsewhere: the history was rewritten after that"
        )  # fmt: skip
        return ChainError(witness.seq, message(sentence, seq=witness.seq))
    sentence = N_("event {seq}, at which handover {number} was signed, is missing") if is_missing else N_(
        "event {seq} is not the one at which handover {number} was signed: the history was rewritten after that"
    )  # fmt: skip
    return ChainError(witness.seq, message(sentence, seq=witness.seq, number=witness.handover))


def verify(
    session: Session, board: str | None = None, heads: Path | None = None, progress: Progress = lambda verified, total: None
) -> list[str]:
    """Verify all boards, or one; return a line for each. `progress` receives the numbers of verified events and of all events.
    Raises OperationError if an event is bad, the board is unknown, or the file of heads is unusable."""
    witnesses = [*(read_heads(heads) if heads is not None else ()), *signed_heads(session, board)]
    query = select(Board).order_by(col(Board.kind) == AUDIT, Board.kind, Board.id)
    boards = session.exec(query.where(Board.id == board) if board else query).all()
    if board and not boards:
        raise OperationError("There is no board with this id.")
    verified, total = 0, sum(row.seq for row in boards)

    def count_events(events: int) -> None:
        nonlocal verified
        verified += events
        progress(verified, total)

    for row in boards:
        error = hash_chain.verify_from(session, row, ChainCursor(), count_events) or verify_against(session, row, witnesses)
        if error is not None:
            raise OperationError(f"{row.id}: {error.message}")
    missing = {witness.board for witness in witnesses} - {row.id for row in boards}
    if missing and board is None:
        raise OperationError(f"{min(missing)}: the board and its journal are missing.")
    return [head_line(row) for row in boards]
