"""Queries of the audit journal, newest first: all entries, or those of an account, a kind or a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Union, get_args

from sqlalchemy import Row, TextClause, bindparam, text
from sqlmodel import Session
from typing_extensions import TypedDict

from board.audit.entries import ENTRIES, Entry, Group, Repeated
from board.engine.event import COLUMNS, stored_event
from models.board import AUDIT, AUDIT_NUMBER
from models.ids import id_bytes
from models.times import to_ms
from realtime.wire.wire_types import Count, Id, Shape, Time

WITHOUT_READS = "without_reads"  # kind of a filter: everything that nobody only read
KINDS = (*get_args(Group), WITHOUT_READS, *sorted({type.partition(".")[0] for type in ENTRIES}), *ENTRIES)

# The board is a literal in the text, as only then do databases use the partial indexes of its rows.
_OF_AUDIT = f"FROM event WHERE board = {AUDIT_NUMBER} AND"
_SEQS = f"SELECT seq {_OF_AUDIT} seq < :before AND seq > :after AND {{}} ORDER BY seq DESC LIMIT :limit"
_ALL, _OF_TYPE = text(_SEQS.format("seq > 0")), text(_SEQS.format("type = :type"))
_OF_ACCOUNT = [text(_SEQS.format(f"{column} = :account")) for column in ("account", "entity")]
_OF_BOTH = [text(_SEQS.format(f"{column} = :account AND type = :type")) for column in ("account", "entity")]
_ROWS = text(
    f"SELECT {COLUMNS} FROM event e WHERE e.board = {AUDIT_NUMBER} AND e.seq IN :seqs ORDER BY e.seq DESC"  # noqa: S608
).bindparams(bindparam("seqs", expanding=True))
_LAST_BEFORE = text(f"SELECT COALESCE(max(seq), 0) {_OF_AUDIT} at < :at")
_FIRST_AFTER = text(f"SELECT min(seq) {_OF_AUDIT} at > :at")


@dataclass(frozen=True, slots=True)
class Filter:
    """Filter of entries. `account` did it, or is what it is about. `kind` is a type, its first part, or a group; `since` and
    `until` are UTC times."""

    account: str | None = None
    kind: str | None = None
    since: str | None = None
    until: str | None = None

    def types(self) -> list[str]:
        """Return the types of this kind; none if the kind is unknown."""
        return [type for type, entry in ENTRIES.items() if self.kind in _kinds_of(type, entry)]


def _kinds_of(name: str, entry: type[Entry]) -> tuple[str, ...]:
    """Return the kinds of a filter that an entry of this type fits."""
    return name, name.partition(".")[0], entry.GROUP, *((WITHOUT_READS,) if entry.GROUP != "reads" else ())


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
    """Entry as it was written; `payload` is empty if it was erased."""

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
        """Fields of the entry. One that an earlier version wrote as a single entry gets the count 1."""
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
    connection = session.connection()
    parameters: dict[str, Any] = {"before": before, "after": 0, "limit": limit}
    if criteria.since is not None:
        parameters["after"] = connection.execute(_LAST_BEFORE, {"at": to_ms(criteria.since)}).scalar_one()
    if criteria.until is not None:
        first_after = connection.execute(_FIRST_AFTER, {"at": to_ms(criteria.until)}).scalar()
        parameters["before"] = before if first_after is None else min(before, first_after)
    seqs = {seq for query, extra in _queries(criteria) for seq in connection.execute(query, parameters | extra).scalars()}
    rows = connection.execute(_ROWS, {"seqs": sorted(seqs, reverse=True)[:limit]}) if seqs else ()
    return [_entry(row) for row in rows]


def _queries(criteria: Filter) -> Iterator[tuple[TextClause, dict[str, Any]]]:
    """Yield queries for the seqs of the newest matching entries. Each uses one index, so none reads rows that don't match."""
    types = criteria.types()
    account: dict[str, Any] = {"account": id_bytes(criteria.account)} if criteria.account is not None else {}
    if criteria.kind is not None:
        for query in _OF_BOTH if account else (_OF_TYPE,):
            yield from ((query, account | {"type": type}) for type in types)
    elif account:
        yield from ((query, account) for query in _OF_ACCOUNT)
    else:
        yield _ALL, {}


def _entry(row: Row[Any]) -> AuditEntry:
    event = stored_event(AUDIT, row)
    return AuditEntry(event.seq, event.at, event.type, event.kind, event.entity, event.payload())
