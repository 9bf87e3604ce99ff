"""Declared fields: one line of a model declares storage, validation, label, form control, search, export and display of a field.

`field` and `group` create the columns of a row, `part` the fields of a group. Everything else reads the `FieldSpec`.
"""

import builtins
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import NoneType
from typing import Annotated, Any, Literal, cast, get_args, get_origin

from pydantic import AfterValidator, BaseModel, create_model
from pydantic import Field as PydanticField
from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from models import confidential_rows  # noqa: F401 - encrypts the columns of ORM sessions
from models.fields import Data, Time, none_if_empty
from models.texts import N_

Control = Literal["text", "long", "number", "time", "date", "choice", "person", "people", "card", "flag", "list"]
# how people read a value: as the name of the referenced entity, as a time, or not at all (internal)
Reading = Literal["time", "date", "person", "people", "card", "cards", "column", "file", "material", "note", "search", "internal"]
Audience = Literal["room", "inner_room"]  # displays that get a field: all displays, or only those in inner rooms


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """Field of a state, by its path. A `*` in the path stands for any key: `checklist.*.text`.

    - `type`: type of a value that the server sets. The types of other fields are in the data that people write.
    - `control`: form control for people to write it.
    - `choices`: labels of its codes.
    - `personal`: never shown on displays.
    - `prose`: free text. It comes before other fields in lists of values.
    - `past`: forms refuse a time in the future.
    - `refers_to`: kind of the cards that a form offers; all kinds if empty.
    - `display`: displays that get it; None for no displays.
    - `spellings`: returns other spellings by which search finds it.
    - `reads_as`: how histories show the value, if the type and the control do not tell. `internal` means nothing to people.
    - `compared`: position, from 1, of a feature of the child that is shown next to the description of a sighting; 0 for none.
    - `heading`: longer label, in forms and reports.
    - `material`: code under which a material shows it.
    """

    path: str
    label: str
    type: Any = None
    control: Control | None = None
    choices: Mapping[str, str] | None = None
    required: bool = False
    searched: bool = False
    exported: bool = False
    personal: bool = False
    prose: bool = False
    past: bool = False
    refers_to: str = ""
    display: Audience | None = None
    spellings: Callable[[str], str] | None = None
    reads_as: Reading | None = None
    compared: int = 0
    heading: str = ""
    material: str = ""

    @property
    def reading(self) -> Reading | None:
        """Reading of the value; None for a text, a number, a boolean, or a code with a label."""
        if self.reads_as is not None or self.control not in get_args(Reading):
            return self.reads_as or ("time" if self.type in (Time, Time | None) else None)
        return cast(Reading, self.control)

    @property
    def column(self) -> str:
        """Name of the column that contains the field."""
        return self.path.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Declared:
    """Declaration of a column. `type`: type of its values. `by_people`: people write it; otherwise the server sets it."""

    spec: FieldSpec
    type: Any
    by_people: bool
    in_state: bool = True
    parts: tuple[FieldSpec, ...] = ()


def field(
    type: Any,
    label: str,
    default: Any = None,
    *,
    by_people: bool = False,
    in_state: bool = True,
    state_type: Any = None,
    confidential: bool = False,
    **more: Any,
) -> Any:
    """Return a column with its declaration.

    `confidential`: encrypted in the database (`models.confidential`). Statements can't compare it.
    `type`: type of its values, without None. `default`: `...` if there is none. `state_type`: type in a state, if it differs
    because the server fills in a value that people omit.
    """
    columns = {name: more.pop(name) for name in ("index", "sa_column_kwargs") if name in more}
    declared = Declared(FieldSpec("", label, type=state_type, **more), type, by_people, in_state)
    kwargs = columns.pop("sa_column_kwargs", {}) | {"info": {"declared": declared, "confidential": confidential}}
    return Field(default=default, sa_column_kwargs=kwargs, **columns)


def group(
    type: Any,
    label: str,
    *,
    nullable: bool = False,
    by_people: bool = False,
    parts: tuple[FieldSpec, ...] = (),
    in_state: bool = True,
    confidential: bool = False,
    **more: Any,
) -> Any:
    """Return a JSON column for a group of fields or a list. `parts`: its fields, if its type does not declare them. Always
    replace the value, because SQLAlchemy does not track changes in place."""
    declared = Declared(FieldSpec("", label, **more), type, by_people, in_state, parts)
    info = {"type": type, "declared": declared, "confidential": confidential}
    sa_type: Any = JSON(none_as_null=True)
    return Field(default=None, sa_type=sa_type, nullable=nullable, sa_column_kwargs={"info": info})


private = partial(field, exported=True, personal=True)  # exported, but not shown on displays
written = partial(private, by_people=True, searched=True, prose=True)
part = partial(FieldSpec, "")  # annotation of a field of a group
private_part = partial(part, exported=True, personal=True)
written_part = partial(private_part, searched=True, prose=True)
PLACE = (
    FieldSpec("text", N_("Place"), control="text", searched=True, exported=True, prose=True, personal=True),
    FieldSpec("lat", N_("Latitude"), control="number", exported=True, personal=True),
    FieldSpec("lon", N_("Longitude"), control="number", exported=True, personal=True),
    FieldSpec("radius_m", N_("Accuracy (± m)"), control="number", exported=True, personal=True),
)


def declared_of(model: type[SQLModel]) -> dict[str, Declared]:
    """Return the declared columns of a row, by name."""
    columns = {column.name: column.info.get("declared") for column in model.__table__.c}  # type: ignore[attr-defined]
    return {name: declared for name in model.model_fields if (declared := columns.get(name)) is not None}


def specs_of(model: type[SQLModel]) -> Iterator[FieldSpec]:
    """Yield the declared fields of a row, each group before its parts."""
    columns = model.__table__.c  # type: ignore[attr-defined]
    for name, declared in declared_of(model).items():
        type = None if declared.by_people or "type" in columns[name].info else declared.type
        yield replace(
            declared.spec, path=name, type=declared.spec.type or (type | None if type and columns[name].nullable else type)
        )
        yield from (
            parts_of(declared.type, name)
            if not declared.parts
            else (replace(spec, path=f"{name}.{spec.path}") for spec in declared.parts)
        )


def parts_of(type: Any, group: str) -> Iterator[FieldSpec]:
    """Yield the declared fields of a group, or of the items of a keyed group."""
    is_keyed = get_origin(type) is dict
    data = get_args(type)[1] if is_keyed else type
    if not (isinstance(data, builtins.type) and issubclass(data, BaseModel)):
        return
    for name, info in data.model_fields.items():
        path = f"{group}.*.{name}" if is_keyed else f"{group}.{info.alias or name}"
        if any(isinstance(spec, FieldSpec) for spec in info.metadata):
            yield from (replace(spec, path=path) for spec in info.metadata if isinstance(spec, FieldSpec))
            yield from parts_of(_without_none(info.annotation), path)


def _without_none(type: Any) -> Any:
    return next((option for option in get_args(type) if option is not NoneType), type) if NoneType in get_args(type) else type


def data_of(model: type[SQLModel], base: type[Data] = Data, omit: Collection[str] = ()) -> Any:
    """Return the type of the data that people write: `base` with the declared fields that it lacks, except those in `omit`."""
    columns = model.__table__.c  # type: ignore[attr-defined]
    fields: dict[str, Any] = {}
    for name, declared in declared_of(model).items():
        if declared.by_people and name not in base.model_fields and name not in omit:
            fields[name] = _data_field(declared, columns[name])
    return create_model("Fields", __base__=base, __doc__=f"Fields of a {model.__name__.lower()} that people write.", **fields)


def _data_field(declared: Declared, column: Any) -> tuple[Any, Any]:
    type = declared.type
    unwrapped = get_args(type)[0] if get_origin(type) is Annotated else type
    group = get_origin(unwrapped) or unwrapped
    is_group = isinstance(group, builtins.type) and issubclass(group, Data)
    if column.nullable or declared.spec.type is not None:
        return Annotated[type | None, AfterValidator(none_if_empty)] if is_group else type | None, None
    if is_group or group in (list, dict):
        is_required = declared.spec.required or (is_group and any(info.is_required() for info in group.model_fields.values()))
        return type, ... if is_required else PydanticField(default_factory=group)
    return type, ... if column.default is None else column.default.arg
