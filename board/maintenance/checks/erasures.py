"""Check for stuck erasures: two people agreed to each, so it must end. A server continues it every minute."""

from sqlmodel import Session, col, func, select

from board.config.settings import Settings
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.erasure import ASKED, STUCK, Erasure
from models.times import format_utc, now

HOW = 'The log of the servers says why: "erasure stuck". `board erase --continue` continues it.'


def check(settings: Settings) -> tuple[State, str]:
    stuck = read(_stuck)
    if stuck:
        return State.WRONG, f"Erasures that have not ended for an hour: {stuck}. {HOW}"
    return State.OK, "No erasure is stuck."


def _stuck(session: Session) -> int:
    open_since = col(Erasure.agreed_at) < format_utc(now() - STUCK)
    query = select(func.count()).where(col(Erasure.ended_at).is_(None), col(Erasure.step) != ASKED, open_since)
    return session.exec(query).one()
