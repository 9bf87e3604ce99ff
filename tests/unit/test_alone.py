"""A test that runs alone has no company, and is not overtaken."""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support import alone


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GATE", "ROOM"):
        (tmp_path / name).touch()
        monkeypatch.setattr(alone, name, tmp_path / name)


def is_free(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_others_are_in_the_room_together() -> None:
    with alone.room(False), alone.room(False):
        assert is_free(alone.GATE)
        assert not is_free(alone.ROOM)
    assert is_free(alone.ROOM)


def test_being_alone_waits_for_those_inside_and_keeps_later_ones_out() -> None:
    order: list[str] = []

    def enter(name: str, by_itself: bool) -> None:
        with alone.room(by_itself):
            order.append(name)
            assert not (by_itself and is_free(alone.ROOM))

    with ThreadPoolExecutor(2) as threads:
        with alone.room(False):
            first = threads.submit(enter, "alone", True)
            while is_free(alone.GATE):
                assert not first.done()
            second = threads.submit(enter, "later", False)
            assert not order
        first.result(10)
        second.result(10)
    assert order == ["alone", "later"]
