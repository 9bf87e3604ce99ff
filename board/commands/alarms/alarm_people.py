"""Recipients of alarms: the people whom a step of a ladder currently asks.

An alarm never asks accounts that may not see the search, disabled accounts, viewers, or accounts of programs.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlmodel import Session

from board.commands.alarms import urgent_alerts
from board.commands.cards import mentions
from board.commands.duty.on_duty import on_duty
from board.engine import access, kinds, program_accounts, unit_of_work
from models.accounts import ROLES, Account
from models.alarm import Alarm, Loss
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.duty import PlannedDuty
from models.entity import State
from models.handover import Handover
from models.note import Note
from models.search import Search

_P = columns_of(Account)
COORDINATORS = ROLES[ROLES.index("coordinator") :]
_ACTING = select(_P.id, _P.role).where(_P.enabled, _P.role != "viewer")
GROUPS = ("desk", "desk_all")  # asked as a group, not by name
_ACTING_KEY = "accounts that may act"  # key in `session.info`


class AlarmPeople:
    """Recipients on one board, in one transaction."""

    def __init__(self, session: Session, board: str) -> None:
        self._session, self._board = session, board
        self._search = unit_of_work.get(session, Search, board) if board != OPERATIONS else None
        search = self._search
        self._roles = {
            id: role
            for id, role in _acting(session).items()
            if search is None or access.can_see(id, search.access, search.members)
        }
        self._on_duty = on_duty(session) & self._roles.keys()

    def may_act(self, account: str) -> bool:
        """Return whether an account may see the board and act there."""
        return account in self._roles

    def reason_lost(self, account: str) -> Loss:
        """Return why an account that had an alarm can no longer act on the board."""
        return "access" if account in _acting(self._session) else "account"

    def may_promise(self, account: str, actor: str | None) -> bool:
        """Return whether an account that an actor assigns to a card also gets the card's alarms. If anybody is on duty, an
        account off duty gets them only if it assigned the card to itself."""
        return self.may_act(account) and (account == actor or not self._on_duty or account in self._on_duty)

    def asked_by(self, ask: Collection[str], alarm: Alarm, again: bool = False) -> list[str]:
        """Return the accounts that a step asks about an alarm, in the order of the step. Without `again`, omits accounts that
        caused it or handed it on."""
        left_out: set[str | None] = set() if again else {alarm.caused_by, *alarm.handed_on}
        found = [id for each in ask for id in self._of(each, alarm, left_out) if id in self._roles and id not in left_out]
        return list(dict.fromkeys(found))

    def recipients(self, ask: Collection[str], alarm: Alarm) -> State:
        """Return the recipients of an alarm after a step, as fields of the alarm. Omits accounts that may no longer act on the
        board."""
        former = [id for id in alarm.asked if id in self._roles]
        named = self.asked_by([each for each in ask if each not in GROUPS], alarm)
        is_desk, is_anybody_there = "desk" in ask, bool(self._on_duty - {alarm.caused_by, *alarm.handed_on})
        return {
            "asked": list(dict.fromkeys([*former, *named])),
            "everybody": alarm.everybody or "desk_all" in ask or (is_desk and not is_anybody_there),
            "asked_on_duty": alarm.asked_on_duty or is_desk,
        }

    def was_asked(self, account: str, alarm: Alarm) -> bool:
        """Return whether an alarm has asked an account, by name or as part of a group."""
        present = self._on_duty - {alarm.caused_by, *alarm.handed_on}
        is_asked_now = not present or account in present
        return account in alarm.asked or alarm.everybody or (alarm.asked_on_duty and is_asked_now)

    def first_responsible(self, kind: str, id: str) -> str | None:
        """Return the first person responsible for a card or a search: assignee, lead of the search, or holder of the shift."""
        found = (self._assignee(kind, id), self._lead(), urgent_alerts.holder(self._session))
        return next((each for each in found if each in self._roles), None)

    def _of(self, ask: str, alarm: Alarm, left_out: Collection[str | None]) -> Iterable[str | None]:
        match ask:
            case "assignee":
                return [self._assignee(alarm.about["kind"], alarm.about["id"])]
            case "lead":
                return [self._lead()]
            case "holder":
                return [urgent_alerts.holder(self._session)]
            case "coordinators":
                return self._on_duty_first(self._coordinators(), left_out)
            case "coordinators_all":
                return self._coordinators()
            case "desk":
                return self._on_duty_first(sorted(self._roles), left_out)
            case "desk_all":
                return sorted(self._roles)
            case "mentioned":
                note = unit_of_work.get(self._session, Note, alarm.about["id"])
                return sorted(mentions.new_mentions(self._session, [note.text], ())) if note is not None else ()
            case "expected":
                return self._expected()
        return ()

    def _on_duty_first(self, accounts: list[str], left_out: Collection[str | None]) -> list[str]:
        """Return the accounts on duty that the alarm can ask; all accounts if there are none."""
        present = [id for id in accounts if id in self._on_duty and id not in left_out]
        return present or accounts

    def _assignee(self, kind: str, id: str) -> str | None:
        if kind == PlannedDuty.KIND:
            planned = unit_of_work.get(self._session, PlannedDuty, id)
            return planned.account if planned is not None else None
        declared = kinds.find(kind)
        card = unit_of_work.get(self._session, declared.model, id) if declared is not None and declared.is_numbered else None
        return getattr(card, "assignee", None)

    def _lead(self) -> str | None:
        return self._search.lead if self._search is not None else None

    def _coordinators(self) -> list[str]:
        return sorted(id for id, role in self._roles.items() if role in COORDINATORS)

    def _expected(self) -> list[str]:
        """Return the incoming coordinator; if nobody is named, all coordinators except the outgoing one."""
        handover = unit_of_work.get(self._session, Handover, OPERATIONS)
        if handover is None:
            return []
        return [handover.incoming] if handover.incoming else [id for id in self._coordinators() if id != handover.outgoing]


def _acting(session: Session) -> dict[str, str]:
    """Return the roles of all people who can act, by account. Reads them once per transaction."""
    found: dict[str, str] | None = session.info.get(_ACTING_KEY)
    if found is None:
        found = {row.id: row.role for row in session.connection().execute(_ACTING)}
        for program in program_accounts.program_accounts_among(session, found):
            del found[program]
        session.info[_ACTING_KEY] = found
    return found
