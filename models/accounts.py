"""Accounts, login sessions, password links and tokens. Secrets are stored as digests only."""

from typing import ClassVar

from sqlmodel import Field, SQLModel

ROLES = ("viewer", "investigator", "coordinator", "admin")  # each role includes the rights of the roles before it
SCOPES = ("read", "write", "intake", "report", "accounts")
ADDING = ("intake", "report")  # scopes that only add sightings or reports
NARROW = (*ADDING, "accounts")  # scopes that can't read boards or open pages
THEMES = ("light", "dark")


class Account(SQLModel, table=True):
    """Person or program that can log in. A guest sees one search, as a viewer who may be allowed to write, until a time."""

    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str
    enabled: bool = True
    password: str
    language: str = ""  # chosen language; empty for the browser's language
    theme: str = ""  # chosen theme (light or dark); empty for the system's theme
    created_at: str
    guest_of: str | None = None  # the board that a guest sees; None for all other accounts
    guest_until: str | None = None  # from this time on, the guest can't sign in
    guest_writes: bool = False  # the guest may also change its search, as an investigator does
    claims_until: str | None = None  # until then the newest claims of a provider give the role; None if no claims do

    def is_active(self, at: str) -> bool:
        """Return whether the account can sign in at this time."""
        return self.enabled and (self.guest_until is None or self.guest_until > at)

    def may_use_tokens(self, at: str) -> bool:
        """Return whether the tokens of the account work at this time: not after the end of the claims that give its role."""
        return self.is_active(at) and (self.claims_until is None or self.claims_until > at)

    @property
    def command_role(self) -> str:
        """Role that the account has in commands on boards: a guest who may write is an investigator there, and only there."""
        return "investigator" if self.guest_of is not None and self.guest_writes else self.role


class LoginSession(SQLModel, table=True):
    """Login session of a browser, keyed by the digest of its cookie. Deleted at logout."""

    __tablename__ = "session"

    digest: str = Field(primary_key=True)
    account: str = Field(index=True)
    created_at: str
    used_at: str  # accurate to about a minute
    latest_end: str  # the session ends at this time, even if it is used
    ends_at: str  # the session ends at this time if it is not used again; at most `latest_end`
    factor_at: str | None = None  # when the person last proved their identity; None for sessions of earlier versions
    issuer: str | None = None  # provider that signed the person in; None for a password
    subject: str | None = None  # the person at this provider
    sid: str | None = Field(default=None, index=True)  # session at this provider, by which its logout finds this one
    provider_token: str | None = None  # encrypted: refresh token, or access token, with which claims are read again
    check_at: str | None = Field(default=None, index=True)  # next check of the claims; None without a provider
    device: str = ""  # browser and system, such as "Firefox/Windows"; empty if the browser does not name them
    network: str | None = None  # network of the address at sign-in
    is_new_device: bool = False  # nobody had signed in to the account in this browser before
    locked_at: str | None = None  # time of the idle lock; None if the session is not locked


class Identity(SQLModel, table=True):
    """Person at a provider (OpenID Connect: `iss` and `sub`) to whom an account belongs. An account has at most one."""

    __tablename__ = "identities"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    account: str = Field(unique=True)
    linked_at: str
    checked_at: str  # time of the newest claims
    suspended_at: str | None = None  # the claims gave no role any more, so that the account was disabled


class LinkPermission(SQLModel, table=True):
    """Permission of an administrator to link an account once, by its e-mail address, to a person at a provider."""

    __tablename__ = "link_permissions"
    account: str = Field(primary_key=True)
    issuer: str
    created_at: str
    ends_at: str


class UsedAssertion(SQLModel, table=True):
    """Digest of a sign-in or logout message of a provider that was used, kept until `ends_at`: none works twice."""

    __tablename__ = "used_assertions"
    digest: str = Field(primary_key=True)
    ends_at: str = Field(index=True)


class LoginNetwork(SQLModel, table=True):
    """Network from which somebody has signed in to an account, as a keyed digest."""

    __tablename__ = "login_networks"

    account: str = Field(primary_key=True)
    network: str = Field(primary_key=True)
    used_at: str


class AccountUse(SQLModel, table=True):
    """Last use of an account by a person, accurate to a day."""

    __tablename__ = "account_uses"

    account: str = Field(primary_key=True)
    at: str


class DraftKey(SQLModel, table=True):
    """Key for encrypting the unsent drafts of an account in browsers. 32 bytes in base64."""

    __tablename__ = "draft_key"

    account: str = Field(primary_key=True)
    key: str
    created_at: str


class PasswordLink(SQLModel, table=True):
    """Link that sets the password of an account once, until `ends_at`. A new link replaces the old one."""

    __tablename__ = "link"

    account: str = Field(primary_key=True)
    digest: str = Field(unique=True)
    created_at: str
    ends_at: str


class Token(SQLModel, table=True):
    """Bearer token of a program. It works from `agreed_at` on, when the owner agreed. No consent is needed if nobody has ever
    signed in to the account."""

    BY_COMMAND_LINE: ClassVar[str] = ""  # value of `made_by`

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    digest: str = Field(unique=True)
    account: str
    scope: str
    boards: str = ""  # ids of the boards to which it is limited, with spaces between them; empty for all boards
    created_at: str
    made_by: str | None = None  # an account id; None for older tokens, for which it was not stored
    agreed_at: str | None = None  # None while it waits for the owner's consent
    expires_at: str | None = None  # None if it never expires
    used_at: str | None = None  # accurate to about an hour; None if it was never used
    revoked_at: str | None = None


class RightsVersion(SQLModel, table=True):
    """Version of the rights, in two rows. All processes poll it, so that a change applies to their open sockets.

    PEOPLE increases when an account, session, token or a search's access changes. DISPLAYS increases when a wall display changes.
    """

    __tablename__ = "rights"

    PEOPLE: ClassVar[int] = 1
    DISPLAYS: ClassVar[int] = 2

    id: int = Field(primary_key=True)
    version: int = 0
