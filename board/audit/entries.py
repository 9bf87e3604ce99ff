"""Kinds of entries of the audit journal, each with a type, a subject and fields.

`TYPE` and `KIND` are stable: other programs filter by them. `KIND` is the kind of the entity `id`, which is "" if unknown. All
other fields are the entry's payload, which can be erased. Names are stored as they were at the time.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Literal, dataclass_transform

ENTRIES: dict[str, type["Entry"]] = {}  # by type
Why = Literal["role", "member", "lead", "guest", "break_glass", "display"]  # reason why a read was allowed
Group = Literal["sign_ins", "refusals", "reads", "administration"]
SignInReason = Literal["unknown", "password", "disabled", "second_factor", "switched_off", "unchecked"]


@dataclass_transform(kw_only_default=True, frozen_default=True)
@dataclass(frozen=True, kw_only=True)
class Entry:
    """Entry of the audit journal; a subclass with a type is a kind of entry.

    `WARNS`: logged as a warning. `ALERTS`: alerts its account, unless that account caused it. `GROUP`: group on the page.
    `PRIVATE`: fields that are stored and never sent. `CODES`: fields for the log: codes, never names or typed text.
    """

    TYPE: ClassVar[str]
    KIND: ClassVar[str]
    GROUP: ClassVar[Group] = "administration"
    WARNS: ClassVar[bool] = False
    ALERTS: ClassVar[bool]
    PRIVATE: ClassVar[tuple[str, ...]]
    CODES: ClassVar[tuple[str, ...]] = ("reason",)

    id: str

    def __init_subclass__(
        cls, type: str = "", kind: str = "account", group: Group | None = None, warns: bool = False, alerts: bool = False,
        private: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        cls.TYPE, cls.KIND, cls.ALERTS, cls.PRIVATE = type, kind, alerts, private
        cls.GROUP = group or cls.GROUP
        cls.WARNS = cls.WARNS or warns  # subclasses inherit it
        dataclass(frozen=True, kw_only=True)(cls)
        if type:
            ENTRIES[type] = cls

    @classmethod
    def sent_fields(cls) -> list[str]:
        """Return the names of the fields that are sent."""
        return [field.name for field in fields(cls) if field.name not in ("id", *cls.PRIVATE)]

    def payload(self) -> dict[str, Any]:
        """Return the part of the entry that can be erased."""
        payload = {"about": {name: getattr(self, name) for name in self.sent_fields()}}
        return payload | ({"private": {name: getattr(self, name) for name in self.PRIVATE}} if self.PRIVATE else {})


class Repeated(Entry):
    """Entry that somebody can cause any number of times: repetitions within minutes are counted, not written again.

    `since`: time of the first of `count` repetitions; null if there is only one. Entries of an account repeat each other if they
    have the same type, `id`, and fields `DISTINCT_BY`.
    """

    DISTINCT_BY: ClassVar[tuple[str, ...]] = ()

    count: int = 1
    since: str | None = None

    def plus(self, other: "Repeated") -> "Repeated":
        """Return this entry with the values of a repetition added, except the count."""
        return self


class Attempt(Repeated, group="refusals", warns=True):
    """Refused attempt of a stranger, or of a browser that another site misuses."""

    DISTINCT_BY: ClassVar[tuple[str, ...]] = ("address", "reason")

    address: str | None


class Reading(Repeated, group="reads"):
    """Read of data. The entry is durable before the data is sent.

    `why`: reason why the read was allowed. The account has the `role`, is a `member`, the `lead` or a `guest` of the search,
    opened it in an emergency (`break_glass`), or is a `display`. `screen`: name of the page that read the data, `display`, or
    `api` for a program; empty if not known.
    """

    why: Why | None = None
    screen: str | None = None


class Read(Reading):
    """Read that is in the journal only, because there are too many for the log."""


class BoardRepeated(Repeated):
    """Entry about the board `id`, which is "" if no such board exists. `reference`: reference of its search at that time."""

    reference: str | None = None


# -- sign-ins and refusals -----------------------------------------------------------------------------------------------


class SignedIn(Entry, type="sign_in.succeeded", group="sign_ins"):
    """Sign-in. `provider` is the key of the provider that signed the person in; null for a password."""

    name: str
    address: str | None
    provider: str | None = None


class NewDevice(Entry, type="sign_in.new_device", group="sign_ins"):
    """Sign-in in a browser in which nobody had signed in to the account before, unless it is the account's first sign-in. The
    account is alerted. `device` is browser and system, or empty."""

    name: str
    device: str
    address: str | None


class SignInDisowned(Entry, type="sign_in.disowned", group="sign_ins", warns=True):
    """Report by a person that somebody else had signed in to their account. It ended `count` sessions. `device` and `network` are
    those of the reported session. The administrators are alerted."""

    name: str
    device: str
    network: str | None
    signed_in_at: str
    count: int


class SessionUnlocked(Entry, type="session.unlocked", group="sign_ins"):
    """End of the idle lock of a session, by the person who is signed in. `locked_at` is the time at which it was locked."""

    name: str
    locked_at: str


class SessionReplaced(Entry, type="session.replaced", group="sign_ins"):
    """End of a session, because the actor signed in with the same browser. The entry is about the account whose session ended."""

    name: str


class SignedOut(Entry, type="sign_in.ended", group="sign_ins"):
    """Sign-out by the person."""

    name: str


class SignInFailed(Attempt, type="sign_in.failed", group="sign_ins"):
    """Failed sign-in. For an unknown e-mail address `id` is "", and the typed text is not stored, because it may be anything."""

    name: str | None
    reason: SignInReason


class ProviderRefused(Attempt, type="sign_in.refused", group="sign_ins"):
    """Refused sign-in with a provider, or refused logout message of one. `provider` is its key, `reason` the code of the refusal.
    `id` is "" if no account is known."""

    DISTINCT_BY: ClassVar[tuple[str, ...]] = ("address", "provider", "reason")
    CODES = ("provider", "reason")

    name: str | None
    provider: str
    reason: str


class BreakGlassUsed(Entry, type="sign_in.break_glass", group="sign_ins", warns=True, alerts=True):
    """Sign-in to the account for emergencies, while passwords are switched off. All administrators are alerted."""

    name: str
    address: str | None


class SignInThrottled(Attempt, type="sign_in.throttled", group="sign_ins"):
    name: str | None


class OriginRefused(Attempt, type="origin.refused"):
    """Request that a page of another site made a signed-in browser send."""

    name: str | None
    origin: str | None
    path: str


class TokenRefused(Attempt, type="token.refused"):
    """Refused bearer token. `id` is its account; "" for an unknown token."""

    name: str | None
    token: str | None
    title: str | None
    reason: Literal["unknown", "revoked", "expired", "disabled", "unagreed", "unchecked"]


class CommandRefused(BoardRepeated, type="command.refused", kind="board", group="refusals"):
    """Refused command. `command` is null for an unknown command, because its name may be any text. `reason` is the code of the
    answer."""

    DISTINCT_BY = CODES = ("command", "reason")

    command: str | None
    reason: str


class RequestRefused(BoardRepeated, type="request.refused", kind="board", group="refusals"):
    """Refused page, call or subscription. `path` is the path of the route, `method` is `SUBSCRIBE` for a subscription on a
    socket, `status` is the status of the answer."""

    DISTINCT_BY = CODES = ("method", "path", "status")

    method: str
    path: str
    status: int


class RateLimited(Repeated, type="rate.limited", kind="server", group="refusals", warns=True):
    """Request or message over a rate limit. `path` is the path of the route, or `/ws` for messages on a socket."""

    DISTINCT_BY = CODES = ("path",)

    path: str


class Overflowed(Entry, type="audit.overflowed", kind="server", group="refusals", warns=True):
    """Number of further entries of a type (`of`) that were counted instead of written, because there were too many. Its
    `actor` is the account."""

    of: str
    count: int
    since: str


# -- accounts, passwords, tokens --------------------------------------------------------------------------------------------


class AccountAdded(Entry, type="account.added"):
    name: str
    role: str


class RoleSet(Entry, type="account.role_set"):
    name: str
    before: str
    role: str


class AccountDisabled(Entry, type="account.disabled"):
    """Disabled account. `unused_since` is the time of the last use if the server disabled an unused account, otherwise null."""

    name: str
    unused_since: str | None = None


class AccountEnabled(Entry, type="account.enabled"):
    name: str


class SessionsEnded(Entry, type="sessions.ended"):
    name: str
    count: int


class PasswordSet(Entry, type="password.set", alerts=True):
    name: str


class LinkMade(Entry, type="link.made", alerts=True):
    """One-time link to set a password. `first`: it was made with the account, so nobody is alerted."""

    name: str
    first: bool = False


class LinkUsed(Entry, type="link.used", group="sign_ins"):
    name: str
    address: str | None


class LinkAllowed(Entry, type="identity.link_allowed", alerts=True):
    """Permission to link the account once, by its e-mail address, to a person at a provider. `provider` is its key."""

    name: str
    provider: str


class IdentityLinked(Entry, type="identity.linked"):
    """Link of the account to a person at a provider, whose key is `provider`. `by_email`: by its e-mail address,
    with the permission of an administrator; otherwise the account was created for the person."""

    name: str
    provider: str
    by_email: bool


class IdentityUnlinked(Entry, type="identity.unlinked"):
    """End of the link between the account and a person at a provider."""

    name: str


class TokenAdded(Entry, type="token.added", alerts=True):
    """API token with the rights of the account that the entry is about. `boards` are the searches to which it is limited; empty
    if it is not."""

    name: str
    token: str
    title: str
    scope: str
    expires_at: str | None
    boards: list[str]


class TokenAgreed(Entry, type="token.agreed"):
    """Consent of the account's owner to a token that somebody else made. The token works from then on."""

    name: str
    token: str
    title: str


class TokenRevoked(Entry, type="token.revoked"):
    name: str
    token: str
    title: str


class FactorAdded(Entry, type="factor.added"):
    """Second factor that a person added: `factor` is `totp`, an app with codes, or `passkey`."""

    name: str
    factor: str
    title: str


class FactorRemoved(Entry, type="factor.removed", alerts=True):
    name: str
    factor: str
    title: str


class RecoveryCodesMade(Entry, type="factor.codes_made"):
    """New recovery codes, which replace the earlier ones."""

    name: str


class RecoveryCodeUsed(Entry, type="factor.code_used", group="sign_ins", warns=True):
    """Recovery code that was used instead of a second factor. `left`: number of unused codes."""

    name: str
    left: int


class PasskeyRefused(Attempt, type="factor.refused", group="sign_ins"):
    """Passkey that was refused: its `counter` went back, so it may have been copied; or an answer was sent again (`replayed`)."""

    name: str | None
    title: str | None
    reason: Literal["counter", "replayed"]


class GuestAdded(Entry, type="guest.added"):
    """Guest of a search, whose access ends at `until`. `writes`: whether it may also change the search."""

    name: str
    board: str
    reference: str
    until: str
    writes: bool = False


class GuestEndSet(Entry, type="guest.end_set"):
    name: str
    board: str
    reference: str
    before: str | None
    until: str


class GuestRightsSet(Entry, type="guest.rights_set"):
    """Guest who may from now on write (`writes`), or only read."""

    name: str
    board: str
    reference: str
    writes: bool


class GuestEnded(Entry, type="guest.ended"):
    """Access of a guest that somebody ended before its time."""

    name: str
    board: str
    reference: str


class MemberAdded(Entry, type="members.joined_by_admin", alerts=True):
    """Member that an administrator added to a members-only search which has no reachable member left. The new and the previous
    members are alerted."""

    name: str
    board: str
    reference: str | None


class SearchOpenedInEmergency(Entry, type="emergency.opened", kind="board", warns=True):
    """Opening of a members-only search by a coordinator who is not a member, to read it until `until`. `typed_reason` is what the
    coordinator typed. The members are alerted, and the administrators if no member can sign in."""

    CODES = ()

    board: str
    reference: str | None
    typed_reason: str
    until: str


class HoldPlaced(Entry, type="retention.held", kind="board"):
    """Hold of a search: it is kept until `until`, even after its retention has ended. `typed_reason` is the reason as typed."""

    CODES = ()

    board: str
    reference: str | None
    typed_reason: str
    until: str


class HoldEnded(HoldPlaced, type="retention.hold_ended", kind="board"):
    """Early end of a hold of a search, with its reason and its planned end."""


class ErasureAsked(Entry, type="erasure.asked", kind="board", warns=True):
    """Request to erase a search, to which a second person must agree. `typed_reason` is the reason as typed. This entry is erased
    with the search."""

    CODES = ()

    board: str
    reference: str | None
    typed_reason: str


class ErasureWithdrawn(ErasureAsked, type="erasure.withdrawn", kind="board"):
    """Withdrawn request to erase a search."""


class ErasureExpired(ErasureAsked, type="erasure.expired", kind="board"):
    """Expired request to erase a search, because nobody agreed within seven days. This entry is erased with the search."""


class ErasureAgreed(Entry, type="erasure.agreed", kind="board", warns=True):
    """Agreement of a second person, which began the erasure of a search. `asked_by` is the name of the first person."""

    CODES = ()

    asked_by: str
    typed_reason: str


class PartErasureAsked(Entry, type="part_erasure.asked", kind="board", warns=True):
    """Request to erase a part of a search, to which a second person must agree. `part` is its kind: a kind of card, `note`,
    `contact` or `file`. `typed_reason` is the reason as typed."""

    CODES = ("part",)

    board: str
    part: str
    typed_reason: str


class PartErasureWithdrawn(PartErasureAsked, type="part_erasure.withdrawn", kind="board"):
    """Withdrawn request to erase a part of a search."""


class PartErasureExpired(PartErasureAsked, type="part_erasure.expired", kind="board"):
    """Expired request to erase a part of a search, because nobody agreed within seven days."""


class PartErasureAgreed(Entry, type="part_erasure.agreed", kind="board", warns=True):
    """Agreement of a second person, which began the erasure of a part of a search. `asked_by` is the name of the first person."""

    CODES = ("part",)

    part: str
    asked_by: str
    typed_reason: str


class PartErased(Entry, type="part.erased", kind="board", warns=True):
    """End of the erasure of a part of a search, after a recount found nothing. `asked_by` and `agreed_by` are names, `counts` the
    numbers of erased entities by kind."""

    CODES = ("part",)

    part: str
    asked_by: str
    agreed_by: str
    typed_reason: str
    counts: dict[str, int]


class ReadsErased(Entry, type="reads.erased", kind="board"):
    """Erasure of the content of `count` entries about erased data. Their times, accounts and types are kept."""

    count: int


class SearchErased(Entry, type="search.erased", kind="board", warns=True):
    """End of the erasure of a search, after a recount found nothing. `asked_by` and `agreed_by` are names, `counts` the numbers
    of rows by group."""

    CODES = ()

    asked_by: str
    agreed_by: str
    typed_reason: str
    counts: dict[str, int]


class DisclosureMade(Entry, type="disclosure.made", kind="board"):
    """Request for everything that is stored about a person: `subject` is `child` (of the search `board`), `person` (a caller or
    contact, whom the entry does not name) or `colleague`. `typed_reason` is the reason as typed."""

    CODES = ("subject",)

    board: str
    reference: str | None
    subject: Literal["child", "person", "colleague"]
    colleague: str | None
    typed_reason: str


# -- displays ---------------------------------------------------------------------------------------------------------------


class DisplayPaired(Entry, type="display.paired", kind="display"):
    name: str
    profile: str
    boards: list[str]


class DisplayChanged(Entry, type="display.changed", kind="display"):
    """Change of a display. `fields` are the names of the changed fields."""

    name: str
    fields: list[str]


class DisplayRevoked(Entry, type="display.revoked", kind="display"):
    """Revoked display."""

    name: str


# -- data that leaves the board -------------------------------------------------------------------------------------------


class ExportRead(Reading, type="export.read", kind="board"):
    """Download of a file, by the file name that was sent."""

    DISTINCT_BY = ("file",)

    file: str


class SourceRead(Reading, type="source.read", kind="sighting"):
    """Disclosure of the source of a sighting to a reader who asked for it."""

    board: str
    reference: str | None
    number: int | None


class ContactRead(Reading, type="contact.read", kind="contact"):
    """Disclosure of the telephones, e-mail and note of a contact to a reader who asked for them."""

    board: str
    reference: str | None
    number: int | None


class TalkRead(Reading, type="talk.read", kind="search"):
    """Disclosure of the talk with a child that was found, on its search or at the child's next disappearance."""

    board: str
    reference: str


class CallerRead(Reading, type="caller.read", kind="report"):
    """Disclosure of the name and contact of the caller of a report, on a screen or a paper."""

    number: int


class OriginalRead(Reading, type="original.read", kind="file"):
    """Download of a picture as it was uploaded, with all its metadata."""

    board: str
    reference: str | None


class AuditRead(Reading, type="audit.read", kind="server"):
    """Read of this journal. `account` is the account by which it was filtered."""

    DISTINCT_BY = ("account",)

    account: str | None


class SnapshotRead(Read, BoardRepeated, type="snapshot.read", kind="board"):
    """Snapshot of a board, or the start of a subscription to it on a socket."""


class HistoryRead(Read, BoardRepeated, type="history.read", kind="board"):
    """Events of a board, its past state, or what changed."""


class ReadersRead(Read, BoardRepeated, type="readers.read", kind="board"):
    """List of the people and displays that read a search."""


class ReportRead(Read, type="report.read", kind="report"):
    """Report or list. `id`: `handover`, `handovers`, `unanswered`, `watch`, `figures`, `accounts`, `tokens`,
    `access`, `retention`, or `handover/12` for a signed handover."""


class DocumentRead(Read, BoardRepeated, type="document.read", kind="file"):
    """Download of a file that is not a picture."""

    board: str


class PhotoRead(Read, BoardRepeated, type="photo.read", kind="file"):
    """Photo in its large form."""

    board: str


class PreviewRead(Read, BoardRepeated, type="preview.read", kind="board"):
    """Previews of a board's files or materials: one entry for the board, because a page shows dozens."""

    DISTINCT_BY = ("what",)

    what: Literal["files", "materials"]


class FindRun(Read, BoardRepeated, type="find.run", kind="board"):
    """Look-up of words or of similar items. The words are not stored, because they are personal data. `where`: `words`, `closed`
    searches, `intake` (open searches), `earlier` (closed searches of a name), `similar` sightings, `look_again`. `hits` is the
    number of results of all repetitions together."""

    DISTINCT_BY = ("where",)

    where: Literal["words", "closed", "intake", "earlier", "similar", "look_again"]
    hits: int

    def plus(self, other: Repeated) -> "FindRun":
        return replace(self, hits=self.hits + getattr(other, "hits", 0))


class AccountsUnused(Entry, type="accounts.unused", kind="server"):
    """Weekly report of accounts that nobody has used for `days`, to all administrators. `accounts` lists at most 100 of them."""

    count: int
    days: int
    accounts: list[dict[str, str]]


# -- the installation -----------------------------------------------------------------------------------------------------------


class BackupMade(Entry, type="backup.made", kind="server"):
    file: str | None  # none if another program made it


class BackupRestored(Entry, type="backup.restored", kind="server"):
    """Restore from a backup: every board has a new epoch, and everything written after the backup is gone. `boards` is the
    number of boards."""

    boards: int


class DataKeyForgotten(Entry, type="data_key.forgotten", kind="server", warns=True):
    """Lost key of data at rest that was given up. `files` and `values` are the numbers of files and values that it encrypts,
    which can no longer be read. `data_key` is its id."""

    CODES = ("data_key", "files", "values")

    data_key: str
    files: int
    values: int


class SpaceLow(Entry, type="space.low", kind="server", warns=True):
    """Disk or quota that is nearly used up. `of` is `files`, `database` or `temporary` for a disk of `machine`, or `installation`
    for the quota of all files; `machine` is then null."""

    CODES = ("of", "free_mb")

    of: str
    machine: str | None
    free_mb: int
    reserve_mb: int


class SettingsChanged(Entry, type="settings.changed", kind="server", private=("kept",)):
    """Changes to the settings since the previous start, as {`name`, `before`, `value`}; both values are null for a secret.
    `first`: there was no previous start, and the settings are compared with the defaults."""

    machine: str
    first: bool
    changes: list[dict[str, str | None]]
    kept: dict[str, Any]  # what the next start compares its settings with
