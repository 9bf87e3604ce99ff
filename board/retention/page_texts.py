"""Texts of the pages of retention, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from board.i18n import N_, moment_text, translate, translations
from board.retention.due_searches import RetainedSearch
from models.retention_hold import RetentionHold
from models.search import CONDITIONS, KINDS

COMMAND_LINE = N_("the command line")


class SearchTexts(NamedTuple):
    """Texts of a search. `kept`: why and until when it is kept. `held`: end of its last hold, empty if it is on none.
    `linked`: linked searches that are still kept, empty if there are none."""

    id: str
    reference: str
    kind: str
    outcome: str
    kept: str
    held: str
    linked: str
    is_due: bool


class HoldTexts(NamedTuple):
    """Texts of a hold."""

    id: str
    until: str
    at: str
    name: str
    reason: str


def search_texts(search: RetainedSearch, now: datetime, lang: str) -> SearchTexts:
    outcome = translate(CONDITIONS[search.condition], lang) if search.condition in CONDITIONS else ""
    return SearchTexts(
        search.id, search.reference, translate(KINDS.get(search.kind, search.kind), lang), outcome, _kept(search, lang),
        _day(search.held_until, lang) if search.held_until else "", _linked(search, lang), search.is_due(now),
    )  # fmt: skip


def hold_texts(hold: RetentionHold, names: Mapping[str, str], lang: str) -> HoldTexts:
    name = names.get(hold.account, "–") if hold.account is not None else translate(COMMAND_LINE, lang)
    return HoldTexts(hold.id, _day(hold.until, lang), _day(hold.at, lang), name, hold.reason)


def _kept(search: RetainedSearch, lang: str) -> str:
    """Return `closed 25 Nov 2016, kept 10 years, until 25 Nov 2026`."""
    gettext, ngettext = translations(lang).ugettext, translations(lang).ungettext
    if search.closed_at is None:
        return gettext("open: kept until years after its closing")
    closed = gettext("closed %(day)s") % {"day": _day(search.closed_at, lang)}
    if search.kept_until is None or search.years is None:
        return gettext("%(closed)s, kept without an end") % {"closed": closed}
    text = ngettext("%(closed)s, kept %(num)s year, until %(day)s", "%(closed)s, kept %(num)s years, until %(day)s", search.years)
    return text % {"closed": closed, "num": search.years, "day": _day(search.kept_until, lang)}


def _linked(search: RetainedSearch, lang: str) -> str:
    """Return `linked searches that are still kept: 2026-014, 2026-019`."""
    count, references, ngettext = len(search.kept_links), ", ".join(search.kept_links), translations(lang).ungettext
    text = ngettext(
        "linked search that is still kept: %(references)s", "linked searches that are still kept: %(references)s", count
    )  # fmt: skip
    return text % {"references": references} if count else ""


def _day(at: str, lang: str) -> str:
    return moment_text(at, "d MMM y", lang)
