"""Databases of earlier versions, as those versions left them."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Table, column, inspect, text
from sqlalchemy import insert as insert_into
from sqlalchemy import table as lightweight
from sqlmodel import Session

from board.engine.event import stored_event
from models.db import schema
from models.db.schema import metadata
from tests.support.journal_sql import COLUMNS


def reset_to_revision(session: Session, revision: str) -> None:
    """Empty a database, and create the tables that it had at a revision."""
    connection = session.connection()
    metadata.drop_all(connection)
    connection.execute(text("DROP TABLE alembic_version"))
    schema._upgrade(connection, revision)


def insert(session: Session, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows with the values of that revision."""
    if not rows:
        return
    names = ", ".join(rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    session.connection().execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), rows)


def earlier_events(session: Session) -> list[dict[str, Any]]:
    """Return the events of a database of this version as rows of versions before 0048, with their payloads."""
    rows = session.connection().execute(
        text(f"SELECT b.id, e.commitment, e.hash, e.key, {COLUMNS} FROM event e JOIN board b ON b.number = e.board")
    )
    return [
        {field.name: getattr(event, field.name) for field in fields(event)} | {"commitment": committed, "hash": hash, "key": key}
        for board, committed, hash, key, *row in rows
        for event in (stored_event(board, row),)
    ]


def insert_payloads(session: Session, events: list[dict[str, Any]]) -> None:
    """Insert the payloads of events, which had a table of their own."""
    insert(session, "payload", [{name: event[name] for name in ("board", "seq", "key", "body")} for event in events])


def insert_rows(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows into a table of that revision, without columns that it did not have."""
    there = {each["name"] for each in inspect(session.connection()).get_columns(table.name)}
    as_it_was = lightweight(table.name, *(column(each.name, each.type) for each in table.c if each.name in there))
    for row in rows:
        session.execute(insert_into(as_it_was).values({name: value for name, value in row.items() if name in there}))
