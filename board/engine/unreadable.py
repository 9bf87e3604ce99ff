"""Confidential values that cannot be decrypted: answers name them, and only a new value that a person typed replaces them."""

from collections.abc import Iterable, Mapping
from typing import Any

from board.errors import Refused
from board.i18n import N_
from models import confidential

UNREADABLE = N_("Confidential information cannot be read at the moment. Nothing was changed. Tell your administrator.")


def unreadable_fields(row: Any, fields: Mapping[str, str]) -> list[str]:
    """Return the fields of an answer that are null because their columns cannot be read. `fields`: by column."""
    unreadable = confidential.unreadable(row)
    return [field for column, field in fields.items() if column in unreadable]


def require_readable(row: Any, names: Iterable[str]) -> None:
    """Raise Refused `unavailable` if one of these columns cannot be read."""
    if not confidential.unreadable(row).isdisjoint(names):
        raise Refused("unavailable", UNREADABLE)


def require_new_values(row: Any, values: Mapping[str, Any]) -> None:
    """Raise Refused `unavailable` if a column that cannot be read would be emptied."""
    if confidential.unreadable(row):
        require_readable(row, [name for name, value in values.items() if value is None])
