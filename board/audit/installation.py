"""Changes to settings between two starts of a machine. For a secret, only the fact that it changed is stored."""

import hmac
import secrets
import socket
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session

from board.audit import writer
from board.audit.actor import SERVER
from board.audit.entries import SettingsChanged
from board.config.settings import VERSION, Settings
from board.engine import audit_events

MAX_EARLIER = 50  # earlier entries read, from all machines together
URLS = ("database_url", "redis_url")  # stored without user names, passwords and options

Values = dict[str, str | None]


def record(session: Session, settings: Settings) -> None:
    """Write an entry if the settings changed since this machine was last started.

    A new machine is compared with the machine that started last, and the first machine with the defaults.
    """
    writer.lock_audit_board(session)  # so that only one of the workers that start together finds the change
    machine, earlier = socket.gethostname(), _earlier(session)
    before = next((payload for payload in earlier if payload["about"]["machine"] == machine), earlier[0] if earlier else None)
    values, salt = public_values(settings), secrets.token_hex(16)
    previous = public_values(Settings.model_construct()) | (before["private"]["kept"]["told"] if before else {})
    changes = [_change(name, previous.get(name), value) for name, value in values.items() if previous.get(name) != value]
    changed_names = {change["name"] for change in changes}
    changes += [_change(name, None, None) for name in _changed_secrets(settings, before) if name not in changed_names]
    if changes or before is None:
        private = {"told": values, "salt": salt, "digests": _digests(settings, salt)}
        entry = SettingsChanged(id="server", machine=machine, first=before is None, changes=changes, kept=private)
        writer.write(session, entry, by=SERVER)


def public_values(settings: Settings) -> Values:
    """Return the settings that are not secret, by name, and the version of the program."""
    values: Values = {"VERSION": VERSION}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        text = None if value is None else str(value)
        if field.repr or name in URLS:
            values[name.upper()] = _without_secrets(text) if name in URLS else text
    return values


def _without_secrets(url: str | None) -> str | None:
    """Return a URL without user names, passwords and options, such as `postgresql://host:5432/board`."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return "?"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _digests(settings: Settings, salt: str) -> dict[str, str]:
    """Return digests of the secret settings, keyed with a random salt that is stored with the entry and erased with it."""
    values = {name: getattr(settings, name.lower()) or "" for name, _ in _hidden()}
    return {name: hmac.digest(salt.encode(), str(value).encode(), "sha256").hex() for name, value in values.items()}


def _changed_secrets(settings: Settings, before: dict[str, Any] | None) -> list[str]:
    set_now = {name for name, field in _hidden() if getattr(settings, name.lower()) != field.default}
    if before is None:
        return [name for name, _ in _hidden() if name in set_now]
    earlier, digests = before["private"]["kept"]["digests"], _digests(settings, before["private"]["kept"]["salt"])
    # an entry of an earlier version lacks the digests of secrets that were added since
    return [name for name, now in digests.items() if (earlier[name] != now if name in earlier else name in set_now)]


def _hidden() -> list[tuple[str, Any]]:
    return [(name.upper(), field) for name, field in Settings.model_fields.items() if not field.repr]


def _change(name: str, before: str | None, value: str | None) -> Values:
    return {"name": name, "before": before, "value": value}


def _earlier(session: Session) -> list[dict[str, Any]]:
    """Return the payloads of earlier entries, newest first, without erased ones."""
    events = audit_events.newest(session, MAX_EARLIER, types=[SettingsChanged.TYPE])
    return [event.payload() for event in events if event.body is not None]
