"""Escalation of alarms in small transactions. See `board.commands.alarms.alarm_steps`.

Each process checks every second, and at the time of the next step. Due work is checked again under the lock of its board, so each
step is taken once, in order, by whichever process is first. After a database outage, steps are late.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

import structlog
from sqlmodel import Session

from board.commands.alarms import alarm_steps
from board.commands.alarms.alarm_ladder import LAPSE_S
from board.commands.alarms.alarm_steps import BoardWork, PendingAlarm
from board.commands.contacts import owed_calls
from board.commands.searches import appeal_ends
from board.config.alarm_rules import AlarmRules
from board.engine import occasions
from board.service import BoardService
from board.telemetry.periodic import run_on_database
from models.board import OPERATIONS
from models.db.database import DatabaseUnavailable
from models.times import format_utc, parse_utc
from realtime.periodic import cancel_all

log = structlog.get_logger()

POLL_S = 1.0  # longest pause; a process also wakes at the time of the next step
SPREAD_S = 0.1  # processes wake at different times, so that most find the step already taken
PATIENCE_S = 0.2  # wait for slow boards before the other boards are checked again
BOARDS_AT_ONCE = 8
BATCH_SIZE = 50  # alarms of one transaction
LOOK_BACK = timedelta(days=7)  # at the first check; tasks can become overdue while no server runs
MARGIN = timedelta(minutes=10)  # overlap of two checks, for clocks that are set back or run slow on another machine


class Deadlines:
    """Deadlines of alarms by a monotonic clock.

    An alarm is due at its time by the wall clock, or when a full wait has passed since this process first saw it. So a wall clock
    that is set back delays an alarm by at most one wait. If it is set back between two checks, alarms that are new since the
    first check are due by the clock at that check.
    """

    def __init__(self, rules: AlarmRules, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rules, self._monotonic = rules, monotonic
        self._at: dict[PendingAlarm, float] = {}
        self._last_look: tuple[float, str] | None = None  # by both clocks

    def due(self, pending: Iterable[PendingAlarm], now: str) -> list[PendingAlarm]:
        """Return the alarms that are due."""
        at, earlier = self._monotonic(), self._at
        self._at = {alarm: earlier[alarm] if alarm in earlier else at + self._left_s(alarm, at, now) for alarm in pending}
        self._last_look = at, now
        return [alarm for alarm, deadline in self._at.items() if alarm.next_at <= now or deadline <= at]

    def next_s(self, now: str) -> float:
        """Return the seconds until the next deadline."""
        at = self._monotonic()
        left = (min(deadline - at, _seconds(now, alarm.next_at)) for alarm, deadline in self._at.items())
        return min((seconds for seconds in left if seconds > 0), default=POLL_S)

    def _left_s(self, alarm: PendingAlarm, at: float, now: str) -> float:
        last_at, last_now = self._last_look or (at, now)
        left = [_seconds(now, alarm.next_at), self._full_wait_s(alarm)]
        if last_now <= alarm.next_at:  # otherwise its time was set after the clock was set back
            left.append(_seconds(last_now, alarm.next_at) - (at - last_at))
        return max(0.0, min(left))

    def _full_wait_s(self, alarm: PendingAlarm) -> float:
        """Return the length of the promise; without one, the longest wait after a step of the rule, or after a lapsed promise."""
        if alarm.taken_at is not None:
            length = _seconds(alarm.taken_at, alarm.next_at)
            return length if length > 0 else float("inf")  # the board's time was ahead of the clock when the alarm was taken
        rule = self._rules.rules.get(alarm.rule)
        return max(LAPSE_S, *(rule.wait_s(step) or 0.0 for step in range(len(rule.steps)))) if rule is not None else 0.0


def _seconds(since: str, until: str) -> float:
    return (parse_utc(until) - parse_utc(since)).total_seconds()


class Escalation:
    """Escalation of one installation's alarms."""

    def __init__(self, service: BoardService, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._deadlines = Deadlines(service.alarm_rules, monotonic)
        self._looked_at = service.clock() - LOOK_BACK
        self._look: datetime | None = None  # time of the last check; None if it left work undone
        self._next_ends: list[str] = []  # end times of appeals that end within the next pause
        self._checked: dict[str, int] = {}  # seq of the board at the last check, by id of the standing alarm
        self._running: dict[str, asyncio.Task[int]] = {}  # by board
        self._places = asyncio.Semaphore(BOARDS_AT_ONCE)
        self._wake = asyncio.Event()
        self._spread_s = random.uniform(0.0, SPREAD_S)  # noqa: S311  (no secret)

    async def run(self) -> NoReturn:
        """Take due steps until cancelled."""
        try:
            await run_on_database(self._run_once, POLL_S, "alarm steps delayed", wake=self._wake)
        finally:
            await cancel_all(self._running.values())

    async def _run_once(self) -> None:
        await self._begin()
        await self._finish(PATIENCE_S)
        now = format_utc(self._service.clock())
        left = min(self._deadlines.next_s(now), *(_seconds(now, at) for at in self._next_ends), POLL_S) + self._spread_s
        if left < POLL_S:
            asyncio.get_running_loop().call_later(left, self._wake.set)

    async def escalate(self) -> int:
        """Take all due steps, and raise the alarms of new occasions. Returns the number of events.

        Raises DatabaseUnavailable; the next run does the rest. If a board fails for another reason, the other boards are still
        processed, and its error is raised at the end.
        """
        await self._begin()
        return await self._finish()

    async def _begin(self) -> None:
        """Start the due work of each board, unless the board is still busy with the work of an earlier run."""
        now = self._service.clock()
        since = min(self._looked_at, now) - MARGIN
        boards, checked = await self._service.database.read(partial(self._read_work, since=since, now=now))
        self._checked = {id: seq for id, seq in self._checked.items() if id in checked}
        if not self._running:  # at the maximum, there may be more
            self._look = now if sum(len(work.occasions) for _, work in boards) < occasions.MAX_FOUND else None
        for board, work in boards:
            if board not in self._running:
                self._running[board] = asyncio.create_task(self._process(board, work, checked))

    async def _finish(self, seconds: float | None = None) -> int:
        """Wait for the boards, for at most `seconds`. Return the number of events on the boards that are done."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=seconds)
        tasks = [self._running.pop(board) for board, task in [*self._running.items()] if task.done()]
        failures = [error for task in tasks if (error := task.exception()) is not None]
        if failures:
            self._look = None
            raise next((error for error in failures if isinstance(error, DatabaseUnavailable)), failures[0])
        if not self._running and self._look is not None:
            self._looked_at = self._look
        return sum(task.result() for task in tasks)

    def _read_work(self, session: Session, since: datetime, now: datetime) -> tuple[list[tuple[str, BoardWork]], dict[str, int]]:
        """Return the due work by board, and the seq of the board of each standing alarm, by id of the alarm."""
        rules, boards = self._service.alarm_rules, defaultdict[str, BoardWork](BoardWork)
        for alarm in self._deadlines.due(alarm_steps.pending(session, rules), format_utc(now)):
            boards[alarm.board].due[alarm.id] = alarm.step, alarm.next_at
        for board, due in alarm_steps.due_occasions(session, rules, since, now).items():
            boards[board].occasions = due
        for board, lost in alarm_steps.lost(session).items():
            boards[board].lost = lost
        for board, materials in alarm_steps.ended_materials(session, now).items():
            boards[board].materials = materials
        for board, briefings in owed_calls.owed(session).items():
            boards[board].owed = briefings
        self._next_ends = self._read_ends(session, boards, now)
        standing = alarm_steps.standing(session, rules)
        for one in standing:
            if self._checked.get(one.id) != one.seq:
                boards[one.board].unsettled.append(one.id)
        return list(boards.items()), {one.id: one.seq for one in standing}

    def _read_ends(self, session: Session, boards: dict[str, BoardWork], now: datetime) -> list[str]:
        """Add ended appeals to the work of their boards. Return the end times within the next pause."""
        levels = self._service.task_catalogue.appeal.ending()
        ends = appeal_ends.due(session, levels, now + timedelta(seconds=POLL_S))
        for search, at in ends.items():
            if at <= format_utc(now):
                boards[search].appeals = [search]
        return [at for at in ends.values() if at > format_utc(now)]

    async def _process(self, board: str, work: BoardWork, checked: Mapping[str, int]) -> int:
        """Do the work of a board; return the number of events."""
        service, count = self._service, 0
        async with self._places:
            for batch in work.batches(BATCH_SIZE):
                fn = partial(
                    alarm_steps.process_board, board_id=board, work=batch, clock=service.clock, rules=service.alarm_rules,
                    catalogue=service.task_catalogue,
                )  # fmt: skip
                locked = (OPERATIONS, board) if batch.appeals else (board,)
                count += len((await service.write(fn, boards=locked)).events)
        self._checked |= {id: checked[id] for id in work.unsettled}
        return count
