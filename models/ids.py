"""Ids made by the server: UUIDs of version 7, so that they sort by when they were made."""

import secrets

from uuid_utils import uuid7


def new_id() -> str:
    return str(uuid7())


def new_epoch() -> str:
    """A random name for one unbroken life of a board's journal."""
    return secrets.token_urlsafe(12)
