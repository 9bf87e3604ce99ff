"""Package imports: `board` uses `models` and `realtime`; these import neither each other nor `board`, and few libraries."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    # uuid_utils, pysqlite3 and psycopg: the ids that the rows are kept with, and the databases; pydantic: types of JSON columns
    "models": {
        "orjson",
        "models",
        "sqlmodel",
        "sqlalchemy",
        "alembic",
        "uuid_utils",
        "pysqlite3",
        "psycopg",
        "pydantic",
        "pydantic_core",
    },
    # uvicorn reads HTTP by h11; pydantic reads no TypedDict of Python 3.11
    "realtime": {"realtime", "starlette", "uvicorn", "websockets", "redis", "orjson", "h11", "typing_extensions"},
}


def imported(file: Path) -> set[str]:
    """The packages that a file imports, also within functions; those of the standard library left out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            found.add(node.module or "")
    return {name.partition(".")[0] for name in found} - sys.stdlib_module_names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_package_imports_only_what_it_may(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for file in files:
        assert imported(file) <= MAY_IMPORT[package], file.relative_to(ROOT)


def test_board_uses_both_other_packages() -> None:
    used = set().union(*map(imported, (ROOT / "board").rglob("*.py")))
    assert {"models", "realtime"} <= used


def test_each_migration_follows_the_one_before() -> None:
    chain = []
    for file in sorted((ROOT / "models/db/migrations/versions").glob("[0-9]*.py")):
        nodes = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)]
        told = {node.targets[0].id: node.value.value for node in nodes if isinstance(node.value, ast.Constant)}  # type: ignore[attr-defined]
        chain.append((file.name.partition("_")[0], told["revision"], told["down_revision"]))
    numbers = [f"{number:04}" for number in range(1, len(chain) + 1)]
    assert chain == list(zip(numbers, numbers, [None, *numbers[:-1]], strict=True))
