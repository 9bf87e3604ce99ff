"""Printed history of a search: the newest events, day by day."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlmodel import Session, select

from board.config import sentences
from board.documents.content import Block, Document, Fact, Line, Section, UserText, day
from board.documents.event_lines import EventLines, HistoryEntry
from board.documents.field_values import FieldValues
from board.engine import journal
from board.engine.event import JournalEvent
from board.exports.tables import NameResolver
from board.i18n import N_, gettext_for
from models.accounts import Account
from models.board import Board
from models.entity import flatten
from models.search import Search
from models.times import DESK_TIME_ZONE, parse_utc

MAX_EVENTS = 1_000  # events in one document, about forty pages; it says how to get the others
MAX_CHARACTERS = 500_000  # of text, about two hundred pages; longer texts mean fewer events


class HistoryDocument:
    """Newest events of a search as a document. The caller has checked access."""

    def __init__(self, session: Session, board: Board, reads: str) -> None:
        self._board, self._reads, self._translate = board, reads, gettext_for(reads)
        languages = dict(session.exec(select(Account.id, Account.language)).all())
        sex = session.get_one(Search, board.id).person.get("sex")
        self._lines = EventLines(FieldValues(NameResolver.of_board(session, board.id, reads), languages, reads, sex), reads)

    def document(self, session: Session, printed: str) -> Document:
        search = session.get_one(Search, self._board.id)
        left = max(0, self._board.seq - MAX_EVENTS)
        events = list(_entries(journal.events_after(session, self._board.id, left, MAX_EVENTS)))
        printed_events = self._newest(events)
        left += len(events) - len(printed_events)
        days = groupby(printed_events, key=lambda each: parse_utc(each[0]).astimezone(DESK_TIME_ZONE).date())
        sections = [
            Section([day(of_day[0][0], self._reads)], blocks=[Block("", [line for _, line in of_day])])
            for of_day in (list(each) for _, each in days)
        ]
        title = self._translate(sentences.HISTORY_OF).format(name=f"{search.person['first_name']} · {search.reference}")
        rest = N_("Showing the latest {count} of {all} events. The page “History” has all of them.")
        notes = [self._translate(rest).format(count=self._board.seq - left, all=self._board.seq)] if left else []
        facts: list[Fact] = [
            (self._translate(N_("Number of events")), [str(self._board.seq)]),
            (self._translate(N_("Checksum")), [self._board.head.hex()]),
        ]
        return Document(title, self._reads, search.reference, printed, facts, notes, sections)

    def _newest(self, events: list[HistoryEntry]) -> list[tuple[str, Line]]:
        """Return the newest events that fit, at least one, each with its time, in order."""
        lines: list[tuple[str, Line]] = []
        room = MAX_CHARACTERS
        for entry in reversed(events):
            line = self._lines.line(entry)
            room -= sum(len(piece.text if isinstance(piece, UserText) else piece) for piece in line)
            if room < 0 and lines:
                break
            lines.append((entry.event.at, line))
        return lines[::-1]


def _entries(events: list[JournalEvent]) -> Iterator[HistoryEntry]:
    known: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events:
        payload = event.payload()
        now = flatten(payload.get("state") or {})
        begins = bool(now) and now.keys() == set(payload["changes"])
        yield HistoryEntry(event, payload, now, known.get((event.kind, event.entity), {}), begins)
        known[event.kind, event.entity] = now
