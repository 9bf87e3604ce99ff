"""A page is declared once: what is added to the table is in the menus, bundles, style sheets, routes and pictures."""

import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.routing import Route

from board.audit import outlets
from board.config import page_table
from board.config.page_table import PAGES, Page
from board.config.roles import load_roles
from board.paths import STATIC
from board.web import board_pages, js_bundle, static_files
from models.accounts import Account
from tests.tools.pictures import shots

TRIAL = Page("trial", "/trial", "Unanswered", "words", menu=9, frame=True, role="coordinator", refusal="No.", sheets=("trial",))
SCRIPT = "export function mount() {}\n"


def account(role: str) -> Account:
    return Account(id="a", email="a@example.org", name="A", role=role, password="", created_at="2026-11-24T21:00:00.000Z")


@pytest.fixture
def with_trial(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add a page to the table, and load again what reads the table when it is imported."""
    monkeypatch.setattr(page_table, "PAGES", (*PAGES, TRIAL))
    yield
    monkeypatch.undo()


def loaded_again(module: ModuleType, name: str) -> Any:
    """Return a value of a module as it is if it is loaded with the table as it is now."""
    return runpy.run_path(str(module.__file__))[name]


def test_an_added_page_is_in_the_menus_of_those_who_may_open_it(with_trial: None) -> None:
    assert [page.name for page in page_table.menu(account("coordinator"), load_roles())][-1] == "trial"
    assert "trial" not in [page.name for page in page_table.menu(account("investigator"), load_roles())]
    assert page_table.for_scripts()[-1]["path"] == "/trial"


def test_an_added_page_has_a_route_an_outlet_and_a_picture(with_trial: None) -> None:
    assert "/trial" in [route.path for route in loaded_again(board_pages, "routes")]
    assert loaded_again(outlets, "PAGES")["GET /trial"] == outlets.FRAME
    assert "trial" in [shot.name for shot in loaded_again(shots, "FRAMES").shots]


def test_an_added_page_has_a_bundle_and_a_style_sheet(with_trial: None, tmp_path: Path) -> None:
    static = Path(shutil.copytree(STATIC, tmp_path / "static", copy_function=shutil.copy))
    (static / "js/pages/trial").mkdir()
    (static / "js/pages/trial/page.js").write_text(SCRIPT)
    assert "trial.js" in js_bundle.bundles(static, page_table.modules())
    assert "trial" in loaded_again(static_files, "SHEETS")[static_files.STYLES]


def test_pages_have_names_places_and_texts_of_their_own() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES)
    paths, places = [page.path for page in PAGES if page.path], [page.menu for page in PAGES if page.menu]
    assert len(set(paths)) == len(paths)
    assert sorted(places) == list(range(1, len(places) + 1))
    for page in PAGES:
        assert not page.module or (STATIC / page.module).is_file()
        is_for_all = page.role == "viewer" and page.right is None
        assert not page.frame or is_for_all or page.refusal, f"{page.name}: say who may open it"


def test_every_page_of_the_menus_is_served_at_its_address() -> None:
    served = {route.path for route in board_pages.routes if isinstance(route, Route)}
    assert {page.path for page in page_table.frames()} <= served
    assert {page.path for page in PAGES if page.path} <= {name.removeprefix("GET ") for name in outlets.PAGES}


@pytest.mark.parametrize(
    ("name", "path", "marked"),
    [
        ("operations", "/", "page"), ("operations", "/searches/x", "true"), ("operations", "/closed", "true"),
        ("operations", "/history", ""), ("handover", "/handovers/7", "true"), ("accounts", "/accounts/tokens", "page"),
        ("accounts", "/audit", "true"), ("account", "/accounts", ""),
    ],
)  # fmt: skip
def test_the_menu_marks_the_page_and_those_around_it(name: str, path: str, marked: str) -> None:
    assert page_table.named(name).current(path) == marked
