"""How a screen becomes a display: it shows a code, which a coordinator types; the secret that the screen held all the while is
then its own. The code is no secret for long: it lives ten minutes, is used once, and names one of 2^40."""

import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import text
from sqlmodel import Session as Database
from sqlmodel import select

from board.errors import Refused
from board.people.sign_in import digest
from board.wall import displays
from board.wall.displays import Paired
from board.words import N_
from models.display import Display, Pairing
from models.times import moment, stamp

LIVES = timedelta(minutes=10)
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U (Crockford's base 32): no two look alike
LENGTH = 8  # signs of five bits
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})  # what is typed for what is seen
MOST = 1_000  # codes that wait at one time

_ENDED = text("DELETE FROM pairing WHERE made_at <= :before")
_WAITING = text("SELECT count(*) FROM pairing")

_NOT_SHOWN = N_("No screen shows this code, or not any more: codes live ten minutes.")

State = Literal["waiting", "paired", "expired"]


def new_code() -> tuple[str, str]:
    """A code as it is shown, and a secret for the screen."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return f"{code[:4]}-{code[4:]}", secrets.token_urlsafe(32)


def begin(database: Database, code: str, secret: str, now: datetime) -> str:
    """A code begins to wait; until when. Raises Refused `rate_limited` where too many do."""
    connection = database.connection()
    connection.execute(_ENDED, {"before": stamp(now - LIVES)})
    if (connection.execute(_WAITING).scalar() or 0) >= MOST:
        raise Refused("rate_limited")
    database.add(Pairing(code=digest(_typed(code)), screen=digest(secret), made_at=stamp(now)))
    return stamp(now + LIVES)


def state(database: Database, secret: str, now: datetime) -> State:
    """Where the pairing of the screen with this secret stands."""
    key = digest(secret)
    if database.exec(select(Display.id).where(Display.digest == key, Display.revoked_at == None)).first() is not None:  # noqa: E711
        return "paired"
    made_at = database.exec(select(Pairing.made_at).where(Pairing.screen == key, Pairing.display == None)).first()  # noqa: E711
    return "waiting" if made_at is not None and moment(made_at) + LIVES > now else "expired"


def pair(database: Database, data: Paired, by: str, now: datetime) -> Display:
    """Makes a display of the screen that shows this code. Raises Refused `not_found` (wrong, or old) or `invalid`."""
    found = database.get(Pairing, digest(_typed(data.code)), with_for_update=True)
    if found is None or found.display is not None or moment(found.made_at) + LIVES <= now:
        raise Refused("not_found", _NOT_SHOWN, {"code": _NOT_SHOWN})
    display = displays.add(database, data, found.screen, by, stamp(now))
    found.display = display.id
    return display


def _typed(code: str) -> str:
    """A code as it is compared, however it was typed."""
    return code.upper().translate(READ_AS)
