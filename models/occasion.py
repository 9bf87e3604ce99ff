"""Occasions of alarms, declared by kinds. Texts are msgids."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from models.entity import Entity

NAMES: dict[str, str] = {}  # of declared occasions, by code; filled when kinds are registered

# returns (board, entity, cause) for each occasion of a rule that begins within a period
Find = Callable[[Session, Any, datetime, datetime], Iterable[Any]]
# returns the entity and the cause for which a rule raises one alarm; the board is locked
Recheck = Callable[[Any, Any, str, str], tuple[Entity, str] | None]


@dataclass(frozen=True, slots=True)
class ByTime:
    """Occasion that begins when a time is reached, without an event. Its rules can wait longer.

    `find`: takes the session, the rule and a period.
    `recheck`: takes the event writer, the rule, the entity and the cause. Returns None if the reason is gone.
    `ends`: end the alarm when `recheck` returns None. It is called after each change of the board.
    """

    find: Find
    recheck: Recheck
    ends: bool = False


@dataclass(frozen=True, slots=True)
class WallTexts:
    """Texts of an alarm on a wall display: its mark; its subject next to the mark ("" if the mark names it); its subject on a
    tile; a shorter one for small tiles."""

    mark: str
    row: str
    tile: str
    short: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """Occasion of alarms about a kind of entity.

    `name`: used alone. `numbered`: with the `{number}` of a card. `short`: one line of a phone, at most 24 letters.
    `page`: path of the page about the subject, with `{board}` and `{id}`. The default is the page of the card or the search.
    `rule`: key of the program's rule. It names alarms that were raised before alarms had occasions.
    `by_responsible`: raise, take immediately, or skip the alarm if the account that is responsible for the entity caused it.
    `while_found`: the alarm continues after the child was found.
    `holds`: condition on a state (`board.engine.conditions`). The alarm is raised when it becomes true, and ends when it becomes
    false. Without it, `Kind.alarms` decides.
    """

    name: str
    numbered: str = ""
    short: str = ""
    wall: WallTexts | None = None
    page: str = ""
    rule: str = ""
    by_responsible: Literal["raise", "take", "skip"] = "raise"
    while_found: bool = False
    by_time: ByTime | None = None
    holds: Mapping[str, Sequence[Any]] | None = None

    def labels(self) -> Iterator[str]:
        """Yield all texts for people."""
        wall = (self.wall.mark, self.wall.row, self.wall.tile, self.wall.short) if self.wall else ()
        yield from filter(None, (self.name, self.numbered, self.short, *wall))

    def for_scripts(self) -> dict[str, Any]:
        """Return the texts and the page, for the scripts."""
        texts = {name: getattr(self, name) for name in ("name", "numbered", "short", "page", "rule")}
        wall = {name: getattr(self.wall, name) for name in WallTexts.__slots__} if self.wall else None
        return {name: value for name, value in (texts | {"wall": wall}).items() if value}
