"""Problem of the number by which the caller of a report can be called back, and the other children of a report."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("missingreport", sa.Column("callback", text, nullable=True))
    op.add_column("missingreport", sa.Column("siblings", sa.JSON(none_as_null=True), nullable=True))
