"""Second factors, recovery codes, and sign-ins that wait for a second factor. Existing sessions have proved nothing lately."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("session", sa.Column("factor_at", text, nullable=True))
    op.create_table(
        "second_factors",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("account", "kind", "name", "secret")),
        sa.Column("credential", text, nullable=True, unique=True),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.Column("used_at", text, nullable=True),
    )
    op.create_index("ix_second_factors_account", "second_factors", ["account"])
    op.create_table(
        "recovery_codes",
        sa.Column("digest", text, primary_key=True),
        sa.Column("account", text, nullable=False),
        sa.Column("used_at", text, nullable=True),
    )
    op.create_index("ix_recovery_codes_account", "recovery_codes", ["account"])
    op.create_table(
        "pending_sign_ins",
        sa.Column("digest", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("account", "password", "target")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ends_at", text, nullable=False),
        sa.Column("provider", text, nullable=True),
    )
    op.create_index("ix_pending_sign_ins_account", "pending_sign_ins", ["account"])
    op.create_table(
        "factor_graces",
        sa.Column("account", text, primary_key=True),
        sa.Column("since", text, nullable=False),
    )
    op.create_table(
        "used_challenges",
        sa.Column("digest", text, primary_key=True),
        sa.Column("ends_at", text, nullable=False),
    )
