"""Reserve of the disk: what uploads must leave free, also when many parts arrive at the same time."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from board.config.disk_reserve import Reserve, parse_reserve
from board.config.settings import Settings
from board.files import disk
from board.files.disk import DATABASE, FILES, TEMPORARY, DiskReserve, DiskSpace
from board.files.unavailable import FilesUnavailable, Reason
from board.maintenance.checks import disk as disk_check
from board.maintenance.checks.finding import State
from models.db.database import Database
from models.db.schema import migrate
from tests.support.people import settings_for

MIB, GIB = 1024**2, 1024**3


@pytest.mark.parametrize(
    ("text", "total", "kept"),
    [
        ("1GiB,10%", 60 * MIB, 6 * MIB),
        ("1GiB,10%", 500 * GIB, GIB),
        ("10%", 500 * GIB, 50 * GIB),
        ("500MiB", 60 * MIB, 500 * MIB),
        (" 2gib , 5% ", 1024 * GIB, 2 * GIB),
        ("0GiB", GIB, 0),
    ],
)
def test_reserve_is_the_smaller_of_a_size_and_a_part(text: str, total: int, kept: int) -> None:
    assert parse_reserve(text).on_disk(total) == kept


@pytest.mark.parametrize(
    "text", ["", "1", "1GB", "10 %%", "91%", "-1GiB", "1.5GiB", "1GiB,2GiB", "10%,5%", "1GiB,10%,", "9" * 9 + "GiB", "²%"]
)
def test_reserve_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 1GiB"):
        parse_reserve(text)
    with pytest.raises(ValidationError):
        Settings(_env_file=None, disk_reserve=text)


class Disks:
    """Disks of a test, as a measurement finds them, with a clock that stands still."""

    def __init__(self, **free: int) -> None:
        self.spaces = [DiskSpace(name, device, bytes, 100) for device, (name, bytes) in enumerate(free.items())]
        self.now, self.measured = 0.0, 0

    def measure(self, folders: object, reserve: object) -> list[DiskSpace]:
        self.measured += 1
        return list(self.spaces)

    def set_free(self, bytes: int, **more: Any) -> None:
        self.spaces[0] = self.spaces[0]._replace(free=bytes, **more)


@pytest.fixture
def disks() -> Disks:
    return Disks(files=1_000, database=1_000, temporary=1_000)


@pytest.fixture
def guard(disks: Disks, tmp_path: Path) -> Iterator[DiskReserve]:
    made = DiskReserve(settings_for(tmp_path), tmp_path, lambda: disks.now, disks.measure)
    yield made
    made.close()


async def is_refused(guard: DiskReserve, bytes: int, files: int = 0) -> bool:
    try:
        async with guard.promise(bytes, files):
            return False
    except FilesUnavailable as refused:
        return (refused.reason, refused.code, refused.retry_after_s) == (Reason.RESERVED, "unavailable", 60)


async def test_a_hundred_parts_at_once_leave_the_reserve(guard: DiskReserve) -> None:
    release, entered = asyncio.Event(), []

    async def send() -> bool:
        try:
            async with guard.promise(50):
                entered.append(50)
                await release.wait()
        except FilesUnavailable:
            return False
        return True

    sending = [asyncio.create_task(send()) for _ in range(100)]
    while len([each for each in sending if not each.done()]) > len(entered):
        await asyncio.sleep(0)
    release.set()
    accepted = await asyncio.gather(*sending)
    assert sum(accepted) == len(entered) == 18  # 900 bytes above the reserve of 100


async def test_written_bytes_count_until_they_are_measured(guard: DiskReserve, disks: Disks) -> None:
    async with guard.promise(500):
        pass
    assert await is_refused(guard, 401)
    assert not await is_refused(guard, 400)
    disks.now += 0.9
    assert await is_refused(guard, 1)
    assert disks.measured == 1
    disks.now, _ = 2.0, disks.set_free(600)
    assert not await is_refused(guard, 500)
    assert disks.measured == 2


async def test_bytes_promised_during_a_measurement_still_count(guard: DiskReserve, disks: Disks) -> None:
    async with guard.promise(500):
        disks.now += 2
        assert await is_refused(guard, 401), "the measurement did not see what is only promised"
    assert await is_refused(guard, 401)


@pytest.mark.parametrize(("name", "refused"), [(FILES, True), (DATABASE, True), (TEMPORARY, False)])
async def test_uploads_are_refused_by_the_disks_that_they_write_to(
    guard: DiskReserve, disks: Disks, name: str, refused: bool
) -> None:
    disks.spaces = [space._replace(free=99) if space.name == name else space for space in disks.spaces]
    assert await is_refused(guard, 0) is refused


async def test_a_disk_without_names_for_files_refuses_too(guard: DiskReserve, disks: Disks) -> None:
    disks.set_free(1_000, free_files=13, reserve_files=10)
    assert not await is_refused(guard, 1, 3)
    assert await is_refused(guard, 1, 4)
    assert not await is_refused(guard, 1, 0)


async def test_a_disk_that_does_not_answer_refuses_uploads(guard: DiskReserve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "TIMEOUT_S", 0.01)
    hung = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(guard, "_measure", lambda *given: asyncio.run_coroutine_threadsafe(hung.wait(), loop).result())
    with pytest.raises(FilesUnavailable) as refused:
        async with guard.promise(1):
            pass
    assert refused.value.reason is Reason.SLOW
    hung.set()


def test_a_measurement_reads_each_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(f_frsize=4096, f_blocks=1_000, f_bavail=500, f_files=200, f_favail=50)
    monkeypatch.setattr(os, "statvfs", lambda path: found)
    folders = disk.folders_of(settings_for(tmp_path), tmp_path / "files")  # not made yet: its parent counts
    spaces = {space.name: space for space in disk.measure(folders, Reserve(percent=10))}
    assert list(spaces) == [FILES, DATABASE, TEMPORARY]
    assert spaces[FILES][2:] == (500 * 4096, 100 * 4096, 50, 20)
    found.f_files = 0
    assert disk.measure(folders, Reserve(percent=10))[0].free_files is None
    assert list(disk.folders_of(settings_for(tmp_path, database_url="postgresql://host/board"), None)) == [TEMPORARY]


@pytest.mark.parametrize(
    ("free", "state", "says"),
    [(9, State.WRONG, "nearly full; uploads are refused"), (15, State.WARNING, "filling up"), (20, State.OK, "10 MB in reserve")],
)
def test_check_warns_below_twice_the_reserve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: State, says: str
) -> None:
    settings = settings_for(tmp_path, disk_reserve="10%")
    database = Database(settings.database_url)
    migrate(database)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    found = SimpleNamespace(f_frsize=1_000_000, f_blocks=100, f_bavail=free, f_files=0, f_favail=0)
    monkeypatch.setattr(os, "statvfs", lambda path: found)
    assert disk_check.check(settings)[0] is state
    assert says in disk_check.check(settings)[1]
