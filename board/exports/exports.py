"""Exports of a board's cards and journal: CSV for spreadsheets, JSON for programs, page by page, by current rights.

Cards are as of one seq: the last event of each up to it. Rights are checked again for each page. If they have ended, the response
breaks off, so that nobody takes half a file for the complete one.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

import orjson
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from typing_extensions import TypedDict

from board.engine import access, event_queries, journal, kinds, snapshot
from board.engine.event import JournalEvent
from board.engine.identity import Caller
from board.errors import Refused
from board.exports import tables
from board.exports.tables import NameResolver, Row
from board.i18n import N_
from board.service import BoardService
from board.web import language
from board.web.compression import compressed
from board.web.endpoint import ON_A_BOARD, Call, EventList
from board.web.heavy_reads import limited_per_account
from board.web.http import count_document, service_of
from models.board import OPERATIONS, Board
from models.db.read_pacing import paced
from models.search import Search
from realtime.wire.wire_types import Count, Id, component

BATCH_SIZE = 200  # events, which may have 16 kB or more: bounds memory, and the time of a read
BOM = b"\xef\xbb\xbf"  # without it spreadsheets read the file as Latin-1
CSV, JSON = "text/csv; charset=utf-8; header=present", "application/json"
# A spreadsheet runs a cell that begins like this as a formula. If it splits lines at semicolons (French, Dutch, German) or tabs,
# a cell also begins after these, and a quote there opens the cell.
_FORMULA = re.compile(r'(\A|[;\t\r\n])(?=[" \u00a0]*[=+\-@\t\r＝＋－＠])')
_SPLITS = (";", "\t", "\r", "\n")

T = TypeVar("T")
Page = Callable[[Session], list[JournalEvent]]
Pages = Iterator[Page]
Table = Callable[[str, NameResolver], tuple[list[str], Row]]


@dataclass(frozen=True, slots=True)
class ExportSnapshot:
    """Board as of one seq, as the caller sees it. `cards`: seqs of the cards' last events."""

    board: str
    kind: str
    epoch: str
    seq: int
    file: str
    cards: list[int]
    names: NameResolver


class Streamed(StreamingResponse, Generic[T]):
    """JSON response that holds a T, sent page by page."""


CardExport = TypedDict("CardExport", {
    "board": Id, "epoch": str, "seq": Count, "cards": list[Annotated[dict[str, Any], component("Entity")]],
})  # fmt: skip


@Call(
    "GET", "/boards/{board}/cards.csv", N_("The cards of a board, for a spreadsheet. For the operations board: its "
                                           "searches."),
    ON_A_BOARD, media="text/csv", right="export", step_up=True,
)  # fmt: skip
@limited_per_account
@compressed
async def cards_csv(request: Request, caller: Caller) -> Response:
    """Export the cards of a board as CSV; on `operations` these are the searches that the caller may see.

    A file for spreadsheets; see *Files for spreadsheets*.
    """
    return await _file(request, caller, "cards", pages_of_cards, tables.cards, CSV)


@Call(
    "GET", "/boards/{board}/cards.json", N_("The cards of a board, each with its full state."), ON_A_BOARD, right="export",
    step_up=True,
)  # fmt: skip
@limited_per_account
@compressed
async def cards_json(request: Request, caller: Caller) -> Streamed[CardExport]:
    """Export the cards of a board as JSON, each as in a snapshot.

    `cards`: sightings and tasks as in the snapshot, in the order in which they were added; of `operations` its searches,
    archived ones too.
    """
    return await _file(request, caller, "cards", pages_of_cards, None, JSON)


@Call(
    "GET", "/boards/{board}/journal.csv",
    N_("The journal of a board, for a spreadsheet: who did what, when, and with what result."), ON_A_BOARD, media="text/csv",
    right="export", step_up=True,
)  # fmt: skip
@limited_per_account
@compressed
async def journal_csv(request: Request, caller: Caller) -> Response:
    """Export the journal of a board as CSV: who changed what, when, to which values.

    A file for spreadsheets; see *Files for spreadsheets*.
    """
    return await _file(request, caller, "journal", _pages_of_events, tables.events, CSV)


@Call(
    "GET", "/boards/{board}/journal.json", N_("The journal of a board, without the events you may not see."), ON_A_BOARD,
    right="export", step_up=True,
)  # fmt: skip
@limited_per_account
@compressed
async def journal_json(request: Request, caller: Caller) -> Streamed[EventList]:
    """Export the journal of a board as JSON, without events that the caller may not see.

    `events`: all of them. Those that the reader may not see are left out.
    """
    return await _file(request, caller, "journal", _pages_of_events, None, JSON)


async def _file(
    request: Request, caller: Caller, name: str, pages: Callable[[ExportSnapshot], Pages], table: Table | None, kind: str
) -> Streamed[Any]:
    service = service_of(request)
    await count_document(request, caller)
    id = request.path_params["board"]
    lang = language.language_for(request, caller)
    export: ExportSnapshot = await service.exports.read(caller, lambda session: open_snapshot(session, caller, id, lang))
    parts = pages(export)
    body = _csv(service, caller, export, parts, table) if table else _json(service, caller, export, parts, name)
    file_name = f"{export.file}-{name}.{'csv' if table else 'json'}"
    await service.reads.export(caller, id, file_name)
    return Streamed(body, headers={"content-type": kind, "content-disposition": f'attachment; filename="{file_name}"'})


def open_snapshot(session: Session, caller: Caller, id: str, language: str) -> ExportSnapshot:
    """Return the board at its current position. Raises Refused `not_found`."""
    board = access.get_visible_board(session, caller, id)
    search = session.get(Search, id)
    card_kinds = ["search"] if board.kind == OPERATIONS else [kind.name for kind in kinds.cards()]
    # Archived searches are included, in their state before archiving: exports are complete.
    seqs = event_queries.last_seqs(session, id, board.seq, card_kinds, except_type="search.archived")
    file = re.sub(r"[^A-Za-z0-9_-]+", "-", search.reference if search is not None else id).strip("-") or "search"
    return ExportSnapshot(id, board.kind, board.epoch, board.seq, file, seqs, NameResolver.of_board(session, id, language))


def _hidden_now(session: Session, caller: Caller, export: ExportSnapshot) -> frozenset[str]:
    """Return the searches hidden from the caller now. Raises Refused if the right to the file has ended."""
    board: Board = access.get_visible_board(session, caller, export.board)
    if board.epoch != export.epoch:  # restored from a backup in the meantime
        raise Refused("unavailable")
    return snapshot.hidden_searches(session, caller.account.id) if export.board == OPERATIONS else frozenset()


def pages_of_cards(export: ExportSnapshot) -> Pages:
    for start in range(0, len(export.cards), BATCH_SIZE):
        yield partial(_read_cards, export.board, export.cards[start : start + BATCH_SIZE])


def _read_cards(board: str, seqs: list[int], session: Session) -> list[JournalEvent]:
    events = event_queries.events_at(session, board, seqs)
    readable = [events[seq] for seq in seqs if events[seq].body is not None]  # without erased events
    return [event for event in readable if event.payload()["state"] is not None]  # without cards that left


def _pages_of_events(export: ExportSnapshot) -> Pages:
    for start in range(0, export.seq, BATCH_SIZE):
        limit = min(BATCH_SIZE, export.seq - start)  # seqs have no gaps
        yield partial(journal.events_after, board=export.board, seq=start, limit=limit)


async def read_pages(
    service: BoardService, caller: Caller, export: ExportSnapshot, pages: Pages, write: Callable[[Iterable[JournalEvent]], bytes]
) -> AsyncIterator[bytes]:
    """Yield the pages, each encoded in the thread that reads it."""
    for page in pages:

        def read(session: Session, page: Page = page) -> bytes:
            hidden, kinds = _hidden_now(session, caller, export), access.hidden_kinds(caller, service.roles)
            return write(event for event in paced(page(session)) if event.entity not in hidden and event.kind not in kinds)

        yield await service.exports.read(caller, read)


async def _csv(service: BoardService, caller: Caller, export: ExportSnapshot, pages: Pages, table: Table) -> AsyncIterator[bytes]:
    head, row = table(export.kind, export.names)
    yield BOM + csv_lines([head])
    async for part in read_pages(service, caller, export, pages, lambda rows: csv_lines(map(row, rows))):
        yield part


def csv_lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """Return rows as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerows(map(spreadsheet_cell, row) for row in rows)
    return out.getvalue().encode()


def spreadsheet_cell(value: Any) -> Any:
    """Return a value that no spreadsheet runs, with an apostrophe before text that looks like a formula.

    Text that ends with a separator gets one at its end, where its closing quote would open the next cell.
    """
    if not isinstance(value, str):
        return value
    return _FORMULA.sub(r"\1'", value) + ("'" if value.rstrip(" ").endswith(_SPLITS) else "")


async def _json(service: BoardService, caller: Caller, export: ExportSnapshot, pages: Pages, name: str) -> AsyncIterator[bytes]:
    list_name, write = ("cards", _entity) if name == "cards" else ("events", JournalEvent.to_json)
    form = {} if name == "cards" else {"form": kinds.form()}
    head = orjson.dumps({"board": export.board, "epoch": export.epoch, "seq": export.seq} | form)
    yield head[:-1] + b',"' + list_name.encode() + b'":['
    first = True
    async for part in read_pages(service, caller, export, pages, lambda rows: b",".join(map(write, rows))):
        if part:
            yield part if first else b"," + part
            first = False
    yield b"]}"


def _entity(event: JournalEvent) -> bytes:
    return orjson.dumps({"kind": event.kind, "id": event.entity, "seq": event.seq, "state": event.payload()["state"]})
