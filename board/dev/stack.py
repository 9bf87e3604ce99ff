"""`board dev`: PostgreSQL, Redis and a board with two workers, for whoever works on it; each in the foreground, as honcho wants.

They find each other in a private folder: a server writes its address there when it is ready. What the environment or `.env`
says wins: where DATABASE_URL is given no PostgreSQL is started, and no sample is made.
"""

import asyncio
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from redis import Redis as Client
from redis.exceptions import RedisError

from board.demo import data_dir, log_ins
from board.demo.seed import create
from board.dev.child_process import CannotStart
from board.dev.postgres import Postgres, write_private
from board.dev.redis import Redis
from board.dev.unprivileged_user import unprivileged
from board.secret_file import load_or_create_secret
from board.server.run import run as serve
from board.settings import Settings
from models.db.database import ConfigurationError, Database, DatabaseUnavailable

NAME = "searchboard-dev"
FOR_ROOT = Path("/var/lib") / NAME  # PostgreSQL does not run as root, and root's home is closed to others
DATABASE, UNFINISHED = "board", "unfinished"
USED = "used"  # a file that boards hold while they use the servers
WORKERS = 2
WAIT_S = 180  # for the other two: the first time they install themselves
WEB_ENDS_S = 4  # honcho kills after 5
LOOK_S = 0.2
LOCAL = ("127.0.0.1", "::1", "localhost")


def together() -> None:
    """All three, by the Procfile of the checkout; this process becomes honcho's. Raises ConfigurationError where there is
    none."""
    if not (data_dir.ROOT / "Procfile").is_file():
        raise ConfigurationError("`board dev` needs a checkout: there is no Procfile here.")
    os.chdir(data_dir.ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "honcho", "start"])  # noqa: S606 - our own words


def postgres() -> None:
    """Runs a PostgreSQL until it is told to stop; the first time, invented searches are played into it. Raises
    ConfigurationError."""
    if "database_url" in Settings().model_fields_set:
        return _idle("DATABASE_URL names a database: none is started.")
    folder = choose()
    with _ours(folder / "postgres"), _told_to_stop() as stop:
        server = Postgres(folder / "postgres")
        _start(server)
        try:
            if not _has(server, DATABASE):
                _play(server, folder)
            with _announced(folder, "postgres", server.url(DATABASE)):
                _say(f"PostgreSQL is on port {server.port}; its address, with the password: {folder / 'postgres.url'}")
                _watch(server, stop)
                _wait_for_web(folder)
        finally:
            server.stop()
    return None


def redis() -> None:
    """Runs a Redis until it is told to stop. Raises ConfigurationError."""
    if "redis_url" in Settings().model_fields_set:
        return _idle("REDIS_URL names a Redis: none is started.")
    folder = choose()
    with _ours(folder / "redis"), _told_to_stop() as stop:
        server = Redis(folder / "redis")
        _start(server)
        try:
            with _announced(folder, "redis", server.url):
                _say(f"Redis is on port {server.port}; its address, with the password: {folder / 'redis.url'}")
                _watch(server, stop)
                _wait_for_web(folder)
        finally:
            server.stop()
    return None


def web() -> None:
    """Serves with several workers, when the servers are there. Raises ConfigurationError."""
    given = Settings()
    folder = choose()
    own = "database_url" not in given.model_fields_set
    if own and given.host not in LOCAL:
        raise ConfigurationError(
            "The sample's passwords are known to all: name a database of your own (DATABASE_URL) to listen on HOST."
        )
    more: dict[str, Callable[[], Any]] = {
        "database_url": lambda: _address(folder, "postgres", _takes_connections),
        "redis_url": lambda: _address(folder, "redis", _answers),
        "secret_key": lambda: _secret(folder),
        "workers": lambda: WORKERS,
    }
    with _in_use(folder):
        found = {name: find() for name, find in more.items() if name not in given.model_fields_set}
        serve(Settings(**found), lambda url: _say(_greeting(url, folder) if own else f"listening on {url}"))


def choose() -> Path:
    """The private folder of all three: like the demo's, but where PostgreSQL's account can get to it."""
    folder = data_dir.choose(name=NAME)
    folder = folder if unprivileged().can_pass(folder) else FOR_ROOT
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as why:
        raise ConfigurationError(f"The folder {folder} can't be used: {why.strerror}.") from why
    return folder


# -- the servers ----------------------------------------------------------------------------------------------------------


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """Holds a server's folder. Raises ConfigurationError where another holds it."""
    try:
        with data_dir.locked(folder):
            folder.chmod(0o711)
            yield
    except data_dir.AlreadyRunning:
        raise ConfigurationError(f"Another `board dev` runs already, in {folder.parent}: stop it first.") from None


def _start(server: Postgres | Redis) -> None:
    try:
        server.start()
    except CannotStart as why:
        raise ConfigurationError(str(why)) from why


def _has(server: Postgres, name: str) -> bool:
    with server.admin() as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _play(server: Postgres, folder: Path) -> None:
    """The sample. It gets its name when it is whole: one that was interrupted is made anew."""
    began = time.monotonic()
    server.drop(UNFINISHED)
    settings = Settings(database_url=server.create(UNFINISHED), secret_key=_secret(folder), redis_url=None, workers=1)
    count = asyncio.run(create(settings))
    with server.admin() as connection:
        connection.execute(f"ALTER DATABASE {UNFINISHED} RENAME TO {DATABASE}")
    _say(f"{count} commands of invented searches played in {time.monotonic() - began:.1f} s.")


@contextmanager
def _announced(folder: Path, name: str, url: str) -> Iterator[None]:
    path = folder / f"{name}.url"
    write_private(path, url)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """An event that is set when we are told to stop."""
    stop = threading.Event()

    def set(number: int, frame: FrameType | None) -> None:
        stop.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, set)
    yield stop


def _watch(server: Postgres | Redis, stop: threading.Event) -> None:
    while not stop.wait(LOOK_S):
        if not server.alive:
            raise ConfigurationError(f"The server has ended by itself; its log is {server.log}.")


def _wait_for_web(folder: Path) -> None:
    """All are told to stop at one moment: the board comes first, while it can still finish what is being committed."""
    deadline = time.monotonic() + WEB_ENDS_S
    with (folder / USED).open("w") as file:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(LOOK_S / 4)
            else:
                return


@contextmanager
def _in_use(folder: Path) -> Iterator[None]:
    """A board that uses the servers, or several."""
    with (folder / USED).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def _idle(sentence: str) -> None:
    """Stays, as honcho ends all when one ends."""
    _say(sentence)
    with _told_to_stop() as stop:
        stop.wait()


# -- what the board waits for ---------------------------------------------------------------------------------------------


def _address(folder: Path, name: str, ready: Callable[[str], bool]) -> str:
    """Where a server is, once it answers there. Raises ConfigurationError when none comes."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        try:
            url = (folder / f"{name}.url").read_text()
        except OSError:
            url = ""  # not yet
        if url and ready(url):
            return url
        time.sleep(LOOK_S)
    raise ConfigurationError(f"No server has come up: start it with `board dev {name}`, or all of them with `honcho start`.")


def _takes_connections(url: str) -> bool:
    database = Database(url)
    try:
        database.read_now(lambda session: None)
    except DatabaseUnavailable:
        return False
    finally:
        asyncio.run(database.close())
    return True


def _answers(url: str) -> bool:
    client = Client.from_url(url)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def _secret(folder: Path) -> str:
    """Made once, as the sessions of those who are signed in hang on it."""
    return load_or_create_secret(folder / "secret").decode()


def _greeting(url: str, folder: Path) -> str:
    return (
        f"The board is at {url}, with its workers, PostgreSQL and Redis\n{log_ins()}\n"
        f"  It lives in {folder}: stop all and remove that to begin anew."
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
