"""Check of the figures: the facts of searches of an earlier version are read once, by a task of the server."""

from board.config.settings import Settings
from board.engine import earlier_facts
from board.maintenance.checks.finding import State
from board.maintenance.database import read

HOW = 'A running server adds them within minutes. If it does not, its log says why: "earlier facts failed".'


def check(settings: Settings) -> tuple[State, str]:
    unread = read(earlier_facts.count_unread)
    if unread:
        return State.WARNING, f"Searches of an earlier version that are missing in the figures: {unread:,}. {HOW}"
    return State.OK, "The figures have the facts of all searches."
