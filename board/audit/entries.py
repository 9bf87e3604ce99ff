"""Every kind of entry that the audit journal has: its type, what it is about, and what is kept of it.

`TYPE` and `KIND` are stable: other programs filter by them. `KIND` says what `id` names; "" stands for what is not known. All
other fields are the entry's payload, which can be erased: names are kept as they were then.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`WARNS`: the log has it as a warning. `ALERTS`: the account that it is about is alerted, unless it did so itself. `PRIVATE`
    fields are kept and told to nobody."""

    TYPE: ClassVar[str]
    KIND: ClassVar[str] = "account"
    WARNS: ClassVar[bool] = False
    ALERTS: ClassVar[bool] = False
    PRIVATE: ClassVar[tuple[str, ...]] = ()

    id: str

    @classmethod
    def told(cls) -> list[str]:
        """The names of the fields that are told."""
        return [field.name for field in fields(cls) if field.name not in ("id", *cls.PRIVATE)]

    def payload(self) -> dict[str, Any]:
        """Return the part of the entry that can be erased."""
        told = {"about": {name: getattr(self, name) for name in self.told()}}
        return told | ({"private": {name: getattr(self, name) for name in self.PRIVATE}} if self.PRIVATE else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated(Entry):
    """One that whoever knocks can cause as often as they like: within minutes it is counted, not written again. `since` is when
    the first of `count` came, null where there is but one."""

    WARNS: ClassVar[bool] = True

    address: str | None
    count: int = 1
    since: str | None = None


# -- coming in ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Entry):
    TYPE: ClassVar[str] = "sign_in.succeeded"

    name: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Repeated):
    """Of an e-mail address that is no account's, `id` is "": what was typed may be anything, and is not kept."""

    TYPE: ClassVar[str] = "sign_in.failed"

    name: str | None
    reason: Literal["unknown", "password", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInThrottled(Repeated):
    TYPE: ClassVar[str] = "sign_in.throttled"

    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRefused(Repeated):
    """A request by somebody's browser, that a page of another site sent."""

    TYPE: ClassVar[str] = "origin.refused"

    name: str | None
    origin: str | None
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(Repeated):
    """`id` is its account; of a token that never was, ""."""

    TYPE: ClassVar[str] = "token.refused"

    name: str | None
    token: str | None
    title: str | None
    reason: Literal["unknown", "revoked", "expired", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflowed(Entry):
    """So many more entries of a type came at once that they were counted only."""

    TYPE: ClassVar[str] = "audit.overflowed"
    KIND: ClassVar[str] = "server"
    WARNS: ClassVar[bool] = True

    of: str
    count: int
    since: str


# -- accounts, passwords, tokens --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAdded(Entry):
    TYPE: ClassVar[str] = "account.added"

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSet(Entry):
    TYPE: ClassVar[str] = "account.role_set"

    name: str
    before: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDisabled(Entry):
    TYPE: ClassVar[str] = "account.disabled"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEnabled(Entry):
    TYPE: ClassVar[str] = "account.enabled"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(Entry):
    TYPE: ClassVar[str] = "sessions.ended"

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet(Entry):
    TYPE: ClassVar[str] = "password.set"
    ALERTS: ClassVar[bool] = True

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMade(Entry):
    """A one-time link, by which whoever has it sets the password. `first`: made with the account, so nobody is alerted."""

    TYPE: ClassVar[str] = "link.made"
    ALERTS: ClassVar[bool] = True

    name: str
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUsed(Entry):
    TYPE: ClassVar[str] = "link.used"

    name: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAdded(Entry):
    """An API token with the rights of the account that the entry is about."""

    TYPE: ClassVar[str] = "token.added"
    ALERTS: ClassVar[bool] = True

    name: str
    token: str
    title: str
    scope: str
    expires_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Entry):
    TYPE: ClassVar[str] = "token.revoked"

    name: str
    token: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(Entry):
    """An administrator made somebody a member of a members-only search: the way in where it has lost its people. They, and who
    was a member before, are alerted."""

    TYPE: ClassVar[str] = "members.joined_by_admin"
    ALERTS: ClassVar[bool] = True

    name: str
    board: str
    reference: str | None


# -- displays ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayPaired(Entry):
    TYPE: ClassVar[str] = "display.paired"
    KIND: ClassVar[str] = "display"

    name: str
    profile: str
    boards: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayChanged(Entry):
    """`fields` are the names of what was changed."""

    TYPE: ClassVar[str] = "display.changed"
    KIND: ClassVar[str] = "display"

    name: str
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayRevoked(Entry):
    TYPE: ClassVar[str] = "display.revoked"
    KIND: ClassVar[str] = "display"

    name: str


# -- what leaves the board ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRead(Entry):
    """A file that somebody took away, by the name that it was given."""

    TYPE: ClassVar[str] = "export.read"
    KIND: ClassVar[str] = "board"

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRead(Entry):
    """Who the source of a sighting is: somebody asked for it, and was told."""

    TYPE: ClassVar[str] = "source.read"
    KIND: ClassVar[str] = "sighting"

    board: str
    reference: str | None
    number: int | None


# -- the installation -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade(Entry):
    TYPE: ClassVar[str] = "backup.made"
    KIND: ClassVar[str] = "server"

    file: str | None  # none: by another program


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRestored(Entry):
    """Every board has a new epoch; what was written after the backup is gone."""

    TYPE: ClassVar[str] = "backup.restored"
    KIND: ClassVar[str] = "server"

    boards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged(Entry):
    """What differs from the start before, as {`name`, `before`, `value`}; of a secret only that it does (both null). `first`:
    there was no start before, and what differs from the defaults is named."""

    TYPE: ClassVar[str] = "settings.changed"
    KIND: ClassVar[str] = "server"
    PRIVATE: ClassVar[tuple[str, ...]] = ("kept",)

    machine: str
    first: bool
    changes: list[dict[str, str | None]]
    kept: dict[str, Any]  # by which the next start is compared


ENTRIES: dict[str, type[Entry]] = {
    each.TYPE: each
    for each in (
        SignedIn, SignInFailed, SignInThrottled, OriginRefused, TokenRefused, Overflowed, AccountAdded, RoleSet, AccountDisabled,
        AccountEnabled, SessionsEnded, PasswordSet, LinkMade, LinkUsed, TokenAdded, TokenRevoked, MemberAdded, DisplayPaired,
        DisplayChanged, DisplayRevoked, ExportRead, SourceRead, BackupMade, BackupRestored, SettingsChanged,
    )
}  # fmt: skip
