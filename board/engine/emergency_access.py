"""Emergency access: a coordinator who is not a member can read a members-only search for an hour.

It is for people with a session, and only for the search's board: no commands, downloads, lists or look-ups.
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
Openings = dict[tuple[str, str], str]  # end of each opening, by (search, account)

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
