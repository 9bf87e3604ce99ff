"""Escalation of alarms beside the writers, in small transactions. See `board.commands.alarms.alarm_steps`.

Each process looks every second, and when the next step is due, and what is due is judged again under the lock of its board. So
each step is taken once, in order, whichever process comes first, and late where the database was away.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import NoReturn

import structlog
from sqlmodel import Session

from board.commands.alarms import alarm_steps
from board.commands.alarms.alarm_steps import BoardWork, Waiting
from board.config.alarm_rules import AlarmRules
from board.engine import occasions
from board.service import BoardService
from board.telemetry.periodic import run_on_database
from models.db.database import DatabaseUnavailable
from models.times import format_utc, parse_utc

log = structlog.get_logger()

POLL_S = 1.0  # at most: a process wakes when the next step is due
SPREAD_S = 0.1  # processes wake one after the other, so that most find it done
BOARDS_AT_ONCE = 8
BATCH_SIZE = 50  # alarms of one transaction
LOOK_BACK = timedelta(days=7)  # of a process that has just started: tasks that became overdue while no server ran
MARGIN = timedelta(minutes=10)  # looked back each time: a clock may be set back by so much, and another machine's be slow


class Deadlines:
    """Deadlines of alarms by a clock that is never set. An alarm is due when its time has come by the wall clock, or when a whole
    wait has passed since this process first saw it: a clock that is set back delays no alarm by more than that."""

    def __init__(self, rules: AlarmRules, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rules, self._monotonic = rules, monotonic
        self._at: dict[Waiting, float] = {}

    def due(self, waiting: Iterable[Waiting], now: str) -> list[Waiting]:
        """Return the alarms that are due."""
        at, known = self._monotonic(), self._at
        self._at = {each: known[each] if each in known else at + self._left_s(each, now) for each in waiting}
        return [each for each, deadline in self._at.items() if each.next_at <= now or deadline <= at]

    def next_s(self, now: str) -> float:
        """Return the seconds until the next alarm is due that is not yet."""
        at = self._monotonic()
        left = (min(deadline - at, _seconds(now, each.next_at)) for each, deadline in self._at.items())
        return min((seconds for seconds in left if seconds > 0), default=POLL_S)

    def _left_s(self, each: Waiting, now: str) -> float:
        return max(0.0, min(_seconds(now, each.next_at), self._whole_s(each)))

    def _whole_s(self, each: Waiting) -> float:
        """Return the length of a promise, or the longest wait between two steps."""
        if each.taken_at is not None:
            length = _seconds(each.taken_at, each.next_at)
            return length if length > 0 else float("inf")  # taken at a time of the board that was ahead of the clock
        rule = self._rules.rules.get(each.rule)
        return max((rule.wait_s(step) or 0.0 for step in range(len(rule.steps))), default=0.0) if rule is not None else 0.0


def _seconds(since: str, until: str) -> float:
    return (parse_utc(until) - parse_utc(since)).total_seconds()


class Escalation:
    """Escalation of one installation's alarms."""

    def __init__(self, service: BoardService, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._deadlines = Deadlines(service.alarm_rules, monotonic)
        self._looked_at = service.clock() - LOOK_BACK
        self._checked: dict[str, int] = {}  # position of its board after which each standing alarm was last checked
        self._wake = asyncio.Event()
        self._spread_s = random.uniform(0.0, SPREAD_S)  # noqa: S311  (no secret)

    async def run(self) -> NoReturn:
        """Take the steps that are due, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "alarm steps delayed", wake=self._wake)

    async def _run_once(self) -> None:
        await self.escalate()
        left = self._deadlines.next_s(format_utc(self._service.clock())) + self._spread_s
        if left < POLL_S:
            asyncio.get_running_loop().call_later(left, self._wake.set)

    async def escalate(self) -> int:
        """Take all steps that are due, and raise the alarms that are found by time; return the number of events. Raises
        DatabaseUnavailable; the rest is done the next time. A board that fails for another reason keeps no other from its steps:
        its error is raised at the end."""
        service, now = self._service, self._service.clock()
        since = min(self._looked_at, now) - MARGIN

        def read(session: Session) -> dict[str, BoardWork]:
            work: dict[str, BoardWork] = defaultdict(BoardWork)
            for each in self._deadlines.due(alarm_steps.waiting(session, service.alarm_rules), format_utc(now)):
                work[each.board].due[each.id] = each.step, each.next_at
            for board, found in alarm_steps.found_by_time(session, service.alarm_rules, since, now).items():
                work[board].found = found
            for board, released in alarm_steps.lost(session, now).items():
                work[board].released = released
            for board, ended in alarm_steps.ended(session, now).items():
                work[board].ended = ended
            standing = alarm_steps.standing(session, service.alarm_rules)
            for alarm in standing:
                if self._checked.get(alarm.id) != alarm.seq:
                    work[alarm.board].settled.append(alarm.id)
            checked.update({alarm.id: alarm.seq for alarm in standing})
            return work

        checked: dict[str, int] = {}
        boards = list((await service.database.read(read)).items())
        count, failure = 0, None
        for start in range(0, len(boards), BOARDS_AT_ONCE):
            some = boards[start : start + BOARDS_AT_ONCE]
            done = await asyncio.gather(*(self._do(board, work) for board, work in some), return_exceptions=True)
            for each in done:
                if isinstance(each, DatabaseUnavailable) or not isinstance(each, int | Exception):
                    raise each
                if isinstance(each, Exception):
                    failure = failure or each
                else:
                    count += each
        if failure is not None:
            raise failure
        self._checked = checked
        if sum(len(work.found) for _, work in boards) < occasions.MAX_FOUND:  # else there may be more
            self._looked_at = now
        return count

    async def _do(self, board: str, work: BoardWork) -> int:
        """Do the work on a board; return the number of events."""
        service, count = self._service, 0
        for some in work.batches(BATCH_SIZE):
            fn = partial(
                alarm_steps.do, board_id=board, work=some, clock=service.clock, rules=service.alarm_rules,
                catalogue=service.task_catalogue,
            )  # fmt: skip
            count += len((await service.write(fn, boards=(board,))).events)
        return count
