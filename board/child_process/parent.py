"""Parent of a child process with limits: writes its input, reads its output, and ends it after its time."""

import asyncio
import contextlib
import errno
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from board.child_process import isolation, limited
from board.errors import Refused
from board.i18n import N_

log = structlog.get_logger()

# paths of libraries and fonts in unusual places; other systems than Linux also use PATH for libraries
ENVIRONMENT = isolation.PATHS if sys.platform == "linux" else (*isolation.PATHS, "PATH", "HOME", "SYSTEMROOT",
        "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")  # fmt: skip
READ_BYTES = 65_536
NO_MEMORY = N_("The server does not have enough memory for this right now. Try again in a moment.")
TOO_BUSY = N_("The server is too busy for this right now. Try again in a moment.")
_KILLED, _OUT_OF_TIME = -9, -24  # SIGKILL and SIGXCPU, which not every system names
_EXHAUSTED = (errno.ENOMEM, errno.EAGAIN)  # errors of starting a process without free memory or process ids


class TimeLimitExceeded(Exception):
    """The child used up its CPU time, and was ended."""


class OutputLimitExceeded(Exception):
    """The child exceeded its output limit, and was ended."""


class NoMemory(Refused):
    """Refusal because the machine lacks memory: the kernel ended the child, or could not start it. The input may be fine."""

    def __init__(self) -> None:
        super().__init__("unavailable", NO_MEMORY)


class TooBusy(Refused):
    """Refusal because the child's time ended before its CPU time: the machine was busy. The input may be fine."""

    def __init__(self) -> None:
        super().__init__("unavailable", TOO_BUSY)


class Result(NamedTuple):
    """Exit status and standard output of a child."""

    status: int
    output: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a child.

    `seconds`: time from start to end. `memory`: bytes of address space. `output`: bytes. `file_size`: bytes of the largest file
    that it may write; -1 for no limit.
    """

    seconds: int
    memory: int
    output: int
    file_size: int = -1

    @property
    def cpu_seconds(self) -> int:
        """CPU time in seconds. On an idle machine, a child reaches this limit before `seconds`."""
        return max(1, self.seconds - 1)


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the child's environment: paths of libraries and fonts, and `variables`, without settings and locale."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | dict(variables or {})


def command(script: str, limits: Limits, arguments: Sequence[str] = ()) -> list[str]:
    """Return the child's command line."""
    limit_arguments = [str(limits.memory), str(limits.cpu_seconds), str(limits.file_size)]
    return [sys.executable, "-I", limited.__file__, *limit_arguments, script, *arguments]


async def run(
    script: str, content: bytes | AsyncIterator[bytes], limits: Limits, arguments: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> Result:  # fmt: skip
    """Run a script with this content on its standard input, and these variables in its environment.

    Raises TimeLimitExceeded, OutputLimitExceeded, NoMemory, TooBusy, and any exception of reading `content`.
    """
    process = await _start(command(script, limits, arguments), environment(variables))
    try:
        async with asyncio.timeout(limits.seconds), asyncio.TaskGroup() as tasks:
            tasks.create_task(_feed(process, content))
            reading = tasks.create_task(_read(process, limits.output))
        await process.wait()
    except TimeoutError:
        raise TooBusy from None
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return Result(_checked(process.returncode or 0, script), reading.result())


async def _start(words: list[str], variables: dict[str, str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    try:
        return await asyncio.create_subprocess_exec(
            *words, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=variables
        )
    except OSError as error:
        if error.errno not in _EXHAUSTED:
            raise
        log.error("child process not started", code=errno.errorcode[error.errno])
        raise NoMemory from error


def _checked(status: int, script: str) -> int:
    """Return the exit status of a child. Raises NoMemory or TimeLimitExceeded if the kernel ended it."""
    if status == _KILLED:
        log.error("child process killed", script=os.path.basename(script))
        raise NoMemory
    if status == _OUT_OF_TIME:
        raise TimeLimitExceeded
    return status


async def _feed(process: asyncio.subprocess.Process, content: bytes | AsyncIterator[bytes]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the child closed its input
        async for piece in _pieces(content) if isinstance(content, bytes) else content:
            process.stdin.write(piece)
            await process.stdin.drain()
        process.stdin.close()


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _read(process: asyncio.subprocess.Process, limit: int) -> bytes:
    assert process.stdout is not None
    output = bytearray()
    while piece := await process.stdout.read(READ_BYTES):
        output += piece
        if len(output) > limit:
            raise OutputLimitExceeded
    return bytes(output)
