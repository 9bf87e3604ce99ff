"""Package imports: `board` uses `models` and `realtime`; these import neither each other nor `board`, and few libraries."""

import ast
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    # uuid_utils, pysqlite3 and psycopg: the ids that the rows are kept with, and the databases; pydantic: types of JSON columns;
    # phonenumbers: the numbers of contacts; cryptography: confidential columns
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
        "phonenumbers",
        "cryptography",
        "typing_extensions",
    },
    # pydantic reads no TypedDict of Python 3.11
    "realtime": {"realtime", "starlette", "websockets", "redis", "orjson", "h11", "typing_extensions"},
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
    its_files = sorted((ROOT / package).rglob("*.py"))
    assert its_files
    for file in its_files:
        assert imported(file) <= MAY_IMPORT[package], file.relative_to(ROOT)


def test_board_uses_both_other_packages() -> None:
    used = set().union(*map(imported, (ROOT / "board").rglob("*.py")))
    assert {"models", "realtime"} <= used


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@cache
def _private_names(package: str) -> set[str]:
    """The private attributes and methods of an installed package."""
    found: set[str] = set()
    for file in Path(str(files(package))).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
    return {name for name in found if _is_private(name)}


def private_uses(tree: ast.Module, package: str) -> set[str]:
    """The private names of a package that a file imports, reads of an object, or shares with a class that it inherits from."""
    found, theirs = set[str](), set[str]()  # used; names that stand for the package and things of it
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            name = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
            if name.partition(".")[0] == package:
                theirs.add(alias.asname or alias.name.partition(".")[0])
                found |= {part for part in name.split(".") if _is_private(part)}
    if not theirs:
        return found
    privates = _private_names(package)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            isinstance(name, ast.Name) and name.id in theirs for base in node.bases for name in ast.walk(base)
        ):
            found |= {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)} & privates
            found |= {each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)} & privates
        if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "os")):
            found |= {node.attr} & privates
    return found


@pytest.mark.parametrize("package", ["uvicorn", "h11"])
def test_no_private_name_of_the_web_server_is_used(package: str) -> None:
    """Any later version of it works, as long as its public names do."""
    used = {
        str(file.relative_to(ROOT)): names
        for ours in ("board", "models", "realtime", "tests")
        for file in (ROOT / ours).rglob("*.py")
        if package in (source := file.read_text(encoding="utf-8")) and (names := private_uses(ast.parse(source), package))
    }
    assert used == {}


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("from uvicorn.middleware.proxy_headers import _TrustedHosts", {"_TrustedHosts"}),
        ("from uvicorn._types import Scope", {"_types"}),
        ("import uvicorn\nserver = uvicorn.Server(None)\nserver._serve()", {"_serve"}),
        ("import uvicorn\nclass S(uvicorn.Server):\n    def _serve(self): pass", {"_serve"}),
        ("import uvicorn\nclass S(uvicorn.Server):\n    def f(self): self._captured_signals", {"_captured_signals"}),
        ("import uvicorn\nclass S(uvicorn.Server):\n    def f(self): self._my_own", set()),
        ("import uvicorn\nserver = uvicorn.Server(None)\nserver.serve()", set()),
    ],
)  # fmt: skip
def test_private_uses_are_found(source: str, used: set[str]) -> None:
    assert private_uses(ast.parse(source), "uvicorn") == used


def test_migrations_are_one_chain_by_their_numbers() -> None:
    """Follow the chain from the first one: it has all of them. A number may be left out."""
    before: dict[str, str | None] = {}
    for file in (ROOT / "models/db/migrations/versions").glob("[0-9]*.py"):
        nodes = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)]
        told = {node.targets[0].id: node.value.value for node in nodes if isinstance(node.value, ast.Constant)}  # type: ignore[attr-defined]
        assert file.name.partition("_")[0] == told["revision"]
        before[str(told["revision"])] = told["down_revision"]  # type: ignore[assignment]
    following = {earlier: each for each, earlier in before.items()}
    chain: list[str | None] = [None]
    while (last := following.get(chain[-1])) is not None:
        chain.append(last)
    assert set(chain[1:]) == before.keys()
    assert len(following) == len(before) == len(chain) - 1 > 38
