"""Due searches, with which set-aside reports wait to be compared, or whose own reports became hidden. The processes share them.

A command writes the row of its search in its transaction, so that a restart loses none. A process claims the row before it
compares, and deletes it with the wakes that it writes. The claim of a killed process expires.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, or_, select, update
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event_writer import Change, WrittenChanges
from board.notifications.attempts import claim_time
from models.db.statement import BulkWrite
from models.db.tables import columns_of
from models.search import COMPARED, Search
from models.sighting import ASSURED, Sighting
from models.times import format_utc
from models.wake import DueWake

CLAIM = timedelta(seconds=30)  # includes a comparison, which ends after 15 s
MAX_TRIES = 10  # claims without a result, such as of killed processes
MAX_CLAIMED = 10  # searches that a process compares in one pass

# fields that are compared with reports
SEARCH_TEXTS = tuple(name for name, spec in COMPARED.items() if spec.prose)
SIGHTING_TEXTS = ("description", "clothing", "company", "direction")
_PERSON = ("first_name", "last_name", *SEARCH_TEXTS)
_OF_SEARCH = (*(f"person.{name}" for name in _PERSON), "details.aliases", "missing_since", "last_seen", "status", "access")
_OF_SIGHTING = ("assessment", "withdrawn", "seen_at", "received_at", "place", *SIGHTING_TEXTS)
SIGNALS = (
    "search.updated", "search.access_set", "sighting.assessed", "sighting.updated", "tip.placed",
    "wake.answered", "wake.ended", "wake.removed",
)  # fmt: skip  # work for a waker

Clock = Callable[[], datetime]

_D = columns_of(DueWake)
# text: sent with the commit
_INTO = "INSERT INTO due_wakes (board, since, marks, tries) "
_AGAIN = "ON CONFLICT (board) DO UPDATE SET marks = due_wakes.marks + 1"
_MARK = BulkWrite(
    f"{_INTO}VALUES (:board, :since, 1, 0) {_AGAIN}",
    f"{_INTO}SELECT board, since, 1, 0 FROM v WHERE true {_AGAIN}",  # noqa: S608
    {"board": "text", "since": "text"},
)
# A clock that was set back must not extend a claim.
_FREE = or_(_D.claimed_until.is_(None), _D.claimed_until <= bindparam("now"), _D.claimed_until > bindparam("latest"))
_DUE = select(_D.board).where(_FREE).order_by(_D.since, _D.board).limit(MAX_CLAIMED)
_OF_BOARD = _D.board == bindparam("id")
_CLAIM = (
    update(DueWake)
    .where(_OF_BOARD, _FREE)
    .values(claimed_until=bindparam("until"), tries=_D.tries + 1)
    .execution_options(preserve_rowcount=True)
)
_CLAIMED = select(_D.since, _D.marks, _D.tries).where(_OF_BOARD)
_FINISH = delete(DueWake).where(_OF_BOARD, _D.since == bindparam("first"), _D.marks == bindparam("compared"))
_RELEASE = update(DueWake).where(_OF_BOARD).values(claimed_until=None, tries=0)


class Claim(NamedTuple):
    """Claim of a process on a search. `marks`: number of marks since `since`, which the comparison covers."""

    board: str
    since: str
    marks: int
    tries: int


def mark(session: Session, written: WrittenChanges, now: str) -> None:
    """Make the searches due that know more after these changes, of the child or an assured sighting, or hide more reports."""
    for board in sorted(set(_due_after(written))):
        mark_search(session, board, now)


def mark_search(session: Session, board: str, now: str) -> None:
    """Make a search due. Several marks in a transaction are one."""
    unit_of_work.current(session).write_late(_MARK, board, {"board": board, "since": now})


def _due_after(written: WrittenChanges) -> Iterator[str]:
    hidden_tips = {audience.tip for audience in written.tips}
    for change in written.changes:
        if adds_knowledge(change):
            yield change.event.board
        elif change.event.entity in hidden_tips and change.after.get("placed"):  # a report has no such field
            yield change.after["placed"]["board"]


def adds_knowledge(change: Change) -> bool:
    """Return whether a change adds to what set-aside reports are compared with, or sets the access of a search."""
    if not change.before:
        return False
    if change.kind.model is Search:
        return _touches(change.fields, _OF_SEARCH)
    is_assured = change.kind.model is Sighting and change.after["assessment"] in ASSURED and not change.after["withdrawn"]
    return is_assured and _touches(change.fields, _OF_SIGHTING)


def _touches(fields: Collection[str], compared: Collection[str]) -> bool:
    return any(field == path or field.startswith(f"{path}.") for field in fields for path in compared)


def due(session: Session, clock: Clock) -> list[str]:
    """Return the searches that are due and unclaimed, the longest due first."""
    return list(session.connection().execute(_DUE, _times(claim_time(session, clock))).scalars())


def claim(session: Session, board: str, clock: Clock) -> Claim | None:
    """Claim a search; None if another process has claimed or compared it."""
    now = claim_time(session, clock)
    params = {"id": board, "until": format_utc(now + CLAIM), **_times(now)}
    if session.connection().execute(_CLAIM, params).rowcount != 1:
        return None
    return Claim(board, *session.connection().execute(_CLAIMED, {"id": board}).one())


def finish(session: Session, claimed: Claim) -> None:
    """Delete the row of a search that was compared. If it was marked during the comparison, release it instead. Idempotent."""
    session.connection().execute(_FINISH, {"id": claimed.board, "first": claimed.since, "compared": claimed.marks})
    session.connection().execute(_RELEASE, {"id": claimed.board})


def _times(now: datetime) -> dict[str, str]:
    return {"now": format_utc(now), "latest": format_utc(now + 2 * CLAIM)}
