"""Printed history of a search: the newest events, day by day."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlmodel import Session, select

from board import labels
from board.documents.content import Block, Document, Fact, Line, Piece, Section, UserText, datetime_text, day, time_text
from board.documents.text_languages import typed_text
from board.earlier_disappearances import described
from board.engine import journal, kinds
from board.engine.event import JournalEvent
from board.exports.tables import UNDISCLOSED, NameResolver
from board.i18n import N_, gettext_for
from models.accounts import Account
from models.board import Board
from models.entity import flatten
from models.search import Search
from models.times import DESK_TIME_ZONE, parse_utc

MAX_EVENTS = 1_000  # events in one document, about forty pages; it says how to get the others
MAX_CHARACTERS = 500_000  # of text, about two hundred pages; longer texts mean fewer events
# fields whose values mean nothing to a person
HIDDEN_FIELDS = re.compile(
    r"(.*\.)?(rank|number|lat|lon|source_kept|queue|queue_since)$|reads\.|restatements\.[^.]+\.(handover|at|answered_by|answered_at)$"
    r"|position$|goal\.(by|at)$|looked_at\.|passed_on\.by$"
    r"|(sha256|media_type|size|width|height|picture|added_by|added_at|public_photo|note)$|withdrawn\.(at|by)$"
)
GROUPED_FIELDS = re.compile(r"(criteria|checklist|earlier)\.[^.]+(?=\.)")  # groups whose fields are shown as one
CLOCK_TOLERANCE = timedelta(minutes=1)  # smaller differences between journal and clock do not show on paper
INITIAL_VALUES: tuple[Any, ...] = ([], "", "unknown", "none")  # initial values (and False), left out where an entity begins


class HistoryEntry(NamedTuple):
    """Event with the fields of its entity after and before it (empty if that is not in the document). `begins`: the event created
    the entity."""

    event: JournalEvent
    payload: dict[str, Any]
    now: dict[str, Any]
    was: dict[str, Any]
    begins: bool


class HistoryDocument:
    """Newest events of a search as a document. The caller has checked access."""

    def __init__(self, session: Session, board: Board, reads: str) -> None:
        self._board, self._reads, self._translate = board, reads, gettext_for(reads)
        self._languages = dict(session.exec(select(Account.id, Account.language)).all())
        self._names = NameResolver.of_board(session, board.id, reads)

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
        title = self._translate(N_("History: {name}")).format(name=f"{search.person['first_name']} · {search.reference}")
        rest = N_(
            "Showing the latest {count} of {all} events. For all events: /api/v1/boards/{board}/journal.json, or journal.csv."
        )
        shown = {"count": self._board.seq - left, "all": self._board.seq, "board": self._board.id}
        notes = [self._translate(rest).format(**shown)] if left else []
        position = self._translate(N_("event {seq}")).format(seq=self._board.seq)
        facts: list[Fact] = [(self._translate(N_("Integrity")), [f"{position} · {self._board.head.hex()}"])]
        return Document(title, self._reads, search.reference, printed, facts, notes, sections)

    def _newest(self, events: list[HistoryEntry]) -> list[tuple[str, Line]]:
        """Return the newest events that fit, at least one, each with its time, in order."""
        lines: list[tuple[str, Line]] = []
        room = MAX_CHARACTERS
        for entry in reversed(events):
            line = self._event(entry)
            room -= sum(len(piece.text if isinstance(piece, UserText) else piece) for piece in line)
            if room < 0 and lines:
                break
            lines.append((entry.event.at, line))
        return lines[::-1]

    def _event(self, entry: HistoryEntry) -> Line:
        event, payload = entry.event, entry.payload
        by = payload.get("actor") or {}
        actor, token = by.get("name"), (by.get("token") or {}).get("name")
        by_token = token and self._translate(N_("by API token “{name}”")).format(name=token)
        number = (payload.get("state") or {}).get("number")
        what = f"{labels.event(event.type, self._translate)}{f' {number}' if number else ''}"
        line: Line = [
            " · ".join(each for each in (time_text(event.at, self._reads), f"#{event.seq}", actor, by_token, what) if each)
        ]
        if event.body is None:
            return [*line, f" · {self._translate(N_('erased'))}"]
        by_clock = payload.get("clock")
        if by_clock is not None and parse_utc(event.at) - parse_utc(by_clock) >= CLOCK_TOLERANCE:
            line.append(f" · {self._translate(N_('clock time: {at}')).format(at=datetime_text(by_clock, self._reads))}")
        reason = payload.get("reason")
        # the reason is printed once
        paths = [path for path in payload.get("changes", ()) if reason is None or entry.now.get(path) != reason]
        for path in sorted(paths, key=lambda path: not kinds.is_prose(path)):  # texts typed by people come first
            if not GROUPED_FIELDS.match(path):
                line += self._change(path, entry)
        groups = {"criteria": self._answer, "checklist": self._item, "earlier": self._earlier}
        for group in dict.fromkeys(found[0] for path in paths if (found := GROUPED_FIELDS.match(path))):
            line += groups[group.partition(".")[0]](group, entry)
        line += [f" · {self._label(path)} {self._translate(UNDISCLOSED)}" for path in payload.get("private", ())]
        if reason:
            line += [f" · {labels.with_colon(self._translate(N_('Reason')), self._translate)} ", self._typed(reason, event)]
        return line

    def _label(self, path: str) -> str:
        return labels.with_colon(labels.field(path, self._translate), self._translate)

    def _change(self, path: str, entry: HistoryEntry) -> Line:
        """Return "Source grade: F → B"; for typed text only the new one, as the old one stands further up."""
        event, now, was = entry.event, entry.now.get(path), entry.was.get(path)
        if HIDDEN_FIELDS.match(path) or (entry.begins and (now is False or now in INITIAL_VALUES)):
            return []
        name = f" · {self._label(path)} "
        if was in (None, "") or kinds.is_prose(path):
            return [name, self._value(path, now, event)]
        return [name, self._value(path, was, event), " → ", self._value(path, now, event)]

    def _answer(self, criterion: str, entry: HistoryEntry) -> Line:
        """Return an answer with its basis, which change together: "Disability: Unknown → No (her mother says)"."""
        now, was = entry.now, entry.was
        answer, basis = f"{criterion}.answer", f"{criterion}.basis"
        if entry.begins and now.get(answer) in INITIAL_VALUES and not now.get(basis):
            return []
        line: Line = [f" · {self._label(criterion)} "]
        if was.get(answer) not in (None, now.get(answer)):
            line += [self._value(answer, was[answer], entry.event), " → "]
        line.append(self._value(answer, now.get(answer), entry.event))
        return [*line, " (", self._typed(now[basis], entry.event), ")"] if now.get(basis) else line

    def _item(self, item: str, entry: HistoryEntry) -> Line:
        """Return a checklist item with its text and state: "Checklist: call the school · To do → Done"."""
        now, was = entry.now, entry.was
        text, done = f"{item}.text", f"{item}.done"
        words = now.get(text) or was.get(text)
        line: Line = [f" · {self._label(item)} ", self._typed(words, entry.event) if words else "–"]
        if words and text not in now:
            return [*line, " → –"]
        roles = {value: self._translate(labels.VALUES["column.role"]["done" if value else "todo"]) for value in (True, False)}
        if was.get(done) not in (None, now[done]):
            return [*line, f" · {roles[was[done]]} → {roles[now[done]]}"]
        return [*line, f" · {roles[True]}"] if now[done] and done not in was else line

    def _earlier(self, item: str, entry: HistoryEntry) -> Line:
        """Return an earlier disappearance as it is now; a dash if it was removed."""
        key = item.partition(".")[2]
        now = ((entry.payload.get("state") or {}).get("earlier") or {}).get(key)
        name = f" · {self._label(item)} "
        return [name, self._typed(described(now, self._reads), entry.event)] if now else [name, "–"]

    def _value(self, path: str, value: Any, event: JournalEvent) -> Piece:
        if value is None and path != "worrying":
            return "–"
        # a grade is its code: paper has no room for what it means
        named = None if path.startswith("grade.") else labels.value(path, event.kind, value, self._translate)
        if named is not None:
            return named
        if path.endswith(("_at", "due", "missing_since", ".from", "until")) and isinstance(value, str):
            return datetime_text(value, self._reads)
        if path == "pinned" and isinstance(value, list):
            return ", ".join(self._card(id) for id in value) or "–"
        if kinds.control_of(path) == "list" and isinstance(value, list):
            return self._typed(", ".join(value), event)
        plain = self._names.plain(path.rpartition(".")[2] if path.startswith("members") else path, value)
        return self._typed(plain, event) if isinstance(plain, str) and plain is value else str(plain)

    def _card(self, id: str) -> str:
        number = self._names.numbers.get(id)
        kind = self._translate(labels.KINDS["note" if number is None else "card"])
        return kind if number is None else f"{kind} {number}"

    def _typed(self, words: str, event: JournalEvent) -> UserText:
        return typed_text(words, self._languages, event.account, self._reads)


def _entries(events: list[JournalEvent]) -> Iterator[HistoryEntry]:
    known: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events:
        payload = event.payload()
        now = flatten(payload.get("state") or {})
        begins = bool(now) and now.keys() == set(payload["changes"])
        yield HistoryEntry(event, payload, now, known.get((event.kind, event.entity), {}), begins)
        known[event.kind, event.entity] = now
