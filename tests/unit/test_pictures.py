"""Every page and every dialog of the program is photographed by `board pictures`, and every name in it is used once."""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Route

from board.accounts import access_pages, account_pages, admin_pages, emergency_opening_pages, guest_pages, password_pages
from board.api import docs_page
from board.audit.log import pages as audit_pages
from board.bootstrap import ROOT
from board.disclosure import pages as disclosure_pages
from board.displays import pages as display_pages
from board.documents import pages as paper_pages
from board.engine import kinds
from board.handover import pages as handover_pages
from board.help import pages as help_pages
from board.history import pages as history_pages
from board.retention import erasure_pages, part_pages
from board.retention import pages as retention_pages
from board.timeline import pages as timeline_pages
from board.web import board_pages
from tests.tools.pictures import shots
from tests.tools.pictures.camera import HEIGHTS

NO_PAGES = re.compile(r"\.(json|txt|pdf|md|csv|svg)$")  # catalogues and documents to take away
ALL_SHOTS = [shot for scene in shots.SCENES for shot in scene.shots]
SCRIPTS = ROOT / "static/js"
OPENED = re.compile(r'\bdialog(?:\(|\.ask\(\{)\s*(?:name: )?"([a-z-]+)"')  # by a script that draws it, or that has it drawn
ADDING = re.compile(r"\bdialog\(`(add-)\$\{kind\}`\)")  # one for each kind of card
PAGE_AT = {"searches": "search", "handover": "handover", "handovers": "handover", "": "operations"}  # its scripts, by its address


def page_routes() -> Iterator[Route]:
    modules = (
        board_pages, history_pages, handover_pages, paper_pages, display_pages, docs_page, account_pages, password_pages,
        admin_pages, audit_pages, help_pages, access_pages, guest_pages, timeline_pages,
        emergency_opening_pages, retention_pages, erasure_pages, part_pages, disclosure_pages,
    )  # fmt: skip
    for module in modules:
        for route in module.routes:
            assert isinstance(route, Route)
            if "GET" in (route.methods or ()) and not NO_PAGES.search(route.path):
                yield route


def sample(path: str) -> str:
    """Return an address of a shot, as it is asked for."""
    return re.sub(r"\{(\w+)\}", lambda name: "7" if name[1] == "handover" else name[1], path).partition("?")[0]


@pytest.mark.parametrize("route", list(page_routes()), ids=lambda route: route.path)
def test_each_page_is_photographed(route: Route) -> None:
    assert any(route.path_regex.match(sample(shot.path)) for shot in ALL_SHOTS), (
        f"add a shot of {route.path} to tests/tools/pictures/shots.py"
    )


def test_a_page_without_a_picture_is_found() -> None:
    assert not any(re.match("^/nothing$", sample(shot.path)) for shot in ALL_SHOTS)


def dialogs() -> set[tuple[str, str]]:
    """Return the dialogs of the scripts: the page that one belongs to (empty: several), and its name."""
    found = set()
    for path in SCRIPTS.rglob("*.js"):
        folder, page, *_ = (*path.relative_to(SCRIPTS).parts, "")
        text = path.read_text(encoding="utf-8")
        names = OPENED.findall(text) + [prefix + kind for prefix in ADDING.findall(text) for kind in card_kinds()]
        found |= {(page if folder == "pages" else "", name) for name in names}
    return found


def card_kinds() -> list[str]:
    return [kind.name for kind in kinds.cards()]


def page_of(path: str) -> str:
    first = re.split(r"[/?#]", path)[1]
    return PAGE_AT.get(first, first)


def is_photographed(page: str, name: str) -> bool:
    return any(shot.dialog == name and page in ("", page_of(shot.path)) for shot in ALL_SHOTS)


@pytest.mark.parametrize(("page", "name"), sorted(dialogs()))
def test_each_dialog_is_photographed(page: str, name: str) -> None:
    assert is_photographed(page, name), f"add a shot of the dialog {name} to tests/tools/pictures, on a page of {page or 'any'}"


def test_a_dialog_without_a_picture_is_found() -> None:
    assert {("search", "campaign"), ("handover", "withdraw"), ("", "palette"), ("search", "add-sighting")} <= dialogs()
    assert not is_photographed("search", "nothing")
    assert not is_photographed("displays", "campaign")


def test_a_shot_waits_for_a_dialog_that_exists() -> None:
    assert {shot.dialog for shot in ALL_SHOTS} - {""} <= {name for _, name in dialogs()}


def test_names_are_used_once() -> None:
    names = [name for scene in shots.SCENES for name in scene.names]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)


def test_walls_are_photographed_in_four_sizes() -> None:
    sizes = {wall.size for scene in shots.SCENES for wall in scene.walls}
    assert sizes == {(1280, 720), (1920, 1080), (3840, 2160), (1080, 1920)}


def test_a_state_of_one_device_is_photographed_on_that_alone() -> None:
    menus = {name: [width for width in HEIGHTS if shot.fits(width)] for shot in ALL_SHOTS if (name := shot.name)}
    assert menus["board-more"] == [390]
    assert menus["board-folded"] == [1400]
    assert menus["board-menu"] == [1400, 2560]
    assert menus["board"] == menus["filter-menu"] == [390, 1400, 2560]
