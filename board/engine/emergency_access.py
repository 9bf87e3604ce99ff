"""Emergency access: a coordinator reads a members-only search for an hour without being a member. It ends by the clock.

It gives the board of the search alone, to a person with a session: no commands, files to take away, lists or look-ups.
"""

from datetime import timedelta

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session

from board.engine.identity import Caller
from models.accounts import ROLES
from models.db.tables import columns_of
from models.emergency_opening import EmergencyOpening
from models.times import format_utc, now

DURATION = timedelta(hours=1)
Openings = dict[tuple[str, str], str]  # by (search, account): the end

_O = columns_of(EmergencyOpening)
_CURRENT = core_select(_O.board, _O.account, _O.until).where(_O.until > bindparam("at")).order_by(_O.until)


def current_openings(session: Session) -> Openings:
    """Return the openings that have not ended."""
    rows = session.connection().execute(_CURRENT, {"at": format_utc(now())})
    return {(row.board, row.account): row.until for row in rows}


def has_emergency_access(openings: Openings, caller: Caller, board: str) -> bool:
    """Return whether one of these openings lets the caller read the board now."""
    is_coordinator = caller.display is None and ROLES.index(caller.account.role) >= ROLES.index("coordinator")
    until = openings.get((board, caller.account.id))
    return until is not None and until > format_utc(now()) and is_coordinator and caller.is_own_session
