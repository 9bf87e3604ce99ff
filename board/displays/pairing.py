"""How a screen becomes a display: it shows a code, which a coordinator types; the secret that the screen held all the while is
then its own. The code is no secret for long: it lives ten minutes, is used once, and names one of 2^40.

A new screen always gets a code. Where too many wait, the oldest is dropped: of one network that asks for too many, or of the one
that has most. So nobody can ask for codes until there are none for others.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, select
from sqlmodel import Session

from board.displays import displays
from board.displays.displays import PairDisplay
from board.engine.identity import digest
from board.errors import Refused
from board.i18n import N_
from board.rate_limit.addresses import SITE, network_of
from models.display import Display, Pairing
from models.times import format_utc, parse_utc

LIVES = timedelta(minutes=10)
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U (Crockford's base 32): no two look alike
LENGTH = 8  # signs of five bits
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})  # what is typed for what is seen
MOST = 10_000  # codes that wait at one time
OF_ONE = 100  # of them from one network: a house full of screens has one address

_DISPLAYS: Any = Display.__table__  # type: ignore[attr-defined]
_PAIRINGS: Any = Pairing.__table__  # type: ignore[attr-defined]
_WAITS = _PAIRINGS.c.display.is_(None)
_FULLEST = (  # of networks that have as many, the one whose oldest code has waited longest
    select(_PAIRINGS.c.network, func.count()).where(_WAITS).group_by(_PAIRINGS.c.network)
    .order_by(func.count().desc(), func.min(_PAIRINGS.c.made_at)).limit(1)
)  # fmt: skip

_NOT_SHOWN = N_("No screen shows this code, or not any more: codes live ten minutes.")

State = Literal["waiting", "paired", "expired"]


def new_code() -> tuple[str, str]:
    """A code as it is shown, and a secret for the screen."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return f"{code[:4]}-{code[4:]}", secrets.token_urlsafe(32)


def begin(session: Session, code: str, secret: str, now: datetime, address: str = "", before: str = "") -> str:
    """A code begins to wait; until when. `before` is the secret of the code that this screen showed until now."""
    connection, network = session.connection(), digest(network_of(address, SITE))
    connection.execute(delete(_PAIRINGS).where(_PAIRINGS.c.made_at <= format_utc(now - LIVES)))
    connection.execute(delete(_PAIRINGS).where(_PAIRINGS.c.screen == digest(before), _WAITS))
    _drop_oldest(session, network, keep=OF_ONE - 1)
    if connection.execute(select(func.count()).select_from(_PAIRINGS).where(_WAITS)).scalar_one() >= MOST:
        fullest, codes = connection.execute(_FULLEST).one()
        _drop_oldest(session, fullest, keep=codes // 2)
    session.add(Pairing(code=digest(_typed(code)), screen=digest(secret), made_at=format_utc(now), network=network))
    return format_utc(now + LIVES)


def _drop_oldest(session: Session, network: str, keep: int) -> None:
    """Drop the codes of a network that wait, but the newest ones."""
    old = select(_PAIRINGS.c.code).where(_PAIRINGS.c.network == network, _WAITS)
    old = old.order_by(_PAIRINGS.c.made_at.desc(), _PAIRINGS.c.code).offset(keep)
    session.connection().execute(delete(_PAIRINGS).where(_PAIRINGS.c.code.in_(old)))


def state(session: Session, secret: str, now: datetime) -> State:
    """Where the pairing of the screen with this secret stands."""
    key = digest(secret)
    displays_of = select(_DISPLAYS.c.id).where(_DISPLAYS.c.digest == key, _DISPLAYS.c.revoked_at.is_(None))
    if session.connection().execute(displays_of).first() is not None:
        return "paired"
    made_at = session.connection().execute(select(_PAIRINGS.c.made_at).where(_PAIRINGS.c.screen == key, _WAITS)).scalar()
    return "waiting" if made_at is not None and parse_utc(made_at) + LIVES > now else "expired"


def pair(session: Session, data: PairDisplay, by: str, now: datetime) -> Display:
    """Makes a display of the screen that shows this code. Raises Refused `not_found` (wrong, or old) or `invalid`."""
    found = session.get(Pairing, digest(_typed(data.code)), with_for_update=True)
    if found is None or found.display is not None or parse_utc(found.made_at) + LIVES <= now:
        raise Refused("not_found", _NOT_SHOWN, {"code": _NOT_SHOWN})
    display = displays.add(session, data, found.screen, by, format_utc(now))
    found.display = display.id
    return display


def _typed(code: str) -> str:
    """A code as it is compared, however it was typed."""
    return code.upper().translate(READ_AS)
