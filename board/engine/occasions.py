"""Occasions of alarms of all kinds: their names on screens, walls, paper and in e-mails, and their pages.

Each kind declares the occasions about its entities (`Kind.occasions`); rules in `alarms.toml` name them by `when`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from board.config import alarm_rules
from board.i18n import N_
from models.board import OPERATIONS
from models.occasion import ByTime, Occasion

MAX_FOUND = 500  # of a rule at once
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
