"""Occasions of alarms about reports that wait too long: one for all sightings and wakes of a search, and one for each tip."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, union_all
from sqlmodel import Session

from board.commands.searches.search_causes import without_alarm
from board.commands.sightings.waits_once import waits_here
from board.config.alarm_rules import Rule
from board.config.targets import QUEUES
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from board.i18n import N_, P_
from models.alarm import Alarm
from models.board import OPERATIONS
from models.occasion import ByTime, Occasion
from models.search import Search
from models.sighting import Sighting
from models.times import format_utc, parse_utc
from models.tip import Tip
from models.wake import Wake

_alarm: Any = Alarm.__table__.c  # type: ignore[attr-defined]
_search: Any = Search.__table__.c  # type: ignore[attr-defined]
_sighting: Any = Sighting.__table__.c  # type: ignore[attr-defined]
_tip: Any = Tip.__table__.c  # type: ignore[attr-defined]
_wake: Any = Wake.__table__.c  # type: ignore[attr-defined]


def _is_late(table: Any, rule: Rule, at: datetime) -> Any:
    """Return the condition that a report has waited longer than the target of its queue, and has no alarm of its own."""
    late = []
    for queue in QUEUES:
        for is_urgent in (True, False):
            minutes = rule.targets.minutes(queue, "urgent" if is_urgent else "normal")
            since = format_utc(at - timedelta(minutes=minutes))
            priority = table.priority == "urgent" if is_urgent else table.priority != "urgent"
            late.append(and_(table.queue == queue, priority, func.coalesce(table.queue_since, table.recorded_at) <= since))
    has_own = select(_alarm.id).where(_alarm.entity == table.id, _alarm.ended_at.is_(None)).exists()
    return and_(or_(*late), ~has_own)


def _is_late_sighting(rule: Rule, at: datetime) -> Any:
    return and_(_is_late(_sighting, rule, at), waits_here(_sighting))


def _is_late_wake(rule: Rule, at: datetime) -> Any:
    since = format_utc(at - timedelta(minutes=rule.targets.minutes("look", "normal")))
    return and_(_wake.queue == "look", _wake.queue_since <= since)


# -- sightings and wakes of a search --------------------------------------------------------------------------------------


def _find_on_searches(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    late = union_all(
        select(_sighting.board, _sighting.queue_since).where(_is_late_sighting(rule, until)),
        select(_wake.board, _wake.queue_since).where(_is_late_wake(rule, until)),
    ).subquery()
    board = late.c.board
    query = (
        select(board, board, func.min(late.c.queue_since))
        .join(Search, _search.id == board)
        .where(_search.status == "open", without_alarm(rule, board, board))
        .group_by(board)
    )
    return session.connection().execute(query.limit(occasions.MAX_FOUND))


def count_late(session: Session, rule: Rule, boards: Collection[str], at: str) -> Mapping[str, int]:
    """Return the numbers of sightings and wakes that have waited too long and have no alarm of their own, by search."""
    until = parse_utc(at) - timedelta(seconds=rule.after_s)
    counts = Counter[str]()
    for table, is_late in ((_sighting, _is_late_sighting(rule, until)), (_wake, _is_late_wake(rule, until))):
        query = select(table.board, func.count().label("late")).where(table.board.in_(boards), is_late).group_by(table.board)
        counts.update({row.board: row.late for row in session.connection().execute(query)})
    return counts


def _recheck_search(writer: EventWriter, rule: Rule, *_: str) -> tuple[Search, str] | None:
    """Return the search of the board if a report is late. Its current position is the cause, so that later ones raise another
    alarm."""
    writer.session.flush()
    search = unit_of_work.get(writer.session, Search, writer.board.id)
    is_late = search is not None and search.status == "open" and count_late(writer.session, rule, [search.id], writer.now)
    return (search, str(writer.board.seq)) if search is not None and is_late else None


QUEUE_LATE = Occasion(
    N_("Sightings wait too long"), short=P_("alarm, short", "Sightings wait too long"), page="/unanswered",
    by_time=ByTime(_find_on_searches, _recheck_search, ends=True),
)  # fmt: skip


# -- tips -----------------------------------------------------------------------------------------------------------------


def _find_tips(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    query = select(_tip.board, _tip.id, _tip.queue_since).where(
        _is_late(_tip, rule, until), _tip.archived_at.is_(None), without_alarm(rule, _tip.board, _tip.id, _tip.queue_since)
    )
    return session.connection().execute(query.order_by(_tip.queue_since).limit(occasions.MAX_FOUND))


def _recheck_tip(writer: EventWriter, rule: Rule, id: str, since: str) -> tuple[Tip, str] | None:
    tip = unit_of_work.get(writer.session, Tip, id)
    if tip is None or tip.board != OPERATIONS or tip.queue != "look" or tip.queue_since != since:
        return None
    due = parse_utc(rule.targets.due(tip.queue, tip.priority, since)) + timedelta(seconds=rule.after_s)
    return (tip, since) if due <= parse_utc(writer.now) else None


TIP_LATE = Occasion(
    N_("Tip waits too long"), N_("Tip {number} waits too long"), P_("alarm, short", "Tip {number} waits too long"),
    page="/?tip={id}", by_time=ByTime(_find_tips, _recheck_tip),
)  # fmt: skip
