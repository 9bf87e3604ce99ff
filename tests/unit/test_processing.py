"""Register of inputs: what a process works on is readable from outside, and it holds no content."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from board.commands import execute
from board.commands.registry import Command
from board.telemetry import processing
from board.telemetry.processing import Input, working_on

HANGS = """
import re, sys
from board.telemetry import processing
register = processing.use(int(sys.argv[1]))
def hang():
    print("hangs", flush=True)
    re.match("(a+)+$", "a" * 64 + "b")
with processing.working_on("upload", "u1"):
    register.write_tracebacks_after(0.2)
    hang()
"""


@pytest.fixture
def fd(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(processing._process, "register", None)
    made = processing.new_file()
    processing.use(made)
    yield made
    os.close(made)


def names(fd: int) -> list[str]:
    return [each.name for each in processing.read(fd)]


def test_an_input_is_registered_while_it_is_worked_on(fd: int) -> None:
    with working_on("request", "POST", "/boards/{board}"):
        assert names(fd) == ["request POST /boards/{board}"]
        with working_on("upload", "u1"):
            assert names(fd) == ["upload u1"]
        assert names(fd) == ["request POST /boards/{board}"]
    assert names(fd) == []


def test_an_input_that_fails_is_no_longer_registered(fd: int) -> None:
    with pytest.raises(ZeroDivisionError), working_on("upload", "u1"):
        raise ZeroDivisionError
    assert names(fd) == []


async def test_an_input_that_waits_is_not_registered(fd: int) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()
    seen = []

    async def work() -> str:
        seen.append(names(fd))
        reached.set()
        await go_on.wait()
        seen.append(names(fd))
        return "done"

    task = asyncio.create_task(processing.register_steps(work(), "upload", "u1"))
    await reached.wait()
    assert names(fd) == []
    go_on.set()
    assert await task == "done"
    assert seen == [["upload u1"], ["upload u1"]]
    assert names(fd) == []


async def test_cancelling_and_failing_pass_through_registered_steps(fd: int) -> None:
    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise LookupError from None

    task = asyncio.create_task(processing.register_steps(work(), "upload", "u1"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(LookupError):
        await task
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await processing.register_steps(asyncio.sleep(60), "upload", "u1")


def test_each_thread_has_its_own_input(fd: int) -> None:
    with working_on("upload", "u1"):
        seen: list[list[str]] = []

        def work() -> None:
            with working_on("command", "note.add", "operations"):
                seen.append(names(fd))

        for _ in range(processing.SLOTS + 5):  # threads without a slot work unregistered
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert seen[0] == ["upload u1", "command note.add operations"]
        assert seen[-1] == ["upload u1"]
    assert names(fd) == []


def test_work_goes_on_without_a_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing._process, "register", None)
    with working_on("upload", "u1"):
        pass


def test_a_long_name_is_cut(fd: int) -> None:
    with working_on("request", "GET", "/é" * 300):
        assert len(names(fd)[0]) == processing.SLOT_BYTES - 9


def test_no_word_that_somebody_made_up_is_registered() -> None:
    made_up = Command("c1", "Noor-Janssens", "seen.Noor", {})
    assert execute._names(made_up) == ("unknown", "unknown")
    board = "01890a5d-ac96-774b-bcce-b302099a8057"
    assert execute._names(Command("c1", board, "note.add", {"text": "Noor"})) == ("note.add", board)
    assert execute._names(Command("c1", "operations", "search.open", {})) == ("search.open", "operations")


def test_the_input_of_a_killed_process_has_its_place_in_the_code() -> None:
    fd = processing.new_file()
    process = subprocess.Popen([sys.executable, "-c", HANGS, str(fd)], pass_fds=(fd,), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "hangs\n"
        while "<string>:10 <module>" not in (found := processing.read(fd))[0].traceback:  # the outermost frame is written last
            assert process.poll() is None
    finally:  # otherwise it would hang for ever, and take a core
        process.kill()
        process.wait()
        process.stdout.close()
    assert processing.read(fd) == found
    assert found == [Input("upload u1", found[0].traceback)]
    assert found[0].traceback[0] == "<string>:10 <module>"
    assert found[0].traceback[1] == "<string>:7 hang"
    os.close(fd)
