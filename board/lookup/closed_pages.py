"""Page of closed searches: by month, newest first, with a form that narrows them down."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.accounts import typed_words
from board.commands.alarms.alerts import short_name
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import gettext_for, moment_text, translate
from board.lookup import closed_searches
from board.lookup.closed_searches import BEFORE, ClosedPage, ClosedSearch, Filter
from board.web import language, pages
from board.web.http import service_of
from models.times import DESK_TIME_ZONE, parse_utc

PATH = "/closed"
PAGE_SIZE = 50
NAMES = ("year", "kind", "outcome")  # query parameters of the filter, besides the words
_BETWEEN_WORDS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """Search as the page shows it."""

    board: str
    who: str
    initials: str
    photo: str | None
    reference: str
    kind: str
    outcome: str
    closed_at: str
    closed: str


async def closed_page(request: Request, caller: Caller) -> Response:
    """`GET /closed`: a page of the closed searches that the caller may see."""
    lang = language.language_for(request, caller)
    params = {name: request.query_params.get(name, "") for name in NAMES} | {"q": typed_words.read(request, caller)}
    problem = None
    try:
        criteria = closed_searches.filter_of(request, closed_searches.QUERY.checked(params["q"]), lang)
        page = await _read(request, caller, criteria, BEFORE.read(request) or None)
    except Refused as refused:
        if refused.code != "invalid":
            raise
        problem = next(iter((refused.fields or {}).values()), refused.message)
        page = await _read(request, caller, Filter(), None)
    active = typed_words.address_params(request, caller, params) if problem is None else {}
    here = f"{PATH}?{urlencode(active)}" if active else PATH
    older = f"{PATH}?{urlencode(active | {'before': page.next})}" if page.next is not None else None
    return pages.page(
        request, "closed.html", caller, status=422 if problem else 200, problem=problem and translate(problem, lang),
        months=_months(page.searches, lang), params=params, filtered=bool(active), older=older,
        newest=here if BEFORE.read(request) and problem is None else None, years=page.years,
        kinds=closed_searches.kind_labels(), outcomes=closed_searches.outcome_labels(),
        days=service_of(request).settings.archive_closed_days,
    )  # fmt: skip


async def _read(request: Request, caller: Caller, criteria: Filter, before: str | None) -> ClosedPage:
    """Read a page of the list when it is the turn of the caller's account. Raises Refused."""
    service = service_of(request)
    async with service.queues.answers.turn(caller.account.id):
        page = await service.lookups.read(
            caller,
            lambda session: closed_searches.read(session, caller.account.id, criteria, before, PAGE_SIZE),
            closed_searches.TIMEOUT_S,
        )
    await service.reads.closed(caller, len(page.searches))
    return page


def _months(searches: Sequence[ClosedSearch], lang: str) -> list[tuple[str, str, list[ClosedLine]]]:
    """Group searches by closing month. Each group is (`2026-11`, the month in words, its lines)."""
    lines = [(parse_utc(search["closed_at"]).astimezone(DESK_TIME_ZONE).strftime("%Y-%m"), search) for search in searches]
    return [
        (month, moment_text(of_month[0]["closed_at"], "LLLL y", lang), [_line(search, lang) for search in of_month])
        for month, group in groupby(lines, key=lambda line: line[0])
        if (of_month := [search for _, search in group])
    ]


def _line(search: ClosedSearch, lang: str) -> ClosedLine:
    gettext, outcome = gettext_for(lang), search["outcome"]
    return ClosedLine(
        search["board"],
        short_name(search["person"]),
        _initials(search["person"]),
        search["photo"],
        search["reference"],
        gettext(closed_searches.kind_labels()[search["kind"]]),
        gettext(closed_searches.outcome_labels()[outcome["condition"] if outcome else closed_searches.NOT_FOUND]),
        search["closed_at"],
        moment_text(search["closed_at"], "d MMM y", lang),
    )


def _initials(person: dict[str, Any]) -> str:
    """Return the initials of a child, as static/js/shared/avatars.js does."""
    words = [word for word in _BETWEEN_WORDS.split(f"{person['first_name']} {person.get('last_name') or ''}") if word]
    return (words[0][0] + words[-1][0] if len(words) > 1 else (words or ["?"])[0][:2]).upper()


routes: list[Route] = [
    Route(PATH, pages.for_people(closed_page)),
    Route(PATH, pages.for_people(typed_words.redirect), methods=["POST"]),
]
