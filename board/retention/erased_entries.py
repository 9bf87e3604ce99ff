"""Entries of the audit journal about erased data: their content is erased, and their time, account and type stay."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from board.audit import writer
from board.audit.entries import ErasureAgreed, PartErased, PartErasureAgreed, ReadsErased, SearchErased
from board.engine import erasure, journal
from board.engine.event import JournalEvent
from models.board import AUDIT
from models.db.read_pacing import paced
from models.db.tables import columns_of, table_of
from models.read_record import ReadRecord

PAGE_SIZE = 1_000  # entries of one read
BATCH_SIZE = 200  # entries that are erased in one transaction: tens of milliseconds
KEPT = tuple(  # not erased, because they contain no reference
    entry.TYPE for entry in (ErasureAgreed, PartErasureAgreed, PartErased, ReadsErased, SearchErased)
)

_R = columns_of(ReadRecord)
_DETAILED = (
    select(_R.id).where(_R.board == bindparam("search"), _R.id > bindparam("after"), _R.detail != "").order_by(_R.id)
    .limit(bindparam("limit"))
)  # fmt: skip
_BLANK = update(table_of(ReadRecord)).where(_R.id.in_(bindparam("ids", expanding=True))).values(detail="")


class Page(NamedTuple):
    """Seqs of entries about a search, up to `position` in the journal. `is_last`: the journal has no later entries."""

    seqs: list[int]
    position: int
    is_last: bool


def next_page(session: Session, ids: Collection[str], position: int) -> Page:
    """Return the entries about a search, or about parts of one, in the next page of the journal."""
    events = journal.events_after(session, AUDIT, position, PAGE_SIZE)
    seqs = [event.seq for event in paced(events) if event.type not in KEPT and _is_about(event, ids)]
    if len(seqs) > BATCH_SIZE:
        return Page(seqs[:BATCH_SIZE], seqs[BATCH_SIZE - 1], is_last=False)
    return Page(seqs, events[-1].seq if events else position, is_last=len(events) < PAGE_SIZE)


def erase(session: Session, board: str, seqs: Sequence[int]) -> None:
    """Erase these entries, newest first, and record their number. Locks the audit journal."""
    count = sum(erasure.erase(session, AUDIT, seq) for seq in sorted(seqs, reverse=True))
    if count:
        writer.write(session, ReadsErased(id=board, count=count))


def reads_with_details(session: Session, board: str, after: str) -> list[str]:
    """Return the ids of the next reads of a search that name a file."""
    params = {"search": board, "after": after, "limit": PAGE_SIZE}
    return list(session.connection().execute(_DETAILED, params).scalars())


def blank_details(session: Session, ids: Sequence[str]) -> None:
    """Remove the names of files from these reads."""
    session.connection().execute(_BLANK, {"ids": ids})


def _is_about(event: JournalEvent, ids: Collection[str]) -> bool:
    """Return whether an entry is about one of these ids, or contains it as a single value. Lists of boards do not count, because
    they contain only ids."""
    if event.body is None:
        return False
    if event.entity in ids:
        return True
    return any(id.encode() in event.body for id in ids) and not set(ids).isdisjoint(named(event.body))


def named(payload: bytes) -> list[str]:
    """Return the single values in an entry, which include the search that it is about."""
    return [value for value in (orjson.loads(payload).get("about") or {}).values() if isinstance(value, str)]
