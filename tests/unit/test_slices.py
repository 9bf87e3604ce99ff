"""Work in slices: in order, at once as far as it goes, and others run between its slices."""

import asyncio

import pytest

from realtime.channels import slices
from realtime.channels.slices import SlicedWork


async def test_little_work_is_done_at_once() -> None:
    done: list[int] = []
    work = SlicedWork()
    work.add(range(100), done.append)
    assert done == list(range(100))
    assert not work.is_behind


async def test_others_run_between_slices_and_later_work_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE_S", 0.0)
    done: list[str] = []
    work = SlicedWork()
    work.add(["first"] * 3 * slices.ITEMS_PER_CLOCK, done.append)
    work.add(["second"], done.append)
    assert done == ["first"] * slices.ITEMS_PER_CLOCK
    assert work.is_behind
    done.append("other")
    while work.is_behind:
        await asyncio.sleep(0)
    assert done.index("other") == slices.ITEMS_PER_CLOCK
    assert done[-1] == "second"
    assert done.count("first") == 3 * slices.ITEMS_PER_CLOCK


async def test_an_item_that_fails_does_not_keep_back_the_others() -> None:
    done: list[int] = []

    def act(item: int) -> None:
        if item == 1:
            raise LookupError
        done.append(item)

    work = SlicedWork()
    with pytest.raises(LookupError):
        work.add(range(3), act)
    work.add([3], done.append)
    assert done == [0, 2, 3]
