"""Installations with DATA_KEYS stay encrypted: after an erasure, a sealed backup, a move to PostgreSQL and an upgrade."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from board.maintenance import data_key_rows, data_keys, transfer
from board.maintenance.upgrade import upgrade
from board.service import BoardService
from models import upkeep
from models.contact import Contact
from models.db.database import Database
from models.db.errors import ConfigurationError
from models.db.schema import metadata, version_of, versions
from models.times import format_utc, now
from tests.ops.test_sealed_backup import Backups, target
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.data_keys import ids, key_file, new_key
from tests.support.erased_scene import ErasedScene
from tests.support.people import settings_for
from tests.support.team import running_team

__all__ = ["target"]  # fixture

KEY = new_key()
(KEY_ID,) = ids(KEY)


@pytest.fixture
async def scene(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[ErasedScene]:
    async with running_team(tmp_path, **installation, data_keys=key_file(tmp_path, KEY)) as team:
        yield await ErasedScene(team).prepare()


def usage(service: BoardService) -> data_keys.Usage:
    return data_keys.usage(service.settings, service.database)


def stored_contacts(session: Session) -> list[str]:
    """Return the stored forms of the notes of contacts."""
    table = metadata.tables[str(Contact.__tablename__)]
    return list(session.connection().execute(select(table.c.note)).scalars())


def note(session: Session) -> str | None:
    """Return the note of the contact, decrypted."""
    (row,) = session.exec(select_rows(Contact))
    return str(row.note)


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_erasure_leaves_nothing_that_a_key_encrypts(scene: ErasedScene) -> None:
    before = await asyncio.to_thread(usage, scene.service)
    assert set(before.files) == set(before.values) == {KEY_ID}
    assert min(before.files[KEY_ID], before.values[KEY_ID]) > 3
    await scene.erase()
    assert await scene.remains() == {}
    after = await asyncio.to_thread(usage, scene.service)
    assert (after.files.total(), after.values.total()) == (0, 0)


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_sealed_backup_is_restored_and_encrypted(
    scene: ErasedScene, backend: Backend, tmp_path: Path, target: dict[str, Any]
) -> None:
    backups = Backups(backend, tmp_path, scene, "")
    file = await backups.back_up("sealed.backup")
    more = {"data_keys": scene.service.settings.data_keys}
    settings, erased = await backups.restore(file, target | more)
    assert erased == []
    service = await BoardService.open(settings)
    try:
        assert await service.database.read(note) == scene.prose
        used = await asyncio.to_thread(usage, service)
        assert set(used.files) == set(used.values) == {KEY_ID}
    finally:
        await service.close()
    await scene.erase()


async def test_transfer_keeps_values_encrypted_and_the_key_needed(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    keys = {"data_keys": key_file(tmp_path, KEY)}
    async with running_team(tmp_path, **keys) as team:
        scene = await ErasedScene(team).prepare()
        copy = Database(postgres_url)
        source = Database(scene.service.settings.database_url)
    records = {upkeep.SEALED_BACKUP, f"{upkeep.DATA_KEY}{KEY_ID}", f"{upkeep.DATA_KEY_GIVEN_UP}{ids(new_key())[0]}"}
    source.write_now(lambda session: [upkeep.record_run(session, name, format_utc(now())) for name in records])
    transfer.copy(source, copy, lambda line: None)
    assert {name for name, _ in copy.read_now(upkeep.runs_about_data)} == records
    (stored,) = copy.read_now(stored_contacts)
    assert KEY_ID in stored
    assert copy.read_now(data_key_rows.usage).keys() == {KEY_ID}
    copy.dispose()
    shared = {"redis_url": redis_url, "secret_key": "long and random text of all servers"}
    moved = settings_for(tmp_path, database_url=postgres_url, **shared)
    with pytest.raises(ConfigurationError, match=f"lacks keys in use: {KEY_ID}"):
        await BoardService.open(moved)
    service = await BoardService.open(moved.model_copy(update=keys))
    try:
        assert await service.database.read(note) == scene.prose
    finally:
        await service.close()


def become_earlier(session: Session, revision: str) -> None:
    """Turn a database into one of an earlier version, with the same rows."""
    rows = {
        table: [dict(row) for row in session.connection().execute(select(table)).mappings()] for table in metadata.sorted_tables
    }
    old_schemas.reset_to_revision(session, revision)
    for table, found in rows.items():
        if inspect(session.connection()).has_table(table.name):
            session.connection().execute(table.delete())  # rows of the migrations
            old_schemas.insert_rows(session, table, found)


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_upgrade_keeps_values_encrypted_also_in_its_backup(
    installation: dict[str, Any], backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend.postgres is not None:
        monkeypatch.setenv("PATH", f"{backend.postgres.programs}:{os.environ['PATH']}")
    keys, before = {"data_keys": key_file(tmp_path, KEY)}, versions()[-3]
    async with running_team(tmp_path, **installation, **keys) as team:
        scene = await ErasedScene(team).prepare()
        settings = scene.service.settings
    database = Database(settings.database_url)
    database.write_now(lambda session: become_earlier(session, before))
    assert database.read_now(lambda session: version_of(session.connection())) == before
    database.dispose()
    upgrade(settings.database_url, tmp_path, lambda line: None, lambda line: None)
    (backup,) = tmp_path.glob("before-upgrade-*")
    assert backend.postgres is not None or scene.number.encode() not in backup.read_bytes()
    service = await BoardService.open(settings)
    try:
        assert await service.database.read(note) == scene.prose
        assert (await asyncio.to_thread(usage, service)).values.keys() == {KEY_ID}
    finally:
        await service.close()
