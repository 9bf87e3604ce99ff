"""Fixtures: a server, and the cast on it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from board.browser import find
from tests import cast
from tests.cast import Person, Server, serving
from tests.company import Company, playing
from tests.office import Office, hire


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def come(server: Server) -> AsyncIterator[Callable[..., Person]]:
    """`await come("Alice", "coordinator")`: somebody new, on the socket."""
    people: list[Person] = []

    async def arrive(name: str, role: str, scope: str = "write") -> Person:
        person = await cast.come(server, await cast.token_for(server.desk, name, role, scope))
        people.append(person)
        return person

    yield arrive
    for person in people:
        await person.leave()


@pytest.fixture
async def alice(come: Callable[..., Person]) -> Person:
    """Leads: a coordinator."""
    return await come("Alice", "coordinator")


@pytest.fixture
async def bob(come: Callable[..., Person]) -> Person:
    """Helps: an investigator."""
    return await come("Bob", "investigator")


@pytest.fixture
async def charlie(come: Callable[..., Person]) -> Person:
    """Is outside: an investigator who is no member."""
    return await come("Charlie", "investigator")


@pytest.fixture(scope="module")
async def company(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Company]:
    """The whole company on one server for all scenes of a file."""
    async with playing(tmp_path_factory.mktemp("desk")) as playing_company:
        yield playing_company


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The browser that the test command found; found here where pytest was started by itself."""
    return {"executable_path": str(find(Path(__file__).parent.parent / ".venv" / "browser"))}


@pytest.fixture(scope="module")
async def workplace(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """One server for all scenes of a file, with the cast's accounts."""
    async with serving(tmp_path_factory.mktemp("desk")) as server:
        await hire(server)
        async with Office(browser, server.url) as working:
            working.server = server
            yield working


@pytest.fixture
async def office(workplace: Office) -> AsyncIterator[Office]:
    """The cast's windows for one scene."""
    yield workplace
    await workplace.clear()
