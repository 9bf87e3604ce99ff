"""People at providers (OpenID Connect), the permissions to link them, used messages, and the provider of a session."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for name in ("issuer", "subject", "sid", "provider_token", "check_at"):
        op.add_column("session", sa.Column(name, text, nullable=True))
    op.create_index("ix_session_sid", "session", ["sid"])
    op.create_index("ix_session_check_at", "session", ["check_at"])
    op.create_table(
        "identities",
        sa.Column("issuer", text, nullable=False),
        sa.Column("subject", text, nullable=False),
        sa.Column("account", text, nullable=False),
        sa.Column("linked_at", text, nullable=False),
        sa.Column("checked_at", text, nullable=False),
        sa.Column("suspended_at", text, nullable=True),
        sa.PrimaryKeyConstraint("issuer", "subject"),
        sa.UniqueConstraint("account"),
    )
    op.create_table(
        "link_permissions",
        sa.Column("account", text, nullable=False),
        sa.Column("issuer", text, nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.Column("ends_at", text, nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "used_assertions",
        sa.Column("digest", text, nullable=False),
        sa.Column("ends_at", text, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_used_assertions_ends_at", "used_assertions", ["ends_at"])
