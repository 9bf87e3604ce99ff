"""Networks from which somebody has signed in to an account before. Attempts from them do not wait behind those of strangers.

A row holds a digest of account and network, keyed by the secret of the installation. So the table discloses neither an address
nor that two people sign in from the same place.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session

from board.rate_limit.addresses import SITE, network_of
from models.accounts import LoginNetwork
from models.db.tables import columns_of, table_of
from models.times import format_utc

KEPT = timedelta(days=90)  # since the last sign-in
MAX_NETWORKS = 20  # per account; a traveller has a few. The least recently used one is dropped
MAX_DROPPED = 1000  # rows per statement
_ROW, _OTHER = columns_of(LoginNetwork), table_of(LoginNetwork).alias().c
_NEWEST = select(_OTHER.network).where(_OTHER.account == bindparam("account")).order_by(_OTHER.used_at.desc(), _OTHER.network)
_FORGET = delete(LoginNetwork).where(_ROW.account == bindparam("account"))
_FORGET_OLDEST = _FORGET.where(_ROW.network.in_(_NEWEST.limit(MAX_DROPPED).offset(MAX_NETWORKS)))


class EarlierNetworks:
    """Networks of all accounts."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def is_known(self, session: Session, account: str, address: str, now: datetime) -> bool:
        """Return whether somebody has signed in to the account from the network of this address lately."""
        row = session.get(LoginNetwork, (account, self._digest(account, address)))
        return row is not None and row.used_at > format_utc(now - KEPT)

    def remember(self, session: Session, account: str, address: str, now: datetime) -> None:
        """Record a sign-in to the account from the network of this address."""
        session.merge(LoginNetwork(account=account, network=self._digest(account, address), used_at=format_utc(now)))
        session.flush()
        session.connection().execute(_FORGET_OLDEST, {"account": account})

    def _digest(self, account: str, address: str) -> str:
        content = f"login network {account} {network_of(address, SITE)}".encode()
        return urlsafe_b64encode(hmac.digest(self._secret, content, hashlib.sha256)[:16]).decode().rstrip("=")


def forget(session: Session, account: str) -> None:
    """Delete the networks of an account: after a new password, anyone with the old one is a stranger."""
    session.connection().execute(_FORGET, {"account": account})
