"""Words of a handover report on paper: names, times, labels and plurals in the reader's language."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from sqlmodel import Session

from board import labels
from board.config import sentences
from board.documents import text_authors
from board.documents.content import datetime_text, is_date, short_datetime
from board.documents.text_languages import TextLanguages
from board.i18n import P_, fill, gettext_for, moment_text, translations
from models.board import OPERATIONS
from models.entity import State

MAX_UNBROKEN = 16  # characters of a name with unbreakable spaces: they fit in the narrowest column of a briefing
SIGHTINGS = ("ungraded", "to_look_at", "to_assess", "to_pass_on")  # lists of a section


def last_events(events: Iterable[State]) -> list[State]:
    """Return the significant events to list, in order: only the last event about each card or field."""
    last = {event["id"] if "number" in event else (event["type"], event["id"]): event for event in events}
    return sorted(last.values(), key=lambda event: int(event["seq"]))


def with_missing_grades(section: State, name: str) -> list[State]:
    """Return the sightings of a list, marked if they are not graded."""
    ids = {card["id"] for card in section["ungraded"]}
    return [card | {"ungraded": card["id"] in ids} for card in section[name]]


def only_ungraded(section: State) -> list[State]:
    """Return the ungraded sightings that are in no other list of the section."""
    listed = {card["id"] for name in SIGHTINGS[1:] for card in section[name]}
    return [card for card in section["ungraded"] if card["id"] not in listed]


class ReportWording:
    """Report composed for its reader (board/handover/report.py), with its words in the language `reads`."""

    def __init__(self, session: Session, report: State, reads: str, folder: str | None = None) -> None:
        self._report, self._reads = report, reads
        self._translate: Callable[[str], str] = gettext_for(reads)
        self._count: Callable[[str, str, int], str] = translations(reads).ungettext
        self._languages = TextLanguages(session, reads, folder)
        handover: State | None = report["handover"]
        # a live report does not show an ended handover
        self._handover = None if handover is None or (report["live"] and handover["ended_at"]) else handover
        self._number = self._handover["number"] if self._handover else 0
        signed_at = self._handover["position"] if self._handover else None
        self._languages.load(OPERATIONS, signed_at["seq"] if signed_at else 2**53, [OPERATIONS])
        for section in report["searches"]:
            sightings = (section[name] for name in SIGHTINGS)
            events = section["since"]["significant"]
            cards = chain(*sightings, section["pinned"], *section["tasks"].values(), *section["cards"].values(), events)
            self._languages.load(section["board"], section["seq"], [section["board"], *(card["id"] for card in cards)])

    def _labelled(self, label: str, state: State, path: str) -> str:
        """Return the label of a text, with its author or a note that nobody confirmed it for this handover."""
        author = self._author(state, path)
        return f"{label} · {author}" if author else label

    def _author(self, state: State, path: str) -> str:
        return text_authors.author_text(state, path, self._number, self._name, self._near_day, self._translate)

    def _sighted(self, sighting: State, format_time: Callable[[str, str], str], sex: str | None) -> str:
        """Return "seen 24 Nov 09:00", or "reported 24 Nov 09:23, time unknown" if the time of the sighting is unknown. The words
        agree with the child's `sex`."""
        if seen_at := sighting["seen_at"]:
            at = format_time(seen_at, self._reads)
            if sex in ("f", "m"):
                pattern = P_("a date, after “seen”", "{time}") if is_date(at) else sentences.SEEN_TIME
                at = self._say(pattern, time=at)
            return labels.agreeing(self._translate, sex)(sentences.SEEN).format(at=at)
        return self._say(sentences.REPORTED, at=format_time(sighting["received_at"], self._reads))

    def _until(self, at: str) -> str:
        """Return "until 24 Nov 22:34" or "until 22:34"."""
        return self._say(P_("a date", "until {at}") if is_date(at) else sentences.UNTIL, at=at)

    def _covered(self, until: str, at: str) -> str:
        """Return "covered until 24 Nov 22:34"; "not covered since 24 Nov 22:34" if the report was composed after that."""
        if until < self._report["composed_at"]:
            return self._say(P_("a date", "not covered since {at}") if is_date(at) else sentences.NOT_COVERED_SINCE, at=at)
        return self._say(P_("a date", "covered until {at}") if is_date(at) else sentences.COVERED_UNTIL, at=at)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the singular or plural with the count. It is named like the gettext function, so that its texts are
        extracted."""
        return self._count(singular, plural, count).format(count=count)

    def _child_name(self, search: State) -> str:
        """Return "Noor, 11"."""
        person = search["person"]
        return labels.child(person["first_name"], person["age"])

    def _near_day(self, stamp: str | None) -> str:
        return short_datetime(stamp, self._reads)

    def _near(self, stamp: str) -> str:
        """Return "09:41" for a time on the day of the report, otherwise "24 Nov 22:34"."""
        is_same_day = moment_text(stamp, "y D", "en") == moment_text(self._report["composed_at"], "y D", "en")
        return moment_text(stamp, "HH:mm", self._reads) if is_same_day else short_datetime(stamp, self._reads)

    def _say(self, text: str, **values: Any) -> str:
        return fill(self._translate(text), values)

    def _field(self, path: str) -> str:
        return labels.field(path, self._translate)

    def _word(self, path: str, code: str) -> str:
        return self._translate(labels.VALUES[path][code])

    def _at(self, stamp: str | None) -> str:
        return datetime_text(stamp, self._reads)

    def _name(self, id: str | None) -> str:
        """Return the name of an account. A short name has unbreakable spaces."""
        name: Any = self._report["people"].get(id)
        if not name:
            return self._translate(sentences.SOMEONE)
        return str(name).replace(" ", "\u00a0") if len(name) <= MAX_UNBROKEN else str(name)
