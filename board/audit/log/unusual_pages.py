"""Page of unusual reads, for administrators, who decide what they mean."""

from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board import labels
from board.audit.log import pages as audit_pages
from board.audit.log.api import administrator
from board.audit.log.unusual import Finding
from board.audit.log.unusual_facts import UnusualPage, unusual_reads
from board.documents import content
from board.engine.identity import Caller
from board.i18n import N_, moment_text, translate, translations
from board.web import language, pages
from board.web.http import service_of
from board.web.role_pages import for_admins
from models.times import format_utc, now

PATH = f"{audit_pages.PATH}/unusual"
PERIOD = timedelta(days=7)
RULES = {
    "many_searches": N_("many in a short time"), "at_night": N_("at night, off duty"),
    "taken_away": N_("downloads and disclosures, not on the team"), "listed_names": N_("name on the list of names"),
    "look_ups": N_("many look-ups"),
}  # fmt: skip


class UnusualLine(NamedTuple):
    """Texts of an unusual read. `entries`: address of its entries in the audit log."""

    at: str
    name: str
    role: str
    what: str
    rule: str
    entries: str


async def unusual_page(request: Request, caller: Caller) -> Response:
    """`GET /audit/unusual`: unusual reads of the last seven days."""
    service = service_of(request)

    def read(session: Session) -> UnusualPage:
        administrator(session, caller)
        return unusual_reads(session, now() - PERIOD, service.unusual_reads)

    page = await service.heavy_reads.read(caller, read)
    await service.reads.audit(caller, None)
    lang = language.language_for(request, caller)
    lines = [_line(finding, page, lang) for finding in page.findings]
    return pages.page(request, "unusual_reads.html", caller, lines=lines, total=page.total, is_cut=page.is_cut, days=PERIOD.days)


def _line(finding: Finding, page: UnusualPage, lang: str) -> UnusualLine:
    start, end = format_utc(finding.start), format_utc(finding.end + timedelta(seconds=1))
    query = {"account": finding.account, "kind": "reads", "from": _local(start, lang), "until": _local(end, lang)}
    role = labels.VALUES["account.role"].get(page.roles.get(finding.account, ""))
    return UnusualLine(
        content.short_datetime(start, lang), page.names.get(finding.account, "–"), translate(role, lang) if role else "",
        _what(finding, lang), translate(RULES[finding.rule], lang), f"{audit_pages.PATH}?{urlencode(query)}",
    )  # fmt: skip


def _what(finding: Finding, lang: str) -> str:
    """Return the extent of a finding, such as `31 searches, 31 reads, 6 minutes`."""
    ngettext, minutes = translations(lang).ungettext, round((finding.end - finding.start).total_seconds() / 60)
    searches = len(finding.boards)
    parts = [
        ngettext("%(num)s search", "%(num)s searches", searches) % {"num": searches} if searches else "",
        ngettext("%(num)s read", "%(num)s reads", finding.reads) % {"num": finding.reads},
        ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes} if minutes else "",
    ]
    return ", ".join(filter(None, parts))


def _local(at: str, lang: str) -> str:
    """Return a time in the format of the audit log's filter."""
    return moment_text(at, "yyyy-MM-dd'T'HH:mm", lang)


routes = [Route(PATH, for_admins(unusual_page))]
