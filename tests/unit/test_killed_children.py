"""A child process that the kernel ends, or can't start, for lack of memory: the input is not blamed, and a retry is offered."""

import asyncio
import errno
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from board.child_process import parent
from board.config.settings import Settings
from board.documents import pdf
from board.errors import Refused
from board.files import media_types, pictures
from board.maintenance.checks import decoders
from board.maintenance.checks import pdf as pdf_check
from board.maintenance.checks.finding import State

LIMITS = parent.Limits(seconds=20, memory=512 * 1024 * 1024, output=1_000)
SIGTERM, SIGXCPU, SIGKILL = 15, 24, 9


async def _content() -> AsyncIterator[bytes]:
    yield b"GIF89a"


WORK: dict[str, Callable[[], Awaitable[object]]] = {
    "picture": lambda: pictures.make(_content()),
    "type of a file": lambda: media_types.recognise(b"<?xml", "a.xml"),
    "PDF": lambda: pdf.pdf("<p>One</p>"),
}


@pytest.fixture
def ended_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Function that makes every child end by this signal."""

    def end(number: int) -> None:
        words = [sys.executable, "-c", f"import os; os.kill(os.getpid(), {number})"]
        monkeypatch.setattr(parent, "command", lambda *_: words)

    return end


@pytest.mark.parametrize("work", WORK)
async def test_work_of_a_killed_child_may_be_tried_again(work: str, ended_by: Callable[[int], None]) -> None:
    ended_by(SIGKILL)
    with pytest.raises(Refused) as refused:
        await WORK[work]()
    assert (refused.value.code, refused.value.message) == ("unavailable", parent.NO_MEMORY)


@pytest.mark.parametrize("work", WORK)
async def test_work_is_refused_on_a_machine_without_processes(work: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    with pytest.raises(parent.NoMemory):
        await WORK[work]()


async def test_a_missing_interpreter_is_not_taken_for_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent, "command", lambda *_: ["/nowhere/python"])
    with pytest.raises(FileNotFoundError):
        await parent.run("x", b"", LIMITS)


async def test_a_child_that_used_up_its_cpu_time_was_too_slow(ended_by: Callable[[int], None]) -> None:
    ended_by(SIGXCPU)
    with pytest.raises(parent.TimeLimitExceeded):
        await parent.run("x", b"", LIMITS)
    ended_by(SIGTERM)
    assert (await parent.run("x", b"", LIMITS)).status == -SIGTERM


async def test_a_child_that_had_no_cpu_time_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent, "command", lambda *_: [sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(Refused) as refused:
        await parent.run("x", b"", replace(LIMITS, seconds=0))
    assert (refused.value.code, refused.value.message) == ("unavailable", parent.TOO_BUSY)


@pytest.mark.skipif(sys.platform != "linux", reason="not every system has this limit")
async def test_cpu_time_ends_before_the_kernel_kills(tmp_path: Path) -> None:
    (script := tmp_path / "script.py").write_text("import resource; print(resource.getrlimit(resource.RLIMIT_CPU))")
    result = await parent.run(str(script), b"", LIMITS)
    assert result.output.strip() == b"(19, 20)"


def test_a_check_names_the_lack_of_memory(ended_by: Callable[[int], None]) -> None:
    ended_by(SIGKILL)
    settings = Settings(_env_file=None)
    assert pdf_check.check(settings) == (State.WRONG, "A test PDF could not be made: this machine is short of memory.")
    assert decoders.check(settings)[0] == State.WRONG
