"""Cached counts of each search for its card on the operations board. A search is counted again if it has changed, and when a task
becomes overdue or a sighting late, because these are not events."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, String, bindparam, case, func, literal, select
from sqlmodel import Session

from board.commands.cards.held_cards import is_held, is_promised
from board.commands.sightings.waits_once import waits_here
from board.config.targets import QUEUES, Targets, load_targets
from board.engine import kinds
from models.accounts import Account
from models.alarm import Alarm
from models.board import Board
from models.column import Column
from models.contact import Contact
from models.db.tables import columns_of, table_of
from models.search import Search
from models.sighting import Sighting
from models.task import Task
from models.wake import Wake

BATCH_SIZE = 500  # searches in a query
MAX_PROMISED = 20  # tasks of a search, from the contract; `overdue_open` counts all

Summary = dict[str, Any]


class Counted(NamedTuple):
    """Counts of a search at the time `at`, with its board at `epoch` and `seq`. `next_due`: when its next task becomes overdue,
    or its next sighting late."""

    epoch: str
    seq: int
    at: str
    next_due: str | None
    summary: Summary

    def holds(self, epoch: str, seq: int, at: str) -> bool:
        """Return whether the counts are valid at a time. They are invalid after the clock was set back."""
        return (self.epoch, self.seq) == (epoch, seq) and self.at <= at and (self.next_due is None or self.next_due >= at)


def recount(session: Session, known: Mapping[str, Counted], at: str, targets: Targets | None = None) -> dict[str, Counted]:
    """Return the counts of all unarchived searches at a time: the valid counts in `known`, and new counts of the other
    searches."""
    heads = session.connection().execute(_HEADS).all()
    found = {id: known[id] for id, epoch, seq in heads if id in known and known[id].holds(epoch, seq, at)}
    if not found:
        return count(session, None, at, targets)
    behind = [id for id, *_ in heads if id not in found]
    for start in range(0, len(behind), BATCH_SIZE):
        found |= count(session, behind[start : start + BATCH_SIZE], at, targets)
    return found


def count(session: Session, boards: list[str] | None, at: str, targets: Targets | None = None) -> dict[str, Counted]:
    """Return the counts of these searches (None: all), with tasks overdue and sightings late at `at`. The hub fills in `people`
    and `present` later."""
    rows = _rows(session, _COUNT, boards, at)
    first = {name: {row.board: shown(row) for row in _rows(session, query, boards, at)} for name, (query, shown) in FIRST.items()}
    _add_cards(session, [*first["alarm"].values(), *first["promise"].values()])
    waiting, late_next = _unanswered(session, boards, at, targets or load_targets())
    promised, calls = _promised(session, boards, at), first["next_call"]
    next_times = {row.id: _first_time(row.next_due, late_next.get(row.id), calls.get(row.id)) for row in rows}
    return {
        row.id: Counted(row.epoch, row.seq, at, next_times[row.id], {
            "unassessed_sightings": row.unassessed,
            "open_tasks": row.open,
            "overdue_tasks": row.overdue,
            "overdue_open": row.overdue - len(promised.get(row.id, ())),
            "promised": promised.get(row.id, [])[:MAX_PROMISED],
            "alarms": row.alarms,
            "people": 0,
            "last": {"seq": row.seq, "at": row.at, "type": row.last_type},
            **{name: found.get(row.id) for name, found in first.items()},
            "unanswered": waiting.get(row.id) or _none_waiting(),
        })
        for row in rows
    }  # fmt: skip


def _first_time(task: str | None, late: str | None, call: dict[str, Any] | None) -> str | None:
    """Return the first time at which the counts change without an event; None if there is none."""
    return min(filter(None, (task, late, call and call["due"])), default=None)


def _rows(session: Session, query: Select[Any], boards: list[str] | None, at: str) -> Sequence[Row[Any]]:
    """Run a query, limited to these boards (None: all)."""
    return session.connection().execute(query if boards is None else _among(query), {"at": at, "boards": boards}).all()


@cache
def _among(query: Select[Any]) -> Select[Any]:
    return query.where(_B.id.in_(bindparam("boards")))


def _unanswered(
    session: Session, boards: list[str] | None, at: str, targets: Targets
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Return, by search, the numbers of waiting and of late sightings and wakes by queue, and the time at which the next one
    becomes late. Late ones count only in open searches. In closed searches, none wait."""
    found: dict[str, dict[str, Any]] = {}
    late_next: dict[str, str] = {}
    for row in (*_rows(session, _WAITING, boards, at), *_rows(session, _WAKES, boards, at)):
        counts = found.setdefault(row.board, _none_waiting())
        counts[row.queue] += 1
        due = targets.due(row.queue, row.priority, row.queue_since) if row.queue_since and row.status == "open" else None
        if due is not None and due < at:
            counts["late"] += 1
            counts["late_open"][row.queue] += not row.is_held
        elif due is not None:
            late_next[row.board] = min(due, late_next.get(row.board, due))
    return found, late_next


def _none_waiting() -> dict[str, Any]:
    return {**dict.fromkeys((*QUEUES, "late"), 0), "late_open": dict.fromkeys(QUEUES, 0)}


def _promised(session: Session, boards: list[str] | None, at: str) -> dict[str, list[str]]:
    """Return, by search, the ids of the overdue tasks that a promise is about."""
    found: dict[str, list[str]] = {}
    for row in _rows(session, _PROMISED, boards, at):
        found.setdefault(row.board, []).append(row.id)
    return found


def _task(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "number": row.number, "title": row.title, "due": row.due}


def _call(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "number": row.number, "due": row.next_call, "assignee": row.assignee}


def _sighting(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "seen_at": row.seen_at,
        "received_at": row.received_at or row.recorded_at,
        "place": (row.place or {}).get("text"),
    }


def _credible(row: Row[Any]) -> dict[str, Any]:
    return _sighting(row) | {"assessment": row.assessment}


def _unassessed(row: Row[Any]) -> dict[str, Any]:
    return _sighting(row) | {
        "priority": row.priority, "assignee": row.assignee, "taken_by": row.taken_by, "until": row.until,
    }  # fmt: skip


def _alarm(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "rule": row.rule, "occasion": row.occasion, "raised_at": row.raised_at, "step": row.step,
        "next_at": row.next_at, "about": row.about, "number": None, "assignee": None, "lapsed_by": row.lapsed_by,
        "lapsed_at": row.lapsed_at, "released_by": row.released_by, "released_at": row.released_at,
        "released_because": row.released_because,
    }  # fmt: skip


def _promise(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "rule": row.rule, "occasion": row.occasion, "about": row.about, "number": None, "assignee": None,
        "taken_by": {"id": row.taken_by, "name": row.name}, "until": row.until,
    }  # fmt: skip


def _add_cards(session: Session, alarms: Collection[dict[str, Any]]) -> None:
    """Add the number and the assignee of its card to each alarm that is about a card."""
    by_id: dict[str, list[dict[str, Any]]] = {}
    for alarm in alarms:
        by_id.setdefault(alarm["about"]["id"], []).append(alarm)
    for kind in kinds.cards():
        model: Any = kind.model
        ids = [id for id, (alarm, *_) in by_id.items() if alarm["about"]["kind"] == kind.name]
        for start in range(0, len(ids), BATCH_SIZE):
            query = select(model.id, model.number, model.assignee).where(model.id.in_(ids[start : start + BATCH_SIZE]))
            for id, number, assignee in session.execute(query):
                for alarm in by_id[id]:
                    alarm |= {"number": number, "assignee": assignee}


_B, _SEARCH, _T, _COLUMN = columns_of(Board), columns_of(Search), columns_of(Task), columns_of(Column)
_S, _A, _W, _C = columns_of(Sighting), columns_of(Alarm), columns_of(Wake), columns_of(Contact)
_AT = bindparam("at", type_=String())


def _of_board(selected: Any, *conditions: Any) -> Select[Any]:
    """Return a subquery for rows on the board of the outer query."""
    return select(selected).where(*conditions).correlate(table_of(Board))


def _open_tasks(selected: Any, *conditions: Any) -> Select[Any]:
    open = _COLUMN.id == _T.column, _T.board == _B.id, ~_T.withdrawn, _COLUMN.role != "done"
    return _of_board(selected, *open, *conditions)


_OPEN_ALARM = _A.board == _B.id, _A.taken_at.is_(None), _A.ended_at.is_(None)
_UNASSESSED = _S.board == _B.id, ~_S.withdrawn, _S.assessment == "unassessed"
_CREDIBLE = _S.board == _B.id, ~_S.withdrawn, _S.assessment.in_(("credible", "confirmed"))
_HEADS = select(_B.id, _B.epoch, _B.seq).join(table_of(Search), _SEARCH.id == _B.id).where(_SEARCH.archived_at.is_(None))
_COUNT = (
    select(
        _B.id, _B.epoch, _B.seq, _B.at, _B.last_type,
        _of_board(func.count(), *_UNASSESSED, waits_here(_S)).scalar_subquery().label("unassessed"),
        _open_tasks(func.count()).scalar_subquery().label("open"),
        _open_tasks(func.count(), _T.due < _AT).scalar_subquery().label("overdue"),
        _of_board(func.count(), *_OPEN_ALARM).scalar_subquery().label("alarms"),
        _open_tasks(func.min(_T.due), _T.due >= _AT).scalar_subquery().label("next_due"),
    )
    .join(table_of(Search), _SEARCH.id == _B.id)
    .where(_SEARCH.archived_at.is_(None))
)  # fmt: skip
_WAITING = (
    select(_B.id.label("board"), _S.queue, _S.queue_since, _S.priority, _SEARCH.status, is_held(_S).label("is_held"))
    .join_from(table_of(Board), table_of(Search), _SEARCH.id == _B.id)
    .join(table_of(Sighting), _S.board == _B.id)
    .where(_B.kind == Search.KIND, _SEARCH.status != "closed", _SEARCH.archived_at.is_(None))
    .where(_S.queue.in_(QUEUES), waits_here(_S))
)
_WAKES = (
    select(
        _B.id.label("board"), _W.queue, _W.queue_since, literal("normal").label("priority"), _SEARCH.status,
        is_held(_W).label("is_held"),
    )
    .join_from(table_of(Board), table_of(Search), _SEARCH.id == _B.id)
    .join(table_of(Wake), _W.board == _B.id)
    .where(_SEARCH.status != "closed", _SEARCH.archived_at.is_(None), _W.queue == "look")
)  # fmt: skip
_PROMISED = (
    select(_B.id.label("board"), _T.id)
    .join_from(table_of(Board), table_of(Task), _T.board == _B.id)
    .join(table_of(Column), _COLUMN.id == _T.column)
    .where(~_T.withdrawn, _COLUMN.role != "done", _T.due < _AT, is_promised(_T))
    .order_by(_T.due, _T.id)
)


def _first(row: Any, ids: Select[Any], columns: Sequence[Any], *of_search: Any) -> Select[Any]:
    """Return the query for one row of each board: the row with the first of these ids."""
    return (
        select(_B.id.label("board"), *columns)
        .join_from(table_of(Board), table_of(Search), _SEARCH.id == _B.id)
        .join(row, row.c.id == ids.limit(1).scalar_subquery())
        .where(_B.kind == Search.KIND, *of_search)
    )


def _first_task(condition: Any, *order: Any) -> Select[Any]:
    row = table_of(Task).alias("first")
    ids = _open_tasks(_T.id, condition).order_by(*order, _T.due, _T.id)
    return _first(row, ids, [row.c[name] for name in ("id", "number", "title", "due")], _SEARCH.status == "open")


def _first_call() -> Select[Any]:
    row = table_of(Contact).alias("first")
    ids = _of_board(_C.id, _C.board == _B.id, ~_C.withdrawn, _C.next_call >= _AT).order_by(_C.next_call, _C.id)
    return _first(row, ids, [row.c[name] for name in ("id", "number", "next_call", "assignee")], _SEARCH.status == "open")


def _first_sighting(conditions: Sequence[Any], *order: Any) -> Select[Any]:
    row = table_of(Sighting).alias("first")
    names = ("id", "number", "seen_at", "received_at", "recorded_at", "place", "priority", "assignee", "assessment")
    owners = select(_A.taken_by).where(_A.entity == row.c.id, _A.ended_at.is_(None)).correlate(row)
    first = owners.order_by(_A.taken_by.is_not(None), _A.id).limit(1)
    owner = [first.with_only_columns(column).scalar_subquery().label(column.name) for column in (_A.taken_by, _A.until)]
    ids = _of_board(_S.id, *conditions).order_by(*order, _S.id)
    return _first(row, ids, [*(row.c[name] for name in names), *owner], _SEARCH.status == "open")


def _first_alarm() -> Select[Any]:
    row = table_of(Alarm).alias("first")
    names = (
        "id", "rule", "occasion", "raised_at", "step", "next_at", "about", "lapsed_by", "lapsed_at", "released_by", "released_at",
        "released_because",
    )  # fmt: skip
    return _first(row, _of_board(_A.id, *_OPEN_ALARM).order_by(_A.raised_at, _A.id), [row.c[name] for name in names])


def _first_promise() -> Select[Any]:
    row, taker = table_of(Alarm).alias("first"), table_of(Account).alias("taker")
    is_urgent = case((_A.occasion == "sighting_urgent", 0), else_=1)
    ids = _of_board(_A.id, _A.board == _B.id, _A.until.is_not(None), _A.ended_at.is_(None)).order_by(is_urgent, _A.until, _A.id)
    names = ("id", "rule", "occasion", "about", "taken_by", "until")
    return _first(row, ids, [*(row.c[name] for name in names), taker.c.name]).join(taker, taker.c.id == row.c.taken_by)


# For each open search: the cards that need somebody first, its oldest open alarm, and a promise, by the name in the summary.
FIRST: Mapping[str, tuple[Select[Any], Callable[[Row[Any]], dict[str, Any]]]] = {
    "overdue_task": (_first_task(_T.due < _AT, is_promised(_T)), _task),
    "next_task": (_first_task(_T.due >= _AT), _task),
    "next_call": (_first_call(), _call),
    "unassessed_sighting": (
        _first_sighting(_UNASSESSED, case((_S.priority == "urgent", 0), else_=1), func.coalesce(_S.received_at, _S.recorded_at)),
        _unassessed,
    ),
    "credible_sighting": (
        _first_sighting(_CREDIBLE, func.coalesce(_S.seen_at, _S.received_at, _S.recorded_at).desc()),
        _credible,
    ),
    "alarm": (_first_alarm(), _alarm),
    "promise": (_first_promise(), _promise),
}
