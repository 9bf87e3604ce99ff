"""Tables made from a parameter: a JSON list of lists, of any length, in a statement that is compiled once."""

from typing import Any

from sqlalchemy import JSON, String, bindparam, cast, column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _JsonList(FunctionElement[Any]):
    """Table with the items of a list, in the column `value`."""

    inherit_cache = True
    name = "json_list"


@compiles(_JsonList, "sqlite")
def _of_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"  # noqa: S608


@compiles(_JsonList, "postgresql")
def _of_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT value FROM jsonb_array_elements(CAST({compiler.process(element.clauses, **options)} AS JSONB)))"  # noqa: S608


def json_rows(parameter: str, **types: TypeEngine[Any]) -> Any:
    """Return the table made from a parameter, with columns of these names and types, in the order of the inner lists."""
    items = _JsonList(bindparam(parameter, type_=String())).table_valued(column("value", JSON), name="items")
    fields = (cast(items.c.value[index].as_string(), type).label(name) for index, (name, type) in enumerate(types.items()))
    return select(*fields).subquery(parameter)
