"""Command `board upgrade`: it backs up, migrates and verifies, or the database is as it was; wherever it is interrupted."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from board.bootstrap import ROOT
from board.command_line import cli
from board.config import env_file
from board.config.settings import Settings
from board.errors import OperationError
from board.maintenance import upgrade as upgrading
from board.maintenance.upgrade import ReturnFailed, upgrade
from models.db import earlier_tables, schema, unfinished_upgrade
from models.db.database import ConfigurationError, Database
from models.db.sqlite import SQLiteBackend
from tests.support import old_installation, readme_blocks
from tests.support.backends import SLOW_ON_POSTGRESQL, SQLITE, Backend
from tests.support.old_installation import ENTRIES, REVISION

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)  # what goes wrong in between is for the slow tests

NEWEST = schema.versions()[-1]


@dataclass
class Old:
    """Installation of an earlier version, whose administrator upgrades it."""

    url: str
    folder: Path
    lines: list[str]

    def upgrade(self) -> None:
        upgrade(self.url, self.folder, self.lines.append, lambda line: None)

    def read(self, fn: Callable[[Session], Any]) -> Any:
        database = Database(self.url)
        try:
            return database.read_now(fn)
        finally:
            database.dispose()

    @property
    def tables(self) -> str | None:
        version: str | None = self.read(lambda session: schema.version_of(session.connection()))
        return version

    @property
    def state(self) -> Any:
        """Tables and all rows of two of them."""

        def read(session: Session) -> Any:
            rows = [
                session.connection().execute(text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in ("board", "event")
            ]
            return schema.version_of(session.connection()), unfinished_upgrade.read(session.connection()), rows

        return self.read(read)

    @property
    def backups(self) -> list[Path]:
        return sorted(self.folder.glob("before-upgrade-*"))


@pytest.fixture
def old(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Old]:
    monkeypatch.setattr(earlier_tables, "BATCH_SIZE", 5)
    if backend.postgres is not None:
        monkeypatch.setenv("PATH", f"{backend.postgres.programs}:{os.environ['PATH']}")
    with old_installation.created(backend, tmp_path) as url:
        yield Old(url, tmp_path, [])


def assert_current(old: Old) -> None:
    database = Database(old.url)
    schema.check(database)
    counted = text("SELECT count(*) FROM event")
    assert database.read_now(lambda session: session.connection().execute(counted).scalar_one()) > ENTRIES
    assert database.read_now(lambda session: unfinished_upgrade.read(session.connection())) is None
    database.dispose()


def fails(*_: object, **__: object) -> None:
    raise RuntimeError("the migration has a bug")


def test_upgrade_states_its_needs_backs_up_migrates_and_verifies(old: Old) -> None:
    old.upgrade()
    assert_current(old)
    told = "\n".join(old.lines)
    assert f"Upgrade from tables {REVISION} to {NEWEST}: {ENTRIES + 1} rows to move, about " in told
    for words in ("on the disk of the database", "for the backup", "Backed up to", "Verified: 2 boards", "Start the servers"):
        assert words in told
    (backup,) = old.backups
    assert backup.stat().st_mode & 0o077 == 0
    old.lines.clear()
    old.upgrade()
    assert old.lines == [f"The database has the tables of this version ({NEWEST}). There is nothing to do."]


@pytest.mark.parametrize("step", ["tables", "rows", "verify"])
@pytest.mark.slow
def test_failing_migration_is_rolled_back(old: Old, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    before = old.state
    with monkeypatch.context() as patch:
        if step == "tables":
            patch.setattr(schema, "_upgrade", fails)
        elif step == "rows":
            calls = iter(range(100))
            real = earlier_tables.to_ms  # type: ignore[attr-defined]
            patch.setattr(earlier_tables, "to_ms", lambda at: fails() if next(calls) == 12 else real(at))
        else:
            patch.setattr(upgrading.integrity, "verify", fails)  # type: ignore[attr-defined]
        with pytest.raises(OperationError, match=rf"RuntimeError, at .*as it was before, with tables {REVISION}"):
            old.upgrade()
    assert old.state == before
    old.upgrade()
    assert_current(old)


def test_journal_that_ends_elsewhere_is_found_and_rolled_back(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that loses the last event, with its board's row, leaves a chain that is intact."""
    before = old.state
    real = schema.migrate

    def loses(database: Database, *words: Any, **more: Any) -> None:
        real(database, *words, **more)
        database.write_now(
            lambda session: session.connection().execute(
                text("UPDATE board SET seq = 0, head = :none WHERE number = 0"), {"none": b""}
            )
        )
        database.write_now(lambda session: session.connection().execute(text("DELETE FROM event WHERE board = 0")))

    with monkeypatch.context() as patch:
        patch.setattr(schema, "migrate", loses)
        with pytest.raises(OperationError, match="The board audit does not end where it ended before"):
            old.upgrade()
    assert old.state == before


@pytest.mark.slow
def test_interrupted_upgrade_returns_to_the_earlier_state(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    before = old.state

    def interrupt(line: str) -> None:
        if line.startswith("moved"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upgrade(old.url, old.folder, old.lines.append, interrupt)
    assert old.state == before
    assert any(line.startswith("The upgrade failed: it was interrupted.") for line in old.lines)


@pytest.mark.slow
def test_return_that_fails_is_completed_by_the_next_run(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    before = old.state
    with monkeypatch.context() as patch:
        patch.setattr(upgrading.integrity, "verify", fails)  # type: ignore[attr-defined]
        patch.setattr(upgrading, "restore", fails)
        with pytest.raises(ReturnFailed, match="Run `board upgrade` again"):
            old.upgrade()
    database = Database(old.url)
    for act in (schema.check, schema.migrate):
        with pytest.raises(ConfigurationError, match="in progress, or was interrupted"):
            act(database)
    database.dispose()
    with pytest.raises(OperationError, match="as it was before the upgrade"):
        old.upgrade()
    assert old.state == before


@pytest.mark.slow
def test_later_writes_of_the_earlier_version_are_in_a_new_backup(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was killed before the tables changed: the earlier program does not know the mark, and writes."""
    with monkeypatch.context() as patch:
        patch.setattr(upgrading._Upgrade, "_migrate_or_return", fails)
        with pytest.raises(RuntimeError):
            old.upgrade()
    database = Database(old.url)
    database.write_now(lambda session: session.connection().execute(text("UPDATE board SET last_type = 'later'")))
    database.dispose()
    later = old.state[2]
    with monkeypatch.context() as patch:
        patch.setattr(upgrading.integrity, "verify", fails)  # type: ignore[attr-defined]
        with pytest.raises(OperationError, match="as it was before"):
            old.upgrade()
    assert old.state == (REVISION, None, later)
    assert len(old.backups) == 2


@pytest.mark.slow
def test_backup_that_fails_changes_nothing(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    before = old.state
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "backup", fails)
        with pytest.raises(RuntimeError):
            old.upgrade()
    assert (old.state, old.backups) == (before, [])


def test_running_server_refuses_the_upgrade(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading.exclusive, "PATIENCE_S", 0.1)  # type: ignore[attr-defined]
    before = old.state
    server = Database(old.url)
    with server.backend.read_engine.connect() as connection:
        connection.execute(text("SELECT 1 FROM board")).all()
        with pytest.raises(OperationError, match="Stop all servers first"):
            old.upgrade()
    server.dispose()
    assert old.state == before


@pytest.mark.slow
def test_database_of_no_board_is_not_upgraded(backend: Backend, old: Old) -> None:
    database = Database(old.url)
    database.write_now(lambda session: schema.metadata.drop_all(session.connection()))
    database.write_now(lambda session: session.connection().execute(text("DROP TABLE alembic_version")))
    database.dispose()
    with pytest.raises(ConfigurationError, match="no tables of the board"):
        old.upgrade()


@pytest.mark.slow
def test_full_disk_is_refused_before_anything_changes(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    before = old.state
    space = os.statvfs_result((4096, 4096, 9, 9, 1, 9, 9, 9, 0, 255))
    monkeypatch.setattr(upgrading.os, "statvfs", lambda path: space)  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match=r"0 MB (are )?free\. Nothing was changed"):
        old.upgrade()
    assert (old.state, old.backups) == (before, [])


def test_command_of_the_how_to_upgrades_and_its_exit_codes_hold(
    old: Old, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (block,) = re.findall(r"```sh\n +(board upgrade .*)\n", readme_blocks.document("how-to/upgrade"))
    (old.folder / "searchboard.env").write_text(f"DATABASE_URL={old.url}\nSECRET_KEY={'x' * 32}\n")
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv(env_file.CHOSEN, "")
    monkeypatch.chdir(old.folder)
    words = block.replace("/etc/searchboard.env", f"{old.folder}/searchboard.env").split()
    assert words[0] == "board"

    def code() -> Any:
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code

    before = old.state
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_upgrade", fails)
        assert (code(), old.state) == (1, before)
        assert "as it was before" in capsys.readouterr().err
        patch.setattr(upgrading, "restore", fails)
        assert code() == 3
        assert "Run `board upgrade` again" in capsys.readouterr().err
    assert (code(), old.state) == (1, before)
    assert code() == 0
    assert_current(old)
    assert "Start the servers" in capsys.readouterr().out


KILLED = """
import os, signal, sys
from pathlib import Path
from models.db import earlier_tables
from board.maintenance import upgrade, restore, postgresql_programs
earlier_tables.BATCH_SIZE = 5
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
step, url, folder = sys.argv[1:]
if step == "return":
    upgrade.integrity.verify = lambda *_, **__: 1 / 0
    restore.restore_file = postgresql_programs.run = lambda program, *_, real=postgresql_programs.run, **__: (
        die() if program != "pg_dump" else real(program, *_, **__))
upgrade.upgrade(url, Path(folder), print, lambda line: die() if step in line else None)
"""


@pytest.mark.parametrize("step", ["moved 10", "checking", "return"])
@pytest.mark.slow
def test_killed_upgrade_is_completed_by_the_next_run(old: Old, step: str) -> None:
    before = old.state
    done = subprocess.run(
        [sys.executable, "-c", KILLED, step, old.url, str(old.folder)], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done
    database = Database(old.url)
    with pytest.raises(ConfigurationError, match="in progress, or was interrupted"):
        schema.migrate(database)
    database.dispose()
    if step == "return":
        with pytest.raises(OperationError, match="as it was before the upgrade"):
            old.upgrade()
        assert old.state == before
    old.upgrade()
    assert_current(old)
    assert ("This run continues" in "\n".join(old.lines)) == (step == "moved 10")


@pytest.mark.slow
def test_plan_counts_the_rows_that_are_moved(old: Old) -> None:
    database = Database(old.url)
    announced: list[Any] = []
    counted: list[tuple[int, int]] = []
    schema.migrate(database, progress=lambda done, total: counted.append((done, total)), announce=announced.append)
    (plan,) = announced
    assert (plan.before, plan.after, plan.rows) == (REVISION, NEWEST, counted[-1][1])
    assert plan.bytes > plan.size
    assert plan.seconds > 5
    announced.clear()
    schema.migrate(database, announce=announced.append)
    assert announced == []
    database.dispose()


@pytest.mark.slow
def test_server_refuses_to_migrate_on_a_full_disk(old: Old, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    before = old.state
    database = Database(old.url)
    monkeypatch.setattr(database.backend, "free_bytes", lambda: 1_000_000)
    with pytest.raises(ConfigurationError, match=r"The upgrade needs \d+ MB on the disk of the database, which has 1 MB free"):
        schema.migrate(database)
    database.dispose()
    assert old.state == before


@pytest.mark.slow
def test_free_space_of_a_server_is_unknown(backend: Backend, old: Old) -> None:
    database = Database(old.url)
    assert (database.backend.free_bytes() is None) == (backend.name != SQLITE)
    assert isinstance(database.backend, SQLiteBackend) == (backend.name == SQLITE)
    assert database.read_now(lambda session: database.backend.size(session.connection())) > 10_000
    database.dispose()
