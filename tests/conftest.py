"""Fixtures shared by all folders: servers, people on sockets, browsers."""

import asyncio
import functools
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpcore2
import pytest
import uvicorn.server
from argon2 import PasswordHasher
from playwright.async_api import Browser, expect

from board.audit import read_log
from board.dev import Postgres, Redis, server_folder
from board.dev.browser import find
from board.engine import identity
from board.live import open_alarms, search_summaries, shift_status, unread_counts
from models.db import schema, sqlite
from tests.support import alone, backends, quick_engines, samples
from tests.support.backends import Backend
from tests.support.browser_window import PATIENCE_MS
from tests.support.browsers import Browsers, create_accounts
from tests.support.people import Person, Server, connect_person, create_token, running_server
from tests.support.server_clock import WallClock, install_clock
from tests.support.team import Team, running_team


def pytest_configure() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_finish() -> None:
    """Leave the collected tests and imported modules, which stay until the end, out of all garbage collections."""
    leave_out_of_collections()


def leave_out_of_collections() -> None:
    """Leave everything that this process holds now out of all garbage collections."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked `both_backends` on both backends."""
    mark = metafunc.definition.get_closest_marker("both_backends")
    if mark and "backend" in metafunc.fixturenames:
        marks = [pytest.mark.slow] if backends.SLOW_ON_POSTGRESQL in mark.args else []
        postgresql = pytest.param(backends.POSTGRESQL, marks=marks)
        metafunc.parametrize("backend", [backends.SQLITE, postgresql], indirect=True, scope="module")


# Files that take longest, in this order: one that began last would run when all other processes have nothing left to do.
LONGEST = ("test_openapi.py", "test_backup.py", "test_many_processes.py", "test_bad_input.py", "test_rights.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first, then spread browser files, which need a core and more, evenly among the others, which wait.

    Files with tests that run alone come last: other processes have nothing else left to do.
    """
    samples.leave_rest_to_slow_run(items)
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    longest = [path for name in LONGEST for path in files if path.name == name]
    last = [path for path, tests in files.items() if any(is_alone(test) for test in tests)]
    browser = [path for path in files if path not in longest + last and files[path][0].get_closest_marker("browser")]
    others = [path for path in files if path not in longest + last + browser]
    places = {path: (number + 0.5) / len(some) for some in (browser, others) for number, path in enumerate(some)}
    items[:] = [item for path in [*longest, *sorted(places, key=places.__getitem__), *last] for item in files[path]]


def is_alone(item: pytest.Item) -> bool:
    """Return whether a test runs while no other does."""
    return item.get_closest_marker("alone") is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let tests that run alone wait for those of other processes, and those for them."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    with alone.room(is_alone(item)):
        if is_alone(item):  # after an hour of tests, a collection takes a second, which a measurement would count
            leave_out_of_collections()
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Make password hashing take a millisecond in this process; the real parameters take half a second of a core."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Let no commit in this process wait for the disk, as with PostgreSQL here; test_durability looks at other processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "SYNCHRONOUS", "OFF")
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_sqlite_dialect() -> Iterator[None]:
    """Compile each statement once in this process: compiling is a third of what a short test takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "create_engine", quick_engines.create_engine)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_other_reads() -> Iterator[None]:
    """Record each read at once; a batch begins 50 ms after the last one, and most tests read one board after another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_log, "BATCH_S", 0.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_ends() -> Iterator[None]:
    """End servers in this process at once: uvicorn checks ten times a second whether it must end, and then waits as long."""
    with pytest.MonkeyPatch.context() as patch:
        short = {"sleep": lambda seconds: asyncio.sleep(min(seconds, 0.02))}
        patch.setattr(uvicorn.server, "asyncio", SimpleNamespace(**vars(asyncio) | short))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_tls_context() -> Iterator[None]:
    """Read the certificates of the system once; each of the thousands of HTTP clients would read them again, in 8 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", functools.cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def _tables_of_a_template() -> Iterator[None]:
    """Create the tables of new databases from a template; the migrations take a quarter of a second of a core."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_upgrade", backends.create_tables)
        yield


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    """Settable clock of the servers in this process."""
    return install_clock(monkeypatch)


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """Folder of the database servers, accessible to accounts other than root."""
    with server_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(server_dir: Path) -> Iterator[Postgres]:
    """Real PostgreSQL for the whole run, with a template database of this version."""
    server = Postgres(server_dir / "postgres", fsync=False)
    server.start()
    backends.make_template(server)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis(server_dir: Path) -> Iterator[Redis]:
    """Real Redis for the whole run. A test that breaks Redis starts its own."""
    server = Redis(server_dir / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """URL of a new database with all tables, dropped afterwards."""
    with backends.fresh_database(postgres) as url:
        yield url


@pytest.fixture
def redis_url(redis: Redis) -> str:
    return redis.url


@pytest.fixture(scope="module")
def backend(request: pytest.FixtureRequest) -> Backend:
    """Backend on which services are opened: SQLite, or each in turn for tests marked `both_backends`."""
    name = getattr(request, "param", backends.SQLITE)
    if name == backends.SQLITE:
        return Backend(name)
    return Backend(name, request.getfixturevalue("postgres"), request.getfixturevalue("redis"))


@pytest.fixture
def installation(backend: Backend, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Settings of a new installation on the backend."""
    with backend.settled(tmp_path) as settings:
        yield settings


@pytest.fixture
async def server(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path, **installation) as running:
        yield running


@pytest.fixture
async def add_person(server: Server) -> AsyncIterator[Callable[..., Awaitable[Person]]]:
    """Function that connects a new person: `await add_person("Alice", "coordinator")`."""
    people: list[Person] = []

    async def arrive(name: str, role: str, scope: str = "write") -> Person:
        person = await connect_person(server, await create_token(server.service, name, role, scope))
        people.append(person)
        return person

    yield arrive
    for person in people:
        await person.close()


@pytest.fixture
async def alice(add_person: Callable[..., Awaitable[Person]]) -> Person:
    """Coordinator who leads the search."""
    return await add_person("Alice", "coordinator")


@pytest.fixture
async def bob(add_person: Callable[..., Awaitable[Person]]) -> Person:
    """Investigator who helps."""
    return await add_person("Bob", "investigator")


@pytest.fixture
async def charlie(add_person: Callable[..., Awaitable[Person]]) -> Person:
    """Investigator who is outside: no member."""
    return await add_person("Charlie", "investigator")


@pytest.fixture(scope="module")
def quick_polls() -> Iterator[None]:
    """Let servers look for news of all viewers every quarter of a second instead of every second."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (open_alarms, search_summaries, shift_status, unread_counts):
            patch.setattr(module, "INTERVAL_S", 0.25)
        yield


@pytest.fixture(scope="module")
async def team(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Team]:
    """Team of five on one server, shared by all tests of a file."""
    folder = tmp_path_factory.mktemp("desk")
    with backend.settled(folder) as settings:
        async with running_team(folder, **settings) as started_team:
            yield started_team


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Path of the browser that the test command found, or that is found here when pytest is started directly."""
    return {"executable_path": str(find(Path(__file__).parent.parent / ".venvs" / "browser"))}


@pytest.fixture(scope="module")
async def browser_server(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, quick_polls: None
) -> AsyncIterator[Browsers]:
    """Server shared by all browser tests of a file, with an account for each member of the team."""
    async with running_server(tmp_path_factory.mktemp("desk")) as server:
        await create_accounts(server)
        async with Browsers(browser, server.url) as working:
            working.server = server
            yield working


@pytest.fixture
async def browsers(browser_server: Browsers) -> AsyncIterator[Browsers]:
    """Browser windows of the team for one test, closed afterwards."""
    yield browser_server
    await browser_server.clear()
