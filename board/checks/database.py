"""Check of the database: reachable, migrated to this version, and with free space."""

import os
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from board.checks.finding import State
from board.maintenance.database import read
from board.settings import Settings
from models.db import sqlite
from models.db.database import Database

MB = 1_000_000
WARN_BELOW, WRONG_BELOW = 1_000 * MB, 100 * MB  # bytes
TABLES = "tables of this version"
_VERSION = text("SHOW server_version")
_SIZE = text("SELECT pg_database_size(current_database())")


def check(settings: Settings) -> tuple[State, str]:
    path = Database(settings.database_url, read_only=True).path
    return read(lambda session: _of_file(path) if path else _of_server(session))


def _of_file(path: Path) -> tuple[State, str]:
    filesystem = os.statvfs(path.parent)
    free = filesystem.f_bavail * filesystem.f_frsize
    size = sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists())
    summary = f"SQLite {sqlite.library.sqlite_version}, {TABLES}, {size / MB:.1f} MB, {free / MB:,.0f} MB free on its disk."
    if not os.access(path, os.W_OK):
        return State.WRONG, f"{summary} This account may not write {path}."
    if free < WRONG_BELOW:
        return State.WRONG, f"{summary} The disk is nearly full."
    if free < WARN_BELOW:
        return State.WARNING, f"{summary} The disk is filling up."
    if sqlite.needs_lock_file:
        return State.WARNING, f"{summary} Before 3.51.3 two servers on one file can damage it: run one."
    return State.OK, summary


def _of_server(session: Session) -> tuple[State, str]:
    version, size = (session.connection().execute(each).scalar_one() for each in (_VERSION, _SIZE))
    return State.OK, f"PostgreSQL {version}, {TABLES}, {size / MB:.1f} MB; the free space on its disk is unknown."
