"""Backups sealed by the keys of searches: complete while the keys exist, and without anything readable of an erased search."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select as core_select
from sqlalchemy import update
from sqlmodel import Session, select

from board.commands.handover import watch_line
from board.config.search_keys import KeyState, SearchKeys
from board.config.settings import Settings
from board.engine import integrity
from board.errors import OperationError
from board.files.store import FileStore
from board.maintenance import backup, file_backup, restore, sealing
from board.maintenance.checks import State
from board.maintenance.checks.search_keys import check as check_keys
from board.maintenance.sealed_events import EventSealer
from board.retention.erasure_run import ErasureRun
from board.retention.inventory import TABLES
from models.board import AUDIT, AUDIT_NUMBER, OPERATIONS, OPERATIONS_NUMBER, Board
from models.db.database import Database
from models.db.schema import metadata
from models.db.tables import columns_of, table_of
from models.erasure import DONE, Erasure
from models.event import Event
from models.read_record import ReadRecord
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.erased_scene import ErasedScene, events_of, marked_events, marked_tables
from tests.support.people import settings_for
from tests.support.pictures_with_metadata import png
from tests.support.team import Team
from tests.support.uploads import attach

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
OTHER = "Qvorr"  # in the other search, which is not erased


@dataclass
class Backups:
    """Backups of a scene, and restores into new databases."""

    backend: Backend
    folder: Path
    scene: ErasedScene
    other: str

    @property
    def keys_file(self) -> Path:
        return self.folder / "search.keys"

    @property
    def settings(self) -> Settings:
        return self.scene.service.settings.model_copy(update={"search_keys_file": str(self.keys_file)})

    async def back_up(self, name: str, *, sealed: bool = True) -> Path:
        keys, file = SearchKeys.read(self.keys_file) if sealed else None, self.folder / name
        database = self.scene.service.database
        result = await asyncio.to_thread(backup.backup, database, file, lambda line: None, keys=keys)
        assert result.faults == []
        files = file.with_name(f"{name}.files")
        await asyncio.to_thread(file_backup.back_up, self.settings, database, files, lambda line: None, keys)
        return file

    async def restore(self, file: Path, target: dict[str, Any], **options: Any) -> tuple[Settings, list[str]]:
        """Restore into another database and folder of files; return its settings, and the erased searches."""
        folder = self.folder / f"restored-{file.name}"
        folder.mkdir(exist_ok=True)
        settings = settings_for(folder, **target, search_keys_file=str(self.keys_file))
        keys = SearchKeys.read(self.keys_file)

        def work() -> list[str]:
            database = Database(settings.database_url)
            erased = restore.restore_opened(database, file, settings, lambda line: None, **options)
            restore.restore_files(settings, database, file.with_name(f"{file.name}.files"), lambda line: None, keys)
            database.dispose()
            return erased

        return settings, await asyncio.to_thread(work)


@pytest.fixture
async def backups(backend: Backend, team: Team, tmp_path: Path) -> Backups:
    scene = await ErasedScene(team).prepare()
    other = await team.alice.open_search(person={"first_name": OTHER, "last_name": OTHER})
    await team.alice.command(other, "note.add", {"text": OTHER})
    await attach(team.alice, other, png(), f"{OTHER}.png")
    detail = update(table_of(ReadRecord)).where(columns_of(ReadRecord).board == other).values(detail=f"{OTHER}.csv")
    assert await team.server.service.database.write(lambda session: session.connection().execute(detail).rowcount)
    return Backups(backend, tmp_path, scene, other)


@pytest.fixture
async def target(backend: Backend, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """Settings of a new, empty installation."""
    (tmp_path / "target").mkdir()
    with backend.settled(tmp_path / "target") as settings:
        yield settings


def all_rows(session: Session) -> dict[str, list[str]]:
    """Return all rows of all tables as text, and the events decoded: a payload may be stored in another form."""
    rows = {
        name: sorted(str(tuple(row)) for row in session.connection().execute(core_select(table)))
        for name, table in metadata.tables.items()
        if name not in (Event.__tablename__, "upkeep", "rights")
    }
    boards = session.exec(select(Board.id).order_by(Board.id)).all()
    return rows | {f"events of {board}": [str(event) for event in events_of(session, board)] for board in boards}


def verify(session: Session) -> None:
    integrity.verify(session)
    watch_line.verify(session)


async def test_sealed_backup_is_restored_complete_by_its_keys(backups: Backups, target: dict[str, Any]) -> None:
    before = await backups.scene.service.database.read(all_rows)
    file = await backups.back_up("sealed.backup")
    markers = [*backups.scene.markers, OTHER]
    sealed = Database(f"sqlite:///{file}", read_only=True)
    assert sealed.read_now(lambda session: marked_tables(session, markers)) == []
    assert sealed.read_now(lambda session: marked_events(session, markers)) == []
    sealed.dispose()
    content = file.read_bytes()
    assert [marker for marker in markers if marker.encode() in content] == []
    stored = [path.read_bytes() for path in file.with_name("sealed.backup.files").rglob("*") if path.is_file()]
    assert [photo[:40] for photo in (backups.scene.photo, png()) if any(photo[:40] in content for content in stored)] == []

    settings, erased = await backups.restore(file, target)
    assert erased == []
    restored = Database(settings.database_url)
    after = restored.read_now(all_rows)
    for name, rows in before.items():
        assert after[name] == rows, name
    restored.read_now(verify)
    restored.dispose()
    assert await photos(settings) == await photos(backups.scene.service.settings)


async def photos(settings: Settings) -> set[bytes]:
    store = FileStore.of(settings)
    found = {b"".join([piece async for piece in store.get(file.key)]) async for file in store.list("files/")}
    await store.close()
    return found


async def test_older_backup_has_nothing_readable_of_an_erased_search(backups: Backups, target: dict[str, Any]) -> None:
    plain, file = await backups.back_up("plain.backup", sealed=False), await backups.back_up("sealed.backup")
    scene = backups.scene
    kept = (await photos(scene.service.settings)) & {png()}
    assert plain.exists()
    id = await scene.begin()
    assert await ErasureRun(scene.service.database, scene.service.files, keys_file=str(backups.keys_file)).continue_one(id)
    states = [SearchKeys.read(backups.keys_file).state(search) for search in (scene.search, backups.other)]
    assert states == [KeyState.DESTROYED, KeyState.PRESENT]

    settings, erased = await backups.restore(file, target)
    assert erased == [scene.search]
    restored = Database(settings.database_url)
    assert restored.read_now(lambda session: marked_tables(session, scene.markers)) == []
    assert restored.read_now(lambda session: marked_events(session, scene.markers)) == []
    assert restored.read_now(lambda session: marked_events(session, [OTHER]))
    restored.read_now(verify)
    assert scene.photo not in await photos(settings)
    assert (await photos(settings)) >= kept

    store = FileStore.of(settings)
    assert await ErasureRun(restored, store, keys_file=settings.search_keys_file).continue_all() == 1
    (row,) = restored.read_now(lambda session: session.exec(select(Erasure)).all())
    assert (row.board, row.step) == (scene.search, DONE)
    restored.read_now(verify)
    await store.close()
    await restored.close()


async def test_missing_keys_are_an_error_unless_they_count_as_destroyed(backups: Backups, target: dict[str, Any]) -> None:
    file = await backups.back_up("sealed.backup")
    backups.keys_file.unlink()
    with pytest.raises(OperationError, match=r"The keys of \d searches of the backup are missing"):
        await backups.restore(file, target)
    settings, erased = await backups.restore(file, target, without_keys=True)
    assert {backups.scene.search, backups.other} <= set(erased)
    restored = Database(settings.database_url)
    restored.read_now(verify)
    restored.dispose()


async def test_each_part_that_is_not_sealed_is_found(backups: Backups, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutants: a table, the column of details, the copies on `operations`, and the entries of the audit journal."""
    markers = [*backups.scene.markers, OTHER]

    async def readable(name: str) -> list[str]:
        sealed = Database(f"sqlite:///{await backups.back_up(name)}", read_only=True)
        found = sealed.read_now(lambda session: [*marked_tables(session, markers), *marked_events(session, markers)])
        sealed.dispose()
        return found

    for table in ("contacts", "tip", "briefing", "search"):
        with monkeypatch.context() as patch:
            patch.setattr(sealing, "tables", lambda out=table: {name: group for name, group in TABLES.items() if name != out})
            assert await readable(f"without-{table}") == [table]
    with monkeypatch.context() as patch:
        patch.setattr(sealing.RowSealer, "empty", lambda *words: None)
        assert await readable("without-details") == ["reads"]
    for board, number in ((OPERATIONS, OPERATIONS_NUMBER), (AUDIT, AUDIT_NUMBER)):
        with monkeypatch.context() as patch:
            real = EventSealer._seal_board
            patch.setattr(EventSealer, "_seal_board", lambda self, of, *rest, n=number, r=real: of == n or r(self, of, *rest))
            found = await readable(f"without-{board}")
            assert found
            assert all(line.startswith(f"{board} ") for line in found)
    assert await readable("complete") == []


async def test_check_reports_searches_without_a_key(backups: Backups, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("database_url", "secret_key", "redis_url"):
        if (value := getattr(backups.settings, name)) is not None:
            monkeypatch.setenv(name.upper(), value)
    await backups.scene.service.database.write(lambda session: backup.note_backup(session, "2099-01-01T00:00:00.000Z", None))
    unset = backups.settings.model_copy(update={"search_keys_file": None})
    assert (await asyncio.to_thread(check_keys, unset))[0] is State.SKIPPED
    state, said = await asyncio.to_thread(check_keys, backups.settings)
    assert (state, "searches have no key" in said) == (State.WARNING, True)
    await backups.back_up("sealed.backup")
    state, said = await asyncio.to_thread(check_keys, backups.settings)
    assert (state, "has the keys of" in said) == (State.OK, True)
    backups.keys_file.write_bytes(b"x" * 200)
    assert (await asyncio.to_thread(check_keys, backups.settings))[0] is State.WRONG


async def test_erasure_waits_while_the_file_of_keys_is_missing(backups: Backups) -> None:
    await backups.back_up("sealed.backup")
    hidden = backups.keys_file.rename(backups.folder / "hidden.keys")
    scene = backups.scene
    id = await scene.begin()
    run = ErasureRun(scene.service.database, scene.service.files, keys_file=str(backups.keys_file))
    with pytest.raises(OperationError, match="can't be used"):
        await run.continue_one(id)
    await run._run_once()  # as the server does: logs it
    row = await scene.service.database.read(lambda session: session.get_one(Erasure, id))
    assert (row.step, row.ended_at) == ("key", None)
    await scene.service.database.write(
        lambda session: backup.note_backup(session, "2026-01-01T00:00:00.000Z", None, is_sealed=True)
    )
    with pytest.raises(OperationError, match="Set SEARCH_KEYS_FILE"):
        await scene.run().continue_one(id)  # of a server whose settings lack it
    hidden.rename(backups.keys_file)
    assert await run.continue_one(id)
    assert SearchKeys.read(backups.keys_file).state(scene.search) is KeyState.DESTROYED
