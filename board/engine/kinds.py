"""Registry of the kinds of entities on boards.

A kind is declared once, next to its rules under `board/commands/`. Snapshots, search, exports, alerts, undo, handovers, paper,
displays, OpenAPI and the pages read its declaration. Registration refuses a contradictory declaration.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row
from sqlmodel import Session

from board import i18n, labels
from board.engine import occasions
from board.engine.conditions import Condition
from board.engine.event import JournalEvent
from models.board import OPERATIONS
from models.card import Card
from models.db import schema
from models.declared import Audience, Control, Reading, specs_of
from models.declared import FieldSpec as FieldSpec
from models.entity import CountedEntity, Entity, State, json_type
from models.fields import Data
from models.occasion import Occasion
from models.searchable import Searchable

FormPart = Literal["first", "more", "later", "edit"]


class MisdeclaredKind(Exception):
    """Contradiction in the declaration of a kind, with a sentence that describes it."""


@dataclass(frozen=True, slots=True)
class EventSpec:
    """Type of an event.

    - `command`: name of the command that writes the event. Undoing the event needs its rights.
    - `revises`: may invalidate or revive an earlier significant event.
    - `significant`: condition on the new state for events that everyone must read before taking over a shift.
    - `result`: field whose value a report shows with the event. For a card, it is the value at the time of the report.
    - `signs`: returns (board, number of the handover) for an entity whose state contains a signed position of that board. The
      arguments are the entity's id and state.
    """

    label: str
    command: str | None = None
    undoable: bool = False
    revises: bool = False
    significant: Condition | None = None
    result: str = ""
    signs: Callable[[str, State], tuple[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class UndoRules:
    """Rules for undoing events of a kind. The first arguments of each are the event writer and the row.

    - `withheld`: returns the former values of columns that are in no event, or raises Refused.
    - `dangling`: returns a sentence for each field whose former value refers to a deleted entity.
    - `apply`: writes the former values.
    - `creation`: removes the entity that an event added. None if the kind does not support that.
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

    - `data`: model of the fields that people write.
    - `fields`: its fields, by default those that the model declares.
    - `boards`: kinds of boards that contain it.
    - `counted`: counts against the limit of entities on a board.
    - `title_field`: field that names a card.
    - `first_column`: new cards go to the first column with this role.
    - `alerts`: returns pairs (kind of alert, account) for an event.
    - `settled`: returns pairs (board, or None for all boards; types of events) for an event that resolves the handover alerts
      about events of these types.
    - `alarms`: returns pairs (code in `occasions`, whether the occasion exists now) for an event that may begin or end an
      occasion.
    - `alarming`: condition for rows that can have an alarm.
    - `reported`: condition for rows that a handover report reads. By default it reads all cards that are not withdrawn, and no
      rows of other kinds.
    - `derived`: fields that `derive` computes from the states before and after a change and the time of the change.
    - `forms`: paths of form fields that do not follow the order of the declaration. The form for a new entity shows `first`, and
      `more` on request, but not `later`. `edit` is the form for changes.
    - `translations`: translations of an installation's own kind, as {language: {label: text}}.
    """

    model: type[Entity]
    title: str
    events: Mapping[str, EventSpec]
    data: type[Data] = Data
    fields: tuple[FieldSpec, ...] = ()
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
    alarming: Callable[[Any], ColumnElement[bool]] | None = None  # argument: the columns
    reported: Callable[[Any, str], ColumnElement[bool]] | None = None  # arguments: the columns, and the end of the next shift
    derived: tuple[str, ...] = ()
    derive: Callable[[State, State, str], State] = lambda before, after, now: {}
    forms: Mapping[FormPart, tuple[str, ...]] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", self.fields or tuple(specs_of(self.model)))

    @cached_property
    def name(self) -> str:
        """Name of the kind in states, events and commands, such as `sighting`."""
        return self.model.KIND

    @cached_property
    def is_card(self) -> bool:
        return issubclass(self.model, Card)

    @cached_property
    def is_board(self) -> bool:
        """Return whether each entity is also a board, so that its events go to its own board and to `operations`."""
        return not self.boards

    def is_derived(self, path: str) -> bool:
        """Return whether a field, or its group, is derived from other fields."""
        return path.partition(".")[0] in self.derived

    @cached_property
    def is_numbered(self) -> bool:
        """Return whether its entities have numbers, as cards and tips do."""
        return "number" in self.model.STATE and bool(self.title_field)

    def report_condition(self, columns: Any, shift_end: str) -> ColumnElement[bool]:
        """Return the condition for rows that a handover report reads. Only for cards and kinds with `reported`."""
        condition: ColumnElement[bool] = self.reported(columns, shift_end) if self.reported else ~columns.withdrawn
        return condition & columns.archived_at.is_(None) if issubclass(self.model, CountedEntity) else condition

    @cached_property
    def is_searchable(self) -> bool:
        return issubclass(self.model, Searchable)

    @cached_property
    def display_fields(self) -> Mapping[Audience, tuple[str, ...]]:
        """Paths of the fields for displays, by audience. Displays in inner rooms also get the fields for all rooms."""
        room = tuple(spec.path for spec in self.fields if spec.display == "room")
        return {"room": room, "inner_room": tuple(spec.path for spec in self.fields if spec.display)}

    def searchable_texts(self, row: "Entity | Row[Any]") -> dict[str, str | None]:
        """Return the texts to search, by field. Every viewer may see them: they never contain the identity of a source."""
        values: dict[str, Any] = {}
        for column, path in self._searched:
            if path:
                values.update(_values_at(getattr(row, column), path, column))
            else:
                values[column] = getattr(row, column)
        return {name: ", ".join(value) if isinstance(value, list) else value for name, value in values.items()}

    def spellings(self, texts: Mapping[str, str | None]) -> dict[str, str]:
        """Return alternative spellings of the texts to search, by field."""
        return {spec.path: spec.spellings(text) for spec in self.fields if spec.spellings and (text := texts.get(spec.path))}

    @cached_property
    def written(self) -> list[FieldSpec]:
        """Fields that people write in forms."""
        return [spec for spec in self.fields if spec.control and spec.column in self.data.model_fields]

    @cached_property
    def searched_columns(self) -> frozenset[str]:
        """Names of the columns with texts to search."""
        return frozenset(column for column, _ in self._searched)

    @cached_property
    def _searched(self) -> list[tuple[str, list[str]]]:
        return [(spec.column, spec.path.split(".")[1:]) for spec in self.fields if spec.searched]

    @cached_property
    def readings(self) -> Mapping[str, Reading]:
        """Readings of fields that are not text, numbers or codes, by path."""
        return {spec.path: spec.reading for spec in self.fields if spec.reading is not None}

    def reading_of(self, path: str) -> Reading | None:
        """Return the reading of a field, None if it is text, a number or a code. All fields of an internal group are internal."""
        group, *rest = path.split(".")
        if self.readings.get(group) == "internal":
            return "internal"
        return self.readings.get(path) or self.readings.get(".".join([group, "*", *rest[1:]]))

    def server_type(self, name: str) -> Any:
        """Return the type of a state field that the server sets; None if `data` declares the field."""
        declared_type = next((spec.type for spec in self.fields if spec.path == name and spec.type is not None), None)
        return declared_type if declared_type is not None or name in self.data.model_fields else json_type(self.model, name)

    def labels(self) -> Iterator[str]:
        """Yield all texts that people read."""
        yield from filter(None, (self.title, self.plural))
        for spec in self.fields:
            yield from filter(None, (spec.label, spec.heading, *(spec.choices or {}).values()))
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
    """Add a kind. Raises MisdeclaredKind if its declaration is contradictory."""
    i18n.add_translations(kind.translations)
    for error in _errors(kind):
        i18n.remove_translations(kind.translations)
        raise MisdeclaredKind(f"The declaration of the kind {kind.name!r} is invalid: {error}")
    _registered[kind.name] = kind
    _index()
    return kind


@contextmanager
def registered(kind: Kind) -> Iterator[Kind]:
    """Register a kind within a `with` block."""
    register(kind)
    try:
        yield kind
    finally:
        del _registered[kind.name]
        i18n.remove_translations(kind.translations)
        _index()


def _index() -> None:
    """Index events and fields, and declare all labels and occasions."""
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
    erased = {f"{kind.name}.erased": labels.erased(kind.name) for kind in _registered.values() if kind.is_card}
    labels.declare(titles, fields, values, erased | {type: spec.label for type, spec in _events.items()})


def _errors(kind: Kind) -> Iterator[str]:
    """Yield a sentence for each contradiction in a declaration."""
    if kind.name in _registered:
        yield "another kind has this name."
    columns = {spec.column for spec in kind.fields}
    for name in kind.model.STATE:
        if name not in columns:
            yield f"the field {name!r} of its state is not declared."
        elif name not in kind.data.model_fields and kind.server_type(name) is None:
            yield f"the field {name!r} has no type in its data or in its declaration."
    for spec in kind.fields:
        if spec.column not in kind.model.model_fields:
            yield f"its model has no field {spec.path!r}."
        if spec.searched and not kind.is_searchable:
            yield f"{spec.path!r} is searched, but its model is not searchable."
        if spec.searched and spec.column not in kind.model.STATE:
            yield f"{spec.path!r} is searched, but some people who see the board may not read it."
        if spec.personal and spec.display:
            yield f"{spec.path!r} is personal data, but shown on displays."
        if spec.refers_to and spec.refers_to not in (*_registered, kind.name):
            yield f"{spec.path!r} refers to the kind {spec.refers_to!r}, which is not declared."
        if kind.is_card and spec.control == "people":
            yield f"{spec.path!r} is a list of people, which a card's form does not support."
        if spec.control == "choice" and not spec.choices:
            yield f"{spec.path!r} is a choice without choices."
    for path in {path for paths in kind.forms.values() for path in paths} - {spec.path for spec in kind.fields if spec.control}:
        yield f"a form contains {path!r}, which has no control."
    for type, event in kind.events.items():
        if _events.get(type, event) != event:
            yield f"another kind declares the event {type!r} differently."
    if kind.is_card and (kind.title_field not in kind.model.STATE or not kind.first_column or not kind.plural):
        yield "a card needs a title field in its state, the role of its first column, and a plural."
    for text in kind.labels():
        for language in i18n.languages()[1:]:
            if not i18n.is_translated(text, language):
                yield f"the label {text!r} has no translation into {language!r}."


def every() -> Collection[Kind]:
    """Return all kinds, in the order of registration. `board.commands.registry` registers the built-in kinds."""
    assert _registered, "board.commands.registry is not imported"  # boards would look empty
    return _registered.values()


def named(name: str) -> Kind:
    """Return the kind with this name. Raises KeyError if it is not declared."""
    return _registered[name]


def find(name: str) -> Kind | None:
    """Return the kind with this name; None if it is not declared. Journals can contain kinds that are no longer declared."""
    return _registered.get(name)


def of(row: Entity) -> Kind:
    """Return the kind of an entity."""
    return _registered[row.KIND]


def of_boards() -> Kind:
    """Return the kind whose entities are boards."""
    return next(kind for kind in every() if kind.is_board)


def on_board(board: str) -> list[Kind]:
    """Return the kinds of a board, without the kind of the board itself."""
    kind_of_board = OPERATIONS if board == OPERATIONS else "search"
    return [kind for kind in every() if kind_of_board in kind.boards]


@cache
def form() -> str:
    """Return a version code for the fields of entities. It changes with the tables, the declared fields and the fields for
    displays. Entities read under another version may lack fields, even if no event has changed them since."""
    fields = sorted(f"{kind.name}.{spec.path} {spec.display}" for kind in every() for spec in kind.fields)
    return hashlib.sha256("\n".join([schema.versions()[-1], *fields]).encode()).hexdigest()[:16]


def cards() -> list[Kind]:
    """Return the kinds of cards."""
    return [kind for kind in every() if kind.is_card]


def for_scripts() -> dict[str, Any]:
    """Return the declarations that pages need, by kind. A `private` field is not in the state. Labels are in `board.labels`."""
    return {kind.name: _for_scripts(kind) for kind in every()}


def _for_scripts(kind: Kind) -> dict[str, Any]:
    fields = {spec.path: _for_form(kind, spec) for spec in kind.fields if spec.control}
    written_paths = [spec.path for spec in kind.written]
    by_code = {code: occasion.for_scripts() for code, occasion in kind.occasions.items()}
    data = {"card": kind.is_card, "counted": kind.counted, "fields": fields, "readings": kind.readings, "occasions": by_code}
    if not kind.is_card:
        return data | {"written": written_paths} | ({"plural": kind.plural} if kind.plural else {})
    writable = [path for path in fields if path in written_paths or path == "assignee"]
    first = kind.forms.get("first") or [path for path in writable if path == kind.title_field or "required" in fields[path]]
    more, edit = kind.forms.get("more", ()), kind.forms.get("edit", ())
    placed_in_new = {*first, *more, *kind.forms.get("later", ()), "assignee"}
    placed_in_edit = {*edit, "assignee", "priority"}  # a card has separate controls for the last two
    forms = {
        "first": list(first),
        "more": [*more, *(path for path in writable if path not in placed_in_new)],
        "edit": [*edit, *(path for path in writable if path not in placed_in_edit)],
    }
    return data | {"plural": kind.plural, "title": kind.title_field, "column": kind.first_column, "forms": forms}


def _for_form(kind: Kind, spec: FieldSpec) -> dict[str, Any]:
    options = {name: getattr(spec, name) for name in ("control", "required", "past", "refers_to", "compared", "heading")}
    options["private"] = spec.column not in kind.model.STATE
    return {name: value for name, value in options.items() if value}


def control_of(path: str) -> Control | None:
    """Return the form control of the field with this path, in the first kind that has one."""
    return next((spec.control for spec in _fields.get(path, ()) if spec.control), None)


def is_prose(path: str) -> bool:
    """Return whether the field with this path is free text in any kind."""
    return any(spec.prose for spec in _fields.get(path, ()))


def event_specs() -> Mapping[str, EventSpec]:
    """Return all types of events by name."""
    return _events
