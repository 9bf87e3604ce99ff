"""Programs of PostgreSQL: pg_dump and pg_restore, on the database of a URL. The password goes through the environment."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from board.errors import OperationError

POLL_S = 1.0  # between two reports of the progress of a program
DEBIAN = Path("/usr/lib/postgresql")  # a folder per version, which Debian does not put on the PATH


class ProgramFailed(OperationError):
    """Failure of a PostgreSQL program, with the last line of its output."""


def run(program: str, url: str, words: list[str], name: str, poll: Callable[[], object] = lambda: None) -> None:
    """Run a program on a database, as application `name`; `poll` is called every second. Raises ProgramFailed."""
    with _started(program, [*words, f"--dbname={without_password(url)}"], _environment(url, name)) as process:
        while True:
            try:
                _, errors = process.communicate(timeout=POLL_S)
                break
            except subprocess.TimeoutExpired:
                poll()
    _raise_if_failed(program, process.returncode, errors)


def read(program: str, words: list[str]) -> Iterator[bytes]:
    """Yield the lines that a program prints. Raises ProgramFailed."""
    with _started(program, words, dict(os.environ)) as process:
        assert process.stdout is not None
        yield from process.stdout
        errors = process.stderr.read() if process.stderr is not None else b""
    _raise_if_failed(program, process.returncode, errors)


@contextmanager
def _started(program: str, words: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a program, and end it if the block is left early."""
    try:
        process = subprocess.Popen(  # noqa: S603 - words of this program, no shell
            [path_of(program), *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise OperationError(f"{program} can't be started: {error.strerror}.") from error
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        _close(process.stdout)
        _close(process.stderr)


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()


def path_of(program: str) -> str:
    """Return the path of a program. Raises OperationError if it is not installed."""
    installed = shutil.which(program) or max(map(str, DEBIAN.glob(f"*/bin/{program}")), default=None)
    if installed is None:
        raise OperationError(f"{program} is not installed. On Debian: apt install postgresql-client.")
    return installed


def _environment(url: str, name: str) -> dict[str, str]:
    parsed = make_url(url)
    password = parsed.password or parsed.query.get("password")
    secret = {"PGPASSWORD": password} if isinstance(password, str) else {}
    return os.environ | secret | {"PGAPPNAME": name}


def without_password(url: str) -> str:
    """Return a URL for PostgreSQL's programs, without its password: other users of the machine can read a command line."""
    parsed = make_url(url).set(drivername="postgresql").difference_update_query(["password"])
    return parsed._replace(password=None).render_as_string(hide_password=False)


def _raise_if_failed(program: str, code: int, errors: bytes) -> None:
    if code:
        lines = [line.strip() for line in errors.decode(errors="replace").splitlines() if line.strip()]
        reason = next((line for line in lines if "error:" in line), lines[-1] if lines else f"exit code {code}")
        raise ProgramFailed(f"{program} failed: {reason.removeprefix(f'{program}: ').removeprefix('error: ').rstrip('.')}.")
