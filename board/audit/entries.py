"""Kinds of entries of the audit journal: the type of each, the entity it is about, and its fields.

`TYPE` and `KIND` are stable: other programs filter by them. `KIND` says what `id` names; "" stands for an unknown one. All other
fields are the entry's payload, which can be erased. Names are stored as they were at the time.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Entry of the audit journal.

    `WARNS`: it is logged as a warning. `ALERTS`: the account that it is about is alerted, unless that account caused it.
    `PRIVATE` fields are stored and never sent.
    """

    TYPE: ClassVar[str]
    KIND: ClassVar[str] = "account"
    WARNS: ClassVar[bool] = False
    ALERTS: ClassVar[bool] = False
    PRIVATE: ClassVar[tuple[str, ...]] = ()

    id: str

    @classmethod
    def sent_fields(cls) -> list[str]:
        """Return the names of the fields that are sent."""
        return [field.name for field in fields(cls) if field.name not in ("id", *cls.PRIVATE)]

    def payload(self) -> dict[str, Any]:
        """Return the part of the entry that can be erased."""
        payload = {"about": {name: getattr(self, name) for name in self.sent_fields()}}
        return payload | ({"private": {name: getattr(self, name) for name in self.PRIVATE}} if self.PRIVATE else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated(Entry):
    """Entry that strangers can cause as often as they like: repetitions within minutes are counted, not written again.

    `since` is the time of the first of `count`, null for a single one.
    """

    WARNS: ClassVar[bool] = True

    address: str | None
    count: int = 1
    since: str | None = None


# -- sign-ins and refusals -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Entry):
    TYPE: ClassVar[str] = "sign_in.succeeded"

    name: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Repeated):
    """Failed sign-in. For an unknown e-mail address `id` is "", and the typed text is not stored, as it may be anything."""

    TYPE: ClassVar[str] = "sign_in.failed"

    name: str | None
    reason: Literal["unknown", "password", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInThrottled(Repeated):
    TYPE: ClassVar[str] = "sign_in.throttled"

    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRefused(Repeated):
    """Request that a page of another site made a signed-in browser send."""

    TYPE: ClassVar[str] = "origin.refused"

    name: str | None
    origin: str | None
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(Repeated):
    """Refused bearer token. `id` is its account; "" for an unknown token."""

    TYPE: ClassVar[str] = "token.refused"

    name: str | None
    token: str | None
    title: str | None
    reason: Literal["unknown", "revoked", "expired", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflowed(Entry):
    """Number of further entries of a type that were counted instead of written, because too many came at once."""

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
    """One-time link to set a password. `first`: it was made with the account, so nobody is alerted."""

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
    """API token with the rights of the account that the entry is about."""

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
    """Member that an administrator added to a members-only search which has no reachable member left. The new and the previous
    members are alerted."""

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
    """Change of a display. `fields` are the names of the changed fields."""

    TYPE: ClassVar[str] = "display.changed"
    KIND: ClassVar[str] = "display"

    name: str
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayRevoked(Entry):
    TYPE: ClassVar[str] = "display.revoked"
    KIND: ClassVar[str] = "display"

    name: str


# -- data that leaves the board -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRead(Entry):
    """Download of a file, by the file name that was sent."""

    TYPE: ClassVar[str] = "export.read"
    KIND: ClassVar[str] = "board"

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRead(Entry):
    """Disclosure of the source of a sighting to a reader who asked for it."""

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

    file: str | None  # none if another program made it


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRestored(Entry):
    """Restore from a backup: every board has a new epoch, and what was written after the backup is gone."""

    TYPE: ClassVar[str] = "backup.restored"
    KIND: ClassVar[str] = "server"

    boards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged(Entry):
    """Changes of the settings since the previous start, as {`name`, `before`, `value`}; both null for a secret.

    `first`: there was no previous start, and the changes are those from the defaults.
    """

    TYPE: ClassVar[str] = "settings.changed"
    KIND: ClassVar[str] = "server"
    PRIVATE: ClassVar[tuple[str, ...]] = ("kept",)

    machine: str
    first: bool
    changes: list[dict[str, str | None]]
    kept: dict[str, Any]  # compared with at the next start


ENTRIES: dict[str, type[Entry]] = {
    each.TYPE: each
    for each in (
        SignedIn, SignInFailed, SignInThrottled, OriginRefused, TokenRefused, Overflowed, AccountAdded, RoleSet, AccountDisabled,
        AccountEnabled, SessionsEnded, PasswordSet, LinkMade, LinkUsed, TokenAdded, TokenRevoked, MemberAdded, DisplayPaired,
        DisplayChanged, DisplayRevoked, ExportRead, SourceRead, BackupMade, BackupRestored, SettingsChanged,
    )
}  # fmt: skip
