"""What is data about searches: the criteria of a worrying disappearance, the first tasks of each kind, and those at the end
of an appeal."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from board.places import DATA


@dataclass(frozen=True, slots=True)
class KnownTask:
    """A task that is known beforehand."""

    title: str
    instruction: str | None
    priority: str
    due_minutes: int | None


@cache
def criteria() -> tuple[str, ...]:
    """The keys of the criteria, in the order in which they are asked."""
    return tuple(each["key"] for each in _read("criteria.toml")["criterion"])


@cache
def first_tasks(kind: str) -> tuple[KnownTask, ...]:
    """The tasks that a new search of this kind begins with."""
    return tuple(map(_task, _read("first_tasks.toml").get(kind, ())))


@cache
def take_down(level: str) -> tuple[KnownTask, ...]:
    """The tasks that wipe the traces of an appeal of this level."""
    return tuple(_task(each) for each in _read("take_down.toml")["take_down"] if level in each["levels"])


def _task(each: dict[str, Any]) -> KnownTask:
    return KnownTask(each["title"], each.get("instruction"), each.get("priority", "normal"), each.get("due_minutes"))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
