"""Random commands about alarms and duties. Some of the promises are kept; most lapse."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from models.times import format_utc, now

if TYPE_CHECKING:
    from tests.tools.faults.writer import WriterBoard

NewCommand = tuple[int | None, str, dict[str, Any]]  # number of the search (None: on `operations`), name and data
PROMISES_S = (4.0, 25.0)  # of a promise: most lapse, because few are extended
DUTIES_S = (5.0, 60.0)
ACTS = {"report": 0.36, "take": 0.29, "extend": 0.13, "give_back": 0.04, "begin": 0.09, "lengthen": 0.05, "end": 0.04}
LIFE_S = (20.0, 280.0)  # of an alarm, until it is answered: a third outlives a lapse and the repeat after it


def random_command(random: Random, boards: Sequence["WriterBoard"]) -> NewCommand:
    """Return a random command. If no alarm fits the chosen act, add an urgent sighting, which raises an alarm."""
    act = random.choices([*ACTS], [*ACTS.values()])[0]
    if act in _DUTIES:
        name, seconds = _DUTIES[act]
        return None, name, {"until": _in(random.uniform(*seconds))} if seconds else {}
    if act == "take" and (chosen := _choose(random, boards, lambda board: board.alarms)):
        number, alarm = chosen
        until = {"until": _in(random.uniform(*PROMISES_S))} if random.random() < 0.8 else {}
        return number, "alarm.take", {"alarm": alarm} | until
    if act in ("extend", "give_back") and (chosen := _choose(random, boards, lambda board: board.promised)):
        number, alarm = chosen
        until = {"until": _in(random.uniform(*PROMISES_S))} if act == "extend" else {}
        return number, f"alarm.{act}", {"alarm": alarm} | until
    return random.randrange(len(boards)), "sighting.add", {"description": "a girl at the station", "priority": "urgent"}


_DUTIES: dict[str, tuple[str, tuple[float, float] | None]] = {
    "begin": ("duty.begin", DUTIES_S),
    "lengthen": ("duty.extend", DUTIES_S),
    "end": ("duty.end", None),
}


def _choose(
    random: Random, boards: Sequence["WriterBoard"], of: Callable[["WriterBoard"], Sequence[str]]
) -> tuple[int, str] | None:
    """Choose an alarm at random and return (number of its search, alarm); None if there is no alarm."""
    found = [(number, alarm) for number, board in enumerate(boards) for alarm in of(board)]
    return random.choice(found) if found else None


def life_s(alarm: str) -> float:
    """Return the age at which somebody answers an alarm, derived from its id: usually short, sometimes long."""
    shortest, longest = LIFE_S
    return shortest + (longest - shortest) * (int(alarm[-4:], 16) / 0xFFFF) ** 2


def _in(seconds: float) -> str:
    return format_utc(now() + timedelta(seconds=seconds))
