"""Integrity of journals, checked by their hash chains, by the positions in signed handovers, and by heads that were kept
elsewhere.

A chain alone reveals an edit, a gap or a swap. A journal that was cut short, or rewritten together with the board's row, is
found only by somebody who knows an earlier head. The file of heads is the output of `verify`, a line for each board: `{board}
holds: {seq} events, head {hash of the last one, in hex, or none}`.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from board.engine import hash_chain, kinds
from board.engine.event import BOARD, WHOLE
from board.engine.hash_chain import ChainCursor, ChainError
from board.errors import OperationError
from board.i18n import N_, message
from models import stored_payload
from models.board import AUDIT, OPERATIONS_NUMBER, Board
from models.ids import id_bytes, id_text

Progress = Callable[[int, int], object]
_LINE = re.compile(r"(\S{1,64}) holds: (\d{1,15}) events, head ([0-9a-f]{64}|none)")
_SIGNED = (
    f"SELECT e.type, e.entity, e.body, {WHOLE} FROM event e "  # noqa: S608
    f"WHERE e.board = {OPERATIONS_NUMBER} AND e.type IN :types AND e.body IS NOT NULL"
)
_TYPES: Any = bindparam("types", expanding=True)
_ALL_SIGNED = text(_SIGNED).bindparams(_TYPES)
_SIGNED_OF_ONE = text(f"{_SIGNED} AND e.entity = :board").bindparams(_TYPES)  # what signs a board's position has its id
_HASH = text(f"SELECT hash FROM event WHERE board = {BOARD} AND seq = :seq")  # noqa: S608


class TrustedHead(NamedTuple):
    """Trusted hash of an event, from a signed handover (by its number) or from heads kept elsewhere (None). `epoch` is the
    board's epoch at that time, if known."""

    board: str
    seq: int
    head: bytes
    handover: int | None = None
    epoch: str | None = None


def head_line(board: Board) -> str:
    """Return the line printed for a board that holds. `read_heads` reads it, and other programs keep it: do not change it."""
    return f"{board.id} holds: {board.seq} events, head {board.head.hex() or 'none'}"


def read_heads(file: Path) -> list[TrustedHead]:
    """Read the saved output of `verify`. Raises OperationError if the file can't be read or is something else."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise OperationError(f"The heads in {file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise OperationError(f"{file} is not a text file. Give a file with the output of `board verify`.") from error
    found = [_read_line(file, number, each) for number, each in enumerate(lines, 1) if each.strip()]
    if not found:
        raise OperationError(f"{file} contains no heads. Give a file with the output of `board verify`.")
    return found


def _read_line(file: Path, number: int, line: str) -> TrustedHead:
    read = _LINE.fullmatch(line.strip())
    if read is None or (read[3] == "none") != (int(read[2]) == 0):
        raise OperationError(f"{file}, line {number}, is not a line of `board verify`, with a board, its events and its head.")
    return TrustedHead(read[1], int(read[2]), bytes.fromhex(read[3]) if read[3] != "none" else b"")


def signed_heads(session: Session, board: str | None = None) -> list[TrustedHead]:
    """Return the positions in signed handovers, of all boards or of one, from the journal of `operations`."""
    signing = {type: spec.signs for kind in kinds.every() for type, spec in kind.events.items() if spec.signs is not None}
    query = _ALL_SIGNED if board is None else _SIGNED_OF_ONE
    asked: dict[str, Any] = {"types": list(signing)} | ({} if board is None else {"board": id_bytes(board)})
    heads: list[TrustedHead] = []
    for type, entity, body, whole in session.connection().execute(query, asked):
        state = stored_payload.load(body, whole).get("state") or {}
        if (position := state.get("position")) is not None:
            of_board, number = signing[type](id_text(entity), state)
            head = bytes.fromhex(position["head"])
            heads.append(TrustedHead(of_board, position["seq"], head, number, position["epoch"]))
    return heads


def verify_against(session: Session, board: Board, witnesses: Iterable[TrustedHead]) -> ChainError | None:
    """Return an error for the first event that differs from a trusted head, or None. Handovers signed in another epoch of the
    board do not count."""
    known = [each for each in witnesses if each.board == board.id and each.seq and each.epoch in (None, board.epoch)]
    for each in sorted(known, key=lambda each: each.seq):
        found = hash_at(session, board.id, each.seq)
        if found != each.head:
            return _contradiction(each, gone=found is None)
    return None


def hash_at(session: Session, board: str, seq: int) -> bytes | None:
    """Return the hash of an event; None if there is no such event."""
    found: bytes | None = session.connection().execute(_HASH, {"board": board, "seq": seq}).scalar()
    return found


def _contradiction(witness: TrustedHead, gone: bool) -> ChainError:
    if witness.handover is None:
        says = N_("event {seq} is missing: its checksum was kept elsewhere") if gone else N_(
            "event {seq} does not match the checksum kept elsewhere: the history was rewritten after that"
        )  # fmt: skip
        return ChainError(witness.seq, message(says, seq=witness.seq))
    says = N_("event {seq}, at which handover {number} was signed, is missing") if gone else N_(
        "event {seq} is not the one at which handover {number} was signed: the history was rewritten after that"
    )  # fmt: skip
    return ChainError(witness.seq, message(says, seq=witness.seq, number=witness.handover))


def verify(
    session: Session, board: str | None = None, heads: Path | None = None, progress: Progress = lambda done, whole: None
) -> list[str]:
    """Verify all boards, or one; return a line for each. `progress` is told how many events of how many have been verified.
    Raises OperationError for the first bad row, an unknown board, or an unusable file of heads."""
    witnesses = [*(read_heads(heads) if heads is not None else ()), *signed_heads(session, board)]
    query = select(Board).order_by(col(Board.kind) == AUDIT, Board.kind, Board.id)
    boards = session.exec(query.where(Board.id == board) if board else query).all()
    if board and not boards:
        raise OperationError("There is no board with this id.")
    done, whole = 0, sum(each.seq for each in boards)

    def page_done(events: int) -> None:
        nonlocal done
        done += events
        progress(done, whole)

    for each in boards:
        fault = hash_chain.verify_from(session, each, ChainCursor(), page_done) or verify_against(session, each, witnesses)
        if fault is not None:
            raise OperationError(f"{each.id}: {fault.message}")
    gone = {each.board for each in witnesses} - {each.id for each in boards}
    if gone and board is None:
        raise OperationError(f"{min(gone)}: the board and its journal are missing.")
    return [head_line(each) for each in boards]
