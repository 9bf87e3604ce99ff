"""Entries of the audit journal, the newest first: all, or those of an account, of a kind, of a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, TextClause, bindparam, text
from sqlmodel import Session

from board.audit.entries import ENTRIES

GROUPS = frozenset(type.partition(".")[0] for type in ENTRIES)  # what stands before the dot of types

# The board stands in the text, as nothing else lets a database use the indexes that have its rows alone.
_SEQS = "SELECT seq FROM event WHERE board = 'audit' AND seq < :before AND seq > :after AND {} ORDER BY seq DESC LIMIT :limit"
_ALL, _OF_TYPE = text(_SEQS.format("seq > 0")), text(_SEQS.format("type = :type"))
_OF_ACCOUNT = [text(_SEQS.format(f"{whose} = :account")) for whose in ("account", "entity")]
_OF_BOTH = [
    text(_SEQS.format(f"{whose} = :account AND type IN :types")).bindparams(bindparam("types", expanding=True))
    for whose in ("account", "entity")
]
_ROWS = text(
    "SELECT e.seq, e.at, e.type, e.kind, e.entity, p.body FROM event e "
    "LEFT JOIN payload p ON p.board = 'audit' AND p.seq = e.seq WHERE e.board = 'audit' AND e.seq IN :seqs ORDER BY e.seq DESC"
).bindparams(bindparam("seqs", expanding=True))
_LAST_BEFORE = text("SELECT COALESCE(max(seq), 0) FROM event WHERE board = 'audit' AND at < :at")
_FIRST_AFTER = text("SELECT min(seq) FROM event WHERE board = 'audit' AND at > :at")


@dataclass(frozen=True, slots=True)
class Filter:
    """`account` did it, or it was done to them. `kind` is a type, or what stands before its dot; the others are stamps."""

    account: str | None = None
    kind: str | None = None
    since: str | None = None
    until: str | None = None

    def types(self) -> list[str]:
        """Those that are of the kind; none where there is no such kind."""
        return [type for type in ENTRIES if self.kind in (type, type.partition(".")[0])]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry as it was written; `payload` is empty where it was erased."""

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
        about: dict[str, Any] = self.payload.get("about") or {}
        return about

    def wire(self) -> dict[str, Any]:
        """As the contract has it."""
        meta = {"seq": self.seq, "at": self.at, "type": self.type, "kind": self.kind, "id": self.id}
        return meta | ({"actor": self.actor, "about": self.about} if self.payload else {"erased": True})


def newest(session: Session, wanted: Filter, before: int, limit: int) -> list[Found]:
    """The newest entries that fit, before a seq."""
    connection = session.connection()
    asked: dict[str, Any] = {"before": before, "after": 0, "limit": limit}
    if wanted.since is not None:
        asked["after"] = connection.execute(_LAST_BEFORE, {"at": wanted.since}).scalar_one()
    if wanted.until is not None:
        first_after = connection.execute(_FIRST_AFTER, {"at": wanted.until}).scalar()
        asked["before"] = before if first_after is None else min(before, first_after)
    seqs = {seq for query, more in _queries(wanted) for seq in connection.execute(query, asked | more).scalars()}
    rows = connection.execute(_ROWS, {"seqs": sorted(seqs, reverse=True)[:limit]}) if seqs else ()
    return [_found(row) for row in rows]


def _queries(wanted: Filter) -> Iterator[tuple[TextClause, dict[str, Any]]]:
    """What gives the seqs of the newest that fit: each goes along one index, so none reads what nobody asked for."""
    types = wanted.types()
    if wanted.account is not None:
        more: dict[str, Any] = {"account": wanted.account} | ({} if wanted.kind is None else {"types": types})
        if wanted.kind is None or types:
            yield from ((query, more) for query in (_OF_ACCOUNT if wanted.kind is None else _OF_BOTH))
    elif wanted.kind is not None:
        yield from ((_OF_TYPE, {"type": type}) for type in types)
    else:
        yield _ALL, {}


def _found(row: Row[Any]) -> Found:
    payload = orjson.loads(row.body) if row.body is not None else {}
    return Found(row.seq, row.at, row.type, row.kind, row.entity, payload)
