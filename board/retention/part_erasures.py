"""Erasures of a single card, note, contact or file, by two people, like those of a search."""

from datetime import datetime

from sqlalchemy import select as core_select
from sqlmodel import Session

from board.audit import writer
from board.audit.entries import PartErasureAgreed, PartErasureAsked, PartErasureWithdrawn
from board.config.alarm_rules import AlarmRules, load_rules
from board.engine import unit_of_work
from board.errors import OperationError, Refused
from board.i18n import N_
from board.retention import erasures, other_searches, part_begin, part_references, requests
from board.retention.parts import MAX_PARTS, Part, chosen_models, parts_of
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.entity import Entity
from models.erasure import Erasure
from models.ids import new_id
from models.search import Search
from models.times import format_utc

_A = columns_of(Alarm)


def ask(session: Session, search: Search, part: Part, typed: str, reason: str, now: datetime) -> str:
    """Ask to erase a part of a search. Return the id of the erasure. Raises OperationError, and Refused `not_found`."""
    reason = erasures.checked_reason(search, reason)
    erasures.check(session, search, typed, now)
    parts = parts_of(session, part)
    check(session, part, parts)
    other_searches.check(session, part.board, parts, erasures.account_of(erasures.person(session)), now)
    if requests.find(session, part, now) is not None:
        raise OperationError(N_("Someone has already asked to erase this."))
    row = Erasure(
        id=new_id(), board=part.board, kind=part.kind, entity=part.id, reason=reason,
        asked_by=erasures.person(session), asked_at=format_utc(now), counts={},
    )  # fmt: skip
    session.add(row)
    writer.write(session, PartErasureAsked(id=part.board, board=part.board, part=part.kind, typed_reason=reason))
    return row.id


def withdraw(session: Session, part: Part, id: str, now: datetime) -> None:
    """Withdraw a request. Raises Refused `not_found` if there is none."""
    unit_of_work.lock_board(session, part.board)
    row = requests.asked(session, part, id, now)
    session.delete(row)
    writer.write(session, PartErasureWithdrawn(id=part.board, board=part.board, part=part.kind, typed_reason=row.reason))


def agree(
    session: Session, search: Search, part: Part, id: str, typed: str, now: datetime, *, seen: str,
    rules: AlarmRules | None = None,
) -> None:  # fmt: skip
    """Agree as a second person, and remove the parts from all boards. `seen`: digest of the parts that the page listed.
    `rules`: of the alarms of cards that must be assessed again. Raises OperationError, and Refused `not_found`."""
    parts = parts_of(session, part)
    _lock(session, parts)
    row = requests.asked(session, part, id, now)
    erasures.check_other_person(session, row, now)
    erasures.check(session, search, typed, now)
    check(session, part, parts)
    other_searches.check(session, part.board, parts, erasures.account_of(erasures.person(session)), now)
    _check_asker(session, row, parts)
    requests.check_seen(seen, requests.digest(parts))
    requests.check_seen(requests.digest(parts), requests.digest(parts_of(session, part)))  # no part was added before the locks
    row.agreed_by, row.agreed_at = erasures.person(session), format_utc(now)
    row.counts, row.access = count_by_kind(parts), search.access
    agreed = PartErasureAgreed(
        id=part.board, part=part.kind, asked_by=erasures.person_name(session, row.asked_by), typed_reason=row.reason
    )
    writer.write(session, agreed)
    part_begin.begin(session, row, parts, now, rules or load_rules())


def row_of(session: Session, part: Part) -> Entity:
    """Return the row of a part. Raises Refused `not_found` if the search has no such part, or its data is gone."""
    model = chosen_models().get(part.kind)
    row = session.get(model, part.id) if model is not None else None
    if row is None or row.board != part.board or getattr(row, "removed", None) is not None:
        raise Refused("not_found")
    return row


def check(session: Session, part: Part, parts: list[Part]) -> None:
    """Check that a part was withdrawn, that not too much belongs to it, and that no alarm is open. Raises OperationError, and
    Refused as `row_of`."""
    row = row_of(session, part)
    if len(parts) > MAX_PARTS:
        raise OperationError(N_("Too many notes and files belong to it. Erase some of them first."))
    if not getattr(row, "withdrawn", True):
        raise OperationError(N_("Withdraw it first. Only what was withdrawn can be erased."))
    is_open = core_select(_A.id).where(_A.entity.in_([each.id for each in parts]), _A.ended_at.is_(None))
    if session.connection().execute(is_open.limit(1)).first() is not None:
        raise OperationError(N_("An alarm about it is open. It must end first."))


def count_by_kind(parts: list[Part]) -> dict[str, int]:
    """Return the number of parts of each kind."""
    return {kind: sum(part.kind == kind for part in parts) for kind in dict.fromkeys(part.kind for part in parts)}


def _check_asker(session: Session, row: Erasure, parts: list[Part]) -> None:
    """Check that the person who asked still sees the other searches of the parts. Raises OperationError."""
    asked_by = erasures.account_of(row.asked_by)
    boards = {part.board for part in parts} - {row.board, OPERATIONS}
    if asked_by is not None and not all(other_searches.sees(session, asked_by, board) for board in boards):
        raise OperationError(erasures.MAY_NO_LONGER)


def _lock(session: Session, parts: list[Part]) -> None:
    """Lock `operations`, then the boards of the parts and of references to them, always in this order. Raises OperationError."""
    boards = part_references.boards(session, parts)
    for board in dict.fromkeys((OPERATIONS, *sorted(boards))):
        unit_of_work.lock_board(session, board)
    if not part_references.boards(session, parts) <= boards:  # one was added before the locks
        raise OperationError(requests.CHANGED)
