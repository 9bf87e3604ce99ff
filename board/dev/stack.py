"""Development stack of `board dev`: PostgreSQL, Redis and a board with two workers, each in the foreground, as honcho requires.

They find each other through a private folder, where each server writes its URL when it is ready. The environment and `.env` take
precedence: if DATABASE_URL is set, no PostgreSQL is started and no sample data is created.
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
from functools import partial
from pathlib import Path
from typing import Any

from redis import Redis as Client
from redis.exceptions import RedisError

from board.config.secret_file import load_or_create_secret
from board.config.settings import Settings
from board.demo import data_dir, log_ins
from board.demo.seed import create
from board.dev.child_process import CannotStart, LocalServer, write_private
from board.dev.postgres import Postgres
from board.dev.redis import Redis
from board.dev.unprivileged_user import unprivileged
from board.server.run import run as serve
from models.db.database import ConfigurationError, Database, DatabaseUnavailable

NAME = "searchboard-dev"
ROOT_FOLDER = Path("/var/lib") / NAME  # PostgreSQL does not run as root, and root's home is closed to other users
DATABASE, UNFINISHED = "board", "unfinished"
FILES = "files"  # folder of photos and files, next to those of the servers
LOCK_FILE = "used"  # lock file that boards hold while they use the servers
WORKERS = 2
WAIT_S = 180  # longest wait for the other processes, which install dependencies at their first start
WEB_STOP_TIMEOUT_S = 4  # honcho kills after 5 s
POLL_INTERVAL_S = 0.2
_print = partial(print, flush=True)
LOCAL = ("127.0.0.1", "::1", "localhost")


def run_all() -> None:
    """Replace this process by honcho, which runs all three from the Procfile of the checkout. Raises ConfigurationError if there
    is no Procfile."""
    if not (data_dir.ROOT / "Procfile").is_file():
        raise ConfigurationError("`board dev` needs a checkout. There is no Procfile here.")
    os.chdir(data_dir.ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "honcho", "start"])  # noqa: S606 - our own words


def postgres() -> None:
    """Run a PostgreSQL server until signalled; at the first start, create the demo data. Raises ConfigurationError if it can't
    run."""
    if "database_url" in Settings().model_fields_set:
        return _wait_idle("DATABASE_URL names a database: none is started.")
    folder = choose()
    server = Postgres(folder / "postgres")

    def url() -> str:
        with server.admin() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            _create_sample(server, folder)
        return server.url(DATABASE)

    return _run_server(server, url)


def redis() -> None:
    """Run a Redis server until signalled. Raises ConfigurationError if it can't run."""
    if "redis_url" in Settings().model_fields_set:
        return _wait_idle("REDIS_URL names a Redis: none is started.")
    server = Redis(choose() / "redis")
    return _run_server(server, lambda: server.url)


def web() -> None:
    """Serve the board with several workers, once the servers are ready. Raises ConfigurationError if a server does not start, or
    if HOST would expose the sample data."""
    settings_given = Settings()
    folder = choose()
    own = "database_url" not in settings_given.model_fields_set
    if own and settings_given.host not in LOCAL:
        raise ConfigurationError(
            "The passwords of the sample data are public. To listen on HOST, set DATABASE_URL to a database of your own."
        )
    defaults: dict[str, Callable[[], Any]] = {
        "database_url": lambda: _wait_for_url(folder, "postgres", _takes_connections),
        "redis_url": lambda: _wait_for_url(folder, "redis", _answers),
        "secret_key": lambda: _secret(folder),
        "workers": lambda: WORKERS,
        "files_url": (folder / FILES).as_uri,
    }
    with (folder / LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        found = {name: find() for name, find in defaults.items() if name not in settings_given.model_fields_set}
        serve(Settings(**found), lambda url: _print(_welcome(url, folder) if own else f"listening on {url}"))


def choose() -> Path:
    """Return the private folder of the stack: in the user's data folder, or ROOT_FOLDER if PostgreSQL's user can't reach that.
    Raises ConfigurationError if it can't be used."""
    folder = data_dir.choose(name=NAME)
    folder = folder if unprivileged().can_pass(folder) else ROOT_FOLDER
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"The folder {folder} can't be used: {error.strerror}.") from error
    return folder


# -- the servers ----------------------------------------------------------------------------------------------------------


def _run_server(server: LocalServer, url: Callable[[], str]) -> None:
    """Run a server until signalled, with its URL in a file next to its folder. Raises ConfigurationError if it can't run."""
    published = server.folder.with_suffix(".url")
    with _locked(server.folder), _stop_signals() as stop:
        try:
            server.start()
        except CannotStart as error:
            raise ConfigurationError(str(error)) from error
        try:
            write_private(published, url())
            _print(f"{server.name} is on port {server.port}; its address, with the password: {published}")
            while not stop.wait(POLL_INTERVAL_S):
                if not server.alive:
                    raise ConfigurationError(f"The server has exited. Its log is {server.log}.")
            _wait_for_web(server.folder.parent)
        finally:
            published.unlink(missing_ok=True)
            server.stop()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a server's folder. Raises ConfigurationError if another process has locked it."""
    try:
        with data_dir.locked(folder):
            folder.chmod(0o711)
            yield
    except data_dir.AlreadyRunning:
        raise ConfigurationError(f"Another `board dev` runs already, in {folder.parent}. Stop it first.") from None


def _create_sample(server: Postgres, folder: Path) -> None:
    """Create the sample database. It is renamed when complete, so that an interrupted one is created again."""
    started = time.monotonic()
    server.drop(UNFINISHED)
    settings = Settings(
        database_url=server.create(UNFINISHED), secret_key=_secret(folder), redis_url=None, workers=1,
        files_url=(folder / FILES).as_uri(),
    )  # fmt: skip
    count = asyncio.run(create(settings))
    with server.admin() as connection:
        connection.execute(f"ALTER DATABASE {UNFINISHED} RENAME TO {DATABASE}")
    _print(f"{count} commands of invented searches executed in {time.monotonic() - started:.1f} s.")


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Yield an event that is set by SIGTERM or SIGINT."""
    stop = threading.Event()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stop.set())
    yield stop


def _wait_for_web(folder: Path) -> None:
    """Wait until no board uses the servers. All processes are signalled at the same time, and the board must finish its commits
    first."""
    deadline = time.monotonic() + WEB_STOP_TIMEOUT_S
    with (folder / LOCK_FILE).open("w") as file:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(POLL_INTERVAL_S / 4)
            else:
                return


def _wait_idle(sentence: str) -> None:
    """Print a sentence and wait for a signal, because honcho ends all processes when one ends."""
    _print(sentence)
    with _stop_signals() as stop:
        stop.wait()


# -- waiting for the servers ---------------------------------------------------------------------------------------------


def _wait_for_url(folder: Path, name: str, ready: Callable[[str], bool]) -> str:
    """Return the URL of a server once it answers. Raises ConfigurationError after WAIT_S."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        try:
            url = (folder / f"{name}.url").read_text()
        except OSError:
            url = ""  # not written yet
        if url and ready(url):
            return url
        time.sleep(POLL_INTERVAL_S)
    raise ConfigurationError(f"No server has started. Start it with `board dev {name}`, or all of them with `honcho start`.")


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
    """Return the secret key, which is created once, because sign-ins depend on it."""
    return load_or_create_secret(folder / "secret").decode()


def _welcome(url: str, folder: Path) -> str:
    return (
        f"The board is at {url}, with its workers, PostgreSQL and Redis\n{log_ins()}\n"
        f"  Its data is in {folder}: stop all and remove it to start over."
    )
