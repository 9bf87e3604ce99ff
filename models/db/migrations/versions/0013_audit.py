"""Audit journal: indexes of its entries, and security alerts. Accesses to sources, which had a table of their own, become its
first entries, chained like the journal of any board."""

import hashlib
import hmac
import json
import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

PAGE = 500  # rows in memory at once
READINGS = (
    "SELECT r.at, r.account, r.board, r.sighting, a.name, s.number, q.reference FROM reading r "
    "LEFT JOIN account a ON a.id = r.account LEFT JOIN sighting s ON s.id = r.sighting LEFT JOIN search q ON q.id = r.board "
    "ORDER BY r.at, r.id LIMIT :limit OFFSET :offset"
)
BOARD = (
    'INSERT INTO board (id, kind, epoch, seq, at, last_type, head, cards, entities) '
    "VALUES ('audit', 'audit', :epoch, :seq, :at, 'source.read', :head, 0, 0)"
)  # fmt: skip
EVENT = (
    "INSERT INTO event (board, seq, at, type, kind, entity, account, commitment, hash) "
    "VALUES ('audit', :seq, :at, 'source.read', 'sighting', :entity, :account, :commitment, :hash)"
)
PAYLOAD = "INSERT INTO payload (board, seq, key, body) VALUES ('audit', :seq, :key, :body)"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "security_alert",
        sa.Column("account", text, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", text, nullable=False),
        sa.PrimaryKeyConstraint("account", "number"),
    )
    only = sa.text("board = 'audit'")
    for name, column in (("audit_by_account", "account"), ("audit_by_type", "type"), ("audit_by_time", "at")):
        op.create_index(name, "event", [column, "seq"], sqlite_where=only, postgresql_where=only)
    _move_readings()
    op.drop_table("reading")


def _move_readings() -> None:
    connection, head, seq, at = op.get_bind(), b"", 0, ""
    while rows := connection.execute(sa.text(READINGS), {"limit": PAGE, "offset": seq}).all():
        events, payloads = [], []
        for row in rows:
            seq, at, key, body = seq + 1, row.at, secrets.token_bytes(32), _body(row)
            commitment = hmac.digest(key, body, "sha256")
            meta = _json(["audit", seq, at, "source.read", "sighting", row.sighting, row.account])
            head = hashlib.sha256(head + meta + commitment).digest()
            event = {"seq": seq, "at": at, "entity": row.sighting, "account": row.account, "commitment": commitment, "hash": head}
            events.append(event)
            payloads.append({"seq": seq, "key": key, "body": body})
        connection.execute(sa.text(EVENT), events)
        connection.execute(sa.text(PAYLOAD), payloads)
    if seq:
        connection.execute(sa.text(BOARD), {"epoch": secrets.token_urlsafe(12), "seq": seq, "at": at, "head": head})


def _body(row: Any) -> bytes:
    actor = {"kind": "account", "id": row.account, "name": row.name, "token": None}
    return _json({"actor": actor, "about": {"board": row.board, "reference": row.reference, "number": row.number}})


def _json(value: Any) -> bytes:
    """Encode a value as the journal does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
