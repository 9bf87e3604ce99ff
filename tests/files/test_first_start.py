"""The folder of photos and files is made at the first start. One that is not there later is lost, or its disk is not mounted:
that is said, and no empty one is made in its place."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from board.config.settings import Settings
from board.files.folder import MARK
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable, Reason
from board.maintenance.checks import State, files
from board.maintenance.transfer import reset_epochs
from board.service import BoardService
from models.db.database import Database
from tests.support.bucket_server import bucket_server
from tests.support.people import settings_for
from tests.support.stored_files import store_file

KEY = "files/one/original"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an installation that was never started; `check` reads the same."""
    made = settings_for(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ("database_url", "files_url"):
        monkeypatch.setenv(name.upper(), str(getattr(made, name)))
    return made


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[tuple[FileStore, list[str]]]:
    """Start the service; yield its store, and what it logged about it."""
    with capture_logs() as logs:
        service = await BoardService.open(settings)
    try:
        yield service.files, [str(each["advice"]) for each in logs if each["event"] == "files unavailable"]
    finally:
        await service.close()


async def refused(store: FileStore) -> Reason:
    with pytest.raises(FilesUnavailable) as refusal:
        await store.put(KEY, b"bytes")
    return refusal.value.reason


async def test_first_start_makes_the_folder(settings: Settings, tmp_path: Path) -> None:
    async with started(settings) as (store, said):
        assert (os.listdir(tmp_path / "files"), said) == ([MARK], [])
        await store.put(KEY, b"bytes")
    assert (await asyncio.to_thread(files.check, settings))[0] is State.OK


@pytest.mark.parametrize("has_files", [False, True])
@pytest.mark.parametrize("is_empty", [False, True], ids=["away", "not mounted"])
async def test_a_folder_that_is_gone_is_told_and_not_made_anew(
    settings: Settings, tmp_path: Path, has_files: bool, is_empty: bool
) -> None:
    folder = tmp_path / "files"
    async with started(settings) as (store, _):
        if has_files:
            database = Database(settings.database_url)
            await store_file(database, store)
            await database.close()
    folder.rename(tmp_path / "away")
    if is_empty:
        folder.mkdir()
    async with started(settings) as (store, said):
        assert said == [Reason.GONE.value]
        assert await refused(store) is Reason.GONE
    state, says = await asyncio.to_thread(files.check, settings)
    assert state is State.WRONG
    assert says.startswith(Reason.GONE.value)
    assert ("No file was in it" in says) is not has_files
    assert os.listdir(folder) == [] if is_empty else not folder.exists()
    if is_empty:
        folder.rmdir()
    (tmp_path / "away").rename(folder)
    async with started(settings) as (store, said):
        assert said == []
        await store.put(KEY, b"bytes")


async def test_a_folder_without_files_may_be_made_again_by_hand(settings: Settings, tmp_path: Path) -> None:
    async with started(settings):
        (tmp_path / "files" / MARK).unlink()
    (tmp_path / "files").rmdir()
    assert (await asyncio.to_thread(files.check, settings))[0] is State.WRONG
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / MARK).touch()  # as the sentence says
    assert (await asyncio.to_thread(files.check, settings))[0] is State.OK
    async with started(settings) as (store, _):
        await store.put(KEY, b"bytes")


async def test_a_store_that_is_away_at_the_first_start_is_made_at_the_next(settings: Settings, tmp_path: Path) -> None:
    elsewhere = settings.model_copy(update={"files_url": f"file://{tmp_path}/disk/files"})
    async with started(elsewhere) as (store, said):
        assert said == [Reason.GONE.value]
        assert await refused(store) is Reason.GONE
    (tmp_path / "disk").mkdir()
    async with started(elsewhere) as (store, said):
        assert said == []
        await store.put(KEY, b"bytes")


async def test_another_folder_and_a_restored_database_begin_anew(settings: Settings, tmp_path: Path) -> None:
    async with started(settings):
        pass
    async with started(settings.model_copy(update={"files_url": f"file://{tmp_path}/other"})) as (store, _):
        await store.put(KEY, b"bytes")
    (tmp_path / "files" / MARK).unlink()
    (tmp_path / "files").rmdir()
    database = Database(settings.database_url)
    await database.write(reset_epochs)
    await database.close()
    assert "The first start makes the folder" in (await asyncio.to_thread(files.check, settings))[1]
    async with started(settings) as (store, said):
        assert said == []
        await store.put(KEY, b"bytes")


async def test_a_bucket_that_is_away_is_told_at_the_start(settings: Settings) -> None:
    with bucket_server() as server:
        there = settings.model_copy(update=server.settings)
        async with started(there) as (store, _):
            await store.look()
        gone: dict[str, Any] = {"files_url": "s3://nobody-made-it/board"}
        with capture_logs() as logs:
            service = await BoardService.open(there.model_copy(update=gone))
            await service._look_at_bucket()
            await service.close()
    assert {each["advice"] for each in logs if each["event"] == "files unavailable"} == {Reason.GONE.value}
