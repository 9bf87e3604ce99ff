"""Nobody has chosen a language yet: "en" stood for that. Empty says so now, and the person's browser is asked."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("UPDATE account SET language = ''")
