"""Masking of other people in a disclosure: colleagues have numbers instead of names, and searches that the reader may not see are
not named."""

import re
from collections.abc import Collection, Mapping
from typing import Any

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WITHHELD = "withheld"
THIS_PERSON = "this person"


class Masker:
    """Masker of the ids in values. Colleagues are numbered in the order in which they appear.

    `accounts`: ids of all accounts. `hidden`: ids of the searches, tips and reports that the reader may not see. `own`: account
    of the disclosed person.
    """

    def __init__(self, accounts: Collection[str], hidden: Collection[str], own: str = "") -> None:
        self._accounts, self.hidden, self._own = frozenset(accounts), frozenset(hidden), own
        self._numbers: dict[str, int] = {}

    def colleague(self, account: str | None) -> str | None:
        """Return the code of an account, such as "colleague 3"."""
        if account is None or account not in self._accounts:
            return account
        return THIS_PERSON if account == self._own else f"colleague {self._numbers.setdefault(account, len(self._numbers) + 1)}"

    def masked(self, value: Any) -> Any:
        """Return a value of a row or an event without ids of accounts and hidden searches."""
        if isinstance(value, str):
            return _ID.sub(self._replaced, value)
        if isinstance(value, Mapping):
            return {self.masked(key): self.masked(item) for key, item in value.items() if key != "actor"}
        return [self.masked(item) for item in value] if isinstance(value, list) else value

    def _replaced(self, match: re.Match[str]) -> str:
        id = match[0]
        return WITHHELD if id in self.hidden else self.colleague(id) or id
