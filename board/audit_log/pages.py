"""The page on which administrators read the audit journal: by day, the newest first, as plain sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.accounts import accounts
from board.audit.entries import ENTRIES
from board.audit_log import reading, sentences
from board.audit_log.api import administrator
from board.audit_log.reading import Filter, Found
from board.documents import content
from board.engine.identity import Caller
from board.i18n import N_, translate
from board.web import language, pages
from board.web.admin_only import for_admins
from board.web.http import BASE, service_of
from models.accounts import Account
from models.times import DESK, format_utc, parse_utc
from realtime.strict_json import MAX_INTEGER

PATH = "/audit"
AT_ONCE = 50  # entries that are shown, and shown more each time
KINDS = {  # what can be chosen, by the first part of types
    "sign_in": N_("Sign-ins"), "account": N_("Accounts and roles"), "password": N_("Passwords"), "link": N_("One-time links"),
    "sessions": N_("Sessions ended"), "token": N_("API tokens"), "members": N_("Members of searches"), "display": N_("Displays"),
    "export": N_("Downloads"), "source": N_("Sources read"), "origin": N_("Requests from other sites"),
    "backup": N_("Backups"), "settings": N_("Settings"), "audit": N_("Entries left out"),
}  # fmt: skip
NAMES = ("account", "kind", "from", "until")  # of what is asked for
WRONG_TIME = N_("A time could not be read. All entries are shown.")


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown."""

    seq: int
    at: str
    clock: str
    what: str
    warns: bool


async def shown(request: Request, caller: Caller) -> Response:
    """`GET /audit`: the newest entries that fit, or those before a seq. Days and times are those of the desk."""
    desk, reads = service_of(request), language.language_for(request, caller)
    asked = {name: request.query_params.get(name, "") for name in NAMES}
    problem = None
    try:
        wanted = Filter(asked["account"][:64] or None, _kind(asked["kind"]), _time(asked["from"]), _time(asked["until"]))
    except (ValueError, OverflowError):
        wanted, problem = Filter(), WRONG_TIME
    before = _before(request.query_params.get("before", ""))

    def read(session: Session) -> tuple[list[Found], list[Account]]:
        administrator(session, caller)
        return reading.newest(session, wanted, before, AT_ONCE + 1), accounts.all_accounts(session)

    found, people = await desk.database.read(read)
    entries, more = found[:AT_ONCE], len(found) > AT_ONCE
    kept = {name: value for name, value in asked.items() if value} if problem is None else {}
    older = f"{PATH}?{urlencode(kept | {'before': entries[-1].seq})}" if more else None
    return pages.page(
        request, "audit_log.html", caller, status=422 if problem else 200, problem=problem and translate(problem, reads),
        days=_days(entries, reads), asked=asked, filtered=bool(kept), older=older, kinds=KINDS, people=people,
        file=f"{BASE}/audit.csv?{urlencode(_for_file(wanted))}".rstrip("?"),
    )  # fmt: skip


def _kind(asked: str) -> str | None:
    return asked if Filter(kind=asked).types() else None


def _time(typed: str) -> str | None:
    """What is typed as a time of the desk. Raises ValueError."""
    return format_utc(datetime.fromisoformat(typed).replace(tzinfo=DESK)) if typed else None


def _before(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and 0 < len(typed) < 16 else MAX_INTEGER


def _for_file(wanted: Filter) -> dict[str, str]:
    asked = {"account": wanted.account, "kind": wanted.kind, "from": wanted.since, "until": wanted.until}
    return {name: value for name, value in asked.items() if value is not None}


def _days(entries: Sequence[Found], reads: str) -> list[tuple[str, str, list[Line]]]:
    """The days of these entries, the newest first: each as a date, in words, and with its lines."""
    lines = [(parse_utc(each.at).astimezone(DESK).date().isoformat(), each) for each in entries]
    return [
        (date, content.day(of_day[0].at, reads), [_line(each, reads) for each in of_day])
        for date, group in groupby(lines, key=lambda line: line[0])
        if (of_day := [each for _, each in group])
    ]


def _line(entry: Found, reads: str) -> Line:
    what = translate(sentences.sentence(entry), reads)
    warns = entry.type in ENTRIES and ENTRIES[entry.type].WARNS
    return Line(entry.seq, entry.at, content.time_text(entry.at, reads), what, warns)


routes = [Route(PATH, for_admins(shown))]
