"""Who may sign in, and the sessions and tokens that prove it. Secrets are kept as digests only."""

from typing import ClassVar

from sqlmodel import Field, SQLModel

ROLES = ("viewer", "investigator", "coordinator", "admin")  # each with the rights of those before
SCOPES = ("read", "write", "intake")
THEMES = ("light", "dark")


class Account(SQLModel, table=True):
    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str
    enabled: bool = True
    password: str
    language: str = ""  # as chosen; empty: what the browser says
    theme: str = ""  # light or dark, as chosen; empty: as the system
    created_at: str


class LoginSession(SQLModel, table=True):
    """A signed-in browser; the cookie's digest is its key. Deleted at sign-out."""

    __tablename__ = "session"

    digest: str = Field(primary_key=True)
    account: str = Field(index=True)
    created_at: str
    used_at: str  # to the minute or so
    latest_end: str  # whatever its use
    ends_at: str  # by its last use, at the latest at its latest end


class DraftKey(SQLModel, table=True):
    """By which browsers encrypt what this account has typed and not sent. 32 bytes in base64."""

    __tablename__ = "draft_key"

    account: str = Field(primary_key=True)
    key: str
    created_at: str


class PasswordLink(SQLModel, table=True):
    """By which the password of an account is set, once: the newest one alone, and until its end."""

    __tablename__ = "link"

    account: str = Field(primary_key=True)
    digest: str = Field(unique=True)
    created_at: str
    ends_at: str


class Token(SQLModel, table=True):
    """A bearer token of another program."""

    BY_COMMAND_LINE: ClassVar[str] = ""  # as `made_by`

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    digest: str = Field(unique=True)
    account: str
    scope: str
    created_at: str
    made_by: str | None = None  # an account; None where it was made before this was kept
    expires_at: str | None = None  # None: never
    used_at: str | None = None  # to the hour or so; None: not yet
    revoked_at: str | None = None


class RightsVersion(SQLModel, table=True):
    """Two rows, each a number that grows: with every change of an account, a session, a token or a search's access; and with
    every change of a wall display. Processes watch them, so that a change made anywhere acts on their open sockets."""

    __tablename__ = "rights"

    PEOPLE: ClassVar[int] = 1
    DISPLAYS: ClassVar[int] = 2

    id: int = Field(primary_key=True)
    version: int = 0
