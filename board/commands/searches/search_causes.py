"""Occasions of alarms about a search that begin with time: a missing decision, report or review, and the end of an appeal."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, func, or_, select
from sqlmodel import Session

from board.commands.searches import search_times
from board.config.alarm_rules import Rule
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from board.i18n import N_, P_
from models.alarm import Alarm
from models.occasion import ByTime, Occasion
from models.search import Search
from models.times import format_utc, parse_utc

REPORTED_WITHIN = timedelta(days=7)  # after the child was found; searches of an earlier version can lack a report

WORRYING = "worrying_search"  # occasion of the alarm that asks at the opening of a search if it is worrying

Subject = tuple[Search, str]
_search: Any = Search.__table__.c  # type: ignore[attr-defined]
_alarm: Any = Alarm.__table__.c  # type: ignore[attr-defined]
_version: Any = cast(_search.seq, String)  # a cause: after an alarm has ended, only a change of the search raises another one


def without_alarm(rule: Rule, board: Any, entity: Any, cause: Any = None) -> ColumnElement[bool]:
    """Return the condition that a rule has no open alarm about an entity, and none that was raised for this cause."""
    is_known = _alarm.ended_at.is_(None) if cause is None else or_(_alarm.ended_at.is_(None), _alarm.cause == cause)
    return ~select(_alarm.id).where(_alarm.board == board, _alarm.rule == rule.key, _alarm.entity == entity, is_known).exists()


def _find(session: Session, rule: Rule, cause: Any, *conditions: Any) -> Iterable[Any]:
    """Return (board, entity, cause) of the searches that meet conditions and have no alarm by a rule for this cause."""
    query = select(_search.id, _search.id, cause).where(
        *conditions, _search.archived_at.is_(None), without_alarm(rule, _search.id, _search.id, cause)
    )
    return session.connection().execute(query.order_by(cause).limit(occasions.MAX_FOUND))


def _here(writer: EventWriter) -> Search:
    search = unit_of_work.get(writer.session, Search, writer.board.id)
    assert search is not None, "the alarm is about the search of its board"
    return search


# -- two criteria, and no decision ----------------------------------------------------------------------------------------


def _asks_if_worrying(search: Any) -> ColumnElement[bool]:
    """Return the condition that an open alarm asks already if the disappearance is worrying: one question has one alarm."""
    is_open = _alarm.entity == search, _alarm.ended_at.is_(None)
    return select(_alarm.id).where(*is_open, func.coalesce(_alarm.occasion, _alarm.rule) == WORRYING).exists()


def _find_undecided(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    is_due = _search.undecided_since <= format_utc(until), ~_asks_if_worrying(_search.id)
    return _find(session, rule, _search.undecided_since, _search.status == "open", *is_due)


def _recheck_undecided(writer: EventWriter, rule: Rule, *_: str) -> Subject | None:
    search = _here(writer)
    since = search.undecided_since
    if since is None or not search_times.needs_decision(search):
        return None
    is_asked = unit_of_work.execute(writer.session, select(_asks_if_worrying(search.id)), {}).scalar()
    return None if is_asked else (search, since)


# -- found, but family or police not told ---------------------------------------------------------------------------------


_REPORTS = ("family_told", "police_told")  # of an outcome


def _find_not_told(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    is_due = _search.status_at > format_utc(until - REPORTED_WITHIN), _search.status_at <= format_utc(until)
    not_told = or_(*(func.coalesce(_search.outcome[name].as_boolean(), false()).is_(false()) for name in _REPORTS))
    return _find(session, rule, _version, _search.status == "found", *is_due, not_told)


def _recheck_not_told(writer: EventWriter, rule: Rule, *_: str) -> Subject | None:
    search = _here(writer)
    not_told = search.status == "found" and not all((search.outcome or {}).get(report) for report in _REPORTS)
    return (search, str(search.seq)) if not_told else None


# -- an appeal that ends soon ---------------------------------------------------------------------------------------------


def _find_ending(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    now = until + timedelta(seconds=rule.after_s)  # `after_s` is negative
    is_due = _search.appeal_until > format_utc(now), _search.appeal_until <= format_utc(until)
    return _find(session, rule, _version, _search.status == "open", *is_due)


def _recheck_ending(writer: EventWriter, rule: Rule, *_: str) -> Subject | None:
    search = _here(writer)
    due, by = search.appeal_until, format_utc(parse_utc(writer.now) - timedelta(seconds=rule.after_s))
    return (search, str(search.seq)) if search.status == "open" and due is not None and due <= by else None


# -- an unreviewed search -------------------------------------------------------------------------------------------------


def _reviewed_at(search: Any) -> Any:
    return func.coalesce(search.reviewed_at, search.opened_at)


def _find_unreviewed(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    reviewed = _reviewed_at(_search)
    late = [(_search.kind == kind) & (reviewed <= format_utc(until - timedelta(hours=h))) for kind, h in rule.every_hours.items()]
    return _find(session, rule, reviewed, _search.status == "open", or_(*late)) if late else ()


def _recheck_unreviewed(writer: EventWriter, rule: Rule, *_: str) -> Subject | None:
    search = _here(writer)
    hours, reviewed = rule.every_hours.get(search.kind), search.reviewed_at or search.opened_at
    is_late = hours is not None and parse_utc(writer.now) - parse_utc(reviewed) >= timedelta(seconds=rule.after_s, hours=hours)
    return (search, reviewed) if is_late and search.status == "open" else None


def _occasion(name: str, short: str, find: Any, recheck: Any, page: str = "", while_found: bool = False) -> Occasion:
    return Occasion(name, short=short, page=page, while_found=while_found, by_time=ByTime(find, recheck, ends=True))


OCCASIONS = {
    "worrying_undecided": _occasion(
        N_("Worrying or not: nobody has decided"), P_("alarm, short", "Worrying: undecided"), _find_undecided, _recheck_undecided
    ),
    "found_not_told": _occasion(
        N_("Child found: family or police not told"), P_("alarm, short", "Found: not all told"), _find_not_told,
        _recheck_not_told, while_found=True,
    ),
    "appeal_ending": _occasion(
        N_("The appeal ends soon"), P_("alarm, short", "Appeal ends soon"), _find_ending, _recheck_ending,
        page="/searches/{board}?campaign",
    ),
    "search_not_reviewed": _occasion(
        N_("Search not reviewed in time"), P_("alarm, short", "Review is due"), _find_unreviewed, _recheck_unreviewed
    ),
}  # fmt: skip
