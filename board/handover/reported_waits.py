"""Grave alarms behind the watch line of a signed handover, from the journal: the longest unwatched ones, and the one that waited
longest to be taken."""

from sqlalchemy import select
from sqlmodel import Session

from board.commands.alarms import watch
from board.commands.alarms.watch import Cause
from board.commands.handover import watch_line
from board.engine import kinds
from board.handover.report_sections import ReportScope
from board.handover.report_types import GraveAlarm, ReportedWaits
from models.db.tables import columns_of

MAX_LISTED = 5


def reported_waits(session: Session, scope: ReportScope, hidden: frozenset[str]) -> ReportedWaits | None:
    """Return the alarms behind the watch line that an account may see; None if no line was signed. `hidden`: ids of searches, and
    of the tips on them, that the account may not see."""
    if scope.live or scope.handover is None or not scope.handover.get("watch"):
        return None
    causes = watch_line.causes_of(session, scope.handover, scope.positions)
    taken = watch.times(causes, "taken", watch_line.period_of(scope.handover))
    shown = [cause for cause in causes if cause.unwatched_ms and _may_see(cause, hidden)]
    longest = sorted(shown, key=lambda cause: (-cause.unwatched_ms, cause.id))[:MAX_LISTED]
    rest = sum(cause.unwatched_ms for cause in causes) - sum(cause.unwatched_ms for cause in longest)
    return {
        "longest": [{**_alarm(session, cause), "unwatched_s": watch.seconds(cause.unwatched_ms)} for cause in longest],
        "others_s": watch.seconds(rest),
        "longest_taken": _alarm(session, taken.cause) if taken is not None and _may_see(taken.cause, hidden) else None,
    }


def _may_see(cause: Cause, hidden: frozenset[str]) -> bool:
    return hidden.isdisjoint((cause.board, cause.about["id"]))


def _alarm(session: Session, cause: Cause) -> GraveAlarm:
    kind, id = cause.about["kind"], cause.about["id"]
    return {
        "board": cause.board, "about": {"kind": kind, "id": id, "number": _number(session, kind, id)},
        "rule": cause.rule, "occasion": cause.occasion,
    }  # fmt: skip


def _number(session: Session, kind: str, id: str) -> int | None:
    """Return the number of a card or tip, which never changes; None if it has none, or was deleted."""
    declared = kinds.find(kind)
    if declared is None or "number" not in declared.model.STATE:
        return None
    table = columns_of(declared.model)
    number: int | None = session.connection().execute(select(table.number).where(table.id == id)).scalar()
    return number
