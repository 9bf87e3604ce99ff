"""Normalized words of searches, cards and notes, by which they are found. Existing rows get theirs now."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.searchable import folded_text

revision = "0005"
down_revision = "0004"

AT_ONCE = 500
Texts = Callable[[Any], list[str | None]]


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for table in ("search", "sighting", "task", "note"):
        op.add_column(table, sa.Column("folded", text, nullable=False, server_default=""))
    _fold(
        "search", ["reference"], ["person"],
        lambda row: [row.reference, *_of(row.person, "first_name", "last_name", "description")],
    )  # fmt: skip
    _fold(
        "sighting", ["description", "clothing", "company", "direction"], ["place"],
        lambda row: [row.description, row.clothing, row.company, row.direction, *_of(row.place, "text")],
    )  # fmt: skip
    _fold(
        "task", ["title", "instruction", "result"], ["checklist"],
        lambda row: [row.title, row.instruction, row.result, *(item.get("text") for item in (row.checklist or {}).values())],
    )  # fmt: skip
    _fold("note", ["text"], [], lambda row: [row.text])


def _of(group: dict[str, Any] | None, *names: str) -> list[str | None]:
    return [(group or {}).get(name) for name in names]


def _fold(name: str, plain: list[str], groups: list[str], texts: Texts) -> None:
    """Set `folded` by these columns only, because the tables get more columns in later versions."""
    columns = [sa.column(each) for each in plain] + [sa.column(each, sa.JSON) for each in groups]
    table = sa.table(name, sa.column("id"), sa.column("folded"), *columns)
    update = table.update().where(table.c.id == sa.bindparam("row")).values(folded=sa.bindparam("words"))
    last = ""
    while rows := op.get_bind().execute(sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)).all():
        op.get_bind().execute(update, [{"row": row.id, "words": folded_text(texts(row))} for row in rows])
        last = rows[-1].id
