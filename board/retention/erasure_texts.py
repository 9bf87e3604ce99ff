"""Texts of erasures on the pages of retention, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from board import labels
from board.i18n import N_, moment_text, translate, translations
from board.retention.inventory import GROUPS
from models.erasure import DONE, SEARCH, Erasure

RUNNING = N_("is being erased")
COUNTED = ("events", "files")  # groups that the list of erasures shows


class AskedTexts(NamedTuple):
    """Texts of a request to erase a search. `is_own`: it is the reader's own, so the reader can't agree to it."""

    id: str
    name: str
    at: str
    reason: str
    is_own: bool


class ErasureTexts(NamedTuple):
    """Texts of an erasure that began. `part`: kind of the erased part; empty for a search. `is_stuck`: it should have ended."""

    id: str
    part: str
    people: str
    reason: str
    counts: str
    state: str
    is_done: bool
    is_stuck: bool


def asked_texts(erasure: Erasure, name: str, reader: str, lang: str) -> AskedTexts:
    return AskedTexts(erasure.id, name, _moment(erasure.asked_at, lang), erasure.reason, erasure.asked_by == reader)


def erasure_texts(erasure: Erasure, asked_by: str, agreed_by: str, lang: str, now: datetime) -> ErasureTexts:
    gettext = translations(lang).ugettext
    people = gettext("%(first)s asked, %(second)s agreed") % {"first": asked_by, "second": agreed_by}
    if erasure.step == DONE and erasure.ended_at is not None:
        state = gettext("erased, %(day)s") % {"day": _moment(erasure.ended_at, lang)}
    elif erasure.is_stuck(now) and erasure.agreed_at is not None:
        state = gettext("not finished since %(day)s. Tell your administrator.") % {"day": _moment(erasure.agreed_at, lang)}
    else:
        state = translate(RUNNING, lang)
    part = "" if erasure.kind == SEARCH else translate(labels.KINDS.get(erasure.kind, erasure.kind), lang)
    return ErasureTexts(
        erasure.id, part, people, erasure.reason, _counts(erasure, lang),
        state, erasure.step == DONE, erasure.is_stuck(now),
    )  # fmt: skip


def count_texts(counts: Mapping[str, int], lang: str) -> list[tuple[str, int]]:
    """Return the number of entities with the label of their kind."""
    return [(translate(labels.KINDS.get(kind, kind), lang), count) for kind, count in counts.items()]


def _counts(erasure: Erasure, lang: str) -> str:
    """Return `Events of the search: 412, Photos and files, in all sizes: 23`, or `Note: 3, File: 2` of a part."""
    if erasure.kind != SEARCH:
        return " · ".join(f"{label}: {count}" for label, count in count_texts(erasure.counts, lang))
    counts = {group: erasure.counts[group] for group in COUNTED if group in erasure.counts}
    return " · ".join(f"{translate(GROUPS[group], lang)}: {count}" for group, count in counts.items())


def _moment(at: str, lang: str) -> str:
    return moment_text(at, "d MMM y HH:mm", lang)
