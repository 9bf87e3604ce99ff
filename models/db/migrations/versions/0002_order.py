"""The order of texts, and of cards. On PostgreSQL every text sorts bytewise, as it does on SQLite: ranks, ids and times are
compared in the database, and a language's order would put them elsewhere. Where a column ends, and when rights last changed,
is found without reading it all."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _sort_bytewise()
    for table in ("sighting", "task"):
        op.drop_index(f"ix_{table}_column", table)
        op.create_index(f"{table}_in_column", table, ["column", "rank"])
    op.create_index("sight_changed", "sight", ["board", "seq"])


def _sort_bytewise() -> None:
    inspector = sa.inspect(op.get_bind())
    for table in inspector.get_table_names():
        columns = [column["name"] for column in inspector.get_columns(table) if isinstance(column["type"], sa.String)]
        if columns:
            altered = ", ".join(f'ALTER COLUMN "{name}" TYPE VARCHAR COLLATE "C"' for name in columns)
            op.execute(f'ALTER TABLE "{table}" {altered}')
