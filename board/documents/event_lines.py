"""Events as lines of a history on paper: "14:02:11 · Bob · Sighting graded: Sighting 7 · Source grade: F → B"."""

import re
from datetime import timedelta
from typing import Any, NamedTuple

from board import labels
from board.commands.handover import text_authorship
from board.config.earlier_disappearances import described
from board.documents.content import Line, Piece, UserText, datetime_text, time_text
from board.documents.field_values import FieldValues
from board.engine import kinds
from board.engine.event import JournalEvent
from board.exports.tables import UNDISCLOSED
from board.i18n import N_, P_, gettext_for
from models.times import parse_utc

GROUPED_FIELDS = re.compile(r"(criteria|checklist|earlier)\.[^.]+(?=\.)")  # groups whose fields are shown as one
CLOCK_TOLERANCE = timedelta(minutes=1)  # smaller differences between journal and clock do not show on paper
ANSWERS = {"correct": P_("noun", "Answer"), "reason": N_("Reason")}  # of somebody else to "in their own words"
INITIAL_VALUES: tuple[Any, ...] = ([], "", "unknown", "none", "unassessed")  # with False: left out where an entity begins


class HistoryEntry(NamedTuple):
    """Event with the fields of its entity after and before it (empty if that is not in the document). `begins`: the event created
    the entity."""

    event: JournalEvent
    payload: dict[str, Any]
    now: dict[str, Any]
    was: dict[str, Any]
    begins: bool


class EventLines:
    """Lines of events in a language."""

    def __init__(self, values: FieldValues, reads: str) -> None:
        self._values, self._reads, self._translate = values, reads, gettext_for(reads)

    def line(self, entry: HistoryEntry) -> Line:
        """Return when it was, who did it, what happened, and what it changed."""
        event, payload, subject = entry.event, entry.payload, self._subject(entry)
        line = [f"{' · '.join([time_text(event.at, self._reads), *self._authors(payload)])} · ", *self._what(entry, subject)]
        if event.body is None:
            return [*line, f" · {self._translate(N_('erased'))}"]
        by_clock = payload.get("clock")
        if by_clock is not None and parse_utc(event.at) - parse_utc(by_clock) >= CLOCK_TOLERANCE:
            line.append(f" · {self._translate(N_('clock time: {at}')).format(at=datetime_text(by_clock, self._reads))}")
        line += self._changes(entry, self._told_paths(entry, subject))
        if reason := payload.get("reason"):
            label = labels.with_colon(self._translate(N_("Reason")), self._translate)
            line += [f" · {label} ", self._values.typed(reason, event)]
        return line

    def _authors(self, payload: dict[str, Any]) -> list[str]:
        """Return who did it, and the API token that was used."""
        actor = payload.get("actor") or {}
        token = (actor.get("token") or {}).get("name")
        by_token = [self._translate(N_("by API token “{name}”")).format(name=token)] if token else []
        return [actor.get("name") or self._translate(N_("Searchboard")), *by_token]

    def _changes(self, entry: HistoryEntry, paths: list[str]) -> Line:
        """Return the changed fields, first the title and the texts that people typed; of private ones only that they were set."""
        line: Line = []
        kind = kinds.find(entry.event.kind)
        title = kind.title_field if kind is not None else None
        declared = [spec.path for spec in kind.fields] if kind is not None else []

        def place(path: str) -> tuple[bool, bool, int]:
            return path != title, not kinds.is_prose(path), declared.index(path) if path in declared else len(declared)

        for path in sorted(paths, key=place):
            if not GROUPED_FIELDS.match(path):
                line += self._change(path, entry)
        groups = {"criteria": self._answer, "checklist": self._item, "earlier": self._earlier}
        for group in dict.fromkeys(found[0] for path in paths if (found := GROUPED_FIELDS.match(path))):
            line += groups[group.partition(".")[0]](group, entry)
        line += [f" · {label}" for label in self._confirmed(entry)]
        private = entry.payload.get("private", ())
        return line + [f" · {self._label(path, entry.event)} {self._translate(UNDISCLOSED)}" for path in private]

    def _confirmed(self, entry: HistoryEntry) -> list[str]:
        """Return the names of the handover texts that somebody said are still true."""
        event = entry.event
        if event.type != text_authorship.CONFIRMED:
            return []
        changed = {path.split(".")[1] for path in entry.payload.get("changes", ()) if path.startswith("authorship.")}
        texts = (*text_authorship.OF_SEARCH, *text_authorship.OF_DESK)
        return [labels.field(path, self._translate, event.kind) for path in texts if path in changed]

    def _subject(self, entry: HistoryEntry) -> Piece | None:
        """Return the name of the entity that an event is about; None if it has none, or it was erased."""
        state = {} if entry.event.body is None else entry.payload.get("state") or entry.was
        return self._values.subject(entry.event.kind, state, entry.event)

    def _what(self, entry: HistoryEntry, subject: Piece | None) -> Line:
        """Return what happened, and to what: "Sighting graded: Sighting 7"."""
        what = labels.event(entry.event.type, self._translate)
        if "undoes" in entry.payload:
            what = self._translate(N_("Undone: {what}")).format(what=what)
        return [what] if subject is None else [f"{labels.with_colon(what, self._translate)} ", subject]

    def _told_paths(self, entry: HistoryEntry, subject: Piece | None) -> list[str]:
        """Return the changed fields that mean something to people, and that the line does not have already."""
        kind = kinds.find(entry.event.kind)
        named = subject.text if entry.begins and isinstance(subject, UserText) else None
        return [
            path
            for path in entry.payload.get("changes", ())
            if (kind is None or kind.reading_of(path) != "internal")
            and not path.endswith((".lat", ".lon"))  # paper has room for the name of a place alone
            and not _repeats(path, entry)
            and (named is None or entry.now.get(path) != named)
            and not (entry.begins and entry.event.kind == "material" and path in ("what", "languages"))  # as its name says
        ]

    def _label(self, path: str, event: JournalEvent) -> str:
        answer = ANSWERS.get(path.rpartition(".")[2]) if path.startswith("restatements.") else None
        label = self._translate(answer) if answer else labels.field(path, self._translate, event.kind)
        return labels.with_colon(label, self._translate)

    def _change(self, path: str, entry: HistoryEntry) -> Line:
        """Return "Source grade: F → B"; for typed text only the new one, as the old one stands further up."""
        event, now, was = entry.event, entry.now.get(path), entry.was.get(path)
        if entry.begins and (now is False or now in INITIAL_VALUES):
            return []
        if path == "members" and entry.was:
            return self._access(entry)
        name, value = f" · {self._label(path, event)} ", self._values.value(path, now, event)
        if was in (None, "", []) or kinds.is_prose(path):
            return [name, value]
        before = self._values.value(path, was, event)
        return [name, before, " → ", value] if before != value else []

    def _access(self, entry: HistoryEntry) -> Line:
        """Return whose access changed: "Access given to: Charlie"; of a search that becomes members-only, its members."""
        was, now = entry.was.get("members") or [], entry.now.get("members") or []
        if entry.now.get("access") != "members":
            return []  # all users have access
        if entry.was.get("access") != "members":
            return [f" · {self._label('members', entry.event)} {self._values.people(now)}"]
        changed = {
            N_("Access given to"): [id for id in now if id not in was],
            N_("Access taken from"): [id for id in was if id not in now],
        }
        return [
            f" · {labels.with_colon(self._translate(name), self._translate)} {self._values.people(ids)}"
            for name, ids in changed.items()
            if ids
        ]

    def _answer(self, criterion: str, entry: HistoryEntry) -> Line:
        """Return an answer with its basis, which change together: "Disability: Unknown → No (her mother says)"."""
        now, was = entry.now, entry.was
        answer, basis = f"{criterion}.answer", f"{criterion}.basis"
        if entry.begins and now.get(answer) in INITIAL_VALUES and not now.get(basis):
            return []
        line: Line = [f" · {self._label(criterion, entry.event)} "]
        if was.get(answer) not in (None, now.get(answer)):
            line += [self._values.value(answer, was[answer], entry.event), " → "]
        line.append(self._values.value(answer, now.get(answer), entry.event))
        return [*line, " (", self._values.typed(now[basis], entry.event), ")"] if now.get(basis) else line

    def _item(self, item: str, entry: HistoryEntry) -> Line:
        """Return a checklist item with its text and state: "Checklist: call the school · To do → Done"."""
        now, was = entry.now, entry.was
        text, done = f"{item}.text", f"{item}.done"
        words = now.get(text) or was.get(text)
        line: Line = [f" · {self._label(item, entry.event)} ", self._values.typed(words, entry.event) if words else "–"]
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
        name = f" · {self._label(item, entry.event)} "
        return [name, self._values.typed(described(now, self._reads), entry.event)] if now else [name, "–"]


def _repeats(path: str, entry: HistoryEntry) -> bool:
    """Return whether a field repeats what happened, or the reason, the time or the author of its event."""
    value, event = entry.now.get(path), entry.event
    if (path == "role" and not entry.now.get("title")) or (path == "withdrawn" and isinstance(value, bool)):
        return True  # a column without a title is named by its role; cards are withdrawn and restored by events of their own
    return value is not None and (
        value in (entry.payload.get("reason"), event.at) or (path.endswith("by") and value == event.account)
    )
