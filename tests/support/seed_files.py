"""Invented files in the proportions of the seed's table of 2020, opened and changed by real commands at times of that year."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from board.commands.execute import execute
from board.commands.registry import Command
from board.config.board_shares import BoardShares, load_board_shares
from board.engine.identity import Caller
from models.board import OPERATIONS
from models.times import format_utc
from tests.support.people import new_id

YEAR = 2020
KINDS = {"runaway": 719, "parental_abduction": 155, "unaccompanied_minor": 99, "third_party_abduction": 10, "undefined": 79}
FILES, WORRYING, PUBLIC, DISCREET = 1_062, 205, 57, 29
LEVELS = ("posters", "public")
BATCH_SIZE = 40  # commands in a transaction


@dataclass
class Invented:
    """Invented file, as its commands will make it. `search`: its id once it is open."""

    kind: str
    age: int | None
    opened_at: datetime
    missing_for: timedelta
    is_worrying: bool = False
    appeals: tuple[str, ...] = ()
    found_after: timedelta | None = None
    condition: str = "well"
    closes: bool = False
    search: str = ""
    happened: list[tuple[datetime, str]] = field(default_factory=list)


def invent(seed: int = 1, files: int = FILES) -> list[Invented]:
    """Return the files of the seed's year, or the first of them, in the order of their opening."""
    chance = random.Random(seed)
    kinds = [kind for kind, number in KINDS.items() for _ in range(number)]
    chance.shuffle(kinds)
    start = datetime(YEAR, 1, 1, 1, tzinfo=UTC)
    seconds = sorted(chance.randrange(364 * 86_400) for _ in kinds)
    invented = [
        Invented(
            kind, chance.choice([None, *range(3, 18)]), start + timedelta(seconds=second), timedelta(hours=chance.uniform(1, 90)),
            found_after=timedelta(hours=chance.expovariate(1 / 40)) if chance.random() < 0.8 else None,
            condition=chance.choices(("well", "injured", "deceased", "unknown"), (90, 6, 2, 2))[0],
            closes=chance.random() < 0.5,
        )
        for kind, second in zip(kinds, seconds, strict=True)
    ]  # fmt: skip
    for file in chance.sample(invented, WORRYING):
        file.is_worrying = True
    public, discreet = chance.sample(invented, PUBLIC), chance.sample(invented, DISCREET)
    for file in invented:
        levels = [level for level, chosen in (("discreet", discreet), (chance.choice(LEVELS), public)) if file in chosen]
        file.appeals = tuple(levels)
    return invented[:files]


Step = tuple[datetime, Invented, str, dict[str, Any]]


def steps_of(file: Invented) -> Iterator[Step]:
    """Return the commands of a file, with their times."""
    at = file.opened_at
    yield at, file, "search.open", {
        "kind": file.kind, "person": {"first_name": "Child", "age": file.age},
        "missing_since": format_utc(at - file.missing_for),
    }  # fmt: skip
    if file.is_worrying:
        at += timedelta(minutes=20)
        yield at, file, "search.set_worrying", {"worrying": True, "basis": "as the criteria say"}
    for level in file.appeals:
        at += timedelta(minutes=30)
        yield (
            at,
            file,
            "search.set_appeal",
            {"level": level, "from": format_utc(at), "until": format_utc(at + timedelta(days=20))},
        )
    if file.found_after is None:
        return
    at = max(at, file.opened_at) + file.found_after
    outcome = {"found_at": format_utc(at), "condition": file.condition, "how": "came_back"}
    yield at, file, "search.set_status", {"status": "found", "reason": "seen", "outcome": outcome}
    if file.closes:
        yield at + timedelta(days=1), file, "search.set_status", {"status": "closed", "reason": "done", "acknowledge": "all done"}


def load(write: Callable[[Callable[[Session], None]], Any], caller: Caller, files: list[Invented]) -> Iterator[Any]:
    """Execute the commands of files in the order of their times, some of them in each transaction. `write`: begins one."""
    shares = load_board_shares().model_copy(update={"searches": 10_000})  # they are a year's, opened by one account
    steps = sorted((step for file in files for step in steps_of(file)), key=lambda step: step[0])
    for start in range(0, len(steps), BATCH_SIZE):
        yield write(partial(_run, caller=caller, steps=steps[start : start + BATCH_SIZE], shares=shares))


def _run(session: Session, caller: Caller, steps: list[Step], shares: BoardShares) -> None:
    for at, file, name, data in steps:
        board = OPERATIONS if name == "search.open" else file.search
        result = execute(session, caller, Command(new_id(), board, name, data), format_utc(at), shares=shares)
        file.search = file.search or str(result.ack.opened)
        file.happened.append((at, name))
