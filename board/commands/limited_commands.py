"""Commands of callers who are limited to boards: guests, and programs with such a token."""

from board.config.roles import Roles
from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused
from models.accounts import Account

MAY_BE_HIDDEN = tuple(f"{kind}." for kind in (*access.ABOUT_OTHER_BOARDS, *access.OF_CONTACTS))
ALARMS = "alarm."  # a guest sees none, and an alarm that a guest takes would have no one who acts


def role_in(account: Account, caller: Caller, roles: Roles, *commands: str | None) -> str:
    """Return the role of an account in a command and its equivalent: that of an investigator for a guest who may write.

    Raises Refused `forbidden` if one is about a kind that is hidden from the caller, as its answer would name cards of
    other boards.
    """
    named = [name for name in commands if name is not None]
    if any(name.startswith(MAY_BE_HIDDEN) for name in named):
        hidden = tuple(f"{kind}." for kind in access.hidden_kinds(caller, roles))
        if any(name.startswith(hidden) for name in named):
            raise Refused("forbidden")
    is_about_alarms = any(name.startswith(ALARMS) for name in named)
    return account.role if is_about_alarms else account.command_role
