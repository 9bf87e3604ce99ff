"""Names of four tables that say what is in them."""

from alembic import op

revision = "0057"
down_revision = "0056"

NAMES = {
    "sight": "visibility_changes", "done": "processed_commands", "seen": "read_positions", "handed": "search_handovers",
}  # fmt: skip
INDEXES = {  # by table: earlier and present names of its indexes, with their columns
    "visibility_changes": (
        ("ix_sight_account", "ix_visibility_changes_account", ["account"]),
        ("sight_changed", "visibility_changed", ["board", "seq"]),
    ),
    "search_handovers": (("ix_handed_board", "ix_search_handovers_board", ["board"]),),
}


def upgrade() -> None:
    for earlier, name in NAMES.items():
        op.rename_table(earlier, name)
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER INDEX {earlier}_pkey RENAME TO {name}_pkey")
    for table, indexes in INDEXES.items():
        for earlier, name, columns in indexes:
            op.drop_index(earlier, table)
            op.create_index(name, table, columns)
