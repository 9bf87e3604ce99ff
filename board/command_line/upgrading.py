"""Commands that migrate the database, or copy it to another place."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from board.command_line.output import progress
from board.config.settings import Settings
from board.maintenance.database import WAIT_S, write
from board.telemetry.row_progress import RowProgress, duration
from models.db.database import Database
from models.db.migration_plan import MB, MigrationPlan
from models.db.schema import migrate as migrate_database

NEITHER = 3  # exit code: the database is neither as before nor as after, and no server starts


def migrate() -> None:
    """Migrate the database to this version's schema. Creates it if there is none. There is no way back: see `upgrade`."""
    try:
        write(lambda session: None, existing=False, progress=_progress_of_rows(), announce=_print_plan)
    finally:
        progress("")


def _progress_of_rows() -> Callable[[int, int], None]:
    rows = RowProgress()

    def report(done: int, total: int) -> None:
        rows.update(done, total)
        progress(rows.sentence("moved"))

    return report


def _print_plan(plan: MigrationPlan) -> None:
    """Print what the migration needs, on standard error."""
    free = "" if plan.free is None else f" ({plan.free / MB:,.0f} MB are free)"
    print(
        f"From tables {plan.before} to {plan.after}: {plan.rows:,} rows to move, about {duration(plan.seconds)}, up to "
        f"{plan.bytes / MB:,.0f} MB{free}.",
        file=sys.stderr,
    )


def upgrade(
    to: Annotated[
        Path | None, typer.Option(help="Folder for the backup. Without: beside an SQLite file, else the current folder.")
    ] = None,
) -> None:
    """Back up the database, migrate it and verify it; or return to the earlier state. Stop the servers first.

    Exit 0 if the database has the tables of this version, 1 if it is as before, 3 if the return failed: run it again then.
    """
    from board.maintenance.upgrade import ReturnFailed
    from board.maintenance.upgrade import upgrade as run

    settings = Settings()
    settings.check()
    try:
        run(settings.database_url, to, lambda line: print(line, flush=True), progress)
    except ReturnFailed as error:
        print(error, file=sys.stderr)
        sys.exit(NEITHER)


def transfer(to: Annotated[str, typer.Option(help="URL of the new, empty database, PostgreSQL or SQLite.")]) -> None:
    """Copy the database to a new one, and verify it there. Stop the servers first. Photos and files stay where they are."""
    from board.files.store import FileStore
    from board.maintenance.transfer import copy as copy_database

    settings = Settings()
    source, target = Database(settings.database_url, must_exist=True), Database(to)
    for each in (source, target):
        migrate_database(each, WAIT_S, _progress_of_rows(), _print_plan)
        progress("")
    copy_database(source, target, lambda line: print(line, flush=True))
    folder = FileStore.of(settings).folder
    if settings.files_url is None and folder is not None and folder.exists():
        print(f"Photos and files stay in their folder: set FILES_URL to {folder.absolute().as_uri()}")
    print("copied: set DATABASE_URL to the new database and start the servers")
