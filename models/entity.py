"""Entities: the common base of all rows on a board, with an id, the seq of the last event, and a state."""

import builtins
from collections.abc import Iterable
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

State = dict[str, Any]


class Entity(SQLModel):
    """Row of a board. `STATE`: columns of its state in sending order. Other columns are never sent."""

    KIND: ClassVar[str]
    STATE: ClassVar[tuple[str, ...]]

    id: str = Field(primary_key=True)
    board: str = Field(index=True)
    seq: int = 0

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Set `STATE` to the declared fields (`models.declared`), if the class does not set it itself."""
        infos = {name: getattr(field, "sa_column_kwargs", None) for name, field in cls.model_fields.items()}
        declared = {
            name: info["info"].get("declared") for name, info in infos.items() if isinstance(info, dict) and "info" in info
        }
        if declared and "STATE" not in cls.__dict__:
            cls.STATE = tuple(name for name, column in declared.items() if column is not None and column.in_state)

    def state(self) -> State:
        """Return the state with every field, None if unset."""
        values = self.__dict__  # past SQLAlchemy's descriptors, which cost several times as much
        return {name: values[name] if name in values else getattr(self, name) for name in self.STATE}


class CountedEntity(Entity):
    """Entity that counts towards the limit of its board, and towards the share of the account that added or restored it. None of
    this is in its state.

    `share_account`, `share_token`: keys of the `BoardShare` that counts it, None if there is none. `archived_at`: set while it is
    in the journal only, not in the snapshot.
    """

    share_account: str | None = None
    share_token: str | None = None
    archived_at: str | None = None


def json_column(type: Any, nullable: bool = False) -> Any:
    """Return a JSON column for a group of fields or a list. `type`: type of its values, which commands and the API documentation
    share. Always replace the value, because SQLAlchemy does not track changes in place."""
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=nullable, info={"type": type}))


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Return an index over the rows that meet a condition."""
    # text: SQLite uses the index only for queries with these terms, without parameters, or that imply NOT NULL
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


def json_type(model: builtins.type[SQLModel], column: str) -> Any:
    """Return the type of the values of a JSON column, `| None` if it is nullable; None for other columns."""
    definition = model.__table__.c[column]  # type: ignore[attr-defined]
    type = definition.info.get("type")
    return type | None if type is not None and definition.nullable else type


def flatten(state: State, path: str = "") -> dict[str, Any]:
    """Return the fields of a state that are not None, by path: `{"person.age": 11}`. Lists are leaves."""
    fields: dict[str, Any] = {}
    for name, value in state.items():
        if isinstance(value, dict):
            fields |= flatten(value, f"{path}{name}.")
        elif value is not None:
            fields[path + name] = value
    return fields


def revert_fields(now: State, before: State, fields: Iterable[str]) -> State:
    """Return the columns of `now` with these fields set to their values in `before`. Other fields of a group stay."""
    paths = [field.split(".") for field in fields]
    # a state of an earlier version lacks newer fields, which count as null
    return {name: _reverted(now[name], before.get(name), _paths_below(paths, name)) for name in {path[0] for path in paths}}


def _reverted(now: Any, before: Any, paths: list[list[str]]) -> Any:
    if [] in paths or (now is None and before is None):  # the group was null, was set, and is null again
        return before
    group = dict(now) if now is not None else dict.fromkeys(before)
    for name in {path[0] for path in paths}:
        value = _reverted(group.get(name), (before or {}).get(name), _paths_below(paths, name))
        if value is None and before is not None and name not in before:
            group.pop(name, None)  # an added item
        else:
            group[name] = value
    return None if before is None and not flatten(group) else group


def _paths_below(paths: list[list[str]], name: str) -> list[list[str]]:
    return [path[1:] for path in paths if path[0] == name]


def changed_paths(before: State, after: State) -> list[str]:
    """Return the paths of the fields that differ between two states, sorted."""
    old, new = flatten(before), flatten(after)
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
