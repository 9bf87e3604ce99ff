"""Statements whose count of rows is read: psycopg counts those of an `INSERT` only with the option `preserve_rowcount`.

Without it the count is -1, so that "added once" is never true on PostgreSQL, and SQLite hides it.
"""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Insert

from board.bootstrap import ROOT

MODULES = sorted(
    path
    for package in ("board", "models", "realtime")
    for path in (ROOT / package).rglob("*.py")
    if ".rowcount" in path.read_text()
)


def counted(tree: ast.AST) -> Iterator[str]:
    """Yield the names of the statements whose count is read: `….execute(NAME, …).rowcount`."""
    for node in ast.walk(tree):
        call = node.value if isinstance(node, ast.Attribute) and node.attr == "rowcount" else None
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Name):
            yield call.args[0].id


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_count_of_inserted_rows_is_kept(path: Path) -> None:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for name in counted(ast.parse(path.read_text())):
        statement = getattr(module, name, None)
        if isinstance(statement, Insert):
            assert statement.get_execution_options().get("preserve_rowcount"), f"{path.name}: {name}"
