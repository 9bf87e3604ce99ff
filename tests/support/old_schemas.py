"""Databases of earlier versions, as their programs left them."""

from typing import Any

from sqlalchemy import Table, column, insert, inspect, text
from sqlalchemy import table as lightweight
from sqlmodel import Session

from models.db import schema
from models.db.schema import metadata


def reset_to_revision(session: Session, revision: str) -> None:
    """Empty a database, and create the tables that it had at a revision."""
    connection = session.connection()
    metadata.drop_all(connection)
    connection.execute(text("DROP TABLE alembic_version"))
    schema._upgrade(connection, revision)


def insert_payloads(session: Session, events: list[dict[str, Any]]) -> None:
    """Insert the payloads of events, which had a table of their own."""
    session.connection().execute(text("INSERT INTO payload (board, seq, key, body) VALUES (:board, :seq, :key, :body)"), events)


def insert_rows(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows into a table of that revision, without columns that it did not have."""
    there = {each["name"] for each in inspect(session.connection()).get_columns(table.name)}
    as_it_was = lightweight(table.name, *(column(each.name, each.type) for each in table.c if each.name in there))
    for row in rows:
        session.execute(insert(as_it_was).values({name: value for name, value in row.items() if name in there}))
