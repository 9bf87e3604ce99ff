"""Language of accounts: "en", which stood for no choice, becomes empty, which means the browser's language."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("UPDATE account SET language = ''")
