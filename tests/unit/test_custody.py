"""Random histories of alarms and duties in memory, a hundred times as long as those with a database
(`tests/api/test_custody_histories.py`) and by the same rule: two processes, one of which restarts, clocks that jump, outages, and
people who leave, in any order."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

import pytest

from board.alarms.escalation import Escalation
from board.commands.alarms import alarm_ladder, alarm_people, promises
from board.commands.alarms.alarm_ladder import StepResult
from board.commands.duty import duties, ends
from board.commands.handover import held_alarms
from board.config.alarm_rules import AlarmRules, Rule, Step
from board.duty.duty_ends import DutyEnds
from board.errors import Refused
from board.service import BoardService
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db import rows
from models.duty import Duty
from models.handover import Shift
from models.times import format_utc
from tests.support.custody_rule import GRAVE_WAIT, TICK, Clocks, CustodyRule
from tests.support.memory_installation import MemoryInstallation

BEGAN = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
ROLES = {
    "alice": "coordinator", "bob": "investigator", "charlie": "investigator", "dora": "coordinator", "emil": "investigator",
    "victor": "viewer",
}  # fmt: skip
SEARCHES = ("mila", "noor")
RULES = ("urgent_sighting", "credible_sighting")
ASK = (
    "assignee",
    "lead",
    "holder",
    "coordinators",
    "coordinators_all",
    "desk",
)  # desk_all asks everybody also if some are on duty
MAX_OPEN = 24  # alarms at once
ACTS = {  # with weights
    "report": 22, "take": 24, "extend": 14, "give_back": 5, "hand_on": 6, "assign": 8, "settle": 9,
    "leave_or_return": 4, "begin_duty": 5, "end_duty": 3, "hand_over": 1,
}  # fmt: skip
ACTS_ON_DESK = ("report", "leave_or_return", "begin_duty", "end_duty", "hand_over")
ACTS_ON_ALARMS = ("take", "extend", "give_back", "hand_on", "settle")  # these may come between a read and its transaction
ALL_TYPES = {
    "alarm.raised", "alarm.escalated", "alarm.taken", "alarm.extended", "alarm.lapsed", "alarm.handed_on", "alarm.handed_over",
    "alarm.given_back",
    "alarm.released", "alarm.ended", "card.assigned", "duty.begun", "duty.extended", "duty.ended",
}  # fmt: skip


class History:
    """Installation in memory, its people, and two processes. Histories with odd seeds have random ladders."""

    def __init__(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.random, self.clocks = Random(seed), Clocks(BEGAN)
        self.rule = CustodyRule(self.clocks)
        self.desk = MemoryInstallation(self.clocks.wall, _rules(self.random, seed % 2 == 1))
        self.desk.replace_functions(monkeypatch.setattr)
        for id, role in ROLES.items():
            self.desk.add(Account, id=id, name=id.title(), role=role, enabled=True)
        for id in SEARCHES:
            self.desk.open_search(id, lead="alice")
        self.desk.hold_shift("dora")
        self.service = cast("BoardService", self.desk)
        self.processes = [self._process(), self._process()]
        self.duty_ends = DutyEnds(self.service)
        self._numbers = 0
        self._away = 0  # ticks until the database is back

    def _process(self) -> Escalation:
        return Escalation(self.service, self.clocks.monotonic)

    async def run(self, events: int) -> list[str]:
        """Run until there were so many events, or a fault."""
        while self.desk.events.total() < events and not self.rule.faults:
            await self.tick()
        return self.rule.faults

    async def tick(self) -> None:
        """Let a minute pass: people act, perhaps a clock jumps or a process restarts, and both look, unless the database is
        away."""
        if not self._away:
            for _ in range(self.random.randrange(4)):
                self.act(*ACTS)
            self.rule.check(self.open_alarms())
        self._let_a_minute_pass()
        if self._away:
            self.rule.pass_outage()
        else:
            await self._look()
            self.rule.check(self.open_alarms())
            self.rule.check_recipients(self.open_alarms(), self._duties(), self._enabled())
            self.rule.check_left(self.open_alarms(), self._duties())

    def _let_a_minute_pass(self) -> None:
        self.clocks.true += TICK
        self._away = max(0, self._away - 1) or (self.random.randrange(5, 40) if self.random.random() < 0.002 else 0)
        if self.random.random() < 0.02:
            self.clocks.ahead += timedelta(hours=self.random.choice([5, -5, 1, -1]))
        if self.random.random() < 0.05:
            self.processes[0] = self._process()

    async def _look(self) -> None:
        """Let all tasks read their work at the same time. Then people act before some of the transactions."""
        self.desk.between = lambda: self.act(*ACTS_ON_ALARMS) if self.random.random() < 0.05 else None
        looks = [self.duty_ends.look(), *(process.escalate() for process in self.processes)]
        self.random.shuffle(looks)
        await asyncio.gather(*looks)
        self.desk.between = lambda: None
        await self.duty_ends.look()  # of people who acted in between

    # -- people -----------------------------------------------------------------------------------------------------------

    def act(self, *names: str) -> None:
        name = self.random.choices(names, [ACTS[name] for name in names])[0]
        alarms, who = self.open_alarms(), self.random.choice(self._enabled())
        with contextlib.suppress(Refused):
            if name in ACTS_ON_DESK:
                getattr(self, f"_{name}")(who, alarms)
            elif alarms:
                getattr(self, f"_{name}")(who, self.random.choice(alarms))
        self.rule.check_recipients(self.open_alarms(), self._duties(), self._enabled())

    def _report(self, who: str, alarms: list[Alarm]) -> None:
        if len(alarms) >= MAX_OPEN:
            return
        self._numbers += 1
        board, rule = self.random.choice(SEARCHES), self.random.choice(RULES)
        self.desk.report(who, board, f"sighting {self._numbers}", rule)

    def _take(self, who: str, alarm: Alarm) -> None:
        until = self._until() if self.random.random() < 0.7 else None
        self.desk.command(who, promises.take, promises.TakeAlarm(alarm=alarm.id, until=until), alarm.board)

    def _extend(self, who: str, alarm: Alarm) -> None:
        data = promises.ExtendAlarm(alarm=alarm.id, until=self._until())
        self.desk.command(self._taker(alarm) or who, promises.extend, data, alarm.board)

    def _give_back(self, who: str, alarm: Alarm) -> None:
        data = promises.GiveBackAlarm(alarm=alarm.id)
        self.desk.command(self._taker(alarm) or who, promises.give_back, data, alarm.board)

    def _hand_on(self, who: str, alarm: Alarm) -> None:
        data = promises.HandOnAlarm(alarm=alarm.id, to=self.random.choice(self._enabled()))
        self.desk.command(self._taker(alarm) or who, promises.hand_on, data, alarm.board)

    def _assign(self, who: str, alarm: Alarm) -> None:
        self.desk.assign(who, alarm.entity, self.random.choice([None, *self._enabled()]))

    def _settle(self, who: str, alarm: Alarm) -> None:
        self.desk.settle(alarm)

    def _leave_or_return(self, who: str, alarms: list[Alarm]) -> None:
        account = self.random.choice([row for row in self.desk.rows(Account) if row.id in ("bob", "charlie", "emil")])
        rows.set_columns(account, {"enabled": not account.enabled})

    def _begin_duty(self, who: str, alarms: list[Alarm]) -> None:
        self.desk.command(who, duties.begin, duties.BeginDuty(until=self._until()), OPERATIONS)

    def _end_duty(self, who: str, alarms: list[Alarm]) -> None:
        kept = [alarm.id for alarm in alarms if self.random.random() < 0.3]
        self.desk.command(who, duties.end, duties.EndDuty(keep=kept), OPERATIONS)

    def _hand_over(self, who: str, alarms: list[Alarm]) -> None:
        (shift,) = self.desk.rows(Shift)
        outgoing = shift.holder
        self.desk.accept_handover(outgoing, "alice" if outgoing == "dora" else "dora")
        self.rule.check_acceptance(self.open_alarms(), outgoing)

    # -- state ------------------------------------------------------------------------------------------------------------

    def open_alarms(self) -> list[Alarm]:
        return self.desk.rows(Alarm)

    def _duties(self) -> dict[str, Duty]:
        return {duty.account: duty for duty in self.desk.rows(Duty)}

    def _enabled(self) -> list[str]:
        return [row.id for row in self.desk.rows(Account) if row.enabled and row.role != "viewer"]

    def _taker(self, alarm: Alarm) -> str | None:
        return alarm.taken_by if alarm.taken_by in self._enabled() else None

    def _until(self) -> str:
        return format_utc(self.clocks.wall() + self.random.choice([1, 3, 10, 30, 120, 480]) * TICK)


def _rules(random: Random, is_random: bool) -> AlarmRules:
    """Return the program's rules about sightings, or random ones that are valid for grave causes."""
    rules = AlarmRules()
    chosen = {key: _random_rule(random, rules.rules[key]) if is_random else rules.rules[key] for key in RULES}
    rules.rules = chosen
    return rules


def _random_rule(random: Random, rule: Rule) -> Rule:
    after_s, steps = 0.0, []
    for _ in range(random.randrange(1, 6)):
        ways = random.sample(["screen", "email", "webhook"], random.randrange(1, 4))
        steps.append(Step(after_s, tuple(random.sample(ASK, random.randrange(1, 3))), tuple(ways)))
        after_s += random.uniform(60, GRAVE_WAIT.total_seconds())
    promise_s, repeat_s = random.choice([60.0, 600.0, 3600.0]), random.uniform(120, GRAVE_WAIT.total_seconds())
    return Rule(rule.key, rule.when, tuple(steps), repeat_s=repeat_s, promise_s=promise_s, grave=True, targets=rule.targets)


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("seed", range(4))
async def test_every_grave_alarm_is_promised_or_asked_about_soon(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    history = History(seed, monkeypatch)
    assert await history.run(3_000) == []
    assert history.desk.events.keys() >= ALL_TYPES


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
async def test_every_grave_alarm_is_in_custody_for_a_million_events(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Ten histories of 100,000 events."""
    assert await History(seed, monkeypatch).run(100_000) == []


# -- broken on purpose ----------------------------------------------------------------------------------------------------


def _end_ladder(people: Any, row: Alarm, rule: Any, scheduled: str, now: str) -> StepResult:
    return StepResult({"step": len(rule.steps) - 1, "next_at": None}, [], frozenset())


def _forget_one(writer: Any, account: str, lock_held: Any = held_alarms._lock_held) -> Any:
    return lock_held(writer, account)[1:]


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "a ladder that ends": (alarm_ladder, "_repeat", _end_ladder),
    "a promise that never lapses": (alarm_ladder, "lapse", lambda writer, row: None),
    "acceptance that forgets one alarm": (held_alarms, "_lock_held", _forget_one),
    "duty ignored": (alarm_people, "on_duty", lambda session: frozenset()),
    "alarms kept after a duty": (ends, "_is_left", lambda row, duty: False),
}


@pytest.mark.parametrize("mutant", MUTANTS)
async def test_a_mutant_of_custody_is_found(monkeypatch: pytest.MonkeyPatch, mutant: str) -> None:
    history = History(2, monkeypatch)
    monkeypatch.setattr(*MUTANTS[mutant])
    assert await history.run(10_000) != []
