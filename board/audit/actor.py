"""Actor of an audit entry: an account, a wall display, a user of the operating system at the command line, the server, or an
unknown person."""

import os
import pwd
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlmodel import Session

from board.engine.identity import Caller
from models.accounts import Account

_ACTOR = "actor"  # key in `Session.info`

Kind = Literal["account", "display", "command_line", "server", "nobody"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Actor of an entry.

    `id`: id of the account or display. `name`: its name, or that of the operating system's user. `token`: id of the API token.
    """

    kind: Kind
    id: str | None = None
    name: str | None = None
    token: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the actor in its stored and sent form."""
        return asdict(self)


SERVER, NOBODY = Actor("server"), Actor("nobody")


def account(account: Account, token: str | None = None) -> Actor:
    """Return the actor for a signed-in account, with the id of the token if one was used."""
    return Actor("account", account.id, account.name, token)


def of(caller: Caller) -> Actor:
    """Return the actor for a caller."""
    if caller.display is not None:
        return Actor("display", caller.account.id, caller.account.name)
    return account(caller.account, caller.token)


def command_line() -> Actor:
    """Return the actor for the operating system's user who runs this process. Ignores the environment, which users can set."""
    try:
        return Actor("command_line", name=pwd.getpwuid(os.getuid()).pw_name)
    except KeyError:  # a user without a name, as in some containers
        return Actor("command_line", name=str(os.getuid()))


def set_current(session: Session, actor: Actor) -> None:
    """Set the actor of this session's later entries."""
    session.info[_ACTOR] = actor


def current(session: Session) -> Actor:
    """Return the actor of this session's entries; the server if none was set."""
    actor: Actor = session.info.get(_ACTOR, SERVER)
    return actor
