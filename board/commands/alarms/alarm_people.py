"""People whom alarms ask: those of a step of a ladder, as they are now.

Nobody is asked who may not see the search, is disabled, a viewer, or a program's account.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlmodel import Session

from board.commands.alarms import urgent_alerts
from board.commands.cards import mentions
from board.engine import access, kinds, program_accounts, unit_of_work
from models.accounts import ROLES, Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.handover import Handover
from models.note import Note
from models.search import Search

_P = columns_of(Account)
COORDINATORS = ROLES[ROLES.index("coordinator") :]
_ACTING = select(_P.id, _P.role).where(_P.enabled, _P.role != "viewer")
_ACTING_KEY = "accounts that may act"  # key in `session.info`


class AlarmPeople:
    """People of a board in one transaction."""

    def __init__(self, session: Session, board: str) -> None:
        self._session, self._board = session, board
        self._search = unit_of_work.get(session, Search, board) if board != OPERATIONS else None
        search = self._search
        self._roles = {
            id: role
            for id, role in _acting(session).items()
            if search is None or access.can_see(id, search.access, search.members)
        }

    def may_act(self, account: str) -> bool:
        """Return whether an account may see the board and act there."""
        return account in self._roles

    def asked_by(self, ask: Collection[str], alarm: Alarm, again: bool = False) -> list[str]:
        """Return the accounts that a step asks about an alarm, in the order of the step. Unless `again`, accounts that caused it
        or handed it on are left out."""
        left_out = set() if again else {alarm.caused_by, *alarm.handed_on}
        found = [id for each in ask for id in self._of(each, alarm) if id in self._roles and id not in left_out]
        return list(dict.fromkeys(found))

    def first_responsible(self, kind: str, id: str) -> str | None:
        """Return who answers for a card or a search first: the assignee, else who leads the search, else who holds the shift."""
        found = (self._assignee(kind, id), self._lead(), urgent_alerts.holder(self._session))
        return next((each for each in found if each in self._roles), None)

    def _of(self, ask: str, alarm: Alarm) -> Iterable[str | None]:
        match ask:
            case "assignee":
                return [self._assignee(alarm.about["kind"], alarm.about["id"])]
            case "lead":
                return [self._lead()]
            case "holder":
                return [urgent_alerts.holder(self._session)]
            case "coordinators":
                return self._coordinators()
            case "desk":
                return sorted(self._roles)
            case "mentioned":
                note = unit_of_work.get(self._session, Note, alarm.about["id"])
                return sorted(mentions.new_mentions(self._session, [note.text], ())) if note is not None else ()
            case "expected":
                return self._expected()
        return ()

    def _assignee(self, kind: str, id: str) -> str | None:
        declared = kinds.find(kind)
        card = unit_of_work.get(self._session, declared.model, id) if declared is not None and declared.is_numbered else None
        return getattr(card, "assignee", None)

    def _lead(self) -> str | None:
        return self._search.lead if self._search is not None else None

    def _coordinators(self) -> list[str]:
        return sorted(id for id, role in self._roles.items() if role in COORDINATORS)

    def _expected(self) -> list[str]:
        """Return who is expected to take over the shift; where nobody is, the coordinators, but not who hands over."""
        handover = unit_of_work.get(self._session, Handover, OPERATIONS)
        if handover is None:
            return []
        return [handover.incoming] if handover.incoming else [id for id in self._coordinators() if id != handover.outgoing]


def _acting(session: Session) -> dict[str, str]:
    """Return the roles of the accounts of people who may act on a board, read once for a transaction."""
    found: dict[str, str] | None = session.info.get(_ACTING_KEY)
    if found is None:
        found = {row.id: row.role for row in session.connection().execute(_ACTING)}
        for program in program_accounts.program_accounts_among(session, found):
            del found[program]
        session.info[_ACTING_KEY] = found
    return found
