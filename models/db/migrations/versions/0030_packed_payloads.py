"""Payloads may be compressed, which earlier programs can't read. Those that are there are compressed later, while servers run."""

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Change nothing: the number alone keeps earlier programs from this database."""
