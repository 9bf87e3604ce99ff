"""What is data about searches: the criteria of a worrying disappearance, and the first tasks of each kind."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from board.places import DATA


@dataclass(frozen=True, slots=True)
class FirstTask:
    title: str
    instruction: str | None
    priority: str
    due_minutes: int | None


@cache
def criteria() -> tuple[str, ...]:
    """The keys of the criteria, in the order in which they are asked."""
    return tuple(each["key"] for each in _read("criteria.toml")["criterion"])


@cache
def first_tasks(kind: str) -> tuple[FirstTask, ...]:
    """The tasks that a new search of this kind begins with."""
    return tuple(
        FirstTask(each["title"], each.get("instruction"), each.get("priority", "normal"), each.get("due_minutes"))
        for each in _read("first_tasks.toml").get(kind, ())
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
