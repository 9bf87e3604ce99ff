"""SQL function for the text of an id in a column of short forms (see `models.ids.id_bytes`)."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.ids import id_sql


class id_text(FunctionElement[str]):  # lower case, like SQLAlchemy's functions
    """Id with the short form in a column."""

    inherit_cache = True
    type = String()
    name = "id_text"


@compiles(id_text)
def _compile(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return id_sql(compiler.process(element.clauses, **options), compiler.dialect.name)
