"""Challenges for passkeys: random, signed, valid for five minutes, bound to one browser, sign-in or session, and accepted once.

Nothing is stored until a passkey has answered, so that strangers can't fill the database.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from board.engine.identity import digest
from models.db.tables import columns_of
from models.factors import UsedChallenge
from models.times import format_utc

TTL = timedelta(minutes=5)
RANDOM_BYTES, TIME_BYTES, MAC_BYTES = 16, 8, 16
_ADD = insert(UsedChallenge).on_conflict_do_nothing(index_elements=["digest"]).execution_options(preserve_rowcount=True)
_DROP = delete(UsedChallenge).where(columns_of(UsedChallenge).ends_at <= bindparam("now"))


def new(secret: bytes, bound_to: str, now: datetime) -> bytes:
    """Return a new challenge. `secret`: the installation's secret. `bound_to`: browser, sign-in or session that may answer it."""
    body = secrets.token_bytes(RANDOM_BYTES) + int((now + TTL).timestamp()).to_bytes(TIME_BYTES)
    return body + _mac(secret, bound_to, body)


def is_valid(secret: bytes, bound_to: str, now: datetime, challenge: bytes) -> bool:
    """Return whether this installation made the challenge for `bound_to`, and it has not expired."""
    body, mac = challenge[:-MAC_BYTES], challenge[-MAC_BYTES:]
    if len(body) != RANDOM_BYTES + TIME_BYTES or not hmac.compare_digest(mac, _mac(secret, bound_to, body)):
        return False
    return int.from_bytes(body[RANDOM_BYTES:]) > now.timestamp()


def use(session: Session, challenge: bytes, now: datetime) -> bool:
    """Mark a correctly answered challenge as used. Returns False if it was used before."""
    connection = session.connection()
    connection.execute(_DROP, {"now": format_utc(now)})
    row = {"digest": digest(challenge.hex()), "ends_at": format_utc(now + TTL)}
    return connection.execute(_ADD, row).rowcount == 1


def _mac(secret: bytes, bound_to: str, body: bytes) -> bytes:
    return hmac.digest(secret, b"passkey challenge " + bound_to.encode() + b" " + body, hashlib.sha256)[:MAC_BYTES]
