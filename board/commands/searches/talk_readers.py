"""Readers of the talk with a child: the members of the search and the person in charge; without members, coordinators too."""

from typing import Any

from board.engine import access
from board.engine.identity import Caller
from board.i18n import N_
from models.accounts import ROLES, Account
from models.search import Search

SEALED = N_("This talk is confidential: only members of the search, and the person who recorded it, read it.")


def is_investigator(account: Account) -> bool:
    """Return whether an account has at least the role of an investigator."""
    return ROLES.index(account.role) >= ROLES.index("investigator")


def may_read(account: Account, search: Search) -> bool:
    """Return whether an account may read the talk of a search that it sees."""
    if not is_investigator(account):
        return False
    recorded_it = search.talk_kept is not None and search.talk_kept["by"] == account.id
    is_coordinator = ROLES.index(account.role) >= ROLES.index("coordinator")
    return recorded_it or account.id in (*search.members, search.lead) or (not search.members and is_coordinator)


def is_known_to(row: Any, reader: Caller) -> bool:
    """Return whether a person learns that a talk is offered. `row`: the columns of an earlier search."""
    return is_investigator(reader.account) and is_offered(row, reader)


def is_offered(search: Search, reader: Caller) -> bool:
    """Return whether a talk is offered to a person who works on the child's next disappearance and sees this search."""
    is_visible = access.can_see(reader.account.id, search.access, search.members) and reader.may_reach(search.id)
    return is_visible and search.talk_kept is not None and bool(search.talk_kept["offered"])
