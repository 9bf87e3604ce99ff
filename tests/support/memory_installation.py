"""Installation in memory, for long random histories of alarms and duties.

Commands, ladders, promises, duties and the periodic tasks are those of the program. Rows, the journal and the answers
to queries are simulated: transactions run one at a time, and an answer equals the result of the SQL. A history takes
a hundredth of the time, but proves nothing about SQL, locks and lost connections.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlmodel import Session

from board.commands.alarms import alarm_people, alarm_steps, alarms, alarms_of_cards, promises
from board.commands.cards import ownership
from board.commands.contacts import owed_calls
from board.commands.duty import ends, on_duty, plan
from board.commands.handover import held_alarms
from board.commands.searches import appeal_ends
from board.config.alarm_rules import AlarmRules
from board.config.predefined_tasks import load_catalogue
from board.engine import program_accounts
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.repositories.entities import Entities
from board.engine.unit_of_work import UnitOfWork
from board.errors import Refused
from board.notifications import pending
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS, Board
from models.db import rows
from models.db.transaction import PENDING
from models.duty import Duty
from models.handover import Shift
from models.search import Search
from models.sighting import Sighting
from models.times import format_utc
from realtime.wire.protocol import Command


class _Acting(NamedTuple):
    id: str
    role: str


class _Held(NamedTuple):
    id: str
    board: str
    taken_by: str


class _Answer(list[Any]):
    """Rows of a query."""

    def scalars(self) -> "_Answer":
        return _Answer(row[0] for row in self)

    def all(self) -> "_Answer":
        return self

    def first(self) -> Any:
        return self[0] if self else None

    def scalar(self) -> Any:
        return self[0][0] if self else None


class _Tables(Entities):
    """Rows of all tables. Changes are not tracked, because nothing is written."""

    def __init__(self) -> None:
        super().__init__(cast("Any", None))
        self.tables: dict[Any, dict[str, Any]] = defaultdict(dict)

    def get(self, model: Any, id: str) -> Any:
        return self.tables[model].get(id)

    def find_cached(self, model: Any, id: str) -> Any:
        return self.get(model, id)

    def prefetch(self, model: Any, ids: Iterable[str]) -> None:
        pass

    def add(self, row: Any) -> None:
        self.tables[rows.model_of(row)][row.id] = row

    def set(self, row: Any, values: Any) -> None:
        rows.set_columns(row, values)

    def set_position(self, row: Any, values: Any) -> Any:
        rows.set_columns(row, values)

    def remove(self, row: Any) -> None:
        del self.tables[rows.model_of(row)][row.id]


class _Unit(UnitOfWork):
    """Unit of work that counts its events by type instead of keeping them."""

    def __init__(self) -> None:
        super().__init__(cast("Any", None))
        self.entities: _Tables = _Tables()
        self.types = Counter[str]()

    def read(self, queries: Any) -> None:
        """Read nothing ahead: all rows are here."""

    def append(
        self, board: Board, type: str, kind: str, entity: str, account: str | None, at: str, payload: dict[str, Any]
    ) -> JournalEvent:
        self.changes += 1
        self.types[type] += 1
        rows.set_columns(board, {"seq": board.seq + 1, "at": max(board.at, at)})
        return JournalEvent(board.id, board.seq, board.at, type, kind, entity, account, None)


class _Session:
    """Session of one transaction, on the rows of the installation."""

    def __init__(self, installation: "MemoryInstallation") -> None:
        self.info: dict[str, Any] = {PENDING: installation.unit}
        self._installation = installation

    def flush(self) -> None:
        pass

    def connection(self) -> "MemoryInstallation":
        return self._installation


class MemoryInstallation:
    """Installation with a desk and searches that everyone sees. It is also the service of periodic tasks, and its database.

    `between`: called before each transaction of a periodic task, after the task has read its work.
    """

    def __init__(self, clock: Callable[[], datetime], rules: AlarmRules) -> None:
        self.clock, self.alarm_rules, self.task_catalogue = clock, rules, load_catalogue()
        self.database = self
        self.unit = _Unit()
        self.between: Callable[[], None] = lambda: None
        self._answers = self._make_answers()
        self.add_board(OPERATIONS)

    @property
    def events(self) -> Counter[str]:
        """Number of events in all journals, by type."""
        return self.unit.types

    # -- rows -------------------------------------------------------------------------------------------------------------

    def rows(self, model: Any) -> list[Any]:
        return list(self.unit.entities.tables[model].values())

    def add(self, model: Any, **values: Any) -> Any:
        row = rows.new_row(model, values)
        self.unit.entities.add(row)
        return row

    def add_board(self, id: str) -> None:
        values = {"id": id, "number": len(self.unit.boards) + 1, "kind": id, "epoch": "e", "at": format_utc(self.clock())}
        self.unit.boards[id] = rows.new_row(Board, values)

    def open_search(self, id: str, lead: str) -> None:
        self.add_board(id)
        self.add(Search, id=id, board=id, status="open", access="desk", members=[], lead=lead)

    def hold_shift(self, account: str) -> None:
        self.add(Shift, id=OPERATIONS, board=OPERATIONS, holder=account)

    # -- transactions -----------------------------------------------------------------------------------------------------

    def command(self, account: str, handler: Callable[[EventWriter, Any], None], data: Any, board: str) -> None:
        """Run a command of an account. Raises Refused."""
        writer, changes = self._writer(board, self.unit.entities.get(Account, account)), self.unit.changes
        try:
            handler(writer, data)
        except Refused:
            assert self.unit.changes == changes, "a refused command has changed nothing"
            raise
        ownership.follow(writer)

    def report(self, account: str, board: str, id: str, rule: str) -> None:
        """Add a sighting, by an account, that raises an alarm by this rule."""
        self.add(Sighting, id=id, board=board, description=id, priority="urgent", recorded_at="", taken_by=account)
        writer = self._writer(board, None)
        alarms.raise_alarm(writer, self.alarm_rules.rules[rule], Sighting.KIND, id, writer.board.seq, id, account)

    def assign(self, account: str, card: str, assignee: str | None) -> None:
        """Assign a sighting."""

        def handler(writer: EventWriter, row: Sighting) -> None:
            writer.update(row, "card.assigned", {"assignee": assignee}, conflicts=False)

        row = self.unit.entities.get(Sighting, card)
        assert row is not None
        self.command(account, handler, row, row.board)

    def accept_handover(self, outgoing: str, incoming: str) -> None:
        """Pass the shift, and the alarms of the person who had it, on to another person."""
        shift: Any = self.unit.entities.get(Shift, OPERATIONS)

        def handler(writer: EventWriter, number: int) -> None:
            rows.set_columns(shift, {"holder": incoming})
            held_alarms.hand_over(writer, outgoing, number)

        self.command(incoming, handler, 1, OPERATIONS)

    def settle(self, alarm: Alarm) -> None:
        """End an alarm, and forget its sighting."""
        alarms.end(self._writer(alarm.board, None), alarm)
        self.unit.entities.remove(alarm)
        self.unit.entities.tables[Sighting].pop(alarm.entity)

    def _writer(self, board: str, account: Account | None) -> EventWriter:
        row, now = self.unit.boards[board], format_utc(self.clock())
        command = Command("", board, "", {})
        return EventWriter(self._session(), account, command, row, None, now, self.task_catalogue, self.alarm_rules)

    def _session(self) -> Session:
        self.unit.caches.clear()
        return cast("Session", _Session(self))

    # -- service of periodic tasks ----------------------------------------------------------------------------------------

    async def read(self, fn: Callable[[Session], Any]) -> Any:
        await asyncio.sleep(0)
        return fn(self._session())

    async def write(self, fn: Callable[[Session], Any], boards: Sequence[str] = ()) -> Any:
        await asyncio.sleep(0)
        self.between()
        return fn(self._session())

    def execute(self, statement: Any, parameters: Any = None) -> _Answer:
        """Return the answer to a query, as the connection of a session."""
        return _Answer(self._answers[statement](parameters))

    def _make_answers(self) -> dict[Any, Callable[[Any], Iterable[Any]]]:
        return {
            alarm_people._ACTING: lambda _: (_Acting(each.id, each.role) for each in self.rows(Account) if _may_act(each)),
            on_duty._ACCOUNTS: lambda _: ((id,) for id in self._accounts_on_duty()),
            program_accounts._AMONG: lambda _: (),
            promises._NAME: lambda given: ((self.unit.entities.get(Account, given["id"]).name,),),
            alarms._ENDED: lambda _: (),
            alarms_of_cards._OF_ENTITY: lambda given: (
                (each.id,) for each in self.rows(Alarm) if each.entity == given["entity"] and each.ended_at is None
            ),
            held_alarms._HELD: lambda given: self._held(given["account"]),
            owed_calls._OWED: lambda _: (),
            appeal_ends._DUE: lambda _: (),
            alarm_steps._PENDING: lambda _: self._pending(),
            alarm_steps._STANDING: lambda _: (),
            alarm_steps._ENDED: lambda _: (),
            alarm_steps._TAKEN: lambda _: (
                _Held(each.id, each.board, each.taken_by)
                for each in self.rows(Alarm)
                if each.taken_by is not None and not self._may_act(each.taken_by)
            ),
        }

    def _pending(self) -> list[Any]:
        """Return the alarms with a next step or a promise, in the order of its end."""
        pending = [
            (each.id, each.board, each.rule, each.step, each.next_at or each.until or each.taken_at or each.raised_at, taken)
            for each in self.rows(Alarm)
            for taken in [None if each.next_at else each.taken_at]
        ]
        return sorted(pending, key=lambda row: row[4])

    def _held(self, account: str) -> list[Any]:
        held = [held_alarms.HeldAlarm(each.id, each.board) for each in self.rows(Alarm) if each.taken_by == account]
        return sorted(held, key=lambda row: (row.board, row.id))

    def _may_act(self, id: str) -> bool:
        account = self.unit.entities.get(Account, id)
        return account is not None and _may_act(account)

    def _accounts_on_duty(self) -> list[str]:
        return [each.account for each in self.rows(Duty) if each.ended_at is None and self._may_act(each.account)]

    # -- functions on the database ----------------------------------------------------------------------------------------

    def replace_functions(self, replace: Callable[[Any, str, Any], None]) -> None:
        """Replace the functions that build a query when they run, and the one that queues notifications. `replace`: takes module,
        name and function."""
        replace(pending, "add", lambda session, **notification: None)
        replace(ends, "over", lambda session, now: self._duties_over(format_utc(now)))
        replace(ends, "left_alarms", lambda session, now: self._left_alarms(format_utc(now - ends.REOPENED_WITHIN)))
        replace(plan, "past", lambda session, now: [])

    def _duties_over(self, now: str) -> list[str]:
        return [each.id for each in self.rows(Duty) if each.ended_at is None and each.until <= now]

    def _left_alarms(self, since: str) -> dict[str, list[str]]:
        duties = {each.account: each for each in self.rows(Duty) if each.ended_at is not None and each.ended_at > since}
        left: dict[str, list[str]] = defaultdict(list)
        for alarm in self.rows(Alarm):
            duty = duties.get(alarm.taken_by)
            if duty is not None and alarm.taken_at <= duty.ended_at and alarm.id not in duty.kept:
                left[alarm.board].append(alarm.id)
        return left


def _may_act(account: Account) -> bool:
    return account.enabled and account.role != "viewer"
