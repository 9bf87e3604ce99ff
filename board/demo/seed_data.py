"""The invented searches, read from `searches/*.toml`: who did what, how long ago; and `desk.toml`, the same of the whole desk.

A file is one search, a list of steps. A step says when (`at`, before now: "-5:57" or "-1d 3:10"), who (`by`, a key of
people.toml), and one command of the board with its data, under the command's own name (`[step.sighting.add]`). In the
data, people, cards and columns go by short names: a person by key, a card by the `name` of the step that made it (a
first task by its key in first_tasks.toml), a column by its role. Times are offsets, an empty one is null; in a text,
{-2:51} stands for the clock then. `take` and `finish` are some commands in a row: mine, and doing; mine, its result, and done.
"""

import re
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
PLACE = ZoneInfo("Europe/Brussels")
INVENTED = "Invented for the demo. "  # begins the description of every child
TIMES = frozenset({"missing_since", "seen_at", "received_at", "due", "happened_at", "found_at"})
CARDS = frozenset({"card", "sighting", "task", "before", "after", "duplicate_of"})
PEOPLE = frozenset({"assignee", "lead", "members"})
_OFFSET = re.compile(r"(?P<sign>[+-])(?:(?P<days>\d+)d )?(?P<hours>\d+):(?P<minutes>\d\d)")
_CLOCK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of people.toml; `signs_in` are those whose log-in is printed, `works` those who work along, `takes_in` is said of
    a program."""

    key: str
    name: str
    email: str
    role: str
    signs_in: bool = False
    works: bool = False
    takes_in: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the story. `data` still has the short names of the file; `name` is that of the card it makes."""

    search: str
    ago: timedelta
    by: str
    command: str
    data: dict[str, Any]
    name: str | None = None


def people() -> list[Person]:
    return [Person(key, **each) for key, each in _read(HERE / "people.toml").items()]


def steps() -> list[Step]:
    """Every step of every search, the oldest first: the operations board sees them all in one order."""
    files = [HERE / "desk.toml", *sorted((HERE / "searches").glob("*.toml"))]
    told = [step for path in files for step in _of_search(path)]
    return sorted(told, key=lambda step: step.ago)


def offset(text: str) -> timedelta:
    """-5:57 or +1d 0:30 as a timedelta. Raises ValueError."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(f"not an offset from now: {text!r}")
    length = timedelta(days=int(found["days"] or 0), hours=int(found["hours"]), minutes=int(found["minutes"]))
    return -length if found["sign"] == "-" else length


def resolve(data: Mapping[str, Any], now: datetime, stamp: Callable[[datetime], str], ids: Mapping[str, str]) -> dict[str, Any]:
    """The data of a step as the command wants it: `ids` has an id for each short name. Raises KeyError, ValueError."""
    return {field: _value(field, value, now, stamp, ids) for field, value in data.items()}


def _value(field: str, value: Any, now: datetime, stamp: Callable[[datetime], str], ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return resolve(value, now, stamp, ids)
    if field in TIMES:
        return stamp(now.replace(second=0, microsecond=0) + offset(value)) if value else None
    if field == "members":
        return [ids[f"person:{each}"] for each in value]
    if field in PEOPLE:
        return ids[f"person:{value}"]
    if field in CARDS:
        return ids[f"card:{value}"]
    if field == "column":
        return ids[f"column:{value}"]
    return _CLOCK.sub(lambda found: clock(now + offset(found[1])), value) if isinstance(value, str) else value


def clock(moment: datetime) -> str:
    """The hour where the searches are."""
    return moment.astimezone(PLACE).strftime("%H:%M")


def _of_search(path: Path) -> Iterator[Step]:
    for raw in _read(path)["step"]:
        at = raw.pop("at")
        ago = offset(at) - _seconds(path.stem + at)
        by, name = raw.pop("by"), raw.pop("name", None)
        for command, data in _commands(raw, by):
            yield Step(path.stem, ago, by, command, data, name)


def _seconds(minute: str) -> timedelta:
    """Within the minute, so that a history does not read like a timetable; the same for all steps of one minute."""
    return timedelta(seconds=zlib.crc32(minute.encode()) % 60)


def _commands(raw: dict[str, Any], by: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The one command that a step names, or those that it is short for. Raises ValueError."""
    ((noun, told),) = raw.items()
    if noun == "take":
        yield "card.assign", {"card": told["card"], "assignee": by}
        yield "card.move", {"card": told["card"], "column": "doing"}
    elif noun == "finish":
        yield "card.assign", {"card": told["card"], "assignee": by}
        yield "task.update", {"task": told["card"], "result": told["result"]}
        yield "card.move", {"card": told["card"], "column": "done"}
    else:
        ((verb, data),) = told.items()
        yield f"{noun}.{verb}", _marked(data) if noun == "search" else data


def _marked(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a search command; what it says of the child begins with the words that it is invented."""
    person = data.get("person", {})
    if "description" not in person:
        return data
    return data | {"person": person | {"description": INVENTED + person["description"]}}


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
