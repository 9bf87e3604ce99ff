"""Fixtures: a server, and the cast on it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from playwright.async_api import Browser

from board.dev import Postgres, Redis, server_folder
from board.dev.browser import find
from board.engine import identity
from tests.support import backends
from tests.support.backends import Backend
from tests.support.browsers import Browsers, create_accounts
from tests.support.people import Person, Server, connect_person, create_token, running_server
from tests.support.server_clock import WallClock, install_clock
from tests.support.team import Team, running_team


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the mark `both_backends` runs in both; with `both_backends(ALTERNATING)`, see `_take_turns`."""
    if "backend" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_backends"):
        metafunc.parametrize("backend", [backends.SQLITE, backends.POSTGRESQL], indirect=True, scope="module")


def _take_turns(items: list[pytest.Item]) -> None:
    """Of scenes that say nothing of databases every second one runs in the large house, the others in the small one. The other
    way round they run with the slow ones."""
    files: dict[Path, dict[str, int]] = {}
    for item in items:
        mark, call = item.get_closest_marker("both_backends"), getattr(item, "callspec", None)
        if mark and backends.ALTERNATING in mark.args and call and "backend" in call.params:
            place, scenes = call.params["backend"], files.setdefault(item.path, {})
            number = scenes.setdefault(item.name.replace(place, ""), len(scenes))
            if place != (backends.SQLITE, backends.POSTGRESQL)[number % 2]:
                item.add_marker("slow")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a browser, which needs a core and more, come among those that mostly wait: three files run at a time. From the
    end of the alphabet, as the longest stand there, and what runs last should be short."""
    _take_turns(items)
    files: dict[Path, list[pytest.Item]] = {}
    for item in sorted(items, key=lambda item: item.path.name, reverse=True):
        files.setdefault(item.path, []).append(item)
    heavy = [each for each in files if files[each][0].get_closest_marker("browser")]
    light = [each for each in files if each not in heavy]
    places = {each: (number + 0.5) / len(some) for some in (heavy, light) for number, each in enumerate(some)}
    items[:] = [item for file in sorted(files, key=lambda each: places[each]) for item in files[file]]


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """A password is made and looked at in a millisecond, in this process: by the real parameters it is half of a core's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    """The clock of the servers in this process, to be set."""
    return install_clock(monkeypatch)


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """The folder of the servers: one that accounts other than root can get to."""
    with server_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(server_dir: Path) -> Iterator[Postgres]:
    """A real PostgreSQL for the whole run, with a template of a board's database in it."""
    server = Postgres(server_dir / "postgres", fsync=False)
    server.start()
    backends.make_template(server)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis(server_dir: Path) -> Iterator[Redis]:
    """A real Redis for the whole run. Who wants to break one starts its own."""
    server = Redis(server_dir / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A new database with all tables, gone afterwards."""
    with backends.fresh_database(postgres) as url:
        yield url


@pytest.fixture
def redis_url(redis: Redis) -> str:
    return redis.url


@pytest.fixture(scope="module")
def backend(request: pytest.FixtureRequest) -> Backend:
    """Where desks are opened: the small house, or each in turn for tests with the mark `both_backends`."""
    name = getattr(request, "param", backends.SQLITE)
    if name == backends.SQLITE:
        return Backend(name)
    return Backend(name, request.getfixturevalue("postgres"), request.getfixturevalue("redis"))


@pytest.fixture
def installation(backend: Backend, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The settings of a new installation in the house."""
    with backend.settled(tmp_path) as settings:
        yield settings


@pytest.fixture
async def server(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path, **installation) as running:
        yield running


@pytest.fixture
async def add_person(server: Server) -> AsyncIterator[Callable[..., Awaitable[Person]]]:
    """`await come("Alice", "coordinator")`: somebody new, on the socket."""
    people: list[Person] = []

    async def arrive(name: str, role: str, scope: str = "write") -> Person:
        person = await connect_person(server, await create_token(server.desk, name, role, scope))
        people.append(person)
        return person

    yield arrive
    for person in people:
        await person.leave()


@pytest.fixture
async def alice(add_person: Callable[..., Awaitable[Person]]) -> Person:
    """Leads: a coordinator."""
    return await add_person("Alice", "coordinator")


@pytest.fixture
async def bob(add_person: Callable[..., Awaitable[Person]]) -> Person:
    """Helps: an investigator."""
    return await add_person("Bob", "investigator")


@pytest.fixture
async def charlie(add_person: Callable[..., Awaitable[Person]]) -> Person:
    """Is outside: an investigator who is no member."""
    return await add_person("Charlie", "investigator")


@pytest.fixture(scope="module")
async def team(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Team]:
    """The whole company on one server for all scenes of a file."""
    folder = tmp_path_factory.mktemp("desk")
    with backend.settled(folder) as settings:
        async with running_team(folder, **settings) as playing_company:
            yield playing_company


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The browser that the test command found; found here where pytest was started by itself."""
    return {"executable_path": str(find(Path(__file__).parent.parent / ".venvs" / "browser"))}


@pytest.fixture(scope="module")
async def browser_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    """One server for all scenes of a file, with the cast's accounts."""
    async with running_server(tmp_path_factory.mktemp("desk")) as server:
        await create_accounts(server)
        async with Browsers(browser, server.url) as working:
            working.server = server
            yield working


@pytest.fixture
async def browsers(browser_server: Browsers) -> AsyncIterator[Browsers]:
    """The cast's windows for one scene."""
    yield browser_server
    await browser_server.clear()
