"""Month of invented reads of 50 people, with seeded misuses.

Each search has a team of four. People read the searches of their teams through the day. A coordinator who begins a duty reads all
open searches. People on duty also read other searches: at calls, look-ups, and with a colleague. They disclose callers, and now
and then a contact of a search that is not theirs. Some work late without a duty, and leave a search open.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from board.audit.log.unusual import Facts, Read
from models.board import AUDIT, OPERATIONS

START = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)
DAYS, PEOPLE, SEARCHES, OPEN = 30, 50, 400, 12
SURNAMES = 300
SHIFT = timedelta(hours=8)
NO_TIME = timedelta()


class Month(NamedTuple):
    reads: list[Read]
    facts: Facts
    misuses: dict[str, tuple[str, datetime]]  # by a short description: account and time


def month(seed: int) -> Month:
    """Return a month of reads."""
    return _Month(Random(seed)).make()


class _Month:
    def __init__(self, random: Random) -> None:
        self.random, self.reads = random, list[Read]()
        self.people = [f"person {number}" for number in range(PEOPLE)]
        self.roles = {name: _role(number) for number, name in enumerate(self.people)}
        self.searches = [f"search {number}" for number in range(SEARCHES)]
        self.teams = {search: frozenset(random.sample(self.people, 4)) for search in self.searches}
        names = [f"name {number}" for number in range(SURNAMES)]
        self.last_names = {search: random.choice(names[PEOPLE:]) for search in self.searches}
        self.last_names |= {search: random.choice(names) for search in self.searches[:DAYS:10]}  # open: of colleagues too
        self.colleagues = frozenset(names[:PEOPLE])
        self.misuses: dict[str, tuple[str, datetime]] = {}

    def make(self) -> Month:
        for day in range(DAYS):
            for shift in range(3):
                self._shift(START + timedelta(days=day) + shift * SHIFT, day)
        self._seed_misuses()
        self.reads.sort(key=lambda read: read.at)
        closed = frozenset(self.searches[OPEN * 3 :])
        facts = Facts(self.teams, self.roles, self.last_names, closed, self.colleagues)
        return Month(self.reads, facts, self.misuses)

    def _shift(self, start: datetime, day: int) -> None:
        open_searches = self.searches[day : day + OPEN]
        present = self.random.sample(self.people, 10)
        coordinator = next((name for name in present if self.roles[name] == "coordinator"), present[0])
        for number, search in enumerate(open_searches):
            self._read(coordinator, search, start + timedelta(seconds=40 * number))
        for name in present:
            self._work_at_the_desk(name, start)
            for _ in range(self.random.randrange(20, 60)):
                at = start + timedelta(seconds=self.random.randrange(int(SHIFT.total_seconds())))
                own = [search for search in open_searches if name in self.teams[search]]
                search = self.random.choice(own) if own and self.random.random() < 0.8 else self.random.choice(open_searches)
                taken = search in own and self.random.random() < 0.05
                self._read(name, search, at, type="export.read" if taken else "snapshot.read")
        if self.random.random() < 0.3:  # someone looks at one search at home
            at = start + timedelta(seconds=self.random.randrange(int(SHIFT.total_seconds())))
            name = self.random.choice(self.people)
            self._read(name, OPERATIONS, at, on_duty=False, lasts=timedelta(hours=1))
            self._read(name, self.random.choice(open_searches), at, on_duty=False, lasts=timedelta(hours=1))

    def _work_at_the_desk(self, name: str, start: datetime) -> None:
        """Read what is about no single search: the list, look-ups, callers and papers. Now and then, disclose a contact."""
        self._read(name, OPERATIONS, start, lasts=SHIFT)
        for hour in range(8):
            at = start + timedelta(hours=hour, minutes=self.random.randrange(50))
            self._read(name, OPERATIONS, at, type="find.run", detail="words", count=self.random.randrange(1, 40))
            self._read(name, "", at, type="caller.read", count=self.random.randrange(1, 4))
        if self.random.random() < 0.3:
            self._read(name, OPERATIONS, at, type="export.read", detail="handover.pdf")
        if self.random.random() < (0.03 if self.roles[name] == "admin" else 0.3):  # administrators take few calls
            self._read(name, self.random.choice(self.searches[:OPEN]), at, type="contact.read")

    def _read(
        self, name: str, search: str, at: datetime, *, on_duty: bool = True, type: str = "snapshot.read", detail: str = "",
        count: int = 1, lasts: timedelta = NO_TIME,
    ) -> None:  # fmt: skip
        self.reads.append(Read(name, search, at, at + lasts, on_duty, type, detail, count))

    def _seed_misuses(self) -> None:
        many = [("many searches by day", 11, 31, 10, True), ("many searches at night", 1, 20, 20, False)]
        many += [("slow reading at night", 2, 5, 1_200, False), ("administrator reads many", 13, 9, 45, True)]
        many += [("administrator at night", 0, 2, 600, False)]
        for number, (what, hour, count, pause, on_duty) in enumerate(many):
            name = self._person("admin" if "administrator" in what else "investigator")
            self._misuse(what, name, number, hour, count, pause, on_duty)
        taken = [("exports", "viewer", 3), ("sources", "investigator", 4), ("export", "admin", 1)]
        for number, (what, role, count) in enumerate(taken):
            at = self._at(8 + number, 14)
            name = self._person(role)
            self.misuses[what] = name, at
            for minute in range(count):
                self._read(name, self._foreign(name, minute), at + timedelta(minutes=5 * minute), type="export.read")
        for number, what in enumerate(("name of a colleague", "name of another colleague")):
            name, at = self._person("investigator"), self._at(14 + number, 15)
            search = self._foreign(name, 90 + number)
            self.last_names[search] = f"name {number}"
            self.misuses[what] = name, at
            self._read(name, search, at)
        self._seed_single_misuses()

    def _seed_single_misuses(self) -> None:
        """Seed misuses of a few reads each, among them data that is about no single search."""
        at, name = self._at(17, 10), self._person("investigator")
        self.misuses["contacts"] = name, at
        self._read(name, self._foreign(name, 50), at, type="contact.read", count=4)
        at, admin = self._at(18, 10), self._person("admin")
        self.misuses["export of the audit log"] = admin, at
        self._read(admin, AUDIT, at, type="export.read", detail="audit.csv")
        at, name = self._at(19, 15), self._person("investigator")
        self.misuses["look-ups"] = name, at
        for minute in range(0, 50, 5):
            self._read(name, OPERATIONS, at + timedelta(minutes=minute), type="find.run", detail="closed", count=15)
        at, name = self._at(20, 15), self._person("investigator")
        self.misuses["callers, off duty"] = name, at
        self._read(name, "", at, on_duty=False, type="caller.read", count=5)
        at, name = self._at(21, 18), self._person("investigator")
        self.misuses["screens into the night"] = name, at
        for number in range(3):
            self._read(name, self._foreign(name, 60 + number), at, on_duty=False, lasts=timedelta(hours=5))
        at, name = self._at(22, 15), self._person("investigator")
        search = next(search for search in self.searches if name not in self.teams[search])
        self.last_names[search], self.misuses["open search of a colleague's name"] = "name 3", (name, at)
        self._read(name, search, at, on_duty=False)

    def _misuse(self, what: str, name: str, number: int, hour: int, count: int, pause: int, on_duty: bool) -> None:
        at = self._at(2 + number, hour)
        self.misuses[what] = name, at
        for step in range(count):
            self._read(name, self._foreign(name, step), at + timedelta(seconds=pause * step), on_duty=on_duty)

    def _at(self, day: int, hour: int) -> datetime:
        return START.replace(hour=hour) + timedelta(days=day)

    def _person(self, role: str) -> str:
        return self.random.choice([name for name in self.people if self.roles[name] == role])

    def _foreign(self, name: str, number: int) -> str:
        """Return a closed search of whose team the person is not."""
        closed = [search for search in self.searches[OPEN * 10 :] if name not in self.teams[search]]
        return closed[number]


def _role(number: int) -> str:
    return "admin" if number < 3 else "coordinator" if number < 15 else "investigator" if number < 40 else "viewer"
