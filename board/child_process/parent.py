"""Parent of a child process with limits: feeds it, reads what it makes, and ends it when it takes too long."""

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

# where libraries and fonts are, if not in their usual places; elsewhere than on Linux, libraries are also found by PATH
ENVIRONMENT = isolation.PATHS if sys.platform == "linux" else (*isolation.PATHS, "PATH", "HOME", "SYSTEMROOT",
        "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")  # fmt: skip
READ_BYTES = 65_536
NO_MEMORY = N_("The server does not have enough memory for this right now. Try again in a moment.")
TOO_BUSY = N_("The server is too busy for this right now. Try again in a moment.")
_KILLED, _OUT_OF_TIME = -9, -24  # SIGKILL and SIGXCPU, which not every system names
_EXHAUSTED = (errno.ENOMEM, errno.EAGAIN)  # errors of starting a process on a machine that is full


class TooSlow(Exception):
    """The child has used up its CPU time, and was ended."""


class TooMuch(Exception):
    """The child made more than it may, and was ended."""


class NoMemory(Refused):
    """The machine is short of memory: the kernel ended the child, or could not start it. The input may be fine."""

    def __init__(self) -> None:
        super().__init__("unavailable", NO_MEMORY)


class TooBusy(Refused):
    """The child was ended before it had used up its CPU time: others used the machine. The input may be fine."""

    def __init__(self) -> None:
        super().__init__("unavailable", TOO_BUSY)


class Result(NamedTuple):
    """Exit status of a child, and what it wrote to its standard output."""

    status: int
    output: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a child: seconds from start to end, bytes of address space and of output. `file_size` are the bytes of a file
    that it may write; -1: any."""

    seconds: int
    memory: int
    output: int
    file_size: int = -1

    @property
    def cpu_seconds(self) -> int:
        """CPU time: on an idle machine it is used up before `seconds` have passed."""
        return max(1, self.seconds - 1)


def environment(own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the child's environment: no setting, no locale, no home; with its `own` variables."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | dict(own or {})


def command(script: str, limits: Limits, arguments: Sequence[str] = ()) -> list[str]:
    """Return the child's command line."""
    given = [str(limits.memory), str(limits.cpu_seconds), str(limits.file_size)]
    return [sys.executable, "-I", limited.__file__, *given, script, *arguments]


async def run(
    script: str, content: bytes | AsyncIterator[bytes], limits: Limits, arguments: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> Result:  # fmt: skip
    """Run a script with this content on its standard input, and these variables in its environment. Raises TooSlow, TooMuch,
    NoMemory or TooBusy; what reading the content raises passes."""
    process = await _start(command(script, limits, arguments), environment(variables))
    try:
        async with asyncio.timeout(limits.seconds), asyncio.TaskGroup() as both:
            both.create_task(_feed(process, content))
            reading = both.create_task(_read(process, limits.output))
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
    """Return the exit status of a child. Raises NoMemory or TooSlow if the kernel ended it."""
    if status == _KILLED:
        log.error("child process killed", script=os.path.basename(script))
        raise NoMemory
    if status == _OUT_OF_TIME:
        raise TooSlow
    return status


async def _feed(process: asyncio.subprocess.Process, content: bytes | AsyncIterator[bytes]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has seen enough
        async for piece in _pieces(content) if isinstance(content, bytes) else content:
            process.stdin.write(piece)
            await process.stdin.drain()
        process.stdin.close()


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _read(process: asyncio.subprocess.Process, most: int) -> bytes:
    assert process.stdout is not None
    output = bytearray()
    while piece := await process.stdout.read(READ_BYTES):
        output += piece
        if len(output) > most:
            raise TooMuch
    return bytes(output)
