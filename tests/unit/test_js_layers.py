"""Layers of the scripts: a module imports only from its own layer and those below; no modules import each other in a circle."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from board.paths import STATIC
from tests.unit.test_architecture import circles

# From bottom to top. Pages and the display share what is below, and nothing of each other.
LAYERS = ("core", "format", "forms", "behaviours", "shared", "replay", "pages", "display")
BELOW = {**{layer: set(LAYERS[:row]) for row, layer in enumerate(LAYERS)}, "display": {"core"}}
ENTRY = "main.js"  # starts the page: it imports from every layer, and nobody imports it
VENDOR = "../vendor/"

FROM = re.compile(r'\b(?:from|import) *\(? *"(\.{1,2}/[^"]+)"')
FETCH = re.compile(r"(?<![\w.#$])(?:(?:window|self|globalThis)\.)?fetch\b|\bXMLHttpRequest\b|\bsendBeacon\b")

Imports = Mapping[str, set[str]]  # by module, the modules that it imports, of ours and vendored


def modules(folder: Path) -> dict[str, str]:
    """Return the text of each module of a folder, by its path in it."""
    found = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.js")}
    assert len(found) > 150, "there is something to see"
    return found


def imports_of(texts: Mapping[str, str]) -> Imports:
    return {name: {normpath(join(dirname(name), path)) for path in FROM.findall(text)} for name, text in texts.items()}


def group(module: str) -> tuple[str, ...]:
    """Layer of a module; of a page's module, the layer and the page."""
    parts = module.split("/")
    return tuple(parts[:2]) if parts[0] == "pages" else (parts[0],)


def upwards(imports: Imports) -> list[str]:
    """Return the imports that go up, or from a page to another one."""
    return sorted(f"{name} imports {each}" for name, them in imports.items() for each in them if not _may(name, each))


def _may(module: str, imported: str) -> bool:
    if imported.startswith(VENDOR) or group(module) == group(imported) or module == ENTRY:
        return True
    return group(imported)[0] in BELOW[group(module)[0]]


def fetching(texts: Mapping[str, str]) -> list[str]:
    """Return the modules that ask the server for something by themselves."""
    return sorted(name for name, text in texts.items() if FETCH.search(text))


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return modules(STATIC / "js")


def test_every_module_has_its_layer(texts: Mapping[str, str]) -> None:
    assert {group(name)[0] for name in texts if name != ENTRY} == set(LAYERS)


def test_imports_of_scripts_go_down(texts: Mapping[str, str]) -> None:
    assert upwards(imports_of(texts)) == []


def test_every_imported_module_exists(texts: Mapping[str, str]) -> None:
    imported = {each for them in imports_of(texts).values() for each in them if not each.startswith(VENDOR)}
    assert imported <= texts.keys()


def test_no_scripts_import_each_other_in_a_circle(texts: Mapping[str, str]) -> None:
    assert circles(imports_of(texts)) == []


@pytest.mark.parametrize(
    ("file", "line", "wrong"),
    [
        (
            "core/storage/store.js",
            'import { board } from "../../format/values.js";',
            "core/storage/store.js imports format/values.js",
        ),
        ("format/values.js", 'import { row } from "../forms/form_row.js";', "format/values.js imports forms/form_row.js"),
        ("shared/notices.js", 'import { play } from "../replay/player.js";', "shared/notices.js imports replay/player.js"),
        ("pages/replay/bar.js", 'import { x } from "../search/undo.js";', "pages/replay/bar.js imports pages/search/undo.js"),
        ("replay/player.js", 'export { x } from "../pages/replay/bar.js";', "replay/player.js imports pages/replay/bar.js"),
        ("display/fit.js", 'import { card } from "../shared/avatars.js";', "display/fit.js imports shared/avatars.js"),
        ("core/connection/tab.js", 'const late = () => import("../../main.js");', "core/connection/tab.js imports main.js"),
    ],
)
def test_a_wrong_import_of_a_script_is_found(tmp_path: Path, file: str, line: str, wrong: str) -> None:
    copy = Path(shutil.copytree(STATIC / "js", tmp_path / "js"))
    with (copy / file).open("a") as end:
        end.write(f"\n{line}\n")
    assert upwards(imports_of(modules(copy))) == [wrong]


def test_a_circle_of_scripts_is_found(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(STATIC / "js", tmp_path / "js"))
    with (copy / "core/i18n.js").open("a") as end:
        end.write('\nimport { label } from "./labels.js";\n')
    assert any("core/i18n.js" in names for names in circles(imports_of(modules(copy))))


def test_only_the_api_module_sends_requests(texts: Mapping[str, str]) -> None:
    assert fetching(texts) == ["core/connection/api.js"]


@pytest.mark.parametrize("call", ["await fetch(a)", "window.fetch(a)", "navigator.sendBeacon(a)", "new XMLHttpRequest()"])
def test_a_request_from_another_module_is_found(call: str) -> None:
    assert fetching({"core/connection/tab.js": f"const a = {call};"}) == ["core/connection/tab.js"]
    assert fetching({"core/connection/tab.js": "this.#fetch(a); cache.fetch(a); prefetch(a);"}) == []
