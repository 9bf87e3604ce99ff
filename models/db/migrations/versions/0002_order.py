"""Sort order of texts, and indexes of cards and access. PostgreSQL sorts every text bytewise, as SQLite does: ranks, ids and
times are compared in the database, and the order of a language would differ. The indexes find the end of a column, and the last
change of access, without reading all rows."""

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
