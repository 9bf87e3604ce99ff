"""Registry of the kinds of entities on boards.

A kind is declared once, beside its rules under `board/commands/`. Snapshots, search, exports, alerts, undo, handovers, paper,
displays, OpenAPI and the pages ask its declaration. A declaration that contradicts itself is refused when it is registered.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session

from board import i18n, labels
from board.engine import occasions
from board.engine.conditions import Condition
from board.engine.event import JournalEvent
from models.board import OPERATIONS
from models.card import Card
from models.db import schema
from models.declared import Audience, Control, Reading
from models.declared import FieldSpec as FieldSpec
from models.entity import CountedEntity, Entity, State, json_type
from models.fields import Data
from models.occasion import Occasion
from models.searchable import Searchable

FormPart = Literal["first", "more", "later", "edit"]


class MisdeclaredKind(Exception):
    """Declaration of a kind that contradicts itself, with a sentence that names it."""


@dataclass(frozen=True, slots=True)
class EventSpec:
    """Type of an event. `command` makes it, and its rights are needed to undo it. Nobody may take over a shift without
    having read one whose new state meets `significant`. After one that `revises`, what an earlier significant event says
    may no longer hold, or hold again. `signs` tells, from the id and the state of its entity, the board whose position is in
    that state, signed, and the number of the handover."""

    label: str
    command: str | None = None
    undoable: bool = False
    revises: bool = False
    significant: Condition | None = None
    signs: Callable[[str, State], tuple[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class UndoRules:
    """Rules by which a kind undoes its events. Each gets the event writer and the row first.

    `withheld` returns former values of columns that are in no event, or refuses; `dangling` the fields whose former value refers
    to something that is gone, with a sentence for each; `apply` writes the former values. `creation` takes back what an event
    added, where a kind has a way to.
    """

    withheld: Callable[[Any, Any, JournalEvent], State] = lambda writer, row, event: {}
    dangling: Callable[[Any, Any, State], Mapping[str, str]] = lambda writer, row, values: {}
    apply: Callable[[Any, Any, JournalEvent, State], None] = lambda writer, row, event, values: writer.update(
        row, event.type, values, undoes=event.seq
    )
    creation: Callable[[Any, Any, JournalEvent], None] | None = None


@dataclass(frozen=True, eq=False)
class Kind:
    """Declaration of a kind of entity.

    `data` has the fields that people write, with their types. `boards` are the kinds of boards that have it. A kind that is not
    `counted` takes no room on a board. Of a card, `title_field` names it, and new ones go to the first column of the role
    `first_column`. `alerts` returns (kind of alert, account) for an event, `settled` (board or None for all, types of events)
    the alerts about the handover that it settles, `alarms` (one of `occasions`, whether it is there now) for
    one that may begin or end it; `alarming` is the condition for rows about which there may be one. `reported`
    limits the rows that a handover report reads; without it these are
    all cards that are not withdrawn, and nothing of other kinds. The fields `derived` follow from the others: `derive`
    returns them for the states before and after a change, and its time. `forms` are the paths of form fields, where the order
    of the declaration is not theirs: those of an addition that show `first`, those under `more`, those that it lacks (`later`),
    and those to `edit`. `translations` are those of an installation's own kind: {language: {label: text}}.
    """

    model: type[Entity]
    title: str
    data: type[Data]
    fields: tuple[FieldSpec, ...]
    events: Mapping[str, EventSpec]
    boards: tuple[str, ...] = ("search",)
    counted: bool = True
    plural: str = ""
    title_field: str = ""
    first_column: str = ""
    undo: UndoRules = field(default_factory=UndoRules)
    alerts: Callable[[Session, JournalEvent, State, Collection[str]], Iterable[tuple[str, str]]] = lambda *event: ()
    settled: Callable[[JournalEvent, State, Collection[str]], Iterable[tuple[str | None, Collection[str]]]] = lambda *event: ()
    occasions: Mapping[str, Occasion] = field(default_factory=dict)
    alarms: Callable[[Session, JournalEvent, State, Collection[str]], Iterable[tuple[str, bool]]] = lambda *event: ()
    alarming: Callable[[Any], ColumnElement[bool]] | None = None  # of columns
    reported: Callable[[Any, str], ColumnElement[bool]] | None = None  # of columns, and the end of the next shift
    derived: tuple[str, ...] = ()
    derive: Callable[[State, State, str], State] = lambda before, after, now: {}
    forms: Mapping[FormPart, tuple[str, ...]] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        """Name of the kind in states, events and commands, such as `sighting`."""
        return self.model.KIND

    @cached_property
    def is_card(self) -> bool:
        return issubclass(self.model, Card)

    @cached_property
    def is_board(self) -> bool:
        """Return whether each of its entities is a board, too, so that its events go to its own board and to `operations`."""
        return not self.boards

    def is_derived(self, path: str) -> bool:
        """Return whether a field, or the group that it is in, follows from the others."""
        return path.partition(".")[0] in self.derived

    @cached_property
    def is_numbered(self) -> bool:
        """Return whether its entities have numbers: cards, and tips."""
        return "number" in self.model.STATE and bool(self.title_field)

    def report_condition(self, columns: Any, shift_end: str) -> ColumnElement[bool]:
        """Return the condition for the rows that a handover report reads. For kinds with `reported`, and cards."""
        condition: ColumnElement[bool] = self.reported(columns, shift_end) if self.reported else ~columns.withdrawn
        return condition & columns.archived_at.is_(None) if issubclass(self.model, CountedEntity) else condition

    @cached_property
    def is_searchable(self) -> bool:
        return issubclass(self.model, Searchable)

    @cached_property
    def display_fields(self) -> Mapping[Audience, tuple[str, ...]]:
        """Paths of the fields for displays, by audience; displays in inner rooms get those for all rooms too."""
        room = tuple(spec.path for spec in self.fields if spec.display == "room")
        return {"room": room, "inner_room": tuple(spec.path for spec in self.fields if spec.display)}

    def searchable_texts(self, row: Entity) -> dict[str, str | None]:
        """Return the texts to search by field: only what every viewer may see, and nothing about who a source is."""
        found: dict[str, Any] = {}
        for column, path in self._searched:
            if path:
                found.update(_values_at(getattr(row, column), path, column))
            else:
                found[column] = getattr(row, column)
        return {name: ", ".join(value) if isinstance(value, list) else value for name, value in found.items()}

    def spellings(self, texts: Mapping[str, str | None]) -> dict[str, str]:
        """Return the other spellings by which some of the texts to search are found too."""
        return {spec.path: spec.spellings(text) for spec in self.fields if spec.spellings and (text := texts.get(spec.path))}

    @cached_property
    def searched_columns(self) -> frozenset[str]:
        """Names of the columns with texts to search."""
        return frozenset(column for column, _ in self._searched)

    @cached_property
    def _searched(self) -> list[tuple[str, list[str]]]:
        return [(spec.column, spec.path.split(".")[1:]) for spec in self.fields if spec.searched]

    @cached_property
    def readings(self) -> Mapping[str, Reading]:
        """Readings of its fields that are no texts, numbers or codes, by path."""
        return {spec.path: spec.reading for spec in self.fields if spec.reading is not None}

    def reading_of(self, path: str) -> Reading | None:
        """Return how people read a field. All fields of an internal group are internal."""
        group, *rest = path.split(".")
        if self.readings.get(group) == "internal":
            return "internal"
        return self.readings.get(path) or self.readings.get(".".join([group, "*", *rest[1:]]))

    def made_type(self, name: str) -> Any:
        """Return the type of a field of the state that the server makes; None if it is that of `data`."""
        declared = next((spec.type for spec in self.fields if spec.path == name and spec.type is not None), None)
        return declared if declared is not None or name in self.data.model_fields else json_type(self.model, name)

    def labels(self) -> Iterator[str]:
        """Yield all texts for people."""
        yield from filter(None, (self.title, self.plural))
        for spec in self.fields:
            yield from (spec.label, *(spec.choices or {}).values())
        yield from (event.label for event in self.events.values())
        for occasion in self.occasions.values():
            yield from occasion.labels()


def _values_at(value: Any, path: list[str], name: str) -> Iterator[tuple[str, Any]]:
    if not path:
        yield name, value
    elif value is not None:
        for key in value if path[0] == "*" else path[:1]:
            yield from _values_at(value.get(key), path[1:], f"{name}.{key}")


_registered: dict[str, Kind] = {}
_events: dict[str, EventSpec] = {}
_fields: dict[str, list[FieldSpec]] = {}


def register(kind: Kind) -> Kind:
    """Add a kind. Raises MisdeclaredKind."""
    i18n.add_translations(kind.translations)
    for fault in _faults(kind):
        i18n.remove_translations(kind.translations)
        raise MisdeclaredKind(f"The kind {kind.name!r} is declared wrongly: {fault}")
    _registered[kind.name] = kind
    _index()
    return kind


@contextmanager
def registered(kind: Kind) -> Iterator[Kind]:
    """Register a kind for a while."""
    register(kind)
    try:
        yield kind
    finally:
        del _registered[kind.name]
        i18n.remove_translations(kind.translations)
        _index()


def _index() -> None:
    """Index what is looked up often, and give the labels of all kinds to `board.labels`."""
    _events.clear()
    _fields.clear()
    form.cache_clear()
    fields: dict[str, str] = {}
    values: dict[str, Mapping[str, str]] = {}
    for kind in _registered.values():
        _events.update(kind.events)
        for spec in kind.fields:
            _fields.setdefault(spec.path, []).append(spec)
            if fields.setdefault(spec.path, spec.label) != spec.label:
                fields[f"{kind.name}.{spec.path}"] = spec.label
            if spec.choices:
                values[f"{kind.name}.{spec.path}"] = spec.choices
    for path, specs in _fields.items():
        if specs[0].choices and all(spec.choices for spec in specs):
            values[path] = specs[0].choices
    titles = {kind.name: kind.title for kind in _registered.values()}
    occasions.declare({kind.name: kind.occasions for kind in _registered.values()})
    labels.declare(titles, fields, values, {type: spec.label for type, spec in _events.items()})


def _faults(kind: Kind) -> Iterator[str]:
    """Yield a sentence for each contradiction in a declaration."""
    if kind.name in _registered:
        yield "the name is taken."
    declared = {spec.column for spec in kind.fields}
    for name in kind.model.STATE:
        if name not in declared:
            yield f"the field {name!r} of its state is not declared."
        elif name not in kind.data.model_fields and kind.made_type(name) is None:
            yield f"the field {name!r} has no type: neither in its data nor in its declaration."
    for spec in kind.fields:
        if spec.column not in kind.model.model_fields:
            yield f"there is no field {spec.path!r}."
        if spec.searched and not kind.is_searchable:
            yield f"{spec.path!r} is searched, but its model is not searchable."
        if spec.searched and spec.column not in kind.model.STATE:
            yield f"{spec.path!r} is searched, but not everybody who sees the board may read it."
        if spec.personal and spec.display:
            yield f"{spec.path!r} is personal data, and shown on displays."
        if spec.refers_to and spec.refers_to not in (*_registered, kind.name):
            yield f"{spec.path!r} refers to the kind {spec.refers_to!r}, which is not declared."
        if kind.is_card and spec.control == "people":
            yield f"{spec.path!r} is a list of people, which the form of a card does not have."
        if spec.control == "choice" and not spec.choices:
            yield f"{spec.path!r} is a choice of nothing."
    for path in {path for paths in kind.forms.values() for path in paths} - {spec.path for spec in kind.fields if spec.control}:
        yield f"a form has {path!r}, which has no control."
    for type, event in kind.events.items():
        if _events.get(type, event) != event:
            yield f"the event {type!r} is declared by another kind, and otherwise."
    if kind.is_card and (kind.title_field not in kind.model.STATE or not kind.first_column or not kind.plural):
        yield "a card needs a title field of its state, the role of its first column, and a plural."
    for text in kind.labels():
        for language in i18n.languages()[1:]:
            if not i18n.is_translated(text, language):
                yield f"the label {text!r} has no translation into {language!r}."


def every() -> Collection[Kind]:
    """Return all kinds, in the order of their registration. `board.commands.registry` registers those of the program."""
    assert _registered, "board.commands.registry is not imported"  # else boards would look empty
    return _registered.values()


def named(name: str) -> Kind:
    """Return the kind with this name. Raises KeyError."""
    return _registered[name]


def find(name: str) -> Kind | None:
    """Return the kind with this name; None where it is not declared any more, but stands in a journal."""
    return _registered.get(name)


def of(row: Entity) -> Kind:
    """Return the kind of an entity."""
    return _registered[row.KIND]


def of_boards() -> Kind:
    """Return the kind whose entities are boards."""
    return next(kind for kind in every() if kind.is_board)


def on_board(board: str) -> list[Kind]:
    """Return the kinds that a board has besides searches."""
    kind_of_board = OPERATIONS if board == OPERATIONS else "search"
    return [kind for kind in every() if kind_of_board in kind.boards]


@cache
def form() -> str:
    """Return the form of entities: a code that changes with the tables, the declared fields and those that displays get. Entities
    of another form lack fields, even if no event has changed them since."""
    fields = sorted(f"{kind.name}.{spec.path} {spec.display}" for kind in every() for spec in kind.fields)
    return hashlib.sha256("\n".join([schema.versions()[-1], *fields]).encode()).hexdigest()[:16]


def cards() -> list[Kind]:
    """Return the kinds of cards."""
    return [kind for kind in every() if kind.is_card]


def for_scripts() -> dict[str, Any]:
    """Return what the pages need of all kinds, by name. A `private` field is in no state. Labels are in `board.labels`."""
    return {kind.name: _for_scripts(kind) for kind in every()}


def _for_scripts(kind: Kind) -> dict[str, Any]:
    fields = {spec.path: _for_form(kind, spec) for spec in kind.fields if spec.control}
    told = {code: occasion.for_scripts() for code, occasion in kind.occasions.items()}
    found = {"card": kind.is_card, "counted": kind.counted, "fields": fields, "readings": kind.readings, "occasions": told}
    if not kind.is_card:
        return found
    written = [path for path in fields if path.partition(".")[0] in (*kind.data.model_fields, "assignee")]
    first = kind.forms.get("first") or [path for path in written if path == kind.title_field or "required" in fields[path]]
    more, edit = kind.forms.get("more", ()), kind.forms.get("edit", ())
    added, apart = {*first, *more, *kind.forms.get("later", ()), "assignee"}, {*edit, "assignee", "priority"}
    forms = {
        "first": list(first),
        "more": [*more, *(path for path in written if path not in added)],
        "edit": [*edit, *(path for path in written if path not in apart)],  # the others have controls of their own on each card
    }
    return found | {"plural": kind.plural, "title": kind.title_field, "column": kind.first_column, "forms": forms}


def _for_form(kind: Kind, spec: FieldSpec) -> dict[str, Any]:
    options = {name: getattr(spec, name) for name in ("control", "required", "past", "refers_to", "compared")}
    options["private"] = spec.column not in kind.model.STATE
    return {name: value for name, value in options.items() if value}


def control_of(path: str) -> Control | None:
    """Return the form control of a field of any kind."""
    return next((spec.control for spec in _fields.get(path, ()) if spec.control), None)


def is_prose(path: str) -> bool:
    """Return whether a field of any kind is free text."""
    return any(spec.prose for spec in _fields.get(path, ()))


def event_specs() -> Mapping[str, EventSpec]:
    """Return all types of events."""
    return _events
