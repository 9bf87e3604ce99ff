"""Parent of a child process with limits: feeds it, reads what it makes, and ends it when it takes too long."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from board.child_process import isolation, limited

# where libraries and fonts are, if not in their usual places; elsewhere than on Linux, libraries are also found by PATH
ENVIRONMENT = isolation.PATHS if sys.platform == "linux" else (*isolation.PATHS, "PATH", "HOME", "SYSTEMROOT",
        "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")  # fmt: skip
READ_BYTES = 65_536


class TooSlow(Exception):
    """The child took too long, and was ended."""


class TooMuch(Exception):
    """The child made more than it may, and was ended."""


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


def environment() -> dict[str, str]:
    """Return the child's environment: no setting, no locale, no home."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}


def command(script: str, limits: Limits, arguments: Sequence[str] = ()) -> list[str]:
    """Return the child's command line."""
    given = [str(limits.memory), str(limits.seconds + 1), str(limits.file_size)]
    return [sys.executable, "-I", limited.__file__, *given, script, *arguments]


async def run(script: str, content: bytes | AsyncIterator[bytes], limits: Limits, arguments: Sequence[str] = ()) -> Result:
    """Run a script with this content on its standard input. Raises TooSlow or TooMuch; what reading the content raises passes."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command(script, limits, arguments), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=environment()
    )
    try:
        async with asyncio.timeout(limits.seconds), asyncio.TaskGroup() as both:
            both.create_task(_feed(process, content))
            reading = both.create_task(_read(process, limits.output))
        await process.wait()
    except TimeoutError:
        raise TooSlow from None
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return Result(process.returncode or 0, reading.result())


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
