"""Occasions of alarms, as kinds declare them. Texts are msgids."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from models.entity import Entity

# what became due between two times by a rule, as (board, entity, cause)
Find = Callable[[Session, Any, datetime, datetime], Iterable[Any]]
# the entity and the cause for which an alarm is raised once by a rule, under the lock of its board
Recheck = Callable[[Any, Any, str, str], tuple[Entity, str] | None]


@dataclass(frozen=True, slots=True)
class ByTime:
    """Occasion that comes with time alone, so that a rule may wait longer.

    `find` gets the session, the rule and a period. `recheck` gets the event writer, the rule, entity and cause; it returns None
    if there is no reason any longer.
    `ends`: the alarm ends when `recheck` returns None, which is asked after each change of its board.
    """

    find: Find
    recheck: Recheck
    ends: bool = False


@dataclass(frozen=True, slots=True)
class WallTexts:
    """Texts of an alarm on a wall: its mark, and its subject beside the mark ("" if the mark names it), on a tile, and there in
    short."""

    mark: str
    row: str
    tile: str
    short: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """Occasion of alarms about a kind of entity.

    `name` is used alone, `numbered` with the `{number}` of a card, `short` in one line of a phone (at most 24 letters).
    `page`: path of the page about the subject, with `{board}` and `{id}`; without it, that of the card or the search.
    `rule`: key of the program's rule, which names alarms that were raised before alarms had occasions.
    `by_responsible`: whether the alarm is raised, taken immediately, or skipped if the account that answers for the entity caused
    it.
    `while_found`: the alarm outlives the finding of the child.
    `holds`: condition on a state (`board.engine.conditions`) that raises the alarm when it becomes true, and ends it when it no
    longer is. Without it, the kind says so by `Kind.alarms`.
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
        """Return the texts and the page for the scripts."""
        texts = {name: getattr(self, name) for name in ("name", "numbered", "short", "page", "rule")}
        wall = {name: getattr(self.wall, name) for name in WallTexts.__slots__} if self.wall else None
        return {name: value for name, value in (texts | {"wall": wall}).items() if value}
