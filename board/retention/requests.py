"""Requests to erase: one person asks, and another agrees to exactly what the page listed, or the request expires after DAYS."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Session, col, select

from board.audit import writer
from board.audit.entries import ErasureExpired, PartErasureExpired
from board.engine import unit_of_work
from board.errors import OperationError, Refused
from board.i18n import N_
from board.retention.parts import Part
from models.erasure import ASKED, SEARCH, Erasure
from models.search import Search
from models.times import format_utc

CHANGED = N_("This has changed in the meantime. Read the list again before you agree.")
DAYS = 7  # until a request expires; both people must remember what they saw


def find(session: Session, part: Part, now: datetime) -> Erasure | None:
    """Return the open request or running erasure of a search or part. Expired requests do not count."""
    rows = session.exec(select(Erasure).where(*_of(part), col(Erasure.ended_at).is_(None)))
    return next((row for row in rows if row.step != ASKED or row.asked_at > _limit(now)), None)


def asked(session: Session, part: Part, id: str, now: datetime) -> Erasure:
    """Return a request by its id. Raises Refused `not_found` if there is none, or if it has expired."""
    row = session.get(Erasure, id)
    if row is None or Part(row.board, row.kind, row.entity) != part or row.step != ASKED or row.asked_at <= _limit(now):
        raise Refused("not_found")
    return row


def expired(session: Session, now: datetime) -> list[str]:
    """Return the ids of the expired requests, oldest first."""
    is_expired = Erasure.step == ASKED, Erasure.asked_at <= _limit(now)
    return list(session.exec(select(Erasure.id).where(*is_expired).order_by(Erasure.id)))


def expire(session: Session, id: str) -> None:
    """Delete an expired request, with an entry in the audit journal. No-op if another process has done it."""
    if (found := session.get(Erasure, id)) is None:
        return
    unit_of_work.lock_board(session, found.board)
    row = session.exec(select(Erasure).where(Erasure.id == id, Erasure.step == ASKED)).first()
    if row is not None:
        session.delete(row)
        writer.write(session, _entry(session, row))


def digest(parts: list[Part]) -> str:
    """Return a digest of the listed parts, in any order."""
    return sha256("\n".join(sorted(" ".join(part) for part in parts)).encode()).hexdigest()


def check_seen(seen: str, current: str) -> None:
    """Check that nothing has changed since the person who agrees read the page. Raises OperationError."""
    if seen != current:
        raise OperationError(CHANGED)


def _entry(session: Session, row: Erasure) -> ErasureExpired | PartErasureExpired:
    if row.kind != SEARCH:
        return PartErasureExpired(id=row.board, board=row.board, part=row.kind, typed_reason=row.reason)
    search = session.get(Search, row.board)  # none if another request erased it
    reference = search.reference if search is not None else ""
    return ErasureExpired(id=row.board, board=row.board, reference=reference, typed_reason=row.reason)


def _of(part: Part) -> tuple[bool, ...]:
    return Erasure.board == part.board, Erasure.kind == part.kind, Erasure.entity == part.id


def _limit(now: datetime) -> str:
    return format_utc(now - timedelta(days=DAYS))
