"""Layers of the code: each imports only those below it, also for types, and no files import each other in a circle."""

import ast
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from board.bootstrap import ROOT

PACKAGES = ("board", "realtime", "models")
# From top to bottom. What stands in one row may import what stands beside it, but not in a circle of packages. A folder in
# another row than the package around it has a name with a slash.
LAYERS = (
    ("__main__", "command_line", "demo", "dev", "maintenance/checks"),
    ("server",),
    ("app",),
    ("api",),
    (
        "accounts", "alarms", "audit/log", "comparison", "disclosure", "displays", "documents", "duty", "exports", "files/http",
        "handover", "help", "figures", "geo_files", "history", "lookup", "maintenance", "maps", "providers", "reach", "retention",
        "timeline",
    ),
    ("web",),
    ("service",),
    ("live",),
    ("commands",),
    ("audit", "files", "notifications"),
    ("engine",),
    ("queues",),
    ("telemetry",),
    (
        "bootstrap", "child_process", "client", "config", "errors", "i18n", "install", "labels", "paths", "rate_limit",
        "vocabulary",
    ),
)  # fmt: skip
ROW = {name: row for row, layer in enumerate(LAYERS) for name in layer}

Imports = Mapping[str, set[str]]  # by module, the modules that it imports, also under TYPE_CHECKING and in functions


def imports_of(root: Path) -> Imports:
    files = {_module(root, path): path for package in PACKAGES for path in (root / package).rglob("*.py")}
    assert len(files) > 200, "there is something to see"
    return {module: set(_imported(path, files)) for module, path in files.items()}


def _module(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, files: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in files or node.module in files:
                    yield full if full in files else str(node.module)


def part(module: str) -> str:
    """Package or file of `board/` that a module is in, or the folder of a package that has a row of its own."""
    names = [*module.split("."), "__init__"][1:]
    folder = "/".join(names[:2])
    return folder if folder in ROW else names[0]


def upwards(imports: Imports) -> list[str]:
    """Return imports that go up, or into a package that they may not use."""
    return sorted(f"{module} imports {each}" for module, them in imports.items() for each in them if not _may(module, each))


def _may(module: str, imported: str) -> bool:
    package, other = module.split(".")[0], imported.split(".")[0]
    if package != "board":
        return package == other
    if other != "board" or part(imported) in ("__init__", part(module)) or part(module) == "__init__":
        return True
    return ROW[part(module)] <= ROW[part(imported)]


def circles(imports: Imports) -> list[list[str]]:
    """Groups of names that import each other, directly or through others."""
    reach: dict[str, set[str]] = {}
    for start in imports:
        found, left = set[str](), [start]
        while left:
            for each in imports.get(left.pop(), ()):
                if each not in found:
                    found.add(each)
                    left.append(each)
        reach[start] = found
    groups = {tuple(sorted({start, *(each for each in reach[start] if start in reach.get(each, ()))})) for start in imports}
    return sorted(list(group) for group in groups if len(group) > 1)


def of_packages(imports: Imports) -> Imports:
    """Return upward imports between packages and files of `board/`."""
    found: dict[str, set[str]] = {}
    for module, them in imports.items():
        if module.startswith("board."):
            found.setdefault(part(module), set()).update(part(each) for each in them if each.startswith("board."))
    return {name: them - {name} for name, them in found.items()}


@pytest.fixture(scope="module")
def imports() -> Imports:
    return imports_of(ROOT)


def test_every_part_of_board_has_its_layer(imports: Imports) -> None:
    assert {part(module) for module in imports if module.startswith("board.")} == ROW.keys()


def test_imports_go_down(imports: Imports) -> None:
    assert upwards(imports) == []


def test_no_files_import_each_other_in_a_circle(imports: Imports) -> None:
    assert circles(imports) == []


def test_no_packages_import_each_other_in_a_circle(imports: Imports) -> None:
    assert circles(of_packages(imports)) == []


WRONG = {  # by file: a line that goes up, or in a circle, and what is said of it
    "board/engine/journal.py": ("from board.service import Desk", "board.engine.journal imports board.service"),
    "board/web/pages.py": ("def late():\n    from board import app", "board.web.pages imports board.app"),
    "realtime/hub.py": ("from models import board", "realtime.hub imports models.board"),
    "models/board.py": ("import board.paths", "models.board imports board.paths"),
    "realtime/channels/sequence.py": ("def late():\n    from realtime import hub", None),
}


def test_wrong_imports_and_a_circle_of_files_are_found(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "locales", "data"))
    for file, (line, _) in WRONG.items():
        with (tmp_path / file).open("a") as end:
            end.write(f"\n\n{line}\n")
    found = imports_of(tmp_path)
    assert upwards(found) == sorted(wrong for _, wrong in WRONG.values() if wrong)
    assert any("realtime.channels.sequence" in group for group in circles(found))


# -- rows -----------------------------------------------------------------------------------------------------------------

ROWS = {
    "row",
    "search",
    "card",
    "column",
    "board",
    "handed",
    "handover",
    "shift",
    "briefing",
    "sighting",
    "task",
    "note",
    "alarm",
    "duty",
}


def assigned_rows(source: str) -> list[str]:
    """Return assignments to attributes of rows."""
    targets = [
        target
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    return [
        ast.unparse(each)
        for each in targets
        if isinstance(each, ast.Attribute) and ast.unparse(each.value).split(".")[-1] in ROWS
    ]


def test_columns_are_set_through_the_unit_of_work_alone() -> None:
    """No session tracks the rows of commands: an assigned column would never be written."""
    files = [*(ROOT / "board" / "commands").rglob("*.py"), ROOT / "board" / "engine" / "event_writer.py"]
    assert len(files) > 20
    found = {file.name: assigned for file in files if (assigned := assigned_rows(file.read_text(encoding="utf-8")))}
    assert found == {}


def test_assigned_columns_are_found() -> None:
    assert assigned_rows("row.rank = 1\nself.board.cards += 1\nunit.rows = 2") == ["row.rank", "self.board.cards"]
