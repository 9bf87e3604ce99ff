"""Backups in the age format: nothing of them is readable without an identity, and a lost identity is noticed in time."""

import asyncio
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519

from board.accounts import accounts
from board.config.backup_keys import parse_recipients
from board.config.settings import Settings
from board.errors import OperationError
from board.maintenance import backup as backups_of_database
from board.maintenance import file_backup, restore
from board.maintenance.checks import State, encryption
from models.db.database import Database
from tests.ops.test_backup import Backups
from tests.ops.test_command_line import Refuse, Run, refuse, run
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.people import connect_person, create_token, running_server, settings_for
from tests.support.pictures_with_metadata import jpeg
from tests.support.uploads import attach, fetch

__all__ = ["refuse", "run"]  # fixtures

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
NAME = "Wilhelmina Vantongerloo"
PAGE = "backup.backup"


def identity_file(folder: Path, name: str = "identity.txt") -> tuple[Path, str]:
    """Create an identity in a private file; return the file and the recipient."""
    identity, file = x25519.Identity.generate(), folder / name
    file.write_text(f"# created: today\n{identity}\n")
    file.chmod(0o600)
    return file, str(identity.to_public())


@pytest.fixture
def backups(backend: Backend, tmp_path: Path, installation: dict[str, Any]) -> Backups:
    return Backups(backend, tmp_path, installation | {"files_url": f"file://{tmp_path}/files"})


def readable_in(path: Path, text: bytes) -> list[str]:
    """Return the files at or below a path that contain a text."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return [file.name for file in files if text in file.read_bytes()]


@pytest.mark.parametrize("is_sealed", [pytest.param(False, marks=pytest.mark.slow), True])
async def test_encrypted_backup_is_unreadable_and_restores_all(backups: Backups, tmp_path: Path, is_sealed: bool) -> None:
    file, recipient = identity_file(tmp_path)
    photo = jpeg()
    async with running_server(backups.folder, **backups.settings) as server:
        token = await create_token(server.service, "Alice", "coordinator")
        alice = await connect_person(server, token)
        search = await alice.open_search()
        await alice.command(search, "note.add", {"text": f"{NAME} was here."})
        photo_id = await attach(alice, search, photo)
        original = (await fetch(alice, search, photo_id, "view")).content
        await backups.type(f"board backup plain.backup --env-file {tmp_path}/searchboard.env")
        await alice.close()
        backups.settings |= {"backup_recipients": recipient} | ({"search_keys_file": "search.keys"} if is_sealed else {})
        await backups.type(f"board backup sealed.backup --env-file {tmp_path}/searchboard.env")
    assert readable_in(tmp_path / "plain.backup.files", original[:64])  # so the test could fail
    sealed = [tmp_path / "sealed.backup", tmp_path / "sealed.backup.files"]
    assert [readable_in(path, text) for path in sealed for text in (NAME.encode(), original[:64], photo[:64])] == [[]] * 6
    assert list(tmp_path.glob("*.plain")) == []
    await backups.type("cd sealed.backup.files && sha256sum --check SHA256SUMS")

    for path in (tmp_path / "files" / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(AssertionError, match="Set BACKUP_IDENTITY_FILE or BACKUP_IDENTITY_COMMAND"):
        await backups.type(f"board restore sealed.backup --env-file {tmp_path}/searchboard.env")
    backups.settings["backup_identity_file"] = str(file)
    await backups.type(f"board restore sealed.backup --env-file {tmp_path}/searchboard.env")
    assert list(tmp_path.glob("*.plain")) == []
    async with running_server(backups.folder, **backups.settings) as server:
        back = await connect_person(server, token)
        assert NAME in str((await back.snapshot(search))["entities"])
        assert (await fetch(back, search, photo_id, "view")).content == original
        await back.close()


def quietly(line: str) -> None:
    pass


def write_backup(settings: Settings, copy: Path, files: Path) -> None:
    database = Database(settings.database_url)
    recipients = parse_recipients(settings.backup_recipients or "")
    assert backups_of_database.backup(database, copy, quietly, recipients=recipients).faults == []
    assert file_backup.back_up(settings, database, files, quietly).faults == []
    database.dispose()


def restore_backup(settings: Settings, copy: Path, files: Path) -> None:
    database = Database(settings.database_url)
    restore.restore_opened(database, copy, settings, quietly)
    restore.restore_files(settings, database, files, quietly)
    database.dispose()


async def test_backup_encrypted_without_search_keys_restores_all(tmp_path: Path) -> None:
    file, recipient = identity_file(tmp_path)
    settings = settings_for(tmp_path, backup_recipients=recipient)
    backup = tmp_path / "sealed.backup", tmp_path / "sealed.backup.files"
    async with running_server(tmp_path) as server:
        token = await create_token(server.service, "Alice", "coordinator")
        alice = await connect_person(server, token)
        search = await alice.open_search()
        await alice.command(search, "note.add", {"text": f"{NAME} was here."})
        photo = await attach(alice, search, jpeg())
        original = (await fetch(alice, search, photo, "view")).content
        await asyncio.to_thread(write_backup, settings, *backup)
        await alice.command(search, "note.add", {"text": "later"})
        await alice.close()
    texts = (NAME.encode(), original[:64])
    assert all(readable_in(tmp_path, text) for text in texts)  # so the test could fail
    assert [readable_in(path, text) for path in backup for text in texts] == [[]] * 4
    shutil.rmtree(tmp_path / "files")
    with pytest.raises(OperationError, match="Set BACKUP_IDENTITY_FILE or BACKUP_IDENTITY_COMMAND"):
        await asyncio.to_thread(restore_backup, settings, *backup)
    await asyncio.to_thread(restore_backup, settings.model_copy(update={"backup_identity_file": str(file)}), *backup)
    async with running_server(tmp_path) as server:
        back = await connect_person(server, token)
        entities = str((await back.snapshot(search))["entities"])
        assert (NAME in entities, "later" in entities) == (True, False)
        assert (await fetch(back, search, photo, "view")).content == original
        await back.close()


async def test_another_identity_opens_neither_database_nor_files(backups: Backups, tmp_path: Path) -> None:
    _, recipient = identity_file(tmp_path)
    other, _ = identity_file(tmp_path, "other.txt")
    backups.settings |= {"backup_recipients": recipient, "backup_identity_file": str(other)}
    async with running_server(backups.folder, **backups.settings) as server:
        await create_token(server.service, "Alice", "coordinator")
        await backups.type(f"board backup sealed.backup --env-file {tmp_path}/searchboard.env")
    with pytest.raises(AssertionError, match=r"No identity of the settings opens sealed.backup"):
        await backups.type(f"board restore sealed.backup --env-file {tmp_path}/searchboard.env")
    database = Database(backups.settings["database_url"])
    assert len(database.read_now(accounts.all_accounts)) == 1
    database.dispose()


async def test_files_are_linked_until_other_recipients_need_them(backups: Backups, tmp_path: Path) -> None:
    _, recipient = identity_file(tmp_path)
    file, other = identity_file(tmp_path, "other.txt")
    async with running_server(backups.folder, **backups.settings) as server:
        alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
        await attach(alice, await alice.open_search(), jpeg())
        await alice.close()
    numbers = []
    for number, recipients in enumerate((recipient, recipient, f"{recipient} {other}")):
        backups.settings["backup_recipients"] = recipients
        await backups.type(f"board backup --files night{number} --env-file {tmp_path}/searchboard.env")
        (path,) = (tmp_path / f"night{number}" / "files").glob("*/original")
        numbers.append(path.stat().st_ino)
    assert numbers[0] == numbers[1] != numbers[2]
    assert Path(file).exists()


# -- the command and the check ----------------------------------------------------------------------------------------------


@pytest.fixture
def key(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """Identity file and recipient; an installation on SQLite with an encrypted backup, and no identity in its settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    words = ("account", "add", "a@b.example", "--name", "A", "--role", "admin", "--password-stdin")
    code, _, fault = run(*words, given="correct horse battery staple 7\n")
    assert code == 0, fault
    file, recipient = identity_file(tmp_path)
    monkeypatch.setenv("BACKUP_RECIPIENTS", recipient)
    assert run("backup", PAGE)[0] == 0
    return file, recipient


def found() -> tuple[State, str]:
    return encryption.check(Settings())


def test_check_opens_the_newest_backup(key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BACKUP_IDENTITY_FILE", str(key[0]))
    assert found() == (
        State.OK, f"Backups are encrypted for 1 recipient, and the identity opens the newest one, {tmp_path}/{PAGE}."
    )  # fmt: skip


def test_check_warns_of_backups_that_are_not_encrypted(key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_RECIPIENTS", "")
    assert found() == (State.WARNING, "Backups are not encrypted. Set BACKUP_RECIPIENTS.")


def test_check_finds_a_lost_identity(key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BACKUP_IDENTITY_FILE", str(key[0]))
    key[0].unlink()
    state, text = found()
    assert (state, "can't be read" in text) == (State.WRONG, True)
    other, recipient = identity_file(tmp_path, "other.txt")
    monkeypatch.setenv("BACKUP_IDENTITY_FILE", str(other))
    state, text = found()
    assert (state, "belongs to none of them" in text) == (State.WRONG, True)
    monkeypatch.setenv("BACKUP_RECIPIENTS", recipient)  # of the next backup, not of the newest
    state, text = found()
    assert (state, "no identity opens the newest one" in text) == (State.WRONG, True)


def test_check_refuses_an_identity_that_others_can_read(key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_IDENTITY_FILE", str(key[0]))
    key[0].chmod(0o644)
    state, text = found()
    assert (state, "chmod 600" in text) == (State.WRONG, True)


def test_identity_comes_from_a_command(key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_IDENTITY_COMMAND", f"cat {shlex.quote(str(key[0]))}")
    assert found()[0] == State.OK
    for command in ("false", "no-such-program", "echo 'AGE-SECRET-KEY-1", "echo hello"):
        monkeypatch.setenv("BACKUP_IDENTITY_COMMAND", command)
        state, text = found()
        assert (state, "AGE-SECRET-KEY-1Q" in text) == (State.WRONG, False)


def test_identity_kept_elsewhere_is_tested_by_a_command(
    key: tuple[Path, str], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state, text = found()
    assert (state, "never tested" in text) == (State.WARNING, True)
    code, said, _ = run("restore", "--test", PAGE, BACKUP_IDENTITY_FILE=str(key[0]))
    assert (code, said) == (0, f"{PAGE} can be restored: it was opened and read.\n")
    monkeypatch.delenv("BACKUP_IDENTITY_FILE")
    state, text = found()
    assert (state, "was last opened 0 days ago" in text) == (State.OK, True)
    _, other = identity_file(tmp_path, "other.txt")
    monkeypatch.setenv("BACKUP_RECIPIENTS", other)  # whose identity was never seen
    assert found()[0] == State.WARNING
    assert "belongs to none of BACKUP_RECIPIENTS" in run("restore", "--test", PAGE, BACKUP_IDENTITY_FILE=str(key[0]))[2]
    monkeypatch.delenv("BACKUP_IDENTITY_FILE")
    assert found()[0] == State.WARNING


@pytest.mark.parametrize("damage", ["first bytes", "middle", "cut short"])
def test_damaged_backup_is_refused(key: tuple[Path, str], refuse: Refuse, tmp_path: Path, damage: str) -> None:
    content = bytearray((tmp_path / PAGE).read_bytes())
    position = {"first bytes": 60, "middle": len(content) // 2, "cut short": 0}[damage]
    content[position] ^= 1 if position else 0
    (tmp_path / "bad.backup").write_bytes(content if position else content[:-70_000])
    assert "bad.backup" in refuse("restore", "--test", "bad.backup", BACKUP_IDENTITY_FILE=str(key[0]))
    assert list(tmp_path.glob("*.plain")) == []


def test_recipients_that_are_none_are_refused(refuse: Refuse, tmp_path: Path) -> None:
    secret = str(x25519.Identity.generate())
    for value in (" , ", "age1zz", "alice", secret, "age1q " * 21):
        said = refuse("backup", "b.backup", BACKUP_RECIPIENTS=value)
        assert "BACKUP_RECIPIENTS" in said
        assert secret not in said
    assert "Set BACKUP_IDENTITY_FILE or BACKUP_IDENTITY_COMMAND, not both" in refuse(
        "restore", "b.backup", BACKUP_RECIPIENTS="", BACKUP_IDENTITY_FILE="x", BACKUP_IDENTITY_COMMAND="y"
    )


def test_readable_copy_of_a_killed_backup_is_deleted_a_day_later(key: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    old, new = tmp_path / "board.db.0a1b2c3d.plain", tmp_path / "board.db.4e5f6a7b.plain"
    for file in (old, new):
        file.write_text(NAME)
    os.utime(old, (0, 0))
    assert run("backup", "second.backup")[0] == 0
    assert (old.exists(), new.exists()) == (False, True)


def test_backup_that_cannot_be_encrypted_leaves_nothing(
    key: tuple[Path, str], refuse: Refuse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = backups_of_database._write

    def write(database: Any, part: Path, *words: Any) -> Any:
        result = real(database, part, *words)
        part.with_name(part.name).unlink()
        return result

    monkeypatch.setattr(backups_of_database, "_write", write)
    refuse("backup", "second.backup")
    assert list(tmp_path.glob("second*")) + list(tmp_path.glob("*.plain")) == []
