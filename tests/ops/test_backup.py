"""Backup and restore, word for word as the how-to says, on both databases; and no client goes on from what is no more."""

import asyncio
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from board.accounts import accounts, live_changes
from board.bootstrap import ROOT
from board.command_line import backing_up as commands
from board.config.settings import Settings
from board.dev import Postgres
from board.errors import OperationError
from board.maintenance import backup, postgresql_backup, postgresql_programs
from board.service import BoardService
from models.db.database import Database
from models.db.sqlite import library
from models.read_position import ReadPosition
from tests.support import readme_blocks
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.people import PASSWORD, Person, connect_person, create_token, running_server, settings_for

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

BACKUP = readme_blocks.document("how-to/backup")


@dataclass
class Backups:
    """Administrator who types the commands of the how-to in the folder of the installation."""

    backend: Backend
    folder: Path
    settings: dict[str, Any]

    async def type(self, words: str) -> str:
        """Run shell commands; return what they print. Fails if any line of them fails."""
        programs = [str(self._program().parent), *([str(self.backend.postgres.programs)] if self.backend.postgres else [])]
        environment = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields} | {
            "PATH": ":".join([*programs, os.environ["PATH"]])
        }
        (self.folder / "searchboard.env").write_text(
            "".join(f"{name.upper()}={value}\n" for name, value in self.settings.items())
        )
        (self.folder / "backups").mkdir(exist_ok=True)
        words = words.replace("/etc/searchboard.env", f"{self.folder}/searchboard.env")
        done = await asyncio.to_thread(
            subprocess.run, ["sh", "-euc", words], check=False, cwd=self.folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return str(done.stdout)

    def _program(self) -> Path:
        """Return the installed program, of this checkout."""
        program = self.folder / "bin" / "board"
        program.parent.mkdir(exist_ok=True)
        main = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from board.__main__ import main; main()"
        program.write_text(f"#!{sys.executable}\n{main}\n")
        program.chmod(0o755)
        return program

    @property
    def words(self) -> tuple[str, str]:
        """Commands of the how-to that make a backup, and that restore it."""
        return tuple(readme_blocks.code_blocks(title, "sh", BACKUP)[0] for title in ("\n## Back up\n", "\n## Restore\n"))  # type: ignore[return-value]


@pytest.fixture
def backups(backend: Backend, tmp_path: Path, installation: dict[str, Any]) -> Backups:
    return Backups(backend, tmp_path, installation)


@pytest.mark.both_backends
async def test_restored_board_is_that_of_the_backup_and_clients_get_snapshots(backups: Backups) -> None:
    backup, restore = backups.words
    async with running_server(backups.folder, **backups.settings) as server:
        token = await create_token(server.service, "Alice", "coordinator")
        alice = await connect_person(server, token)
        search = await alice.open_search()
        screen = await alice.subscribe(search)
        kept = await alice.command(search, "note.add", {"text": "Before the backup."}, id="before")
        then = await alice.snapshot(search)
        await backups.type(backup)
        await alice.command(search, "note.add", {"text": "After the backup."}, id="after")
        await alice.wait_for_seq(search, then["seq"] + 1)
        email = (await alice.http.get("/api/v1/me")).json()["email"]
        await live_changes.apply_change(server.service, lambda session: accounts.set_role(session, email, "viewer"))
        await alice.close()

    restore, check = restore.splitlines()
    assert "have a new epoch" in await backups.type(restore)
    assert "backup" in await backups.type(f"{check} || true")  # this machine may lack other things
    verify = readme_blocks.code_blocks("\n## After a restore\n", "sh", BACKUP)[0]
    await backups.type(verify)
    assert len((backups.folder / "heads.txt").read_text().splitlines()) == 3

    async with running_server(backups.folder, **backups.settings) as server:
        for seq in (screen.seq, then["seq"], 1):  # beyond the present head, at it, and before it
            back = await connect_person(server, token)
            await back.subscribe(search, screen.epoch, seq)
            await _has_it_anew(back, search, screen.epoch, then)
        assert (await back.command(search, "note.add", {"text": "Before the backup."}, id="before"))["seqs"] == kept["seqs"]
        assert (await back.command(search, "note.add", {"text": "After the backup."}, id="after"))["seqs"] == [then["seq"] + 1]
        await back.close()


async def _has_it_anew(person: Person, search: str, old_epoch: str, then: dict[str, Any]) -> None:
    """A snapshot of the board as it was at the backup, in an epoch of its own."""
    assert [frame["type"] for frame in person.frames if frame.get("board") == search][:2] == ["snapshot", "subscribed"]
    screen = person.boards[search]
    assert screen.epoch != old_epoch
    assert (screen.seq, screen.entities) == (then["seq"], then["entities"])


async def test_a_backup_is_closed_to_others(backups: Backups) -> None:
    async with running_server(backups.folder, **backups.settings):
        await backups.type("umask 0\n" + backups.words[0])
    (made,) = backups.folder.glob("*.backup")
    assert made.stat().st_mode & 0o077 == 0


async def test_every_command_of_the_page_names_the_settings() -> None:
    lines = [line for block in readme_blocks.code_blocks("", "sh", BACKUP) for line in block.splitlines()]
    commands = [line for line in lines if line.startswith("board ")]
    assert len(commands) >= 5
    assert all("--env-file /etc/searchboard.env" in line for line in commands)


async def test_nightly_backup_has_the_day_in_its_name_and_the_settings(backups: Backups) -> None:
    (unit,) = readme_blocks.code_blocks("\n## Back up every night\n", "systemd", BACKUP)
    commands = [line.removeprefix("ExecStart=") for line in unit.splitlines() if line.startswith("ExecStart=")]
    async with running_server(backups.folder, **backups.settings):
        for words in commands:
            await backups.type(words.replace("/opt/searchboard/.venv/bin/", "").replace("%%", "%").replace("$$", "$"))
    made = sorted(file.name for file in (backups.folder / "backups").iterdir())
    assert [re.sub(r"\d", "0", name) for name in made] == ["nightly-0000-00-00.backup", "nightly-0000-00-00.env"]


async def test_restore_is_refused_while_a_server_runs(backups: Backups) -> None:
    backup, restore = backups.words
    async with running_server(backups.folder, **backups.settings) as server:
        await backups.type(backup)
        await create_token(server.service, "Alice", "coordinator")
        with pytest.raises(AssertionError, match="Stop all servers first"):
            await backups.type(restore)
        assert server.service.database.read_now(accounts.all_accounts)


async def test_file_that_is_no_backup_is_not_restored(backups: Backups) -> None:
    (backups.folder / "searchboard.backup").write_text("something else")
    async with running_server(backups.folder, **backups.settings) as server:
        await create_token(server.service, "Alice", "coordinator")
    with pytest.raises(AssertionError, match=r"can't be read as a backup|pg_restore failed"):
        await backups.type(backups.words[1])
    database = Database(backups.settings["database_url"])
    assert database.read_now(accounts.all_accounts)
    database.dispose()


# -- the command ----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[BoardService]:
    """Service on SQLite with an account."""
    opened = await BoardService.open(settings_for(tmp_path))
    await live_changes.add_account(opened, "alice@desk.example", "Alice", "coordinator", PASSWORD)
    yield opened
    await opened.close()


def left(folder: Path) -> set[str]:
    """The files beside the database's own, and the folder of photos and files."""
    return {file.name for file in folder.iterdir() if not file.name.startswith("board.db") and file.name != "files"}


def quietly(line: str) -> None:
    pass


async def test_a_backup_is_of_one_moment_and_nobody_waits_for_it(
    service: BoardService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PROGRESS_STEPS", 500)
    other, told = Database(service.settings.database_url), list[str]()

    def tell(line: str) -> None:
        other.write_now(lambda session: accounts.set_role(session, "alice@desk.example", "viewer"))  # raises where it waits
        told.append(line)

    assert backup.backup(service.database, tmp_path / "backup.db", tell) == (2, [])
    assert any(line.endswith("MB") for line in told)
    assert told[-1] == "checking it"
    await other.close()
    made = Database(f"sqlite:///{tmp_path}/backup.db")
    assert made.read_now(lambda session: accounts.find(session, "alice@desk.example").role) == "coordinator"
    await made.close()


async def test_a_file_that_is_there_is_left_alone(service: BoardService, tmp_path: Path) -> None:
    (tmp_path / "backup.db").write_text("yesterday's")
    with pytest.raises(OperationError, match="already"):
        backup.backup(service.database, tmp_path / "backup.db", quietly)
    assert (tmp_path / "backup.db").read_text() == "yesterday's"
    assert left(tmp_path) == {"backup.db"}


async def test_one_that_came_meanwhile_too(service: BoardService, tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="already"):
        backup.backup(service.database, tmp_path / "backup.db", lambda line: (tmp_path / "backup.db").write_text("another's"))  # type: ignore[arg-type]
    assert (tmp_path / "backup.db").read_text() == "another's"
    assert left(tmp_path) == {"backup.db"}


async def test_broken_chain_is_reported_and_the_rest_is_backed_up(
    service: BoardService, tmp_path: Path, monkeypatch: Any
) -> None:
    await service.database.write(
        lambda session: session.connection().execute(text("UPDATE board SET seq = seq + 1 WHERE kind = 'operations'"))
    )
    boards, faults = backup.backup(service.database, tmp_path / "backup.db", quietly)
    assert (boards, [fault[:19] for fault in faults]) == (2, ["operations: event 1"])
    monkeypatch.setenv("DATABASE_URL", service.settings.database_url)
    with pytest.raises(OperationError, match=r"again.db is written, but a journal is damaged .*: operations: event 1"):
        commands.backup(tmp_path / "again.db")
    assert left(tmp_path) == {"backup.db", "again.db"}


async def test_a_file_that_is_broken_is_not_kept(service: BoardService, tmp_path: Path, monkeypatch: Any) -> None:
    def broken(source: Path, part: Path, tell: Any) -> None:
        part.write_bytes(b"not a database" * 1_000)

    monkeypatch.setattr(backup, "_copy", broken)
    with pytest.raises(OperationError, match="It was deleted"):
        backup.backup(service.database, tmp_path / "backup.db", quietly)
    assert left(tmp_path) == set()


async def test_a_backup_that_breaks_off_leaves_nothing(service: BoardService, tmp_path: Path) -> None:
    def tell(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.backup(service.database, tmp_path / "backup.db", tell)
    assert left(tmp_path) == set()


async def test_it_has_its_name_only_when_it_was_found_to_hold_and_is_on_the_disk(
    service: BoardService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, set[str]]] = []
    check, sync = backup._verify, backup._sync

    def noted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any) -> Any:
            seen.append((name, left(tmp_path)))
            return real(*words)

        return call

    monkeypatch.setattr(backup, "_verify", noted("check", check))
    monkeypatch.setattr(backup, "_sync", noted("sync", sync))
    backup.backup(service.database, tmp_path / "backup.db", quietly)
    assert [name for name, _ in seen] == ["check", "sync", "sync"]
    for _, files in seen[:2]:
        assert [re.sub(r"\.[0-9a-f]{8}\.", ".", file) for file in files] == ["backup.db.part"]
    assert seen[2][1] == {"backup.db"}


async def test_erased_content_is_not_in_a_backup(service: BoardService, tmp_path: Path) -> None:
    name, pages = "Noor, who was erased. " * 1_000, tmp_path / "pages.db"
    await service.database.write(lambda session: session.add(ReadPosition(account=name, board="", epoch="", seq=0, at="")))
    with closing(library.connect(service.database.path)) as other, other:  # as an earlier version deleted
        other.execute("PRAGMA secure_delete = OFF")
        other.execute("DELETE FROM read_positions")
    with closing(library.connect(service.database.path)) as source, closing(library.connect(pages)) as copy:
        source.backup(copy)
    assert b"Noor, who was erased." in pages.read_bytes()  # so the test could fail: the pages still have it
    backup.backup(service.database, tmp_path / "backup.db", quietly)
    assert b"Noor, who was erased." not in (tmp_path / "backup.db").read_bytes()


async def test_dump_with_fewer_rows_is_deleted(postgres: Postgres, postgres_url: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", f"{postgres.programs}:{os.environ['PATH']}")
    database, real = Database(postgres_url), postgresql_backup.rows_of
    database.write_now(lambda session: session.add(ReadPosition(account="a", board="", epoch="", seq=0, at="")))
    with monkeypatch.context() as patch:
        patch.setattr(postgresql_backup, "rows_of", lambda dump: real(dump) - Counter({"read_positions": 1}))
        with pytest.raises(OperationError, match="read_positions has 0 of 1 rows"):
            await asyncio.to_thread(backup.backup, database, tmp_path / "backup.dump", quietly)
    assert left(tmp_path) == set()
    await asyncio.to_thread(backup.backup, database, tmp_path / "backup.dump", quietly)
    assert real(tmp_path / "backup.dump")["read_positions"] == 1
    (tmp_path / "backup.dump").write_bytes((tmp_path / "backup.dump").read_bytes()[:-200])
    with pytest.raises(OperationError, match="pg_restore failed"):
        real(tmp_path / "backup.dump")
    await database.close()


async def test_dump_without_its_program_is_refused(postgres_url: str, tmp_path: Path, monkeypatch: Any) -> None:
    database = Database(postgres_url)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(postgresql_programs, "DEBIAN", tmp_path)
    with pytest.raises(OperationError, match="pg_dump is not installed"):
        await asyncio.to_thread(backup.backup, database, tmp_path / "backup.dump", quietly)
    await database.close()
    words = postgresql_programs.without_password(
        "postgresql+psycopg://alice:secret@host:5432/board?password=secret&sslmode=require"
    )
    assert words == "postgresql://alice@host:5432/board?sslmode=require"
    assert left(tmp_path) == set()


async def test_an_empty_database_is_most_likely_a_typing_error(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/board.db")
    with pytest.raises(OperationError, match="nothing to back up"):
        backup.backup(database, tmp_path / "backup.db", quietly)
    await database.close()
    assert left(tmp_path) == set()


def test_rotation_keeps_two_weeks_and_a_night_of_each_month_of_a_year(tmp_path: Path) -> None:
    (words,) = readme_blocks.code_blocks("\n## Keep some", "sh", BACKUP)[:1]
    now = datetime.now(UTC)
    nights = [now - timedelta(days=age) for age in range(500)]
    for night in nights:
        file = tmp_path / f"nightly-{night:%Y-%m-%d}.backup"
        file.touch()
        os.utime(file, (night.timestamp(), night.timestamp()))
    (tmp_path / "board.db").touch()
    subprocess.run(["sh", "-euc", words], check=True, cwd=tmp_path)
    kept = {file.name for file in tmp_path.iterdir()}
    wanted = {
        f"nightly-{night:%Y-%m-%d}.backup" for age, night in enumerate(nights) if age < 14 or (age <= 365 and night.day == 1)
    }
    assert kept == {"board.db"} | wanted
