"""Commands of callers who are limited to boards: guests, and programs with such a token."""

from board.config.roles import Roles
from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused
from models.accounts import Account

ALARMS = "alarm."  # a guest sees none, and an alarm that a guest takes would have no one who acts


def role_for(account: Account, *commands: str | None) -> str:
    """Return the role of an account in a command and its equivalent: that of an investigator for a guest who may write."""
    is_about_alarms = any(name is not None and name.startswith(ALARMS) for name in commands)
    return account.role if is_about_alarms else account.command_role


def check_limited(caller: Caller, roles: Roles, *commands: str | None) -> None:
    """Raise Refused `forbidden` if a command, or its equivalent, is about a kind that is hidden from the caller: its answer would
    name cards of other boards."""
    hidden = tuple(f"{kind}." for kind in access.hidden_kinds(caller, roles))
    if hidden and any(name is not None and name.startswith(hidden) for name in commands):
        raise Refused("forbidden")
