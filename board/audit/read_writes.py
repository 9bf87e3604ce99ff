"""Rows of the read log, each with an entry in the audit journal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update
from sqlalchemy import select as core_select
from sqlmodel import Session

from board.audit import writer
from board.audit.entries import BoardRepeated, Entry, ExportRead, FindRun, Read, Reading, Why
from board.audit.read_line import Increment, Reader, ReadLine
from board.engine import journal, unit_of_work
from board.engine.emergency_access import current_openings
from models.board import OPERATIONS
from models.db.statement import BulkWrite, write_all
from models.db.tables import columns_of, table_of
from models.db.transaction import after_commit, connection_of, maybe_committed
from models.duty import Duty
from models.read_record import ReadRecord
from models.search import Search
from models.times import format_utc, now

_COLUMNS = {
    "id": "text", "seq": "bigint", "batch": "text", "at": "text", "until": "text", "following": "boolean", "count": "bigint",
    "hits": "bigint", "account": "text", "token": "text", "board": "text", "type": "text", "entity": "text", "detail": "text",
    "why": "text", "screen": "text", "on_duty": "boolean",
}  # fmt: skip
_INSERT = BulkWrite.insert("reads", _COLUMNS)
_COUNT = BulkWrite(
    "UPDATE reads SET count = count + :count, hits = hits + :hits, until = :until, following = :following, batch = :batch "
    "WHERE id = :id",
    "UPDATE reads AS t SET count = t.count + v.count, hits = t.hits + v.hits, until = v.until, following = v.following, "
    "batch = v.batch FROM v WHERE t.id = v.id",
    {"id": "text", "count": "bigint", "hits": "bigint", "until": "text", "following": "boolean", "batch": "text"},
)
_R, _D, _S = columns_of(ReadRecord), columns_of(Duty), columns_of(Search)
_END = (
    update(table_of(ReadRecord)).where(_R.id == bindparam("line"))
    .values(until=bindparam("until"), following=bindparam("following"))
)  # fmt: skip
_ON_DUTY = core_select(_D.account).where(_D.ended_at.is_(None), _D.account.in_(bindparam("accounts", expanding=True)))
_FACTS = core_select(_S.id, _S.reference, _S.lead, _S.access, _S.members).where(_S.id.in_(bindparam("ids", expanding=True)))
_REASONS = core_select(_R.id, _R.why).where(_R.id.in_(bindparam("ids", expanding=True)))
_STORED = core_select(_R.id).where(_R.id.in_(bindparam("ids", expanding=True)), _R.batch == bindparam("batch")).limit(1)


class SearchFacts(NamedTuple):
    """Facts of a search that an entry names, or that decide why a read was allowed. `opened_by`: accounts that opened it in an
    emergency."""

    reference: str | None
    lead: str | None
    access: str
    members: Sequence[str]
    opened_by: frozenset[str] = frozenset()


def write_batch(batch: str, increments: Sequence[Increment], session: Session) -> None:
    """Write the reads of a batch. A batch that is retried is written only once."""
    if maybe_committed(session) and _is_stored(session, batch, increments):
        return
    facts = _facts(session, {board_of(each.line.entry) for each in increments})
    stored = _stored_reasons(session, [each.line.id for each in increments if each.is_new and each.line.is_uncertain])
    for each in increments:
        board = board_of(each.line.entry)
        each.resolve(why(each.line.reader, board, facts.get(board)), stored.get(each.line.id))
    new = [each.line for each in increments if each.is_new]
    accounts = [id for id in {line.reader.by.id for line in new} if id]
    on_duty = set(session.connection().execute(_ON_DUTY, {"accounts": accounts}).scalars()) if accounts else set()
    unit = unit_of_work.current(session)
    unit.changes += 1
    unit.final_steps.append(partial(_append, batch, increments, facts, on_duty))


def write_ends(ends: Sequence[tuple[str, str, bool]], ended: Sequence[ReadLine], session: Session) -> None:
    """Write the `ends` (id, until, following) of subscriptions, and the repetitions of lines that have ended."""
    if ended:
        writer.lock_audit_board(session)  # before the rows of reads, as in `write_batch`, so that the two don't deadlock
    if ends:
        rows = [{"line": id, "until": until, "following": following} for id, until, following in sorted(ends)]
        session.connection().execute(_END, rows)
    facts = _facts(session, {board_of(line.entry) for line in ended})
    for line in ended:
        if (entry := line.repetitions()) is not None:
            writer.write(session, _complete(entry, line.reader, facts), by=line.reader.by, logged=False)


def _stored_reasons(session: Session, ids: Sequence[str]) -> dict[str, Why]:
    """Return the reasons in the stored rows with these ids, by id."""
    rows = session.connection().execute(_REASONS, {"ids": ids}).all() if ids else ()
    return {row.id: row.why for row in rows}


def board_of(entry: Entry) -> str:
    """Return the board that a read is about; empty if it is about several or none."""
    board = getattr(entry, "board", None)
    if board is None and entry.KIND == "board":
        board = entry.id
    return str(board or "")


def _is_stored(session: Session, batch: str, increments: Sequence[Increment]) -> bool:
    ids = [each.line.id for each in increments]
    return bool(session.connection().execute(_STORED, {"ids": ids, "batch": batch}).all())


def _facts(session: Session, boards: set[str]) -> dict[str, SearchFacts]:
    searches = boards - {"", OPERATIONS}
    if not searches:
        return {}
    rows = session.connection().execute(_FACTS, {"ids": searches}).all()
    openings = current_openings(session)
    opened_by = {row.id: frozenset(account for board, account in openings if board == row.id) for row in rows}
    return {row.id: SearchFacts(row.reference, row.lead, row.access, row.members, opened_by[row.id]) for row in rows}


def _append(
    batch: str, increments: Sequence[Increment], facts: Mapping[str, SearchFacts], on_duty: set[str], session: Session
) -> None:
    at = format_utc(now())
    new = [each for each in increments if each.is_new]
    rows = [_row(session, batch, each, facts, at) | {"on_duty": each.line.reader.by.id in on_duty} for each in new]
    counts = sorted((_count(batch, each, at) for each in increments if not each.is_new), key=itemgetter("id"))
    write_all(connection_of(session), [*([(_INSERT, rows)] if rows else ()), *([(_COUNT, counts)] if counts else ())])


def _row(session: Session, batch: str, increment: Increment, facts: Mapping[str, SearchFacts], at: str) -> dict[str, Any]:
    line, by = increment.line, increment.line.reader.by
    entry = _complete(replace(line.entry, why=increment.why), line.reader, facts)
    payload = {"actor": by.body()} | entry.payload()
    board = writer.lock_audit_board(session)
    event = journal.append(session, board, entry.TYPE, entry.KIND, entry.id, by.id, at, payload)
    if not isinstance(entry, Read):
        after_commit(session, partial(writer.log_entry, entry, by))
    return {
        "id": line.id, "seq": event.seq, "batch": batch, "at": line.at, "until": at, "following": line.following,
        "count": increment.reads, "hits": increment.hits, "account": by.id or "", "token": by.token, "board": board_of(entry),
        "type": entry.TYPE, "entity": entry.id, "detail": _detail(entry), "why": entry.why, "screen": entry.screen,
    }  # fmt: skip


def _count(batch: str, increment: Increment, at: str) -> dict[str, Any]:
    line = increment.line
    return {
        "id": line.id, "count": increment.reads, "hits": increment.hits, "until": at, "following": line.following, "batch": batch,
    }  # fmt: skip


def _complete(entry: Reading, reader: Reader, facts: Mapping[str, SearchFacts]) -> Reading:
    """Return an entry with its screen, and the reference of its search."""
    search, entry = facts.get(board_of(entry)), replace(entry, screen=reader.screen)
    is_of_board = isinstance(entry, BoardRepeated)
    return replace(entry, reference=search.reference if search else None) if is_of_board else entry  # type: ignore[call-arg]


def why(reader: Reader, board: str, search: SearchFacts | None) -> Why:
    """Return the reason why a reader may read a board."""
    account = reader.by.id
    if reader.is_display:
        return "display"
    if search is None:
        return "role"
    if reader.guest_of == board:
        return "guest"
    if search.lead == account:
        return "lead"
    if search.access != "members":
        return "role"
    return "break_glass" if account in search.opened_by and account not in search.members else "member"


def _detail(entry: Reading) -> str:
    """Return the code or file name that tells entries of one type apart."""
    if isinstance(entry, ExportRead):
        return entry.file
    return entry.where if isinstance(entry, FindRun) else getattr(entry, "what", "")
