"""The watch of a period: figures over all boards that a reader may see, with a strip for each board."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session
from typing_extensions import TypedDict

from board.commands.alarms import watch, watch_events
from board.commands.alarms.alarm_format import AlarmedEntity
from board.commands.alarms.alerts import short_name
from board.commands.alarms.watch import Cause, Outcome, Period, Phase, Promise, Span, WaitName
from board.config.alarm_rules import GRAVE
from board.engine import kinds
from board.errors import invalid
from board.i18n import N_
from models.accounts import Account
from models.db.tables import columns_of
from models.search import Search
from models.times import format_utc, from_ms, to_ms
from realtime.wire.wire_types import Count, Id, Time

MAX_PERIOD_MS = (31 * 24 + 1) * 3_600_000  # the longest month, with the change of the clock
STRIPS_MS = 2 * 24 * 3_600_000  # longest period with strips; longer ones would be too dense to read
MAX_LISTED = 100  # listed promises, and listed unwatched spans

WatchedAlarm = TypedDict("WatchedAlarm", {
    "id": Id, "board": Id, "reference": str | None, "child": str | None, "about": AlarmedEntity, "rule": str, "occasion": str,
})  # fmt: skip
WatchTimes = TypedDict("WatchTimes", {
    "count": Count, "median_s": Count, "p95_s": Count, "longest_s": Count, "longest": WatchedAlarm,
})  # fmt: skip
WatchCounts = TypedDict("WatchCounts", {
    "total": Count, "kept": Count, "lapsed": Count, "returned": Count, "open": Count, "extended": Count,
})  # fmt: skip
Figures = TypedDict("Figures", {
    "alarms": Count, "unwatched_s": Count, "looked_at": WatchTimes | None, "taken": WatchTimes | None,
    "passed_on": WatchTimes | None, "promises": WatchCounts,
})  # fmt: skip
WatchedCause = TypedDict("WatchedCause", {
    "occasion": str, "alarms": Count, "unwatched_s": Count, "looked_at": WatchTimes | None, "taken": WatchTimes | None,
    "passed_on": WatchTimes | None, "promises": WatchCounts,
})  # fmt: skip
NextPromise = TypedDict("NextPromise", {"account": Id, "since": Time})
WatchedPromise = TypedDict("WatchedPromise", {
    "alarm": WatchedAlarm, "account": Id, "since": Time, "until": Time | None, "ended_at": Time | None, "outcome": Outcome,
    "extensions": Count, "note": str | None, "unwatched_s": Count, "next": NextPromise | None,
})  # fmt: skip
UnwatchedSpan = TypedDict("UnwatchedSpan", {"alarm": WatchedAlarm, "from": Time, "to": Time})
WatchSpan = TypedDict("WatchSpan", {"phase": Phase, "from": Time, "to": Time})
WatchedBoard = TypedDict("WatchedBoard", {
    "board": Id, "reference": str | None, "child": str | None, "worrying": bool, "alarms": Count, "unwatched_s": Count,
    "spans": list[WatchSpan], "lapsed_at": list[Time],
})  # fmt: skip
Watch = TypedDict("Watch", {
    "from": Time, "to": Time, "alarms": Count, "unwatched_s": Count,
    "looked_at": WatchTimes | None, "taken": WatchTimes | None, "passed_on": WatchTimes | None, "promises": WatchCounts,
    "causes": list[WatchedCause], "boards": list[WatchedBoard], "unwatched": list[UnwatchedSpan], "unwatched_left_out": Count,
    "notable": list[WatchedPromise], "notable_left_out": Count, "people": dict[str, str],
})  # fmt: skip


def period_of(start: datetime, end: datetime, now: datetime) -> Period:
    """Return the period from `start` to `end`, or to `now` if that is earlier. Raises Refused `invalid` if it would be empty."""
    if start >= end:
        raise invalid("to", N_("The end must be after the beginning."))
    if start >= now:
        raise invalid("from", N_("The watch covers the past. Enter a time before now."))
    return Period(to_ms(format_utc(start)), to_ms(format_utc(min(end, now))))


def compose(session: Session, period: Period, hidden: Collection[str] = ()) -> Watch:
    """Return the watch of a period, without the searches and tips in `hidden`."""
    left_out = frozenset(hidden)
    causes = [cause for cause in watch_events.read(session, period) if left_out.isdisjoint((cause.board, cause.about["id"]))]
    return _Report(session, causes, period).body()


class _Report:
    """Composition of an answer. Reads all searches first, but cards and tips last, because the answer names few of them."""

    def __init__(self, session: Session, causes: list[Cause], period: Period) -> None:
        self._session, self._causes, self._period = session, causes, period
        self._searches = _searches(session, {cause.board for cause in causes})
        self._named: list[AlarmedEntity] = []

    def body(self) -> Watch:
        period, causes = self._period, self._causes
        notable = [(cause, promise) for cause in causes for promise in cause.promises if _is_notable(promise)]
        notable.sort(key=lambda pair: -(pair[1].ended or pair[1].since))
        listed = [self._promise(*pair) for pair in notable[:MAX_LISTED]]
        unwatched = [(cause, span) for cause in causes for span in cause.spans if span.phase == "unwatched"]
        unwatched.sort(key=lambda pair: pair[1].start - pair[1].end)
        answer: Watch = {
            "from": from_ms(period.start), "to": from_ms(period.end), **self._figures(causes),
            "causes": [{"occasion": occasion, **self._figures(alarms)} for occasion, alarms in _by_occasion(causes)],
            "boards": self._boards(),
            "unwatched": [self._unwatched(*pair) for pair in unwatched[:MAX_LISTED]],
            "unwatched_left_out": max(0, len(unwatched) - MAX_LISTED),
            "notable": listed, "notable_left_out": max(0, len(notable) - MAX_LISTED),
            "people": _names(self._session, _accounts(listed)),
        }  # fmt: skip
        numbers = _numbers(self._session, self._named)
        for about in self._named:
            about["number"] = numbers.get(about["id"])
        return answer

    def _figures(self, causes: list[Cause]) -> Figures:
        return {
            "alarms": len(causes), "unwatched_s": _unwatched_s(causes), "looked_at": self._times(causes, "looked_at"),
            "taken": self._times(causes, "taken"), "passed_on": self._times(causes, "passed_on"), "promises": _counts(causes),
        }  # fmt: skip

    def _times(self, causes: list[Cause], name: WaitName) -> WatchTimes | None:
        times = watch.times(causes, name, self._period)
        if times is None:
            return None
        return {
            "count": times.number, "median_s": watch.seconds(times.median), "p95_s": watch.seconds(times.p95),
            "longest_s": watch.seconds(times.longest), "longest": self._alarm(times.cause),
        }  # fmt: skip

    def _boards(self) -> list[WatchedBoard]:
        by_board: dict[str, list[Cause]] = {}
        for cause in self._causes:
            by_board.setdefault(cause.board, []).append(cause)
        boards = [self._board(board, causes) for board, causes in by_board.items()]
        return sorted(boards, key=lambda board: (not board["worrying"], board["reference"] is None, board["reference"] or ""))

    def _board(self, board: str, causes: list[Cause]) -> WatchedBoard:
        search, has_strips = self._searches.get(board), self._period.end - self._period.start <= STRIPS_MS
        lapses = [promise.ended for cause in causes for promise in cause.promises if promise.outcome == "lapsed"]
        return {
            "board": board, "reference": search.reference if search else None,
            "child": short_name(search.person) if search else None, "worrying": bool(search and search.worrying),
            "alarms": len(causes), "unwatched_s": _unwatched_s(causes),
            "spans": [_span(span) for cause in causes for span in cause.spans] if has_strips else [],
            "lapsed_at": [from_ms(at) for at in sorted(filter(None, lapses))] if has_strips else [],
        }  # fmt: skip

    def _unwatched(self, cause: Cause, span: Span) -> UnwatchedSpan:
        return {"alarm": self._alarm(cause), "from": from_ms(span.start), "to": from_ms(span.end)}

    def _promise(self, cause: Cause, promise: Promise) -> WatchedPromise:
        following = cause.following(promise)
        return {
            "alarm": self._alarm(cause), "account": promise.account, "since": from_ms(promise.since), "until": promise.until,
            "ended_at": from_ms(promise.ended) if promise.ended is not None else None, "outcome": promise.outcome,
            "extensions": promise.extensions, "note": promise.note,
            "unwatched_s": watch.seconds(cause.unwatched_after(promise)),
            "next": {"account": following.account, "since": from_ms(following.since)} if following is not None else None,
        }  # fmt: skip

    def _alarm(self, cause: Cause) -> WatchedAlarm:
        search = self._searches.get(cause.board)
        about: AlarmedEntity = {"kind": cause.about["kind"], "id": cause.about["id"], "number": None}
        self._named.append(about)
        return {
            "id": cause.id, "board": cause.board, "reference": search.reference if search else None,
            "child": short_name(search.person) if search else None,
            "about": about, "rule": cause.rule, "occasion": cause.occasion,
        }  # fmt: skip


def _span(span: Span) -> WatchSpan:
    return {"phase": span.phase, "from": from_ms(span.start), "to": from_ms(span.end)}


def _unwatched_s(causes: Iterable[Cause]) -> int:
    return watch.seconds(sum(cause.unwatched_ms for cause in causes))


def _counts(causes: Iterable[Cause]) -> WatchCounts:
    promises = [promise for cause in causes for promise in cause.promises]
    outcomes = Counter(promise.outcome for promise in promises)
    return {
        "total": len(promises), "kept": outcomes["kept"], "lapsed": outcomes["lapsed"], "returned": outcomes["returned"],
        "open": outcomes["open"], "extended": sum(promise.extensions > 0 for promise in promises),
    }  # fmt: skip


def _is_notable(promise: Promise) -> bool:
    return promise.extensions > 0 or promise.outcome == "lapsed"


def _by_occasion(causes: Iterable[Cause]) -> Iterator[tuple[str, list[Cause]]]:
    """Yield the occasions that have an alarm, in the order of GRAVE, with their alarms."""
    by_occasion: dict[str, list[Cause]] = {}
    for cause in causes:
        by_occasion.setdefault(cause.occasion, []).append(cause)
    return ((occasion, by_occasion[occasion]) for occasion in GRAVE if occasion in by_occasion)


def _accounts(promises: Iterable[WatchedPromise]) -> set[str]:
    """Return the ids of the accounts that made these promises, or the next ones after them."""
    return {account["account"] for promise in promises for account in (promise, promise["next"]) if account is not None}


def _searches(session: Session, boards: Collection[str]) -> dict[str, Any]:
    search = columns_of(Search)
    query = select(search.id, search.reference, search.person, search.worrying).where(search.id.in_(boards))
    return {row.id: row for row in session.connection().execute(query)}


def _numbers(session: Session, named: Iterable[AlarmedEntity]) -> dict[str, int]:
    """Return the numbers of cards and tips, by id."""
    numbers: dict[str, int] = {}
    by_kind: dict[str, set[str]] = {}
    for about in named:
        by_kind.setdefault(about["kind"], set()).add(about["id"])
    for name, ids in by_kind.items():
        kind = kinds.find(name)
        if kind is not None and kind.is_numbered:
            card = columns_of(kind.model)
            rows = session.connection().execute(select(card.id, card.number).where(card.id.in_(ids)))
            numbers |= {row.id: row.number for row in rows}
    return numbers


def _names(session: Session, accounts: Collection[str]) -> dict[str, str]:
    account = columns_of(Account)
    rows = session.connection().execute(select(account.id, account.name).where(account.id.in_(accounts)))
    return {row.id: row.name for row in rows}
