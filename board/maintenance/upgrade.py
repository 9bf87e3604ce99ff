"""Upgrade of the database: back up, migrate, verify; on failure, return to the earlier state.

A mark in the database records the step. After a killed run, the next one continues, or completes the return.
See `models.db.unfinished_upgrade`.
"""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select
from sqlmodel import Session

from board.engine import integrity
from board.errors import OperationError
from board.maintenance import exclusive
from board.maintenance.backup import backup, note_backup
from board.maintenance.database import WAIT_S, by_command_line
from board.maintenance.restore import restore
from board.telemetry.logs import exception_location
from board.telemetry.row_progress import RowProgress, duration
from models.board import Board
from models.db import migration_plan, schema, unfinished_upgrade
from models.db.database import Database
from models.db.errors import ConfigurationError, DatabaseUnavailable, error_code
from models.db.migration_plan import MB, MigrationPlan
from models.db.tables import columns_of
from models.db.unfinished_upgrade import BACKING_UP, MIGRATING, RESTORING, Mark
from models.times import format_utc, now

Say = Callable[[str], None]
DUMP_BYTES_PER_S = 20 * MB  # of a backup, with its check

_B = columns_of(Board)
_HEADS = select(_B.id, _B.seq, _B.head)


class ReturnFailed(Exception):
    """Failure of an upgrade and of the return to the earlier state: the database is incomplete."""


def upgrade(url: str, folder: Path | None, say: Say, progress: Say) -> None:
    """Upgrade a database. `folder`: for the backup; by default the folder of an SQLite file, otherwise the current one.

    Raises OperationError or ConfigurationError if it failed and the database is unchanged, ReturnFailed if it is not.
    """
    database = exclusive.open_alone(url)
    try:
        database.backend.wait_until_ready(WAIT_S)
        with exclusive.alone(database):
            _Upgrade(database, folder, say, progress).run()
    finally:
        database.dispose()


class _Upgrade:
    """Run of an upgrade, on a database without other users."""

    def __init__(self, database: Database, folder: Path | None, say: Say, progress: Say) -> None:
        self.database, self.say, self.progress = database, say, progress
        self.folder = folder or (database.path.parent if database.path is not None else Path.cwd())
        self.newest = schema.versions()[-1]

    def run(self) -> None:
        version, mark = self.database.read_now(_state)
        if mark is not None and mark.step == RESTORING:
            self.say("An earlier run was returning to the state before the upgrade. This run completes that.")
            self._restore(mark)
            raise OperationError(
                f"The database is as it was before the upgrade, with tables {mark.before}. Start again to upgrade it"
            )
        if version is None:
            raise ConfigurationError("The database has no tables of the board. Create them with `board migrate`.")
        if mark is None or mark.step == BACKING_UP or version == mark.before:  # an earlier program may have written since
            if (plan := migration_plan.make(self.database, self.newest, version)) is None:
                self._say_current(mark)
                return
            mark = self._back_up(plan)
        else:
            self.say(f"An earlier run was interrupted while it migrated tables {mark.before}. This run continues.")
        self._migrate_or_return(mark)
        self._finish(mark)

    def _say_current(self, mark: Mark | None) -> None:
        if mark is not None:
            self.database.write_now(lambda session: unfinished_upgrade.clear(session.connection()))
        self.say(f"The database has the tables of this version ({self.newest}). There is nothing to do.")

    def _back_up(self, plan: MigrationPlan) -> Mark:
        """Announce the needs of the upgrade, and make the backup. A failure leaves the database as it was."""
        self._state_needs(plan)
        heads = self.database.read_now(_heads)
        name = f"before-upgrade-{plan.before}-{now():%Y-%m-%dT%H%M%S}-{secrets.token_hex(2)}"
        file = self.folder / f"{name}.{'db' if self.database.path else 'dump'}"
        self._set(Mark(BACKING_UP, plan.before, str(file.absolute())))
        try:
            backup(self.database, file, self.progress, chains=False)
            mark = Mark(MIGRATING, plan.before, str(file.absolute()), json.dumps(heads))
            self._set(mark)
        except BaseException:
            self.database.write_now(lambda session: unfinished_upgrade.clear(session.connection()))
            raise
        finally:
            self.progress("")
        self.say(f"Backed up to {file}.")
        return mark

    def _state_needs(self, plan: MigrationPlan) -> None:
        """Announce time and space of the upgrade. Raises ConfigurationError if a disk has too little space."""
        beside = self.database.path is not None and self.folder.stat().st_dev == self.database.path.parent.stat().st_dev
        seconds = plan.seconds + plan.size / DUMP_BYTES_PER_S
        free = "" if plan.free is None else f"; {plan.free / MB:,.0f} MB are free"
        self.say(f"Upgrade from tables {plan.before} to {plan.after}: {plan.rows:,} rows to move, about {duration(seconds)}.")
        self.say(f"Space: up to {plan.bytes / MB:,.0f} MB on the disk of the database{free}.")
        self.say(f"Space: up to {plan.size / MB:,.0f} MB for the backup, in {self.folder}.")
        plan.check_space(plan.size if beside else 0)
        space = os.statvfs(self.folder)
        if (available := space.f_bavail * space.f_frsize) < plan.size:
            raise ConfigurationError(
                f"The backup may need {plan.size / MB:,.0f} MB in {self.folder}, where {available / MB:,.0f} MB are free. "
                "Nothing was changed. Make room, or name another folder with --to."
            )

    def _migrate_or_return(self, mark: Mark) -> None:
        """Migrate and verify; on any failure, and on Ctrl-C, return to the earlier state and raise OperationError."""
        try:
            self._migrate()
            self._verify(mark)
        except BaseException as error:
            self.progress("")
            self.say(f"The upgrade failed: {_reason(error)}")
            self._restore(mark)
            outcome = f"The database is as it was before, with tables {mark.before}. The backup is kept: {mark.backup}."
            if isinstance(error, KeyboardInterrupt):
                self.say(outcome)
                raise
            raise OperationError(f"The upgrade failed: {_reason(error)} {outcome}") from error

    def _migrate(self) -> None:
        rows = RowProgress()

        def report(done: int, total: int) -> None:
            rows.update(done, total)
            self.progress(rows.sentence("moved"))

        schema.migrate(self.database, WAIT_S, report, in_upgrade=True)
        self.progress("")
        self.say("Migrated.")

    def _verify(self, mark: Mark) -> None:
        """Verify every chain, and that every board has its earlier head. Raises OperationError."""
        from board.commands import registry  # noqa: F401 - declares the kinds, and which of their events sign positions

        events = RowProgress()

        def report(done: int, total: int) -> None:
            events.update(done, total)
            self.progress(events.sentence("verified"))

        def read(session: Session) -> tuple[list[str], dict[str, Any]]:
            self.database.backend.disable_timeouts(session.connection())
            return integrity.verify(session, progress=report), _heads(session)

        lines, heads = self.database.read_now(read)
        self.progress("")
        for board, before in json.loads(mark.heads).items():
            if heads.get(board) != before:
                raise OperationError(f"The board {board} does not end where it ended before.")
        self.say(f"Verified: {len(lines)} boards.")

    def _restore(self, mark: Mark) -> None:
        """Restore the backup. Raises ReturnFailed."""
        self.say(f"Returning to the state before the upgrade, from {mark.backup}.")
        try:
            self.database.dispose()
            restoring = mark._replace(step=RESTORING)
            self._set(restoring)
            self.database.dispose()
            restore(self.database, Path(mark.backup), self.progress, restoring)
        except BaseException as error:
            raise ReturnFailed(
                f"The return to the state before the upgrade failed: {_reason(error)} Run `board upgrade` again: it completes "
                f"the return. No server starts until then. The backup is {mark.backup}."
            ) from error
        finally:
            self.progress("")

    def _finish(self, mark: Mark) -> None:
        def finish(session: Session) -> None:
            unfinished_upgrade.clear(session.connection())
            note_backup(session, format_utc(now()), Path(mark.backup))

        self.database.write_now(by_command_line(finish))
        self.say(f"The database has the tables of this version ({self.newest}). Start the servers.")
        self.say(f"Delete the backup when you no longer need it: {mark.backup}")

    def _set(self, mark: Mark) -> None:
        self.database.write_now(lambda session: unfinished_upgrade.write(session.connection(), mark))


def _state(session: Session) -> tuple[str | None, Mark | None]:
    """Return the version of the tables and the mark, each None if absent. During a return there may be no tables."""
    mark = unfinished_upgrade.read(session.connection())
    return (None if mark is not None and mark.step == RESTORING else schema.version_of(session.connection())), mark


def _heads(session: Session) -> dict[str, Any]:
    """Return number and hash of the last event of each board. Empty in the first versions, which had no boards."""
    columns = {column["name"] for column in inspect(session.connection()).get_columns("board")}
    rows = session.connection().execute(_HEADS).all() if {"seq", "head"} <= columns else []
    return {row.id: [row.seq, bytes(row.head).hex()] for row in rows}


def _reason(error: BaseException) -> str:
    """Return the cause of a failed step, in a sentence without data."""
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted."
    if isinstance(error, OperationError | ConfigurationError):
        return str(error)
    cause = error.__cause__ if isinstance(error, DatabaseUnavailable) and isinstance(error.__cause__, Exception) else error
    frames: Any = exception_location(error)["traceback"]
    location = f", at {frames[-1]}" if frames else ""
    return f"{error_code(cause) if isinstance(cause, Exception) else type(cause).__name__}{location}."
