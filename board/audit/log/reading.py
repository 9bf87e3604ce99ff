"""Queries of the audit journal, newest first: all entries, or those of an account, a kind or a time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Union, get_args

from sqlmodel import Session
from typing_extensions import TypedDict

from board.audit.entries import ENTRIES, Entry, Group, Repeated
from board.engine import audit_events
from realtime.wire.wire_types import Count, Id, Shape, Time

WITHOUT_READS = "without_reads"  # kind of a filter: all groups except reads
GROUPS = (*get_args(Group), WITHOUT_READS)  # `reads` is a group, although `reads.erased` begins with it
KINDS = (*GROUPS, *sorted({type.partition(".")[0] for type in ENTRIES} - set(GROUPS)), *ENTRIES)


@dataclass(frozen=True, slots=True)
class Filter:
    """Filter of entries. `account`: actor or subject. `kind`: a type, its first part, or a group. `since`, `until`: UTC times."""

    account: str | None = None
    kind: str | None = None
    since: str | None = None
    until: str | None = None

    def types(self) -> list[str]:
        """Return the types of this kind; none if the kind is unknown."""
        return [type for type, entry in ENTRIES.items() if self.kind in _kinds_of(type, entry)]


def _kinds_of(name: str, entry: type[Entry]) -> set[str]:
    """Return the kinds of a filter that match an entry of this type."""
    kinds = {name, name.partition(".")[0]} - set(GROUPS) | {entry.GROUP}
    return kinds if entry.GROUP == "reads" else kinds | {WITHOUT_READS}


AuditActor = TypedDict("AuditActor", {
    "kind": Literal["account", "display", "command_line", "server", "nobody"], "id": Id | None, "name": str | None,
    "token": Id | None,
})  # fmt: skip
AuditMeta = TypedDict("AuditMeta", {"seq": Count, "at": Time, "type": str, "kind": str, "id": str})
ErasedAuditEntry = TypedDict("ErasedAuditEntry", {
    "seq": Count, "at": Time, "type": str, "kind": str, "id": str, "erased": Literal[True],
})  # fmt: skip
AuditEntryJson = TypedDict("AuditEntryJson", {
    "seq": Count, "at": Time, "type": str, "kind": str, "id": str, "actor": NotRequired[AuditActor],
    "about": NotRequired[dict[str, Any]], "erased": NotRequired[Literal[True]],
})  # fmt: skip


def _entry_type(entry: type[Entry]) -> Any:
    """Return the type of an entry, with the fields of its class."""
    names = entry.sent_fields()
    about = Shape(properties={name: {} for name in names}, required=names, additionalProperties=False)
    constants = {"type": Annotated[str, Shape(const=entry.TYPE)], "kind": Annotated[str, Shape(const=entry.KIND)]}
    payload = {"actor": AuditActor, "about": Annotated[dict[str, Any], about]}
    define: Any = TypedDict
    return define(f"{entry.__name__}Entry", AuditMeta.__annotations__ | constants | payload)


if TYPE_CHECKING:
    EntryOfSomeKind = AuditEntryJson
else:
    EntryOfSomeKind = Union[(*map(_entry_type, ENTRIES.values()), ErasedAuditEntry)]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Stored entry. `payload`: empty if it was erased."""

    seq: int
    at: str
    type: str
    kind: str
    id: str
    payload: dict[str, Any]

    @property
    def actor(self) -> dict[str, Any]:
        actor: dict[str, Any] = self.payload.get("actor") or {}
        return actor

    @property
    def about(self) -> dict[str, Any]:
        """Fields of the entry, with `count` and `since` also in an entry of an earlier version."""
        about: dict[str, Any] = self.payload.get("about") or {}
        is_single = about and self.type in ENTRIES and issubclass(ENTRIES[self.type], Repeated)
        return {"count": 1, "since": None} | about if is_single else about

    def to_json(self) -> AuditEntryJson:
        """Return the entry in the contract's format."""
        entry: AuditEntryJson = {"seq": self.seq, "at": self.at, "type": self.type, "kind": self.kind, "id": self.id}
        if self.payload:
            entry["actor"], entry["about"] = self.payload["actor"], self.about
        else:
            entry["erased"] = True
        return entry


def newest(session: Session, criteria: Filter, before: int, limit: int) -> list[AuditEntry]:
    """Return the newest matching entries before a seq."""
    types = criteria.types() if criteria.kind is not None else None
    events = audit_events.newest(session, limit, before, criteria.account, types, criteria.since, criteria.until)
    return [AuditEntry(event.seq, event.at, event.type, event.kind, event.entity, event.payload()) for event in events]
