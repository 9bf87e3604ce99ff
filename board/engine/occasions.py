"""Occasions of alarms: their names on screens, walls, paper and in e-mails, and their pages.

Each kind declares the occasions about its entities (`Kind.occasions`); rules in `alarms.toml` name them by `when`. Texts are
msgids.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from sqlmodel import Session

from board.config import alarm_rules
from board.i18n import N_
from models.board import OPERATIONS
from models.entity import Entity

MAX_FOUND = 500  # of a rule at once

# what became due between two times, as (board, entity, cause)
Find = Callable[[Session, str, datetime, datetime], Iterable[tuple[str, str, str]]]
# the entity and the cause for which an alarm is raised once, under the lock of its board
Recheck = Callable[[Any, float, str, str], tuple[Entity, str] | None]


@dataclass(frozen=True, slots=True)
class ByTime:
    """Occasion that comes with time alone, so that a rule may wait longer.

    `find` gets the session, the rule's key and a period. `recheck` gets the event writer, the seconds that the rule waits, entity
    and cause; it returns None if there is no reason any longer.
    """

    find: Find
    recheck: Recheck


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

    def labels(self) -> Iterator[str]:
        """Yield all texts for people."""
        wall = (self.wall.mark, self.wall.row, self.wall.tile, self.wall.short) if self.wall else ()
        yield from filter(None, (self.name, self.numbered, self.short, *wall))

    def for_scripts(self) -> dict[str, Any]:
        """Return the texts and the page for the scripts."""
        texts = {name: getattr(self, name) for name in ("name", "numbered", "short", "page", "rule")}
        wall = {name: getattr(self.wall, name) for name in WallTexts.__slots__} if self.wall else None
        return {name: value for name, value in (texts | {"wall": wall}).items() if value}


UNKNOWN = Occasion(N_("Alarm"))  # of a rule that is gone
NAMES: dict[str, str] = {}  # by code, of the first kind that declares it
_declared: dict[str, Mapping[str, Occasion]] = {}  # by kind and code


def declare(by_kind: Mapping[str, Mapping[str, Occasion]]) -> None:
    """Set the occasions of all kinds that are declared, and tell the rules of alarms."""
    _declared.clear()
    _declared.update(by_kind)
    NAMES.clear()
    for occasions in by_kind.values():
        for code, occasion in occasions.items():
            NAMES.setdefault(code, occasion.name)
    alarm_rules.declare({code: find(code, "").by_time is not None for code in NAMES})


def find(code: str | None, kind: str) -> Occasion:
    """Return an occasion as the kind of an alarm's subject declares it. A kind that does not declare it has its name alone, as
    rules may be about other kinds of cards."""
    if own := _declared.get(kind, {}).get(code or ""):
        return own
    first = next((found for occasions in _declared.values() if (found := occasions.get(code or ""))), UNKNOWN)
    return replace(first, numbered="", short="", page="")


def by_time() -> Iterator[tuple[str, ByTime]]:
    """Yield the occasions that come with time alone."""
    for code in NAMES:
        if (found := find(code, "").by_time) is not None:
            yield code, found


def page_of(code: str | None, board: str, kind: str, id: str, is_card: bool) -> str:
    """Return the path of the page about an alarm's subject, as `static/js/format/alarm_text.js` does."""
    page = find(code, kind).page
    if board == OPERATIONS:
        page = "/" if "{board}" in page or not page else page
    elif not page:
        page = "/searches/{board}/cards/{id}" if is_card else "/searches/{board}"
    return page.format(board=quote(board, safe=""), id=quote(id, safe=""))
