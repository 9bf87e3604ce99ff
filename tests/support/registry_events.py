"""Events of every type and field of the registry, with values that tell where they are shown: ids, codes and times for programs
can't be taken for something that a person typed."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from typing import Any

from board.commands import schemas
from board.documents.field_values import EntityNames, FieldValues
from board.engine import kinds
from board.engine.kinds import Kind
from models.entity import flatten

AT = "2026-11-30T11:05:06.368Z"
EARLIER, LATER = "2026-11-28T09:12:13.456Z", "2026-11-29T10:23:24.567Z"
ID_SCHEMA = {"maxLength": 64, "minLength": 1, "type": "string"}
INTERNAL_NUMBER = 4711  # of what means nothing to people
SEARCH = str(uuid.UUID(int=1))


def _id(number: int) -> str:
    return str(uuid.UUID(int=number, version=4))


ALICE, BOB, STRANGER = _id(0xA11CE), _id(0xB0B), _id(0xDEAD)
ACCOUNTS = {ALICE: {"name": "Alice Adam"}, BOB: {"name": "Bob Claes"}}
SIGHTINGS, TASKS, COLUMNS, FILES, NOTES, MATERIALS, SEARCHES = (
    [_id(16 * place + number) for number in (1, 2)] for place in range(1, 8)
)
# By how people read a value: two that are known, and one that nothing knows.
IDS = {
    "person": [ALICE, BOB, STRANGER], "people": [ALICE, BOB, STRANGER], "card": [*SIGHTINGS, STRANGER],
    "cards": [*TASKS, STRANGER], "column": [*COLUMNS, STRANGER], "file": [*FILES, STRANGER], "note": [*NOTES, STRANGER],
    "material": [*MATERIALS, STRANGER], "search": [*SEARCHES, STRANGER],
}  # fmt: skip
CONTACT = _id(0xCA11)
PERSON = {"first_name": "Noor", "last_name": "Verhaegen"}
NAMED = [
    *({"kind": "sighting", "id": id, "seq": 1, "state": {"number": at}} for at, id in enumerate(SIGHTINGS, 7)),
    *({"kind": "task", "id": id, "seq": 1, "state": {"number": at}} for at, id in enumerate(TASKS, 5)),
    *({"kind": "column", "id": id, "seq": 1, "state": {"title": None, "role": role}}
      for role, id in zip(("todo", "done"), COLUMNS, strict=True)),
    *({"kind": "file", "id": id, "seq": 1, "state": {"name": "photo", "caption": None}} for id in FILES),
    *({"kind": "note", "id": id, "seq": 1, "state": {"text": "typed", "card": None}} for id in NOTES),
    {"kind": "contact", "id": CONTACT, "seq": 1, "state": {"name": "typed contact"}},
    *({"kind": "material", "id": id, "seq": 1, "state": {"what": "poster", "languages": ["fr", "nl"]}} for id in MATERIALS),
    *({"kind": "search", "id": id, "seq": 1, "state": {"person": PERSON, "reference": "DEMO"}} for id in (*SEARCHES, SEARCH)),
]  # fmt: skip


# Events whose sentences depend on more than their type: type, kind, values before and after (of the first example), and more.
CHECKLIST = {"text": "the school", "done": False, "rank": "a0"}
URGENT = {
    "about.kind": "sighting", "about.id": SIGHTINGS[0], "occasion": "sighting_urgent", "raised_at": "2026-11-28T09:00:00.000Z",
}  # fmt: skip
AGAIN: dict[str, Any] = URGENT | {"round": 1, "asked": [ALICE]}
RELEASED: dict[str, Any] = URGENT | {"taken_by": None}
ENDS_AT, ENDED_AT = "2026-11-28T10:00:00.000Z", "2026-11-28T12:00:00.000Z"
TAKEN = [f"2026-11-{time}.500Z" for time in ("28T09:00:07", "28T09:05:59", "28T11:05:00", "28T21:30:00", "30T12:00:00")]
CALL = {"contact": CONTACT, "result": "reached", "incoming": False, "next_call": None, "assignee": None}
NOTE = {"text": "typed text", "corrects": None, "card": None, "category": "comment", "call": None}
OF_VARIANTS: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("search.goal_set", "search", {}, {"goal.until": None}, {}),
    ("search.goal_set", "search", {}, {"goal": None}, {}),
    ("search.goal_set", "search", {"goal": None}, {}, {}),
    ("search.goal_set", "search", {"goal": None}, {"goal": {"text": "typed text", "until": None}}, {}),
    ("search.access_set", "search", {"access": "members", "members": [ALICE, BOB]}, {"members": [ALICE, STRANGER]}, {}),
    ("search.access_set", "search", {"access": "members", "members": [ALICE, BOB]}, {"members": [ALICE]}, {}),
    ("search.access_set", "search", {"access": "members", "members": [ALICE]}, {}, {}),
    ("search.photo_set", "search", {}, {"photo": None}, {}),
    ("distribution.take_down_due", "distribution", {}, {"take_down": None}, {}),
    ("file.attached", "file", {}, {"note": None}, {}),
    ("file.attached", "file", {}, {"note": None, "picture": False}, {}),
    ("file.attached", "file", {}, {"note": None, "card": None}, {}),
    ("file.attached", "file", {}, {"note": None, "card": None, "picture": False}, {}),
    ("sighting.updated", "sighting", {}, {"description": "other words"}, {"private": ["source.name", "source.contact"]}),
    ("sighting.updated", "sighting", {}, {}, {"private": ["source.name"]}),
    ("task.updated", "task", {"checklist": {"k1": CHECKLIST}}, {"checklist.k1.done": True}, {}),
    ("task.updated", "task", {"checklist": {"k1": CHECKLIST | {"done": True}}}, {"checklist.k1.done": False}, {}),
    ("task.updated", "task", {"checklist": {}}, {"checklist": {"k1": CHECKLIST}}, {}),
    ("task.updated", "task", {"checklist": {"k1": CHECKLIST}}, {"checklist": {}}, {}),
    ("tip.assigned", "tip", {}, {"assignee": None}, {}),
    ("tip.assigned", "tip", {"assignee": None}, {}, {}),
    ("tip.placed", "tip", {}, {}, {}),
    ("wake.added", "wake", {}, {"tip": None}, {}),
    ("wake.answered", "wake", {"answer": None}, {"tip": None, "answer.answer": "same", "answer.reason": "typed text"}, {}),
    ("wake.answered", "wake", {"answer": None}, {"tip": None, "answer.answer": "not_same"}, {}),
    ("wake.ended", "wake", {}, {"tip": None}, {}),
    ("sighting.passed_on", "sighting", {}, {"passed_on.reference": None}, {}),
    ("sighting.passed_on", "sighting", {}, {"passed_on": None}, {}),
    ("sighting.of_both_set", "sighting", {}, {"of_both": None}, {}),
    ("card.moved", "task", {}, {"rank": "a5"}, {}),
    ("search.appeal_set", "search", {}, {"appeal.decided_by": None, "appeal.level": "public"}, {}),
    ("search.worrying_set", "search", {"worrying": False}, {"worrying_decided_by": None, "worrying": True}, {}),
    ("search.worrying_set", "search", {"worrying": None}, {"worrying_decided_by": None, "worrying": True}, {}),
    ("contact.called", "contact", {}, {"next_call": ENDS_AT, "assignee": ALICE}, {}),
    ("contact.called", "contact", {}, {"next_call": ENDS_AT, "assignee": None}, {}),
    ("contact.called", "contact", {}, {"next_call": None, "assignee": None}, {}),
    ("note.added", "note", {}, NOTE | {"category": "contact", "call": CALL | {"incoming": True}}, {}),
    ("note.added", "note", {}, NOTE | {"category": "contact", "call": CALL}, {}),
    ("note.added", "note", {}, NOTE | {"category": "contact", "call": CALL | {"contact": STRANGER}}, {}),
    ("note.added", "note", {}, NOTE | {"corrects": NOTES[0]}, {}),
    ("note.added", "note", {}, NOTE | {"corrects": NOTES[0], "card": SIGHTINGS[0]}, {}),
    ("note.added", "note", {}, NOTE | {"card": SIGHTINGS[0]}, {}),
    ("note.added", "note", {}, NOTE, {}),
    ("note.added", "note", {}, NOTE | {"category": "decision"}, {}),
    ("note.added", "note", {}, NOTE | {"category": "decision", "card": SIGHTINGS[0]}, {}),
    ("handover.confirmed", "briefing", {}, {f"authorship.{path}.by": BOB for path in ("dropped", "contacts")}, {}),
    ("handover.accepted", "handover", {}, {"restatement": None}, {}),
    ("alarm.archived", "alarm", {}, {}, {"board": "operations"}),
    ("handed.set", "handed", {}, {"handover": 2}, {"id": STRANGER}),
    ("search.outcome_set", "search", {}, {"outcome.how": "police", "outcome.condition": "well"}, {}),
    ("alarm.escalated", "alarm", {"everybody": False, "asked": []}, URGENT | {"everybody": True, "asked": [ALICE, BOB]}, {}),
    ("alarm.raised", "alarm", {}, URGENT | {"occasion": None, "rule": "urgent_sighting"}, {}),
    ("alarm.raised", "alarm", {}, URGENT | {"about.kind": "task", "about.id": TASKS[0]}, {}),
    ("alarm.raised", "alarm", {}, URGENT | {"asked": [BOB], "everybody": False, "asked_on_duty": False}, {}),
    ("alarm.raised", "alarm", {}, URGENT | {"asked": [], "everybody": False, "asked_on_duty": False}, {}),
    ("alarm.raised", "alarm", {}, URGENT | {"about.kind": "search", "about.id": SEARCH, "occasion": "worrying_search"}, {}),
    ("alarm.escalated", "alarm", {"round": 0}, URGENT | {"round": 1}, {}),
    ("alarm.escalated", "alarm", {"round": 0, "asked": [ALICE], "released_because": None}, AGAIN, {}),
    (
        "alarm.escalated",
        "alarm",
        {"round": 0, "asked": [ALICE, BOB], "released_because": "access"},
        URGENT | {"round": 1, "asked": [ALICE], "everybody": False, "asked_on_duty": False},
        {},
    ),
    ("alarm.escalated", "alarm", {"round": 0, "asked": []}, URGENT | {"round": 1, "asked": [], "everybody": False}, {}),
    ("alarm.escalated", "alarm", {}, URGENT, {}),
    ("alarm.extended", "alarm", {"until": ENDED_AT}, URGENT | {"until": ENDS_AT}, {}),
    ("alarm.extended", "alarm", {"until": ENDS_AT}, URGENT | {"until": ENDED_AT}, {}),
    ("alarm.taken", "alarm", {"lapsed_at": None}, URGENT | {"until": None}, {}),
    *(("alarm.taken", "alarm", {"lapsed_at": None}, URGENT | {"taken_at": at}, {}) for at in TAKEN),
    ("alarm.taken", "alarm", {"lapsed_at": "2026-11-28T09:00:30.500Z"}, URGENT | {"taken_at": TAKEN[1]}, {}),
    ("alarm.taken", "alarm", {"lapsed_at": None}, URGENT | {"taken_at": URGENT["raised_at"]}, {}),
    ("alarm.taken", "alarm", {"lapsed_at": None}, URGENT | {"taken_at": URGENT["raised_at"], "until": None}, {}),
    ("alarm.released", "alarm", {"taken_by": ALICE}, URGENT | {"taken_by": None}, {"actor": None}),
    ("alarm.released", "alarm", {"taken_by": None}, URGENT | {"taken_by": None}, {"actor": None}),
    *(
        ("alarm.released", "alarm", {"taken_by": ALICE}, RELEASED | {"released_because": why}, {"actor": None})
        for why in ("access", "account", "duty", "handover", None)
    ),
    ("alarm.escalated", "alarm", {"round": 0, "asked": [ALICE]}, URGENT | {"round": 1, "asked": [BOB]}, {}),
    ("sighting.graded", "sighting", {"grade": {"source": "F", "content": 6}}, {"grade": {"source": "B", "content": 2}}, {}),
    ("sighting.graded", "sighting", {"grade": {"source": "C", "content": 4}}, {"grade": {"source": "B", "content": 2}}, {}),
]


@dataclass(frozen=True)
class Case:
    """Event with the state before it, and the field that it is about, if there is only one."""

    name: str
    board: str
    event: dict[str, Any]
    before: dict[str, Any] | None
    path: str = ""
    code: Any = field(default=None)


def values_in(language: str) -> FieldValues:
    """Return the names and values of paper, with the entities of NAMED."""
    entities: dict[str, Any] = {each["id"]: (each["kind"], each["state"]) for each in NAMED}
    return FieldValues(EntityNames({id: each["name"] for id, each in ACCOUNTS.items()}, entities), {}, language)


def cases() -> Iterator[Case]:
    """Yield each type of event of each kind: with all fields, undone, and erased; and each field, with each of its codes."""
    for kind in kinds.every():
        states = [dict(_example(_schema(kind), kind, "", turn)) for turn in range(3)]
        for type in kind.events:
            yield from _of_type(kind, type, *states)
        type = f"{kind.name}.updated" if f"{kind.name}.updated" in kind.events else next(iter(kind.events))
        yield from _of_fields(kind, type, states[0], states[1])
    for number, (type, name, before, after, more) in enumerate(OF_VARIANTS):
        first = _with(_example(_schema(kinds.named(name)), kinds.named(name), "", 0), before)
        case = _case(kinds.named(name), type, first, _with(first, after), f"variant {number}")
        yield replace(case, board=more.get("board", case.board), event=case.event | more)


@cache
def _schema(kind: Kind) -> dict[str, Any]:
    return schemas.state(kind)


def _of_type(kind: Kind, type: str, first: dict[str, Any], second: dict[str, Any], third: dict[str, Any]) -> Iterator[Case]:
    yield _case(kind, type, None, first, "begins")
    for name, before, after in (("changes", first, second), ("changes again", second, third)):
        yield _case(kind, type, before, after, name)
        yield _case(kind, type, before, after, f"{name} by Searchboard", actor=None)
        yield _case(kind, type, before, after, f"{name} with a reason", reason="typed reason")
        yield _case(kind, type, after, before, f"{name}, undone", undoes=INTERNAL_NUMBER)
    if type.endswith((".removed", ".archived")):
        yield _case(kind, type, first, None, "is removed")
    erased = _case(kind, type, first, None, "is erased")
    del erased.event["state"], erased.event["changes"]
    yield replace(erased, event=erased.event | {"erased": True})


def _of_fields(kind: Kind, type: str, first: dict[str, Any], second: dict[str, Any]) -> Iterator[Case]:
    old, new = flatten(first), flatten(second)
    for path in sorted(old.keys() | new.keys()):
        changed = _set(first, path, new.get(path))
        yield _case(kind, type, first, changed, path, path=path)
        if _is_nullable(_schema(kind), path):
            yield _case(kind, type, first, _set(first, path, None), f"{path} ends", path=path)
            yield _case(kind, type, _set(first, path, None), first, f"{path} begins", path=path)
        for code in _codes(_schema(kind), path):
            other = next(each for each in [*_codes(_schema(kind), path), None] if each != code)
            yield _case(kind, type, _set(first, path, other), _set(first, path, code), f"{path}: {code}", path=path, code=code)


def _case(
    kind: Kind, type: str, before: dict[str, Any] | None, after: dict[str, Any] | None, name: str,
    path: str = "", code: Any = None, **more: Any,
) -> Case:  # fmt: skip
    board = SEARCH if "search" in kind.boards else "operations"
    own = kind.name in ("search", "briefing", "handed")  # which have the id of their search
    id = SEARCH if own else "operations" if kind.name in ("shift", "handover") else _id(0xE0E0)
    old, new = flatten(before or {}), flatten(after or {})
    event = {
        "seq": INTERNAL_NUMBER, "at": AT, "type": type, "actor": {"id": BOB, "name": "Bob Claes"}, "command": None,
        "kind": kind.name, "id": id, "state": after,
        "changes": sorted(each for each in old.keys() | new.keys() if after and old.get(each) != new.get(each)),
    }  # fmt: skip
    after_days = {"after_days": 30} if type.endswith(".archived") else {}
    return Case(f"{kind.name} {type}: {name}", board, event | after_days | more, before, path, code)


def _with(state: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return a state with other values at some paths."""
    return reduce(lambda changed, path: _set(changed, path, values[path]), values, state)


def _set(state: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a state with another value at a path."""
    copy: dict[str, Any] = json.loads(json.dumps(state))
    *groups, last = path.split(".")
    group = copy
    for each in groups:
        group = group.setdefault(each, {}) if group.get(each) is not None else group.__setitem__(each, {}) or group[each]
    group[last] = value
    return copy


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema] if "type" in schema or "enum" in schema or "const" in schema else list(schema.get("anyOf", ()))


def _at(schema: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the schema of a field."""
    for key in path.split("."):
        group = next(each for each in _parts(schema) if each.get("type") == "object")
        schema = group.get("properties", {}).get(key) or group["additionalProperties"]
    return schema


def _is_nullable(schema: dict[str, Any], path: str) -> bool:
    return any(each.get("type") == "null" for each in _parts(_at(schema, path)))


def _codes(schema: dict[str, Any], path: str) -> list[Any]:
    parts = _parts(_at(schema, path))
    codes = [code for part in parts for code in (*part.get("enum", ()), part.get("const"))]
    return [code for code in codes if code is not None]


def _example(schema: dict[str, Any], kind: Kind, path: str, turn: int) -> Any:
    """Return a value of a field: another one at each turn."""
    part = next(each for each in _parts(schema) if each.get("type") != "null")
    if "enum" in part:
        return part["enum"][turn % len(part["enum"])]
    if "const" in part:
        return part["const"]
    match part["type"]:
        case "object":
            return _object(part, kind, path, turn)
        case "array":
            items = [_example(part["items"], kind, path, (turn + at) % 3) for at in range(2)]
            return items if items[0] != items[1] else items[:1]
        case "boolean":
            return turn % 2 == 0
        case "integer" | "number":
            is_internal = kind.reading_of(path) == "internal" and path.rpartition(".")[2] not in ("number", "handover")
            return INTERNAL_NUMBER + turn if is_internal else 6 - turn
    return _text(part, kind, path, turn)


def _object(part: dict[str, Any], kind: Kind, path: str, turn: int) -> dict[str, Any]:
    if "properties" in part:
        return {name: _example(each, kind, f"{path}.{name}" if path else name, turn) for name, each in part["properties"].items()}
    keys = {"checklist": ["k1"], "earlier": ["e1"]}.get(path, [ALICE])
    return {key: _example(part["additionalProperties"], kind, f"{path}.{key}", turn) for key in keys}


def _text(part: dict[str, Any], kind: Kind, path: str, turn: int) -> str:
    reading = kind.reading_of(path)
    if part.get("format") == "date-time":
        return (EARLIER, LATER, AT)[turn]
    if part.get("format") == "date":
        return ("2012-03-27", "2013-04-28", "2014-05-29")[turn]
    if {key: part.get(key) for key in ID_SCHEMA} == ID_SCHEMA:
        return IDS[reading or ""][turn] if reading in IDS else _id(0xBAD + turn)
    if path.rpartition(".")[2] == "rank":
        return f"a{turn}"
    if reading == "internal":
        return f"raw_code_{turn}"
    return ("typed text", "other words", "last words")[turn]
