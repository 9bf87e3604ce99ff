"""Busy night, replayed under a simulated clock: 40 searches, 600 events, eight hours. It counts how often alarms ask each
person, once in each round.

`python -m tests.support.busy_night [SEED]` prints the figures.
"""

import asyncio
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import Session, col, select

from board.accounts import live_changes
from board.alarms.escalation import Escalation
from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.registry import Command
from board.engine import kinds
from board.engine.identity import Caller
from board.errors import Refused
from board.service import BoardService
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.handover import Shift
from models.search import Search
from models.times import format_utc
from tests.support import backends
from tests.support.people import PASSWORD, settings_for

BEGAN = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
MINUTES = 8 * 60
SEARCHES, OPEN_BEFORE, EVENTS = 40, 25, 600
HOUR = 60
INVESTIGATORS = 8
ABSENT = 2  # investigators who lead searches, and do not look at their screens all night
RUSH = (3 * HOUR, 4 * HOUR)  # in this hour, there is twice as much work
URGENT = 0.1  # share of sightings


@dataclass
class Night:
    """Result of a night. By person: the minutes at which alarms began to ask them, for other people's alarms and for
    their own."""

    theirs: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    others: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_rule: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    extended: int = 0
    events: int = 0

    @staticmethod
    def most_in_an_hour(minutes: list[int]) -> int:
        """Return the largest number of these minutes within any hour."""
        return max((sum(start <= each < start + HOUR for each in minutes) for start in minutes), default=0)

    def rows(self) -> list[str]:
        """Return a line for each person: the most of other people's alarms in an hour, all of other people's, and all of their
        own."""
        people = sorted({*self.theirs, *self.others})
        lines = [
            f"{name:16} {self.most_in_an_hour(self.others[name]):3} in the worst hour, {len(self.others[name]):4} of others, "
            f"{len(self.theirs[name]):4} of their own"
            for name in people
        ]
        rules = ", ".join(f"{count} {rule}" for rule, count in self.by_rule.most_common())
        figures = f"{sum(self.by_rule.values())} alarms ({rules}), {self.taken} taken, {self.extended} extended"
        return [f"{self.events} events, {figures}", *lines]


class BusyNight:
    """Team of a night. Most people react soon, some late, two never. Karim and Ada are at home."""

    def __init__(self, service: BoardService, seed: int) -> None:
        self.service, self.night = service, Night()
        self.random = Random(seed)  # random numbers for the events
        self.habits = Random(f"{seed} habits")  # for reactions, which must not change the events
        self.minute = 0
        self.people: dict[str, Account] = {}
        self.leads: dict[str, str] = {}
        self.cards: list[tuple[str, str, str]] = []  # board, kind, id
        self._told: set[tuple[str, int, str]] = set()  # alarm, round, account
        self._commands = 0

    async def play(self) -> Night:
        await self._hire()
        escalation = Escalation(self.service)
        chief = self.people["Dora"]
        await self._give(chief, OPERATIONS, "shift.take", {"reason": "night"})
        until = format_utc(BEGAN + timedelta(minutes=MINUTES))
        for name in ("Dora", *(f"Investigator {number}" for number in range(INVESTIGATORS))):
            await self._give(self.people[name], OPERATIONS, "duty.begin", {"until": until})
        for _ in range(OPEN_BEFORE):
            await self._open()
        await self._settle_the_day()
        weights = [2 if RUSH[0] <= minute < RUSH[1] else 1 for minute in range(MINUTES)]
        times = sorted(self.random.choices(range(MINUTES), weights, k=EVENTS))
        opened = set(self.random.sample(range(EVENTS), SEARCHES - OPEN_BEFORE))
        for minute in range(MINUTES):
            self.minute = minute
            for number in (each for each, at in enumerate(times) if at == minute):
                await (self._open() if number in opened else self._act())
                self.night.events += 1
            await escalation.escalate()
            await self._count()
            await self._react()
            await self._keep_promises()
        return self.night

    def now(self) -> datetime:
        return BEGAN + timedelta(minutes=self.minute)

    async def _hire(self) -> None:
        roles = {"Dora": "coordinator", "Karim": "coordinator", "Ada": "admin", "Vera": "viewer"}
        roles |= {f"Investigator {number}": "investigator" for number in range(INVESTIGATORS)}
        for name, role in roles.items():
            await live_changes.add_account(self.service, f"{name.replace(' ', '')}@desk.example".lower(), name, role, PASSWORD)
        found = await self.service.database.read(lambda session: list(session.exec(select(Account))))
        self.people = {each.name: each for each in found}

    def _investigator(self) -> Account:
        return self.people[f"Investigator {self.random.randrange(INVESTIGATORS)}"]

    def _anybody(self) -> Account:
        return self.people[f"Investigator {self.habits.randrange(INVESTIGATORS)}"]

    async def _give(self, who: Account, board: str, name: str, data: dict[str, Any]) -> Any:
        self._commands += 1
        return await self.service.execute(Caller(who), Command(f"n{self._commands}", board, name, data))

    async def _open(self) -> None:
        lead = self._investigator()
        age = self.random.choice([5, 9, 12, 14, 15, 15, 16, 16, 17])
        kind = self.random.choice(["runaway"] * 6 + ["parental_abduction", "undefined", "unaccompanied_minor"])
        person = {"first_name": f"Child {len(self.leads)}", "age": age}
        data = {"kind": kind, "person": person, "missing_since": format_utc(self.now() - timedelta(hours=3)), "lead": lead.id}
        ack = await self._give(self.people["Karim"], OPERATIONS, "search.open", data)
        self.leads[ack.opened] = lead.id

    async def _act(self) -> None:
        board = self.random.choice(list(self.leads))
        chance, who = self.random.random(), self._investigator()
        if chance < 0.45:
            priority = "urgent" if self.random.random() < URGENT else "normal"
            await self._give(who, board, "sighting.add", {"description": "a child at a bus stop", "priority": priority})
        elif chance < 0.60:
            await self._assess(who)
        elif chance < 0.75:
            asks = {"please_answer": True} if self.random.random() < 0.15 else {}
            text = f"@Investigator {self.random.randrange(INVESTIGATORS)} the school was called"
            await self._give(who, board, "note.add", {"text": text} | asks)
        elif chance < 0.85:
            due = format_utc(self.now() + timedelta(minutes=self.random.choice([20, 45, 90])))
            urgent = self.random.random() < 0.3
            task = {"title": "call the school", "assignee": self._investigator().id, "due": due}
            await self._give(who, board, "task.add", task | {"priority": "urgent" if urgent else "normal"})
        else:
            await self._finish(who, board)

    async def _entities(self, board: str) -> list[tuple[str, str, dict[str, Any]]]:
        def read(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
            models = [kinds.named(name).model for name in ("sighting", "task", "column")]
            return [(m.KIND, row.id, row.state()) for m in models for row in session.exec(select(m).where(m.board == board))]

        return await self.service.database.read(read)

    async def _assess(self, who: Account) -> None:
        for board in self.random.sample(list(self.leads), len(self.leads)):
            for kind, id, state in await self._entities(board):
                if kind == "sighting" and state["assessment"] == "unassessed":
                    found = self.random.choice(["credible", "not_the_child", "not_the_child", "unverifiable", "confirmed"])
                    await self._give(who, board, "sighting.assess", {"sighting": id, "assessment": found})
                    return

    async def _finish(self, who: Account, board: str) -> None:
        """Move an open task to the column of done ones, urgent ones first."""
        entities = await self._entities(board)
        done = next(id for kind, id, state in entities if kind == "column" and state["role"] == "done")
        open = [(id, state) for kind, id, state in entities if kind == "task" and state["column"] != done]
        tasks = [(state["priority"] != "urgent", id) for id, state in open]
        if tasks:
            await self._give(who, board, "card.move", {"card": min(tasks)[1], "column": done})

    async def _settle_the_day(self) -> None:
        """Finish the urgent first tasks of searches that were opened during the day, and take their alarms."""
        for board in self.leads:
            for _ in range(5):
                await self._finish(self.people["Karim"], board)
        for alarm in await self._open_alarms():
            await self._give(self.people["Karim"], alarm.board, "alarm.take", {"alarm": alarm.id})
            self._told.add((alarm.id, 0, ""))

    async def _open_alarms(self, is_taken: bool = False) -> list[Alarm]:
        def read(session: Session) -> list[Alarm]:
            rows = select(Alarm).where(col(Alarm.taken_at).is_not(None) if is_taken else col(Alarm.taken_at).is_(None))
            return list(session.exec(rows.where(col(Alarm.ended_at).is_(None)).order_by(Alarm.id)))

        return await self.service.database.read(read)

    async def _count(self) -> None:
        """Count each person whom an alarm asks for the first time in a round."""

        def read(session: Session) -> list[tuple[Alarm, list[str], set[str]]]:
            found = []
            for alarm in session.exec(select(Alarm)).all():
                people = AlarmPeople(session, alarm.board)
                desk = ["desk_all"] if alarm.everybody else ["desk"] if alarm.asked_on_duty else []
                asked = sorted({*alarm.asked, *people.asked_by(desk, alarm)})
                search = session.get(Search, alarm.board)
                shift = session.get(Shift, OPERATIONS)
                own = {search.lead if search else None, shift.holder if shift else None}
                own |= {*people.asked_by(["assignee"], alarm), *(alarm.asked[:1] if alarm.rule == "please_answer" else ())}
                own.add(alarm.lapsed_by)
                found.append((alarm, asked, {each for each in own if each}))
            return found

        names = {account.id: name for name, account in self.people.items()}
        for alarm, asked, own in await self.service.database.read(read):
            if (alarm.id, alarm.round, "") in self._told:
                continue
            if (alarm.id, 0, "rule") not in self._told:
                self._told.add((alarm.id, 0, "rule"))
                self.night.by_rule[alarm.rule] += 1
            for account in asked:
                if (alarm.id, alarm.round, account) not in self._told:
                    self._told.add((alarm.id, alarm.round, account))
                    (self.night.theirs if account in own else self.night.others)[names[account]].append(self.minute)

    async def _react(self) -> None:
        """Let people take alarms that ask them: half of the people at the desk within three minutes, the rest later."""
        absent = {self.people[f"Investigator {number}"].id for number in range(ABSENT)}
        for alarm in await self._open_alarms():
            named = [each for each in alarm.asked if each not in absent]
            takers = named or ([self._anybody().id] if alarm.everybody or alarm.asked_on_duty else [])
            takers = [each for each in takers if each not in absent]
            if takers and self.habits.random() < (0.2 if named else 0.1):
                who = next(account for account in self.people.values() if account.id == takers[0])
                try:
                    await self._give(who, alarm.board, "alarm.take", {"alarm": alarm.id})
                except Refused:
                    continue
                self.night.taken += 1

    async def _keep_promises(self) -> None:
        """Let people extend most promises that end within two minutes. They forget some."""
        soon, later = (format_utc(self.now() + timedelta(minutes=minutes)) for minutes in (2, 60))
        accounts = {account.id: account for account in self.people.values()}
        for alarm in await self._open_alarms(is_taken=True):
            if (alarm.until or "") <= soon and self.habits.random() < 0.5:
                await self._give(accounts[alarm.taken_by or ""], alarm.board, "alarm.extend", {"alarm": alarm.id, "until": later})
                self.night.extended += 1


async def replay(folder: Path, seed: int) -> Night:
    """Replay a night on a new installation in a folder."""
    nights: list[BusyNight] = []
    clock = lambda: nights[0].now() if nights else BEGAN  # noqa: E731
    service = await BoardService.open(settings_for(folder, database_url=backends.sqlite_url(folder)), clock)
    try:
        nights.append(BusyNight(service, seed))
        return await nights[0].play()
    finally:
        await service.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        night = asyncio.run(replay(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 1))
    sys.stdout.write("\n".join(night.rows()) + "\n")
