"""Indexes by which the erasure of a card, note, contact or file finds what belongs and refers to it."""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"

INDEXES = (  # name, table, indexed column, column that is not null
    ("file_of_card", "file", "card", "card"),
    ("file_of_note", "file", "note", "note"),
    ("note_correction", "note", "corrects", "corrects"),
    ("sighting_duplicate", "sighting", "duplicate_of", "duplicate_of"),
    ("sighting_of_tip", "sighting", "id", "from_tip"),
    ("task_of_sighting", "task", "sighting", "sighting"),
    ("upload_of_file", "upload", "file", "file"),
)


def upgrade() -> None:
    for name, table, column, present in INDEXES:
        where = sa.text(f"{present} IS NOT NULL")
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
    op.create_index("alert_read_of_event", "alert_read", ["board", "seq"])
