"""Cookies and tokens that were valid a moment ago, so that a request is known to be somebody's before the database is asked."""

import hashlib
from collections import OrderedDict
from typing import NamedTuple

MAX_CREDENTIALS = 10_000  # a desk has some hundreds


class RecentAccount(NamedTuple):
    """Account that was signed in a moment ago, with the language and theme that it chose (empty: none)."""

    id: str
    language: str = ""
    theme: str = ""


class RecentCredentials:
    """Accounts by the digests of the credentials with which they were last seen. It grants nothing: it chooses a queue."""

    def __init__(self, most: int = MAX_CREDENTIALS) -> None:
        self._most = most
        self._accounts: OrderedDict[bytes, RecentAccount] = OrderedDict()

    def __len__(self) -> int:
        return len(self._accounts)

    def account(self, credential: str) -> RecentAccount | None:
        """Return the account that was signed in by this credential."""
        return self._accounts.get(_digest(credential))

    def record(self, credential: str, account: RecentAccount | None) -> None:
        """Record whose credential it is; None: nobody's, or no longer."""
        digest = _digest(credential)
        self._accounts.pop(digest, None)
        if account is not None:
            self._accounts[digest] = account
            if len(self._accounts) > self._most:
                self._accounts.popitem(last=False)


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode(errors="replace")).digest()[:16]
