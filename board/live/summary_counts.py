"""Counts of each search for its card on the operations board. They are kept: a search is counted again when it changed, or when
one of its tasks became overdue or one of its sightings late, which no event tells."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, text
from sqlmodel import Session, select

from board.config.targets import QUEUES, Targets, load_targets
from board.engine import kinds

BATCH_SIZE = 500  # searches in a query

Summary = dict[str, Any]

_HEADS = text("SELECT b.id, b.epoch, b.seq FROM search JOIN board b ON b.id = search.id WHERE search.archived_at IS NULL")


class Counted(NamedTuple):
    """Counts of a search, read at `at`, when its board was at `epoch` and `seq`. `next_due` is when its next task becomes
    overdue, or its next sighting late."""

    epoch: str
    seq: int
    at: str
    next_due: str | None
    summary: Summary

    def holds(self, epoch: str, seq: int, at: str) -> bool:
        """Return whether the counts are still true at a time. They are not after the clock was set back."""
        return (self.epoch, self.seq) == (epoch, seq) and self.at <= at and (self.next_due is None or self.next_due >= at)


def recount(session: Session, known: Mapping[str, Counted], at: str, targets: Targets | None = None) -> dict[str, Counted]:
    """Return the counts of all searches that are not archived at a time: those of `known` that still hold, and the others as
    they are now."""
    heads = session.connection().execute(_HEADS).all()
    found = {id: known[id] for id, epoch, seq in heads if id in known and known[id].holds(epoch, seq, at)}
    if not found:
        return count(session, None, at, targets)
    behind = [id for id, *_ in heads if id not in found]
    for start in range(0, len(behind), BATCH_SIZE):
        found |= count(session, behind[start : start + BATCH_SIZE], at, targets)
    return found


def count(session: Session, boards: list[str] | None, at: str, targets: Targets | None = None) -> dict[str, Counted]:
    """Return the counts of these searches (None: all), with tasks overdue and sightings late at `at`. `people` and `present`
    are filled in later, from the hub."""
    rows = _rows(session, _COUNT, boards, at)
    first = {name: {row.board: shown(row) for row in _rows(session, query, boards, at)} for name, (query, shown) in FIRST.items()}
    _add_cards(session, first["alarm"].values())
    waiting, late_next = _unanswered(session, boards, at, targets or load_targets())
    return {
        row.id: Counted(row.epoch, row.seq, at, min(filter(None, (row.next_due, late_next.get(row.id))), default=None), {
            "unassessed_sightings": row.unassessed,
            "open_tasks": row.open,
            "overdue_tasks": row.overdue,
            "alarms": row.alarms,
            "people": 0,
            "last": {"seq": row.seq, "at": row.at, "type": row.last_type},
            **{name: found.get(row.id) for name, found in first.items()},
            "unanswered": waiting.get(row.id) or dict.fromkeys(_UNANSWERED, 0),
        })
        for row in rows
    }  # fmt: skip


def _rows(session: Session, statement: str, boards: list[str] | None, at: str) -> Sequence[Row[Any]]:
    """Run a query with the condition that the boards are these (None: all)."""
    query = text(statement + ("" if boards is None else "AND b.id IN :boards"))
    if boards is not None:
        query = query.bindparams(bindparam("boards", expanding=True))
    values = {"at": at} if ":at" in statement else {}
    return session.connection().execute(query, values | ({"boards": boards} if boards is not None else {})).all()


def _unanswered(
    session: Session, boards: list[str] | None, at: str, targets: Targets
) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    """Return how many sightings wait in each queue and how many are late, by search, and when the next one becomes late. Only a
    search that is open has late ones, and one that is closed has none that wait."""
    found: dict[str, dict[str, int]] = {}
    late_next: dict[str, str] = {}
    for row in _rows(session, _WAITING, boards, at):
        counts = found.setdefault(row.board, dict.fromkeys(_UNANSWERED, 0))
        counts[row.queue] += 1
        due = targets.due(row.queue, row.priority, row.queue_since) if row.queue_since and row.status == "open" else None
        if due is not None and due < at:
            counts["late"] += 1
        elif due is not None:
            late_next[row.board] = min(due, late_next.get(row.board, due))
    return found, late_next


def _task(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "number": row.number, "title": row.title, "due": row.due}


def _sighting(row: Row[Any]) -> dict[str, Any]:
    place = json.loads(row.place) if isinstance(row.place, str) else row.place
    return {
        "id": row.id,
        "number": row.number,
        "seen_at": row.seen_at,
        "received_at": row.received_at or row.recorded_at,
        "place": (place or {}).get("text"),
    }


def _credible(row: Row[Any]) -> dict[str, Any]:
    return _sighting(row) | {"assessment": row.assessment}


def _unassessed(row: Row[Any]) -> dict[str, Any]:
    return _sighting(row) | {"priority": row.priority, "assignee": row.assignee, "taken_by": row.taken_by}


def _alarm(row: Row[Any]) -> dict[str, Any]:
    about = json.loads(row.about) if isinstance(row.about, str) else row.about
    return {
        "id": row.id, "rule": row.rule, "occasion": row.occasion, "raised_at": row.raised_at, "step": row.step,
        "next_at": row.next_at, "about": about, "number": None, "assignee": None,
    }  # fmt: skip


def _add_cards(session: Session, alarms: Collection[dict[str, Any]]) -> None:
    """Add number and assignee of its card to each alarm that is about one."""
    by_id = {alarm["about"]["id"]: alarm for alarm in alarms}
    for kind in kinds.cards():
        model: Any = kind.model
        ids = [id for id, alarm in by_id.items() if alarm["about"]["kind"] == kind.name]
        for start in range(0, len(ids), BATCH_SIZE):
            query = select(model.id, model.number, model.assignee).where(model.id.in_(ids[start : start + BATCH_SIZE]))
            for id, number, assignee in session.exec(query):
                by_id[id] |= {"number": number, "assignee": assignee}


_OPEN = """SELECT count(*) FROM task t JOIN "column" c ON c.id = t."column"
    WHERE t.board = b.id AND NOT t.withdrawn AND c.role <> 'done'"""
_COUNT = f"""
    SELECT b.id, b.epoch, b.seq, b.at, b.last_type,
        (SELECT count(*) FROM sighting s WHERE s.board = b.id AND NOT s.withdrawn AND s.assessment = 'unassessed') AS unassessed,
        ({_OPEN}) AS open,
        ({_OPEN} AND t.due < :at) AS overdue,
        (SELECT count(*) FROM alarm a WHERE a.board = b.id AND a.taken_at IS NULL AND a.ended_at IS NULL) AS alarms,
        ({_OPEN.replace("count(*)", "min(t.due)")} AND t.due >= :at) AS next_due
    FROM search JOIN board b ON b.id = search.id WHERE search.archived_at IS NULL """  # noqa: S608  (no value is pasted in)

_DUE = f"""
    SELECT b.id AS board, found.id, found.number, found.title, found.due
    FROM board b JOIN search ON search.id = b.id AND search.status = 'open'
    JOIN task found ON found.id = ({_OPEN.replace("count(*)", "t.id")} AND t.due %s :at ORDER BY t.due, t.id LIMIT 1)
    WHERE b.kind = 'search' """  # noqa: S608
_SIGHTING = """
    SELECT b.id AS board, found.id, found.number, found.seen_at, found.received_at, found.recorded_at, found.place,
        found.priority, found.assignee, found.assessment, (SELECT a.taken_by FROM alarm a
            WHERE a.entity = found.id AND a.ended_at IS NULL ORDER BY a.taken_by IS NOT NULL, a.id LIMIT 1) AS taken_by
    FROM board b JOIN search ON search.id = b.id AND search.status = 'open'
    JOIN sighting found ON found.id = (SELECT s.id FROM sighting s
        WHERE s.board = b.id AND NOT s.withdrawn AND s.assessment %s LIMIT 1)
    WHERE b.kind = 'search' """
_UNANSWERED = (*QUEUES, "late")
_WAITING = """
    SELECT b.id AS board, s.queue, s.queue_since, s.priority, search.status
    FROM board b JOIN search ON search.id = b.id AND search.status <> 'closed' AND search.archived_at IS NULL
    JOIN sighting s ON s.board = b.id AND s.queue IN ('look', 'judge', 'pass_on')
    WHERE b.kind = 'search' """
_ALARM = """
    SELECT b.id AS board, found.id, found.rule, found.occasion, found.raised_at, found.step, found.next_at, found.about
    FROM board b JOIN search ON search.id = b.id
    JOIN alarm found ON found.id = (SELECT a.id FROM alarm a
        WHERE a.board = b.id AND a.taken_at IS NULL AND a.ended_at IS NULL ORDER BY a.raised_at, a.id LIMIT 1)
    WHERE b.kind = 'search' """
# One card per open search that needs somebody first, and its oldest open alarm, by the name in the summary.
FIRST: Mapping[str, tuple[str, Callable[[Row[Any]], dict[str, Any]]]] = {
    "overdue_task": (_DUE % "<", _task),
    "next_task": (_DUE % ">=", _task),
    "unassessed_sighting": (
        _SIGHTING
        % "= 'unassessed' ORDER BY CASE s.priority WHEN 'urgent' THEN 0 ELSE 1 END, coalesce(s.received_at, s.recorded_at), s.id",
        _unassessed,
    ),
    "credible_sighting": (
        _SIGHTING % "IN ('credible', 'confirmed') ORDER BY coalesce(s.seen_at, s.received_at, s.recorded_at) DESC, s.id",
        _credible,
    ),
    "alarm": (_ALARM, _alarm),
}
