"""Actor of an entry: an account, a user of the operating system at the command line, Searchboard itself, or nobody
who is known."""

import os
import pwd
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlmodel import Session

from models.accounts import Account

_ACTOR = "actor"  # in what a session carries along

Kind = Literal["account", "command_line", "server", "nobody"]


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is an account's, `name` its name or that of the operating system's user, `token` the id of the API token that was
    used."""

    kind: Kind
    id: str | None = None
    name: str | None = None
    token: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the actor as it is kept, and told."""
        return asdict(self)


SERVER, NOBODY = Actor("server"), Actor("nobody")


def account(account: Account, token: str | None = None) -> Actor:
    """Somebody who is signed in, with the id of their token if they came by one."""
    return Actor("account", account.id, account.name, token)


def command_line() -> Actor:
    """The operating system's user who runs this process; not what the environment says, which they may set."""
    try:
        return Actor("command_line", name=pwd.getpwuid(os.getuid()).pw_name)
    except KeyError:  # a user without a name, as in some containers
        return Actor("command_line", name=str(os.getuid()))


def acting(session: Session, actor: Actor) -> None:
    """Says who does what this session writes from here on."""
    session.info[_ACTOR] = actor


def of(session: Session) -> Actor:
    """Return the actor of what this session writes; Searchboard itself where nobody was named."""
    found: Actor = session.info.get(_ACTOR, SERVER)
    return found
