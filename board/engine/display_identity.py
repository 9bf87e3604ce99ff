"""Identity of a wall display, by the secret of its cookie."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session as Database

from board.engine.identity import Caller, digest
from board.engine.rights_version import bump_displays_version
from board.errors import Refused
from models.accounts import Account
from models.db.tables import table_of
from models.display import ALL_DISPLAYS, Display
from models.ids import new_id

_DISPLAYS = table_of(Display)
_BY_IDS = _DISPLAYS.c.id.in_(bindparam("ids", expanding=True))
SCREEN = "display"  # `screen` of a display's reads in the read log
_PAGE_ID = re.compile("[0-9a-f]{32}")
_TAKE_LEASE = update(Display).where(_DISPLAYS.c.id == bindparam("display"), _DISPLAYS.c.revoked_at.is_(None))


def display_by_cookie(database: Database, secret: str) -> Caller | None:
    """Return the display with this cookie secret; None if it does not exist or was revoked."""
    key = digest(secret)
    row = database.connection().execute(select(_DISPLAYS).where(_DISPLAYS.c.digest == key)).mappings().first()
    return _caller(Display(**row)) if row is not None and row["revoked_at"] is None else None


def _caller(display: Display, lease: str = "") -> Caller:
    account = Account(
        id=display.id, email="", name=display.name, role=ALL_DISPLAYS, password="", language=display.language, created_at=""
    )
    return Caller(account, scope=ALL_DISPLAYS, display=display, socket_lease=lease, screen=SCREEN)


def take_lease(database: Database, caller: Caller, page: str = "") -> Caller:
    """Take the display's single socket lease for a page. All processes disconnect the previous holder. The lease is the page's
    id, so that a late reply to the page's abandoned attempt does not evict it. Raises Refused `unauthenticated` if the display
    was revoked."""
    lease = page if _PAGE_ID.fullmatch(page) else new_id()
    if caller.display is not None and caller.display.seat == lease:
        return replace(caller, socket_lease=lease)  # same page: no rights changed, so no process must reload them
    bump_displays_version(database)
    if not database.connection().execute(_TAKE_LEASE, {"seat": lease, "display": caller.account.id}).rowcount:
        raise Refused("unauthenticated")
    return replace(caller, socket_lease=lease)


def reload_displays(database: Database, callers: Sequence[Caller]) -> list[Caller | None]:
    """Reload displays; None for each that was revoked. Does not compare their socket leases."""
    ids = sorted({caller.account.id for caller in callers})
    rows = database.connection().execute(select(_DISPLAYS).where(_BY_IDS), {"ids": ids}).mappings() if ids else ()
    displays = {row["id"]: Display(**row) for row in rows if row["revoked_at"] is None}
    return [
        _caller(displays[caller.account.id], caller.socket_lease) if caller.account.id in displays else None for caller in callers
    ]


def settings_json(display: Display) -> dict[str, Any]:
    """Return the settings of a display that are sent to its screen."""
    return {name: getattr(display, name) for name in ("profile", "language", "shows", "theme", "sound", "reload")}
