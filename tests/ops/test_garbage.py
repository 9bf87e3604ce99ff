"""Garbage collection in parts: what lives long is looked at once, and garbage does not stay."""

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import pytest

from board.command_line import cli
from board.server import garbage


class Node:
    """Object that is in a cycle with itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.enable()
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    gc.freeze()  # as in tests/conftest.py


@contextlib.asynccontextmanager
async def collecting() -> AsyncIterator[None]:
    garbage.tune()
    task = asyncio.create_task(garbage.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_garbage_that_grew_old_is_collected_and_what_lives_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "LOOK_S", 0.001)
    async with collecting():
        dead, alive = Node(), Node()
        gone = weakref.ref(dead)
        for _ in range(garbage.SECOND_GENERATIONS):
            gc.collect(1)  # both are in the old generation now
        del dead
        while gone() is not None:
            await asyncio.sleep(0.001)
        assert all(each is not alive for each in gc.get_objects()), "what is frozen is looked at no more"
        assert alive.me is alive


async def test_frozen_garbage_is_collected_with_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "LOOK_S", 0.001)
    monkeypatch.setattr(garbage, "EVERYTHING_S", 0.0)
    dead = Node()
    gone = weakref.ref(dead)
    gc.freeze()
    del dead
    gc.collect()
    assert gone() is not None  # nothing else finds it
    async with collecting():
        while gone() is not None:
            await asyncio.sleep(0.001)


async def test_old_generation_is_not_collected_by_the_way() -> None:
    garbage.tune()
    seen: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        seen.append(info["generation"])

    gc.callbacks.append(note)
    try:
        kept = [[number] for number in range(600_000)]
    finally:
        gc.callbacks.remove(note)
    assert len(kept) == 600_000
    assert {0, 1} <= set(seen)
    assert 2 not in seen


@pytest.mark.parametrize(("command", "enabled"), [("serve", False), ("check", True), (None, True)])
def test_garbage_is_collected_by_all_commands_but_a_starting_server(command: str | None, enabled: bool) -> None:
    gc.disable()  # as the entry point does
    cli.board(SimpleNamespace(invoked_subcommand=command), False, None)  # type: ignore[arg-type]
    assert gc.isenabled() is enabled
    garbage.tune()
    assert gc.isenabled()
