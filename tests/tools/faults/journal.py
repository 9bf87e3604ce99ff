"""Journal at the end of a run, read directly from the database, in the form that the checker needs."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from board.engine.event import stored_event
from models.entity import flatten
from tests.support.journal_sql import BOARD, COLUMNS
from tests.tools.faults.acceptances import AcceptanceRecord
from tests.tools.faults.alarms import AlarmRecord
from tests.tools.faults.duties import DutyRecord
from tests.tools.faults.recordings import digest, entity_digest

PAGE = 2_000
_BOARDS = text("SELECT id, epoch FROM board WHERE kind <> 'audit' ORDER BY kind, id")  # audit boards have no readers
_EVENTS = text(
    f"SELECT {COLUMNS} FROM event e WHERE e.body IS NOT NULL AND e.board = {BOARD} AND e.seq > :after ORDER BY e.seq LIMIT :limit"
)


@dataclass(slots=True)
class Journal:
    """Journal of one board. Index seq - 1 has the digest of an event, its time (seconds, wall clock), and the board's fold after
    it."""

    board: str
    epoch: str
    digests: array[int] = field(default_factory=lambda: array("Q"))
    at: array[float] = field(default_factory=lambda: array("d"))
    folds: array[int] = field(default_factory=lambda: array("Q"))
    hidden: dict[int, str] = field(default_factory=dict)  # seqs that not everybody may see: the search of each
    commands: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))  # (account, id): seqs
    alarms: AlarmRecord = field(default_factory=AlarmRecord)
    duties: DutyRecord = field(default_factory=DutyRecord)
    handovers: AcceptanceRecord = field(default_factory=AcceptanceRecord)
    faults: list[str] = field(default_factory=list)  # gaps in the numbers, and events that reverted another one, in words

    @property
    def head(self) -> int:
        return len(self.digests)


def build(board: str, epoch: str, events: Iterable[tuple[str | None, dict[str, Any]]], restricted: Iterable[str] = ()) -> Journal:
    """Build a journal from (account, event in the form of the contract) in the order of seq.

    `restricted`: searches that not everybody sees. On `operations`, their events may be hidden, and the fold excludes them.
    """
    journal = Journal(board, epoch)
    states: dict[tuple[str, str], Any] = {}  # by kind and id: a shift and its handover have the same id
    entities: dict[tuple[str, str], int] = {}
    fold, secret = 0, set(restricted)
    for account, event in events:
        seq, id, key = event["seq"], event["id"], (event["kind"], event["id"])
        if seq != journal.head + 1:
            journal.faults.append(f"{board}: {seq} follows {journal.head} in the journal")
        journal.digests.append(digest(event))
        journal.at.append(datetime.fromisoformat(event["at"]).timestamp())
        if event["command"] is not None and account is not None:
            journal.commands[account, event["command"]].append(seq)
        if id in secret and board == "operations":
            journal.hidden[seq] = id
        else:
            new = entity_digest(event["kind"], id, event["state"])
            fold ^= entities.get(key, 0) ^ new
            entities[key] = new
        journal.folds.append(fold)
        journal.alarms.note(event, journal.at[-1], account)
        journal.duties.note(event, journal.at[-1])
        journal.handovers.note(event, journal.at[-1], account)
        erased = _erased(states.get(key), event)
        if erased:
            journal.faults.append(f"{board}: event {seq} ({event['type']}) silently changed {', '.join(erased)}")
        states[key] = event["state"]
    return journal


def _erased(before: dict[str, Any] | None, event: dict[str, Any]) -> list[str]:
    """Return the fields that an event changed without naming them, which means that it reverted an earlier event."""
    after = event["state"]
    if before is None or after is None or before == after:
        return []
    old, new = flatten(before), flatten(after)
    differ = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    named = event["changes"]
    return sorted(name for name in differ if not any(_covers(each, name) for each in named))


def _covers(named: str, name: str) -> bool:
    return named == name or name.startswith(f"{named}.") or named.startswith(f"{name}.")


def read(session: Session, restricted: Iterable[str]) -> dict[str, Journal]:
    """Return all boards' journals."""
    boards = session.connection().execute(_BOARDS).all()
    secret = set(restricted)
    return {id: build(id, epoch, _events(session, id), secret) for id, epoch in boards}


def _events(session: Session, board: str) -> Iterator[tuple[str | None, dict[str, Any]]]:
    after = 0
    while rows := session.connection().execute(_EVENTS, {"board": board, "after": after, "limit": PAGE}).all():
        for event in (stored_event(board, row) for row in rows):
            head = {"seq": event.seq, "at": event.at, "type": event.type, "kind": event.kind, "id": event.entity}
            yield event.account, head | event.payload()
            after = event.seq


def heads(session: Session) -> dict[str, tuple[str, int]]:
    """Return (epoch, seq) of each board, from its own row."""
    rows = session.connection().execute(text("SELECT id, epoch, seq FROM board"))
    return {id: (epoch, seq) for id, epoch, seq in rows}
