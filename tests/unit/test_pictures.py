"""Every page of the program is photographed by `board pictures`, and every name in it is used once."""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Route

from board.accounts import account_pages, admin_pages
from board.api import docs_page
from board.audit_log import pages as audit_pages
from board.displays import pages as display_pages
from board.documents import pages as paper_pages
from board.handover import pages as handover_pages
from board.help import pages as help_pages
from board.history import pages as history_pages
from board.web import board_pages
from tests.pictures import shots
from tests.pictures.camera import HEIGHTS

NO_PAGES = re.compile(r"\.(json|txt|pdf|md)$")  # catalogues and documents to take away
ALL_SHOTS = [shot for scene in shots.SCENES for shot in scene.shots]


def page_routes() -> Iterator[Route]:
    modules = (
        board_pages, history_pages, handover_pages, paper_pages, display_pages, docs_page, account_pages, admin_pages,
        audit_pages, help_pages,
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
        f"add a shot of {route.path} to tests/pictures/shots.py"
    )


def test_a_page_without_a_picture_is_found() -> None:
    assert not any(re.match("^/nothing$", sample(shot.path)) for shot in ALL_SHOTS)


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
