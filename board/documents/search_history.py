"""Printed history of a search: the newest events, day by day."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from sqlmodel import Session

from board import labels
from board.config import sentences
from board.config.speeds import Speeds
from board.documents.board_values import values_of
from board.documents.content import Block, Document, Fact, Line, Section, day, short_datetime
from board.documents.event_lines import event_line
from board.documents.event_text import is_creation
from board.documents.field_values import plain
from board.documents.map_paper import MapDocument
from board.documents.shown_changes import UNKNOWN
from board.documents.timeline_lines import timeline_section
from board.documents.timeline_text import found_text
from board.engine import journal
from board.engine.event import JournalEvent
from board.i18n import N_, P_, gettext_for
from models.alarm import Alarm
from models.board import Board
from models.db.read_pacing import paced
from models.entity import State
from models.search import Search
from models.times import desk_date

MAX_EVENTS = 1_000  # events in one document, about forty pages; a note says where to find the rest
MAP_SIZE = (1_000, 600)  # size of the drawing in CSS pixels
MAX_CHARACTERS = 500_000  # characters of text, about two hundred pages; longer texts mean fewer events


class PastEvent(NamedTuple):
    """Event with the state of its entity before it. `former_name`: kind and state that named the entity until then."""

    event: dict[str, Any]
    before: Any
    former_name: tuple[str, State] | None


class HistoryDocument:
    """Newest events of a search as a document. The caller has checked access."""

    def __init__(
        self, session: Session, board: Board, account: str, reads: str, speeds: Speeds, hidden_kinds: Collection[str] = ()
    ) -> None:
        self._map = MapDocument(session, board, account, reads, speeds=speeds)
        self._board, self._reads, self._translate = board, reads, gettext_for(reads)
        self._hidden_kinds = hidden_kinds
        self._values = values_of(session, board.id, reads, hidden_kinds)

    def document(self, session: Session, printed: str) -> Document:
        search = session.get_one(Search, self._board.id)
        timeline = timeline_section(session, self._board, self._values)  # first: the lines below revert names to past ones
        left = max(0, self._board.seq - MAX_EVENTS)
        events = journal.events_after(session, self._board.id, left, MAX_EVENTS)
        events = [event for event in events if event.kind not in self._hidden_kinds]
        printed_events = self._newest_lines(list(past_events(events, self._board.id, self._values.names.entities, not left)))
        left += len(events) - len(printed_events)
        days = groupby(printed_events, key=lambda each: desk_date(each[0]))
        sections = [
            Section([day(of_day[0][0], self._reads)], blocks=[Block("", [line for _, line in of_day])])
            for of_day in (list(each) for _, each in days)
        ]
        title = self._translate(sentences.HISTORY_OF).format(name=f"{search.person['first_name']} · {search.reference}")
        rest = N_("Showing the latest {count} of {all} events. The page “History” has all of them.")
        notes = [self._translate(rest).format(count=self._board.seq - left, all=self._board.seq)] if left else []
        facts: list[Fact] = [
            (labels.field("status", self._translate, Search.KIND), [self._status(search.state())]),
            (self._translate(N_("Number of events")), [str(self._board.seq)]),
            (self._translate(N_("Checksum")), [self._board.head.hex()]),
        ]
        drawing = self._map.svg(*MAP_SIZE) if self._map.points else None
        return Document(title, self._reads, search.reference, printed, facts, notes, [timeline, *sections], drawing)

    def _status(self, search: State) -> str:
        """Return "Open · missing since 24 Nov 22:34", or how and where the child was found."""
        status = plain(self._values.value("status", search["status"], Search.KIND) or "")
        if not search["outcome"]:
            at = short_datetime(search["missing_since"], self._reads)
            return f"{status} · {self._translate(P_('a date', 'missing since {at}')).format(at=at)}"
        found = found_text(search, self._values)
        return " · ".join(
            filter(None, [status, short_datetime(search["outcome"]["found_at"], self._reads), found.text, found.place])
        )

    def _newest_lines(self, events: list[PastEvent]) -> list[tuple[str, Line]]:
        """Return the newest lines that fit, at least one, in order, each with its time. Each line has the names of its time: the
        newest line is composed first, and then the name that its event set is reverted."""
        lines: list[tuple[str, Line]] = []
        room, names = MAX_CHARACTERS, self._values.names.entities
        for event, before, former_name in paced(reversed(events), 1):
            self._values.day = desk_date(event["at"])
            line = event_line(event, before, self._board.id, self._values)
            room -= len(plain(line))
            if room < 0 and lines:
                break
            lines.append((event["at"], line))
            if former_name is not None:
                names[event["id"]] = former_name
            else:
                names.pop(event["id"], None)
        return lines[::-1]


def past_events(
    events: Iterable[JournalEvent], board: str, names: dict[str, tuple[str, State]], is_complete: bool
) -> Iterator[PastEvent]:
    """Yield events of a board, and store the name that each sets in `names`. `is_complete`: the events begin with the board's
    first."""
    known: dict[tuple[str, str], Any] = {}
    reopened_at: dict[str, str] = {}  # time of the last reopening, by alarm
    for journal_event in paced(events):
        event = orjson.loads(journal_event.to_json())
        kind, id, state = event["kind"], event["id"], event.get("state")
        before = known.get((kind, id), None if is_complete or is_creation(event["type"]) else UNKNOWN)
        if kind == Alarm.KIND and before and before is not UNKNOWN and state is not None:
            if before.get("taken_by") is not None and state.get("taken_by") is None:
                reopened_at[id] = event["at"]
            before = before | {"open_since": reopened_at.get(id)}
        yield PastEvent(event, before, names.get(id))
        if state is not None and (kind == "search" or id != board):
            names[id] = (kind, state)
        known[kind, id] = UNKNOWN if "erased" in event else state
