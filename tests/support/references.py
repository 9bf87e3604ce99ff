"""Columns that can contain the id of another entity, found by the declarations of all tables, and the rows that contain one."""

import builtins
from collections.abc import Collection, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from sqlalchemy import LargeBinary, select
from sqlmodel import Session, SQLModel
from typing_extensions import is_typeddict

from board.engine import kinds
from models.db.schema import metadata
from models.declared import FieldSpec
from models.fields import Id

# readings and controls of ids that are never those of a card, note, contact or file
OTHERS = {"person", "people", "search", "column", "material"}


def paths() -> set[str]:
    """Return the paths of all ids in columns of all tables, as `table.column.part`, without those that name no part of a search
    by their declaration."""
    tables = {mapper.local_table.name: mapper.local_table for mapper in SQLModel._sa_registry.mappers}  # type: ignore[attr-defined]
    return {path for name in tables for column in tables[name].c for path in _paths_of(name, column)}


def columns_with(session: Session, ids: Collection[str]) -> set[str]:
    """Return the columns, as `table.column`, with one of these ids in a row. Columns of bytes are those of the journal."""
    return {
        f"{name}.{column.name}"
        for name, table in metadata.tables.items() for row in session.connection().execute(select(table))
        for column in table.c if not isinstance(column.type, LargeBinary) and any(id in str(row._mapping[column]) for id in ids)
    }  # fmt: skip


def _paths_of(table: str, column: Any) -> Iterator[str]:
    path, declared = f"{table}.{column.name}", column.info.get("declared")
    if declared is not None and not OTHERS.isdisjoint({declared.spec.control, declared.spec.reads_as}):
        return
    type = declared.type if declared is not None else column.info.get("type")
    if type is not None:
        yield from _ids_in(type, path)
    elif column.name in _names():
        yield path


def _names() -> set[str]:
    """Return the names of text columns and parts that contain an id without a declaration."""
    return {kind.name for kind in kinds.every()} | {"entity"}


def _ids_in(type: Any, path: str) -> Iterator[str]:
    """Yield the paths of the ids in values of a type."""
    options = get_args(type)
    if type == Id:
        yield path
    elif get_origin(type) is Annotated:
        if not any(isinstance(spec, FieldSpec) and {spec.control, spec.reads_as} & OTHERS for spec in options[1:]):
            yield from _ids_in(_plain(type), path)
    elif get_origin(type) in (Union, UnionType, list, dict):
        for option in options:
            yield from _ids_in(option, path)
    elif is_typeddict(type):
        for name, hint in get_type_hints(type, include_extras=True).items():
            yield from _ids_in(Id if hint is str and name in _names() else hint, f"{path}.{name}")
    elif isinstance(type, builtins.type) and issubclass(type, BaseModel):
        for name, info in type.model_fields.items():
            yield from _ids_in(
                Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation, f"{path}.{name}"
            )


def _plain(type: Any) -> Any:
    """Return an annotated type without its declaration as a field."""
    base, *metadata = get_args(type)
    constraints = [item for item in metadata if not isinstance(item, FieldSpec)]
    if len(constraints) == len(metadata) and type != Id:
        return base
    return Annotated[(base, *constraints)] if constraints else base
