"""Demo data, read from `searches/*.toml` (one file per search) and `desk.toml` (the operations board).

A file is a list of steps. A step has a time before now (`at`: "-5:57" or "-1d 3:10"), an actor (`by`, a key of people.toml), and
one command with its data, under the command's name (`[step.sighting.add]`). The data contains short names instead of ids:

- a person: the key in people.toml; a column: its role
- a card, contact, file or material: the `name` of the step that added it
- a first task: its key in first_tasks.toml; a task added when the child was found: `found_` and its key
- an attached file: its `drawing` (drawings.py)

Times are offsets from now; an empty one is null. In a text, {-2:51} becomes the time of day at that offset.

`take` and `finish` abbreviate several commands: assign to me and move to doing; assign to me, set the result, and move to done.
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
TIME_ZONE = ZoneInfo("Europe/Brussels")
INVENTED_PREFIX = "Invented for the demo. "  # prefix of every child's description
TIME_FIELDS = frozenset({
    "missing_since", "seen_at", "received_at", "due", "happened_at", "found_at", "needs_until", "from", "until", "starts_at",
    "ends_at", "next_call", "searched_from", "searched_until",
})  # fmt: skip
CARD_FIELDS = frozenset({"card", "sighting", "task", "before", "after", "duplicate_of", "file", "material", "contact"})
PERSON_FIELDS = frozenset({"account", "assignee", "lead", "members"})
_OFFSET = re.compile(r"(?P<sign>[+-])(?:(?P<days>\d+)d )?(?P<hours>\d+):(?P<minutes>\d\d)")
_CLOCK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Person:
    """Account of people.toml. `signs_in`: whether its sign-in is printed. `works`: whether it is a simulated user. `takes_in`:
    whether it is a program that reports sightings."""

    key: str
    name: str
    email: str
    role: str
    signs_in: bool = False
    works: bool = False
    takes_in: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Command of the seed data. `data`: with the short names of the file. `name`: short name of the card that it adds."""

    search: str
    ago: timedelta
    by: str
    command: str
    data: dict[str, Any]
    name: str | None = None


def people() -> list[Person]:
    return [Person(key, **each) for key, each in _read(HERE / "people.toml").items()]


def steps() -> list[Step]:
    """Return all steps of all searches, oldest first, because the operations board needs one order."""
    files = [HERE / "desk.toml", *sorted((HERE / "searches").glob("*.toml"))]
    found = [step for path in files for step in _steps_of(path)]
    return sorted(found, key=lambda step: step.ago)


def offset(text: str) -> timedelta:
    """Parse -5:57 or +1d 0:30. Raises ValueError if the text is not an offset."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(f"not an offset from now: {text!r}")
    length = timedelta(days=int(found["days"] or 0), hours=int(found["hours"]), minutes=int(found["minutes"]))
    return -length if found["sign"] == "-" else length


def resolve(data: Mapping[str, Any], now: datetime, stamp: Callable[[datetime], str], ids: Mapping[str, str]) -> dict[str, Any]:
    """Return the data of a step with ids and times instead of short names and offsets. Raises KeyError if a short name is
    unknown, ValueError if an offset is invalid."""
    return {field: _value(field, value, now, stamp, ids) for field, value in data.items()}


def _value(field: str, value: Any, now: datetime, stamp: Callable[[datetime], str], ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return resolve(value, now, stamp, ids)
    if field == "entries":
        return [resolve(each, now, stamp, ids) for each in value]
    if field in TIME_FIELDS:
        return stamp(now.replace(second=0, microsecond=0) + offset(value)) if value else None
    if field == "members":
        return [ids[f"person:{each}"] for each in value]
    if field in PERSON_FIELDS:
        return ids[f"person:{value}"]
    if field in CARD_FIELDS:
        return ids[f"card:{value}"]
    if field == "column":
        return ids[f"column:{value}"]
    return _CLOCK.sub(lambda found: clock(now + offset(found[1])), value) if isinstance(value, str) else value


def clock(moment: datetime) -> str:
    """Return the time of day in the time zone of the searches."""
    return moment.astimezone(TIME_ZONE).strftime("%H:%M")


def _steps_of(path: Path) -> Iterator[Step]:
    for raw in _read(path)["step"]:
        at = raw.pop("at")
        ago = offset(at) - _seconds(path.stem + at)
        by, name = raw.pop("by"), raw.pop("name", None)
        for command, data in _commands(raw, by):
            yield Step(path.stem, ago, by, command, data, name)


def _seconds(minute: str) -> timedelta:
    """Return seconds within the minute, so that times look natural; the same for all steps of one minute."""
    return timedelta(seconds=zlib.crc32(minute.encode()) % 60)


def _commands(raw: dict[str, Any], by: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the command of a step, or the commands that it abbreviates. Raises ValueError if it has more than one command."""
    ((noun, values),) = raw.items()
    if noun == "take":
        yield "card.assign", {"card": values["card"], "assignee": by}
        yield "card.move", {"card": values["card"], "column": "doing"}
    elif noun == "finish":
        yield "card.assign", {"card": values["card"], "assignee": by}
        yield "task.update", {"task": values["card"], "result": values["result"]}
        yield "card.move", {"card": values["card"], "column": "done"}
    else:
        ((verb, data),) = values.items()
        yield f"{noun}.{verb}", _mark_invented(data) if noun == "search" else data


def _mark_invented(data: dict[str, Any]) -> dict[str, Any]:
    """Mark the child of a search as invented, in its description."""
    person = data.get("person", {})
    if "description" not in person:
        return data
    return data | {"person": person | {"description": INVENTED_PREFIX + person["description"]}}


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
