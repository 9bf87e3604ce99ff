"""Photos and files in `check`, `backup`, `transfer` and after a restore: what is missing or damaged is named."""

import asyncio
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from board.audit import writer
from board.config.settings import Settings
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable
from board.maintenance.checks import State, files
from board.maintenance.file_backup import SUMS
from board.service import BoardService
from models.board import OPERATIONS, Board
from models.db.database import Database
from models.db.schema import migrate
from tests.ops.test_command_line import Run, run
from tests.support.bucket_server import BucketServer, bucket_server
from tests.support.people import settings_for
from tests.support.stored_files import store_file

__all__ = ["run"]  # a fixture


class Installation:
    """Small installation with three files, which the settings of this process name."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings = folder, settings
        self.database = Database(settings.database_url)
        self.store = FileStore.of(settings)
        self.ids: list[str] = []

    def check(self, digests: bool = False) -> tuple[State, str]:
        return files.check(self.settings, digests)

    def path(self, id: str, name: str = "original", of: str = "board.db.files") -> Path:
        return self.folder / of / "files" / id / name

    def add(self, **more: int) -> str:
        self.ids.append(asyncio.run(store_file(self.database, self.store, **more)))  # type: ignore[arg-type]
        return self.ids[-1]


@pytest.fixture(params=["folder", "bucket"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def s3() -> Iterator[BucketServer]:
    with bucket_server() as server:
        yield server


def _create_fixed_boards(session: Session) -> None:
    session.add(Board(id=OPERATIONS, number=1, kind="operations", epoch="epoch", at="2026-11-27T10:00:00.000Z"))
    session.flush()
    writer.lock_audit_board(session)


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Installation:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder}/board.db")
    for name, value in settings.items():
        monkeypatch.setenv(name.upper(), value)
    made = Installation(folder, Settings(_env_file=None))
    migrate(made.database)
    made.database.write_now(_create_fixed_boards)
    return made


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    made = installed(tmp_path, monkeypatch)
    for number in range(3):
        made.add(size=1000 + number, picture=number != 1)
    return made


# -- check --------------------------------------------------------------------------------------------------------------


def test_an_installation_without_files_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, says = installed(tmp_path, monkeypatch).check()
    assert (state, says.partition(".")[0]) == (State.OK, "There are none yet")
    assert not (tmp_path / "board.db.files").exists(), "a check changes nothing"


def test_files_that_are_all_there_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, s3: BucketServer
) -> None:
    s3.clear()
    made = installed(tmp_path, monkeypatch, **(s3.settings if kind == "bucket" else {}))
    for _ in range(3):
        made.add()
    for digests in (False, True):
        state, says = made.check(digests)
        assert state is State.OK, says
        assert says.startswith("3 files, 0.0 MB with their pictures")
        assert ("digests are right" in says) == digests
    assert not any("check" in key for key in s3.all_keys())


@pytest.mark.parametrize(
    ("harm", "words", "by_size"),
    [
        (lambda path: path.unlink(), "is missing", True),
        (lambda path: path.write_bytes(b"short"), "has 5 bytes, not 1,000", True),
        (lambda path: path.write_bytes(b"x" * 1000), "is damaged", False),
        (lambda path: path.with_name("thumb").unlink(), "has lost its pictures", True),
        (lambda path: path.with_name("view").write_bytes(b""), "has lost its pictures", True),
        (lambda path: shutil.rmtree(path.parent), "is missing", True),
        (lambda path: (path.unlink(), path.symlink_to("/etc/hostname")), "is missing", True),
    ],
)  # fmt: skip
def test_a_file_that_is_missing_or_damaged_is_named(installation: Installation, harm, words: str, by_size: bool) -> None:  # type: ignore[no-untyped-def]
    harm(installation.path(installation.ids[0]))
    state, says = installation.check(digests=True)
    assert state is State.WRONG
    assert f"1 are missing or damaged: {installation.ids[0]} {words}." in says
    assert (installation.check()[0] is State.WRONG) == by_size


def test_a_withdrawn_file_need_not_be_there(installation: Installation) -> None:
    gone = installation.add(withdrawn=True)
    assert installation.check()[0] is State.OK
    shutil.rmtree(installation.path(gone).parent)
    assert installation.check(digests=True)[0] is State.OK


def test_many_missing_files_are_counted_and_a_few_named(installation: Installation) -> None:
    for _ in range(7):
        installation.add()
    shutil.rmtree(installation.folder / "board.db.files" / "files")
    state, says = installation.check()
    assert state is State.WRONG
    assert "10 are missing or damaged" in says
    assert says.endswith("and 5 more.")


def test_a_folder_that_is_not_mounted_is_wrong(installation: Installation) -> None:
    folder = installation.folder / "board.db.files"
    folder.rename(installation.folder / "away")
    assert installation.check()[0] is State.WRONG
    folder.mkdir()
    state, says = installation.check()
    assert state is State.WRONG
    assert "Mount its disk" in says
    assert os.listdir(folder) == []


def test_a_store_that_is_full_is_wrong(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> int:
        raise OSError(28, "faked")

    monkeypatch.setattr(os, "write", full)
    state, says = installation.check()
    assert state is State.WRONG
    assert "Make room" in says


def test_another_account_writes_nothing_into_the_folder(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    before = sorted(installation.folder.rglob("*"))
    state, says = installation.check()
    assert (state, "Writing was not tried" in says) == (State.OK, True)
    assert sorted(installation.folder.rglob("*")) == before


def test_files_without_a_store_are_reported_with_postgresql(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "read", lambda fn: [])
    settings = settings_for(tmp_path, database_url="postgresql://board@127.0.0.1/board", files_url=None)
    state, says = files.check(settings)
    assert (state, says.startswith("FILES_URL is not set")) == (State.WARNING, True)


def test_the_command_reads_digests_when_it_is_asked(installation: Installation, run: Run) -> None:
    installation.path(installation.ids[0]).write_bytes(b"x" * 1000)
    assert "All are there" in run("check")[1]
    code, out, _ = run("check", "--digests")
    assert code == 1
    assert "is damaged" in out


# -- backup -------------------------------------------------------------------------------------------------------------


def whole(folder: Path) -> bool:
    """Let another program verify a backup."""
    done = subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


def test_a_backup_has_the_files_beside_the_database(installation: Installation, run: Run) -> None:
    gone = installation.add(withdrawn=True)
    code, out, fault = run("backup", "backup.db")
    assert (code, fault) == (0, "")
    assert "holds: 4 files" in out
    made = installation.folder / "backup.db.files"
    assert whole(made)
    for id in installation.ids:
        for each in installation.path(id).parent.iterdir():
            assert (made / "files" / id / each.name).read_bytes() == each.read_bytes()
    assert installation.path(gone, of="backup.db.files").exists()
    modes = {stat.S_IMODE(each.stat().st_mode) for each in [made, *made.rglob("*")]}
    assert modes == {0o600, 0o700}
    assert {each.name for each in installation.folder.glob("backup*")} == {"backup.db", "backup.db.files"}
    served = FileStore.of(settings_for(installation.folder, files_url=made.as_uri()), must_exist=True)
    assert asyncio.run(served.size(f"files/{gone}/original")) == 1000, "it can be served as it is"


def test_a_second_backup_links_what_the_first_has(installation: Installation, run: Run) -> None:
    assert run("backup", "one.db")[0] == 0
    new = installation.add()
    installation.path(installation.ids[0], of="one.db.files").write_bytes(b"x" * 1000)  # damage in the backup
    assert run("backup", "two.db")[0] == 0
    assert whole(installation.folder / "two.db.files")
    damaged, whole_one = (installation.path(id, of="two.db.files") for id in installation.ids[:2])
    assert whole_one.samefile(installation.path(installation.ids[1], of="one.db.files"))
    assert not whole_one.samefile(installation.path(installation.ids[1])), "a damaged store must not damage its backup"
    assert not damaged.samefile(installation.path(installation.ids[0], of="one.db.files"))
    assert installation.path(new, of="two.db.files").read_bytes() == installation.path(new).read_bytes()


def test_a_backup_names_files_that_are_damaged_and_has_the_others(installation: Installation, run: Run) -> None:
    damaged, missing, fine = installation.ids
    installation.path(damaged).write_bytes(b"x" * 1000)
    installation.path(missing).unlink()
    code, _, fault = run("backup", "backup.db")
    assert code == 1
    assert f"{damaged} is damaged" in fault
    assert f"{missing} is missing" in fault
    assert os.listdir(installation.folder / "backup.db.files" / "files") == [fine]
    assert (installation.folder / "backup.db").exists()
    assert "No backup was ever made" in run("check")[1], "it is not noted as one"


def test_a_backup_that_can_not_be_written_leaves_no_folder(
    installation: Installation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.rename

    def full(*given: Any, **more: Any) -> None:
        if "dst_dir_fd" in more:
            raise OSError(28, "faked")
        real(*given, **more)

    monkeypatch.setattr(os, "rename", full)
    code, _, fault = run("backup", "backup.db")
    assert (code, fault.count("\n")) == (1, 1)
    assert "backup.db.files can't be written: its disk is full." in fault
    assert [each.name for each in installation.folder.glob("backup*")] == ["backup.db"]


@pytest.mark.parametrize("there", ["backup.db", "backup.db.files"])
def test_a_backup_that_is_there_is_left_alone(installation: Installation, run: Run, there: str) -> None:
    (installation.folder / there).write_text("yesterday's")
    code, _, fault = run("backup", "backup.db")
    assert code == 1
    assert "already" in fault
    assert [each.name for each in installation.folder.glob("backup*")] == [there]


def test_files_of_a_bucket_are_backed_up_to_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, s3: BucketServer
) -> None:
    s3.clear()
    made = installed(tmp_path, monkeypatch, **s3.settings)
    made.add(size=6_000_000)
    assert "in a bucket" in run("backup", "backup.db")[1]
    assert not (tmp_path / "backup.db.files").exists()
    assert run("backup", "--files", "night.files")[1] == "night.files holds: 1 files\n"
    assert whole(tmp_path / "night.files")
    code, _, fault = run("backup", "--files", "night.files")
    assert code == 1
    assert "already" in fault


@pytest.mark.parametrize("words", [("backup",), ("backup", "x.db", "--files", "y"), ("backup", "x.db", "--note")])
def test_a_backup_of_two_things_at_once_is_refused(installation: Installation, run: Run, words: tuple[str, ...]) -> None:
    code, _, fault = run(*words)
    assert code == 2
    assert "Name a new file" in fault


@pytest.mark.parametrize("is_there", [True, False], ids=["an empty folder", "no folder"])
async def test_a_server_makes_no_new_folder_if_there_are_files(tmp_path: Path, is_there: bool) -> None:
    settings = settings_for(tmp_path)
    folder, away = tmp_path / "files", tmp_path / "away"
    migrate(Database(settings.database_url))
    await store_file(Database(settings.database_url), FileStore.of(settings))
    folder.rename(away)
    if is_there:
        folder.mkdir()
    service = await BoardService.open(settings)
    try:
        with pytest.raises(FilesUnavailable):
            await service.files.put("uploads/another/0", b"bytes")
        assert (os.listdir(folder) if is_there else folder.exists()) == ([] if is_there else False)
        if is_there:
            folder.rmdir()
        away.rename(folder)
        await service.files.put("uploads/another/0", b"bytes")
    finally:
        await service.close()


# -- restore and transfer -------------------------------------------------------------------------------------------------


def test_a_restore_without_the_files_says_so(installation: Installation, run: Run) -> None:
    assert "Photos" not in run("reset-epochs")[1]
    (installation.folder / "board.db.files").rename(installation.folder / "away")
    assert "Photos and files: The folder or the bucket of FILES_URL is not there." in run("reset-epochs")[1]


def test_a_transfer_says_where_the_files_stay(installation: Installation, run: Run) -> None:
    code, out, fault = run("transfer", "--to", f"sqlite:///{installation.folder}/other.db")
    assert (code, fault) == (0, "")
    assert f"set FILES_URL to {(installation.folder / 'board.db.files').as_uri()}" in out
    assert installation.check()[0] is State.OK
