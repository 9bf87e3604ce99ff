"""Values in sentences of events on paper, as on screens (static/js/format/event_values.js). `board/config/event_sentences.py`
names the functions that read them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from board import labels
from board.commands.handover import text_authorship
from board.config import sentences
from board.config.event_sentences import NAMED
from board.documents.content import Line, Piece
from board.documents.field_values import FieldValues, short_name
from board.documents.shown_changes import Change
from board.engine import kinds
from board.i18n import enumeration, language_of
from models.contact import Contact
from models.decision import DECIDER_ROLES
from models.times import parse_utc


class Facts(NamedTuple):
    """Facts about an event. `known`: values to which conditions and slots refer by path."""

    event: Mapping[str, Any]
    kind: str
    author: str | None
    changes: list[Change]
    shown: list[Change]
    known: Mapping[str, Any]
    values: FieldValues

    @property
    def former(self) -> "Facts":
        """Facts for reading values from before the event, whose author is unknown."""
        return self._replace(author=None)

    def field(self, path: str, value: Any) -> Piece | None:
        return self.values.value(path, value, self.kind, self.author)

    def entity(self, state: Any) -> Piece:
        return self.values.entity(self.kind, state, self.author)

    def typed(self, value: Any) -> Piece:
        return self.values.typed(value, self.author) if isinstance(value, str) else str(value)


def is_card(kind: str) -> bool:
    declared = kinds.find(kind)
    return declared is not None and declared.is_card


def _who(it: Facts, _value: Any, _path: str) -> Piece:
    return (it.event.get("actor") or {}).get("name") or it.values.translate(sentences.PROGRAM)


def _what(it: Facts, *_: Any) -> Piece:
    return it.entity(it.known["latest"] or it.values.names.state(it.event["id"], it.kind))


def _type(it: Facts, *_: Any) -> str:
    return labels.event(it.event["type"], it.values.translate)


def _event(it: Facts, *_: Any) -> Line:
    return [f"{_type(it)} · ", _what(it)] if it.kind in NAMED or is_card(it.kind) else [_type(it)]


def _child(it: Facts, person: Any) -> Piece:
    return it.values.typed(short_name(person), None)


def _contact(it: Facts, call: Any) -> Piece | None:
    """Return the name of the contact of a call; None if it is unknown."""
    state = it.values.names.state(call["contact"], Contact.KIND)
    return it.values.typed(state["name"], None) if state else None


def _title(it: Facts, state: Any, _path: str) -> Piece:
    return it.entity(state) if it.kind == "column" else it.typed(state.get(kinds.named(it.kind).title_field) or "")


def _wait(it: Facts, alarm: Any, _path: str) -> Piece | None:
    """Return how long nobody had an alarm: "7 s", "5 min"; None if it was taken immediately. Counts from its last reopening."""
    before = it.known["before"] or {}
    since = before.get("open_since") or before.get("lapsed_at") or alarm["raised_at"]
    passed = parse_utc(alarm.get("taken_at") or since) - parse_utc(since)
    minutes, seconds = divmod(max(0, int(passed.total_seconds())), 60)
    if not minutes and not seconds:
        return None
    days, hours = minutes // 1440, minutes // 60
    if days:
        text, values = sentences.DAYS_HOURS, {"days": days, "hours": f"{hours % 24:02}"}
    elif hours:
        text = sentences.HOURS_MINUTES if hours < 10 else sentences.HOURS
        values = {"hours": hours, "minutes": f"{minutes % 60:02}"}
    else:
        text, values = (sentences.MINUTES, {"minutes": minutes}) if minutes else (sentences.SECONDS, {"seconds": seconds})
    return it.values.translate(text).format(**values).replace(" ", "\u00a0")


def _asked(it: Facts, *_: Any) -> Piece | None:
    """Return the people whom the new step of an alarm asked."""
    state, before = it.known["state"], it.known["before"] or {}
    wider = {"everybody": sentences.ALL_USERS, "asked_on_duty": sentences.ALL_ON_DUTY}
    group = next((it.values.translate(text) for field, text in wider.items() if state.get(field) and not before.get(field)), None)
    names = [it.values.person(id) for id in state["asked"] if id not in (before.get("asked") or [])]
    return enumeration(filter(None, [group, *names]), it.values.reads) or None if it.known["known"] else None


def _asked_again(it: Facts, *_: Any) -> Piece | None:
    """Return the people whom an alarm asks in another round: everyone whom it has asked before."""
    return _asked_first(it) if it.known["known"] else None


def _asked_first(it: Facts, *_: Any) -> Piece | None:
    """Return the people whom an alarm asks when it begins; None if it asks nobody."""
    state = it.known["state"]
    if state.get("everybody"):
        return it.values.translate(sentences.ALL_USERS)
    group = it.values.translate(sentences.ALL_ON_DUTY) if state.get("asked_on_duty") else None
    return enumeration(filter(None, [group, *map(it.values.person, state["asked"])]), it.values.reads) or None


def _confirmed(it: Facts, *_: Any) -> Piece | None:
    """Return the labels of the handover texts that were confirmed as still true."""
    changed = {path.split(".")[1] for path in it.event.get("changes") or () if "." in path}
    return _labels(it, (path for path in (*text_authorship.OF_SEARCH, *text_authorship.OF_DESK) if path in changed))


def _access_before(it: Facts) -> list[str]:
    """Return the members before the event; [] if they are unknown, or if the event changed the kind of access."""
    is_new = any(change.path == "access" for change in it.changes)
    return [] if is_new else (it.known["before"] or {}).get("members") or []


def _people(it: Facts, ids: Iterable[str], others: Sequence[str]) -> str | None:
    return it.values.people(id for id in ids if id not in others) or None


def _labels(it: Facts, paths: Iterable[str]) -> str | None:
    return ", ".join(dict.fromkeys(_label(it, path) for path in paths)) or None


def _label(it: Facts, path: str) -> str:
    return _within(it, labels.field(path, it.values.translate, it.kind))


def _within(it: Facts, label: str) -> str:
    """Put a label into a sentence: lower case, except if the language capitalises nouns."""
    return label if language_of(it.values.reads).nouns_capitalised else label[:1].lower() + label[1:]


# Each returns the text of the value at a path, or None without one. Readers of the whole event ignore value and path.
READERS: dict[str, Callable[[Facts, Any, str], Piece | Line | None]] = {
    "who": _who, "what": _what, "type": _type, "event": _event, "title": _title, "wait": _wait, "asked": _asked,
    "asked_again": _asked_again, "asked_first": _asked_first,
    "confirmed": _confirmed,
    "text": lambda it, value, path: it.typed(value),
    "given": lambda it, value, path: value,
    "time": lambda it, value, path: it.values.time(value),
    "field": lambda it, value, path: it.field(path, value) or it.values.translate(sentences.EMPTY),
    "decision": lambda it, value, path: it.field(path, value),
    "label": lambda it, change, path: _label(it, change["path"]) if "path" in change else None,
    "person": lambda it, id, path: it.values.person(id),
    "last": lambda it, ids, path: it.values.person(ids[-1]) if ids else None,
    "predecessor": lambda it, state, path: _people(it, filter(None, [state.get("before")]), [state.get("holder")]),
    "joined": lambda it, value, path: _people(it, it.known["state"].get("members") or [], _access_before(it)),
    "left": lambda it, value, path: _people(it, _access_before(it), it.known["state"].get("members") or []),
    "child": lambda it, person, path: _child(it, person),
    "search": lambda it, id, path: _child(it, state["person"]) if (state := it.values.names.state(id, "search")) else None,
    "card": lambda it, id, path: it.values.card(id),
    "contact": lambda it, call, path: _contact(it, call),
    "column": lambda it, id, path: it.values.column(it.values.names.state(id, "column")),
    "file": lambda it, state, path: it.entity(state),
    "material": lambda it, state, path: it.entity(state),
    "alarm": lambda it, state, path: it.entity(state),
    "grade": lambda it, grade, path: f"{grade['source']}{grade['content']}",
    "category": lambda it, code, path: _within(it, labels.value("category", "note", code, it.values.translate) or code),
    "decider": lambda it, code, path: it.values.translate(DECIDER_ROLES.get(code, code)),
    "call_result": lambda it, code, path: labels.value("last_call.result", "contact", code, it.values.translate) or code,
    "handover": lambda it, state, path: str(state["number"] if state.get("handover") is None else state["handover"]),
    "fields": lambda it, value, path: _labels(it, (change.path for change in it.shown)),
    "set": lambda it, value, path: _labels(it, it.event.get("private") or ()),
}  # fmt: skip
