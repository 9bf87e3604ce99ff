"""Pairing of screens: a screen shows a code, which a coordinator enters. Then the screen's secret becomes its credential.

A code is one of 2^40, valid once and for ten minutes. A new screen always gets a code. If too many codes are pending, the oldest
codes of the requesting network, or of the network with the most codes, are dropped. So no network can exhaust the codes.
"""

import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, select
from sqlmodel import Session

from board.displays import displays
from board.displays.displays import PairDisplay
from board.engine.identity import digest
from board.errors import Refused
from board.i18n import N_
from board.rate_limit.addresses import SITE, network_of
from models.db.tables import table_of
from models.display import Display, Pairing
from models.times import format_utc, parse_utc

CODE_TTL = timedelta(minutes=10)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: without I, L, O, U, which are easily confused
CODE_LENGTH = 8  # characters of five bits
CORRECTIONS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})  # of similar characters
MAX_PENDING = 10_000  # pending codes
MAX_PENDING_PER_NETWORK = 100  # pending codes of one network: all screens of a building share an address

_DISPLAYS = table_of(Display)
_PAIRINGS = table_of(Pairing)
_IS_PENDING = _PAIRINGS.c.display.is_(None)
_FULLEST = (  # network with the most codes; among equals, the one with the oldest code
    select(_PAIRINGS.c.network, func.count()).where(_IS_PENDING).group_by(_PAIRINGS.c.network)
    .order_by(func.count().desc(), func.min(_PAIRINGS.c.made_at)).limit(1)
)  # fmt: skip

_NOT_SHOWN = N_("Wrong code, or the code has expired. A code is valid for 10 minutes.")

State = Literal["waiting", "paired", "expired"]


def new_code() -> tuple[str, str]:
    """Return a code in its displayed form, and a secret for the screen."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return f"{code[:4]}-{code[4:]}", secrets.token_urlsafe(32)


def start(session: Session, code: str, secret: str, now: datetime, address: str = "", before: str = "") -> str:
    """Store a pending code; return its expiry. `before`: secret of the screen's previous code."""
    connection, network = session.connection(), digest(network_of(address, SITE))
    connection.execute(delete(_PAIRINGS).where(_PAIRINGS.c.made_at <= format_utc(now - CODE_TTL)))
    connection.execute(delete(_PAIRINGS).where(_PAIRINGS.c.screen == digest(before), _IS_PENDING))
    _drop_oldest(session, network, keep=MAX_PENDING_PER_NETWORK - 1)
    if connection.execute(select(func.count()).select_from(_PAIRINGS).where(_IS_PENDING)).scalar_one() >= MAX_PENDING:
        fullest, codes = connection.execute(_FULLEST).one()
        _drop_oldest(session, fullest, keep=codes // 2)
    session.add(Pairing(code=digest(_normalized(code)), screen=digest(secret), made_at=format_utc(now), network=network))
    return format_utc(now + CODE_TTL)


def _drop_oldest(session: Session, network: str, keep: int) -> None:
    """Drop the pending codes of a network, except the newest `keep`."""
    old = select(_PAIRINGS.c.code).where(_PAIRINGS.c.network == network, _IS_PENDING)
    old = old.order_by(_PAIRINGS.c.made_at.desc(), _PAIRINGS.c.code).offset(keep)
    session.connection().execute(delete(_PAIRINGS).where(_PAIRINGS.c.code.in_(old)))


def state(session: Session, secret: str, now: datetime) -> State:
    """Return the state of the pairing of the screen with this secret."""
    key = digest(secret)
    displays_of = select(_DISPLAYS.c.id).where(_DISPLAYS.c.digest == key, _DISPLAYS.c.revoked_at.is_(None))
    if session.connection().execute(displays_of).first() is not None:
        return "paired"
    made_at = session.connection().execute(select(_PAIRINGS.c.made_at).where(_PAIRINGS.c.screen == key, _IS_PENDING)).scalar()
    return "waiting" if made_at is not None and parse_utc(made_at) + CODE_TTL > now else "expired"


def pair(session: Session, data: PairDisplay, by: str, now: datetime) -> Display:
    """Create a display for the screen that shows this code. Raises Refused `not_found` if the code is wrong or expired, and as
    `displays.add` does."""
    pairing = session.get(Pairing, digest(_normalized(data.code)), with_for_update=True)
    if pairing is None or pairing.display is not None or parse_utc(pairing.made_at) + CODE_TTL <= now:
        raise Refused("not_found", _NOT_SHOWN, {"code": _NOT_SHOWN})
    display = displays.add(session, data, pairing.screen, by, format_utc(now))
    pairing.display = display.id
    return display


def _normalized(code: str) -> str:
    """Normalize a typed code for comparison."""
    return code.upper().translate(CORRECTIONS)
