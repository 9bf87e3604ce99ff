"""Page on which administrators read the audit journal: by day, newest first, as plain sentences."""

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
from board.audit.log import reading, sentences
from board.audit.log.api import administrator
from board.audit.log.reading import AuditEntry, Filter
from board.documents import content
from board.engine.identity import Caller
from board.i18n import N_, translate
from board.web import language, pages
from board.web.http import BASE, service_of
from board.web.role_pages import for_admins
from models.accounts import Account
from models.times import DESK_TIME_ZONE, format_utc, parse_utc
from realtime.wire.strict_json import MAX_INTEGER

PATH = "/audit"
PAGE_SIZE = 50  # entries per page
KINDS = {  # choices of the filter: label and kinds of each group
    "sign_ins": (N_("Sign-ins"), {
        "sign_in": N_("Sign-ins"), "link": N_("One-time links"), "factor.code_used": N_("Used recovery codes"),
        "factor.refused": N_("Refused passkeys"),
    }),
    "refusals": (N_("Refusals"), {
        "command": N_("Refused commands"), "request": N_("Refused pages and calls"), "rate": N_("Too many requests"),
        "token.refused": N_("Refused API tokens"), "origin": N_("Requests from other sites"),
        "audit.overflowed": N_("Entries left out"),
    }),
    "reads": (N_("Reads"), {
        "snapshot": N_("Boards"), "history": N_("History"), "photo": N_("Photos"), "preview": N_("Previews"),
        "document": N_("Files"),
        "readers.read": N_("Looked at by"),
        "original": N_("Originals of photos"), "source": N_("Sources"), "find": N_("Finding"),
        "report": N_("Reports and lists"), "export": N_("Downloads"), "audit.read": N_("Audit log"),
    }),
    "administration": (N_("Administration"), {
        "account": N_("Accounts and roles"), "password": N_("Passwords"), "factor": N_("Second factors"),
        "link.made": N_("New one-time links"),
        "identity": N_("Links to providers"),
        "sessions": N_("Sessions ended"), "token": N_("API tokens"), "members": N_("Members of searches"),
        "display": N_("Displays"), "backup": N_("Backups"), "settings": N_("Settings"),
        "data_key": N_("Keys of data at rest"),
        "space": N_("Disk space"), "emergency": N_("Searches opened in an emergency"),
        "retention": N_("Retention of searches"), "disclosure": N_("Disclosures"),
    }),
}  # fmt: skip
NAMES = ("account", "kind", "from", "until")  # query parameters of the filter
DEFAULTS = {"kind": reading.WITHOUT_READS}  # most entries are reads, which would hide all other entries
WRONG_TIME = N_("A time could not be read. All entries are shown.")


@dataclass(frozen=True, slots=True)
class EntryLine:
    """Entry as the page shows it."""

    seq: int
    at: str
    clock: str
    what: str
    warns: bool


async def audit_page(request: Request, caller: Caller) -> Response:
    """`GET /audit`: the newest matching entries, or those before a seq. Days and times are in the desk's time zone."""
    service, language_code = service_of(request), language.language_for(request, caller)
    query = {name: request.query_params.get(name, DEFAULTS.get(name, "")) for name in NAMES}
    problem = None
    try:
        kind = query["kind"] if Filter(kind=query["kind"]).types() else None
        criteria = Filter(query["account"][:64] or None, kind, _time(query["from"]), _time(query["until"]))
    except (ValueError, OverflowError):
        criteria, problem = Filter(), WRONG_TIME
    before = _before(request.query_params.get("before", ""))

    def read(session: Session) -> tuple[list[AuditEntry], list[Account]]:
        administrator(session, caller)
        return reading.newest(session, criteria, before, PAGE_SIZE + 1), accounts.all_accounts(session)

    rows, people = await service.database.read(read)
    await service.reads.audit(caller, criteria.account)
    entries, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    active_query = {name: value for name, value in query.items() if value != DEFAULTS.get(name, "")} if problem is None else {}
    applied = {"account": criteria.account, "kind": criteria.kind, "from": criteria.since, "until": criteria.until}
    older = f"{PATH}?{urlencode(active_query | {'before': entries[-1].seq})}" if more else None
    return pages.page(
        request, "audit_log.html", caller, status=422 if problem else 200, problem=problem and translate(problem, language_code),
        days=_days(entries, language_code), asked=query, filtered=active_query not in ({}, {"kind": ""}), older=older,
        kinds=KINDS, people=people,
        file=f"{BASE}/audit.csv?{urlencode({name: value for name, value in applied.items() if value is not None})}".rstrip("?"),
    )  # fmt: skip


def _time(text: str) -> str | None:
    """Parse a time in the desk's time zone into UTC. Raises ValueError."""
    return format_utc(datetime.fromisoformat(text).replace(tzinfo=DESK_TIME_ZONE)) if text else None


def _before(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 16 else MAX_INTEGER


def _days(entries: Sequence[AuditEntry], language_code: str) -> list[tuple[str, str, list[EntryLine]]]:
    """Group entries by day, newest first: date, date in words, and lines."""
    lines = [(parse_utc(entry.at).astimezone(DESK_TIME_ZONE).date().isoformat(), entry) for entry in entries]
    return [
        (date, content.day(of_day[0].at, language_code), [_line(entry, language_code) for entry in of_day])
        for date, group in groupby(lines, key=lambda line: line[0])
        if (of_day := [entry for _, entry in group])
    ]


def _line(entry: AuditEntry, language_code: str) -> EntryLine:
    what = translate(sentences.entry_text(entry), language_code)
    warns = entry.type in ENTRIES and ENTRIES[entry.type].WARNS
    return EntryLine(entry.seq, entry.at, content.time_text(entry.at, language_code), what, warns)


routes = [Route(PATH, for_admins(audit_page))]
