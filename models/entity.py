"""Entities: the common part of everything on a board. A row with an id, the seq of its last event, and a state."""

import builtins
from collections.abc import Iterable
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

State = dict[str, Any]


class Entity(SQLModel):
    """Row of a board. `STATE` names the columns of its state in the order in which they are sent; other columns never leave the
    server by a socket, an event or a snapshot."""

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
            cls.STATE = tuple(name for name, each in declared.items() if each is not None and each.in_state)

    def state(self) -> State:
        """Return the whole state, with every field; null when unset."""
        values = self.__dict__  # past SQLAlchemy's descriptors, which cost several times as much
        return {name: values[name] if name in values else getattr(self, name) for name in self.STATE}


class CountedEntity(Entity):
    """Entity that counts towards the limit of its board, and towards the share of one account there: the one that added it, or
    that brought it back. None of this is in its state.

    `share_account` and `share_token` name the row of `BoardShare` that counts it; None: nobody's. `archived_at` is set while it
    has left the snapshot and is in the journal alone.
    """

    share_account: str | None = None
    share_token: str | None = None
    archived_at: str | None = None


def json_column(type: Any, nullable: bool = False) -> Any:
    """Return a JSON column for a group of fields, or a list. `type` is that of its values; commands and the documentation of the
    API share it. Replace the value, never change it in place: SQLAlchemy would not notice."""
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=nullable, info={"type": type}))


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Return an index over the rows that meet a condition."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def json_type(model: builtins.type[SQLModel], column: str) -> Any:
    """Return the type of the values of a JSON column, `| None` if it is nullable; None for other columns."""
    found = model.__table__.c[column]  # type: ignore[attr-defined]
    given = found.info.get("type")
    return given | None if given is not None and found.nullable else given


def flatten(state: State, path: str = "") -> dict[str, Any]:
    """Return the fields of a state that are not null by path: `{"person.age": 11}`. Lists are leaves."""
    found: dict[str, Any] = {}
    for name, value in state.items():
        if isinstance(value, dict):
            found |= flatten(value, f"{path}{name}.")
        elif value is not None:
            found[path + name] = value
    return found


def revert_fields(now: State, before: State, fields: Iterable[str]) -> State:
    """Return the columns of a state in which these fields have the values of before; other fields of a group stay as they are
    now."""
    paths = [field.split(".") for field in fields]
    # a state of an earlier version lacks later fields: they were null
    return {name: _reverted(now[name], before.get(name), _paths_below(paths, name)) for name in {path[0] for path in paths}}


def _reverted(now: Any, before: Any, paths: list[list[str]]) -> Any:
    if [] in paths or (now is None and before is None):  # the group was null, was set, and is null again
        return before
    group = dict(now) if now is not None else dict.fromkeys(before)
    for name in {path[0] for path in paths}:
        value = _reverted(group.get(name), (before or {}).get(name), _paths_below(paths, name))
        if value is None and before is not None and name not in before:
            group.pop(name, None)  # an item that was added
        else:
            group[name] = value
    return None if before is None and not flatten(group) else group


def _paths_below(paths: list[list[str]], name: str) -> list[list[str]]:
    return [path[1:] for path in paths if path[0] == name]


def changed_paths(before: State, after: State) -> list[str]:
    """Return the paths of the fields that differ between two states, sorted."""
    old, new = flatten(before), flatten(after)
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
