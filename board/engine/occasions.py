"""Occasions of alarms of all kinds: their names on screens, walls, paper and in e-mails, and their pages.

Each kind declares the occasions about its entities (`Kind.occasions`); rules in `alarms.toml` name them by `when`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from board.config import alarm_rules
from board.i18n import N_
from models.board import OPERATIONS
from models.occasion import NAMES, ByTime, Occasion

MAX_FOUND = 500  # subjects that one rule finds in one run
UNKNOWN = Occasion(N_("Alarm"))  # for a deleted rule
_declared: dict[str, Mapping[str, Occasion]] = {}  # by kind and code


def declare(by_kind: Mapping[str, Mapping[str, Occasion]]) -> None:
    """Replace the declared occasions, and declare their codes to `alarm_rules`. The first kind that declares a code names it."""
    _declared.clear()
    _declared.update(by_kind)
    NAMES.clear()
    for occasions in by_kind.values():
        for code, occasion in occasions.items():
            NAMES.setdefault(code, occasion.name)
    alarm_rules.declare({code: find(code, "").by_time is not None for code in NAMES})


def find(code: str | None, kind: str) -> Occasion:
    """Return an occasion as a kind declares it. If the kind does not declare it, return the occasion with its name alone, because
    a rule can apply to other kinds of cards."""
    if own_occasion := _declared.get(kind, {}).get(code or ""):
        return own_occasion
    first = next((occasion for occasions in _declared.values() if (occasion := occasions.get(code or ""))), UNKNOWN)
    return replace(first, numbered="", short="", page="")


def code_of(rule: str) -> str | None:
    """Return the code of the occasion of a built-in rule; None if there is none. Older alarms store only their rule."""
    every = (item for own in _declared.values() for item in own.items())
    return next((code for code, occasion in every if occasion.rule == rule), None)


def by_time() -> Iterator[tuple[str, ByTime]]:
    """Yield the occasions that begin when a time is reached, without an event."""
    for code in NAMES:
        if (occasion := find(code, "").by_time) is not None:
            yield code, occasion


def page_of(code: str | None, board: str, kind: str, id: str, is_card: bool) -> str:
    """Return the path of the page about an alarm's subject. Same rule as in `static/js/format/alarm_text.js`."""
    page = find(code, kind).page
    if board == OPERATIONS:
        page = "/" if "{board}" in page or not page else page
    elif not page:
        page = "/searches/{board}/cards/{id}" if is_card else "/searches/{board}"
    return page.format(board=quote(board, safe=""), id=quote(id, safe=""))
