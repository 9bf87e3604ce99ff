"""Check of the database: reachable, and migrated to this version."""

import os
from pathlib import Path

from sqlalchemy import func, select, text
from sqlmodel import Session

from board.config.settings import Settings
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.db import sqlite
from models.db.database import Database

MB = 1_000_000
TABLES = "tables of this version"
# text: SQLAlchemy has no construct for SHOW
_VERSION = text("SHOW server_version")
_SIZE = select(func.pg_database_size(func.current_database()))


def check(settings: Settings) -> tuple[State, str]:
    path = Database(settings.database_url, read_only=True).path
    return read(lambda session: _of_file(path) if path else _of_server(session))


def _of_file(path: Path) -> tuple[State, str]:
    size = sum(file.stat().st_size for file in (path, Path(f"{path}-wal")) if file.exists())
    summary = f"SQLite {sqlite.library.sqlite_version}, {TABLES}, {size / MB:.1f} MB."
    if not os.access(path, os.W_OK):
        return State.WRONG, f"{summary} This account may not write {path}."
    if sqlite.needs_lock_file:
        return State.WARNING, f"{summary} Before 3.51.3 two servers on one file can damage it: run one."
    return State.OK, summary


def _of_server(session: Session) -> tuple[State, str]:
    version, size = (session.connection().execute(query).scalar_one() for query in (_VERSION, _SIZE))
    return State.OK, f"PostgreSQL {version}, {TABLES}, {size / MB:.1f} MB."
