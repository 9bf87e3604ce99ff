"""References are unique among the searches that the account may see, no longer among all. Those in the server's format count as
made by it."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

AT_ONCE = 500
MADE = re.compile(r"\d{4}-\d{1,6}")  # longer ones were never made


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    text = sa.String(collation="C") if postgresql else sa.String()  # sorts bytewise, see 0002
    op.add_column("search", sa.Column("made_reference", text, nullable=True))
    if postgresql:
        op.drop_constraint("search_reference_key", "search", type_="unique")
    else:  # SQLite can't drop a constraint: copy the table
        with op.batch_alter_table("search", naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"}) as table:
            table.drop_constraint("uq_search_reference", type_="unique")
    op.create_index(op.f("ix_search_reference"), "search", ["reference"])
    _keep_made()


def _keep_made() -> None:
    search = sa.table("search", sa.column("id"), sa.column("reference"), sa.column("made_reference"))
    update = search.update().where(search.c.id == sa.bindparam("row")).values(made_reference=search.c.reference)
    last = ""
    while (
        rows := op.get_bind()
        .execute(sa.select(search.c.id, search.c.reference).where(search.c.id > last).order_by(search.c.id).limit(AT_ONCE))
        .all()
    ):
        if made := [{"row": row.id} for row in rows if MADE.fullmatch(row.reference)]:
            op.get_bind().execute(update, made)
        last = rows[-1].id
