"""Ids made by the server: UUIDs of version 7, which sort by time."""

import secrets

from uuid_utils import uuid7


def new_id() -> str:
    return str(uuid7())


def new_epoch() -> str:
    """Return a random name for an epoch: an unbroken journal of a board."""
    return secrets.token_urlsafe(12)
