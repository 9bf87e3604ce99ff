"""Which settings changed between two starts of a machine. Of secrets it is kept that they changed, and not what they are."""

import hmac
import secrets
import socket
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import text
from sqlmodel import Session

from board.audit import writer
from board.audit.actor import SERVER
from board.audit.entries import SettingsChanged
from board.settings import VERSION, Settings

LOOKS_BACK = 50  # starts with a change, of however many machines
URLS = ("database_url", "redis_url")  # of which all but names and passwords is told
_EARLIER = text(
    "SELECT p.body FROM event e JOIN payload p ON p.board = 'audit' AND p.seq = e.seq "
    "WHERE e.board = 'audit' AND e.type = 'settings.changed' ORDER BY e.seq DESC LIMIT :limit"
)

Told = dict[str, str | None]


def record(session: Session, settings: Settings) -> None:
    """Writes down what changed since this machine was started last, if anything did: what another one has is its own affair. A
    machine that was never started is compared with the one that was started last, and the first of all with the defaults."""
    writer.ready(session)  # of workers that start at one moment, one finds the change
    machine, earlier = socket.gethostname(), _earlier(session)
    before = next((each for each in earlier if each["about"]["machine"] == machine), earlier[0] if earlier else None)
    told, salt = told_of(settings), secrets.token_hex(16)
    known = told_of(Settings.model_construct()) | (before["private"]["kept"]["told"] if before else {})
    changes = [_change(name, known.get(name), value) for name, value in told.items() if known.get(name) != value]
    named = {change["name"] for change in changes}
    changes += [_change(name, None, None) for name in _changed_secrets(settings, before) if name not in named]
    if changes or before is None:
        kept = {"told": told, "salt": salt, "digests": _digests(settings, salt)}
        entry = SettingsChanged(id="server", machine=machine, first=before is None, changes=changes, kept=kept)
        writer.write(session, entry, by=SERVER)


def told_of(settings: Settings) -> Told:
    """The settings that are no secret, by their names, and the version of the program."""
    told: Told = {"VERSION": VERSION}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        text = None if value is None else str(value)
        if field.repr or name in URLS:
            told[name.upper()] = _without_secrets(text) if name in URLS else text
    return told


def _without_secrets(url: str | None) -> str | None:
    """`postgresql://host:5432/board`, whatever names, passwords and options are in it."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return "?"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _digests(settings: Settings, salt: str) -> dict[str, str]:
    """Of what is a secret, or has one in it: keyed with a number that is drawn for each entry, and erased with it."""
    values = {name: getattr(settings, name.lower()) or "" for name, _ in _hidden()}
    return {name: hmac.digest(salt.encode(), str(value).encode(), "sha256").hex() for name, value in values.items()}


def _changed_secrets(settings: Settings, before: dict[str, Any] | None) -> list[str]:
    if before is None:
        return [name for name, field in _hidden() if getattr(settings, name.lower()) != field.default]
    known = before["private"]["kept"]["digests"]
    return [name for name, digest in _digests(settings, before["private"]["kept"]["salt"]).items() if known.get(name) != digest]


def _hidden() -> list[tuple[str, Any]]:
    return [(name.upper(), field) for name, field in Settings.model_fields.items() if not field.repr]


def _change(name: str, before: str | None, value: str | None) -> Told:
    return {"name": name, "before": before, "value": value}


def _earlier(session: Session) -> list[dict[str, Any]]:
    """Payloads of the entries before, the newest first; not those that were erased."""
    rows = session.connection().execute(_EARLIER, {"limit": LOOKS_BACK}).scalars()
    return [orjson.loads(body) for body in rows]
