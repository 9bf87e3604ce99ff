"""HTTP API of unseen changes: the read position of each board, and the changes after it.

The list compares heads with positions and reads no events. Changes are read for one board per request. After more than 5,000
events, only the two states are compared.
"""

from collections.abc import Collection
from typing import Annotated, Any, NotRequired

import orjson
from sqlalchemy import select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access, journal, read_positions, snapshot
from board.engine.identity import Caller, renewed
from board.engine.read_positions import ReadPosition, StoredReadPosition
from board.errors import Refused
from board.history import diff as state_diff
from board.history.diff import EntityState, Event, States
from board.i18n import N_
from board.web.compression import compressed
from board.web.endpoint import BOARD, ON_A_BOARD, Call
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, read_json_object, require_caller, service_of
from models.board import AUDIT, OPERATIONS, Board
from models.db.read_pacing import paced
from models.db.tables import columns_of, table_of
from models.search import Search
from models.times import format_utc
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count, Id, Shape, Time

MAX_EVENTS = 5_000  # read per board
MAX_CHANGES = 500  # per board in a response; nobody reads more, and a board can have 10,000 entities
MAX_POSITIONS = 500  # in one request
_B, _S = columns_of(Board), columns_of(Search)
_HEADS = (
    select(_B.id, _B.epoch, _B.seq)
    .outerjoin(table_of(Search), _S.id == _B.id)
    .where(_B.kind != AUDIT, _S.archived_at.is_(None))
    .order_by(_B.kind, _B.id)
)


SeenPosition = TypedDict("SeenPosition", {"epoch": str, "seq": Count, "at": Time})
# Read position of a board. `own`: events after it by the account itself.
SeenMark = TypedDict("SeenMark", {"epoch": str, "seq": Count, "at": Time, "board": Id, "own": Count})
SeenMarks = TypedDict("SeenMarks", {"seen": list[SeenMark]})
NewMark = TypedDict("NewMark", {
    "board": Id, "epoch": Annotated[str, Shape(maxLength=64)], "seq": Annotated[int, Shape(minimum=0, maximum=MAX_INTEGER)],
})  # fmt: skip
NewMarks = TypedDict("NewMarks", {"marks": Annotated[list[NewMark], Shape(maxItems=MAX_POSITIONS)]})
Unseen = TypedDict("Unseen", {
    "board": Id, "epoch": str, "seq": Count, "seen": SeenPosition | None, "events": Count,
    "net": NotRequired[list[state_diff.NetChange]], "back": NotRequired[list[state_diff.Reverted] | None],
    "more": NotRequired[bool],
})  # fmt: skip
UnseenList = TypedDict("UnseenList", {"boards": list[Unseen]})


@Call("GET", "/seen", N_("Lists up to which event you have seen each board."))
async def list_positions(request: Request) -> Reply[SeenMarks]:
    """List the caller's read position on each board.

    `seen[].own`: number of the caller's own events after it, among the newest 1,000.
    """
    caller = await require_caller(request)
    positions = await service_of(request).database.read(lambda session: read_positions.read_positions(session, caller.account.id))
    return json_response({"seen": [_to_json(position) for position in positions.values()]})


@Call(
    "POST", "/seen", N_("Marks one or more boards as seen, up to an event. A mark never moves back."),
    (*ON_A_BOARD, "invalid", "conflict", "too_large"), body=NewMark | NewMarks,
)  # fmt: skip
@limited_per_account
async def advance_position(request: Request, caller: Caller) -> Reply[SeenMarks]:
    """Mark boards as seen up to a position.

    Not allowed for scope `read`. A single mark is refused with `not_found`, `conflict` (the epoch is not the board's; `current`
    is its position) or `invalid` (beyond its head). In a list of at most 500 `marks`, such marks are skipped.

    `seen`: stored positions of these boards.
    """
    body = await read_json_object(request)
    if not caller.may_command:
        raise Refused("forbidden")
    service = service_of(request)
    positions, at = _positions(body), format_utc(service.clock())

    def move(session: Session) -> None:
        current = renewed(session, caller)
        if "marks" in body:
            read_positions.advance_many(session, current.account.id, positions, at)
        else:
            read_positions.advance(session, current, positions[0], at)

    await service.database.write(move)
    stored = await service.database.read(lambda session: read_positions.read_positions(session, caller.account.id))
    boards = sorted(stored.keys() & {position.board for position in positions})
    return json_response({"seen": [_to_json(stored[board]) for board in boards]})


def _to_json(stored: StoredReadPosition) -> SeenMark:
    """Return a read position in the contract's format."""
    return {"board": stored.board, "epoch": stored.epoch, "seq": stored.seq, "at": stored.at, "own": stored.own}


def _positions(body: dict[str, Any]) -> list[ReadPosition]:
    """Return the read positions of a request, one or several. Raises Refused `invalid`."""
    is_list = "marks" in body
    entries = body["marks"] if is_list else [body]
    if is_list and (len(body) > 1 or not isinstance(entries, list) or len(entries) > MAX_POSITIONS):
        raise Refused("invalid", fields={"marks": N_("At most 500 marks.")})
    if not all(isinstance(entry, dict) and entry.keys() == {"board", "epoch", "seq"} and _is_valid(**entry) for entry in entries):
        raise Refused("invalid", fields={"marks" if is_list else "seq": N_("A mark needs a board, its epoch and a seq.")})
    return [ReadPosition(entry["board"], entry["epoch"], int(entry["seq"])) for entry in entries]


def _is_valid(board: Any, epoch: Any, seq: Any) -> bool:
    has_ids = isinstance(board, str) and 0 < len(board) <= 64 and isinstance(epoch, str) and len(epoch) <= 64
    return has_ids and isinstance(seq, int | float) and not isinstance(seq, bool) and seq == int(seq) and 0 <= seq <= MAX_INTEGER


@Call(
    "GET", "/since", N_("Lists what is new for you on each board. With a board: what changed on it."),
    ON_A_BOARD, query=(BOARD,),
)  # fmt: skip
@limited_per_account
@compressed
async def unseen(request: Request, caller: Caller) -> Reply[UnseenList]:
    """List the changes that the caller has not seen, on one board or on all visible ones.

    See *What you have seen*.

    `boards[].seen`: last seen position; null if the caller has never seen the board.
    `boards[].events`: number of events after it, without your own.
    `boards[].net`: only with `board`: differences between the last seen and the current state, ordered by last change; at most
    500.
    `boards[].back`: only with `board`: fields that changed and were changed back; at most 500. Null after more than 5,000 events,
    because then only the two states are compared.
    `boards[].more`: whether there are further changes.
    `boards[].net[].seq`: seq of its last event.
    `boards[].net[].number`: of a card.
    `boards[].net[].fields`: each leaf that differs.
    `boards[].back[].fields`: paths of these fields; all paths of an entity that was added and removed.
    """
    account, board = caller.account.id, BOARD.read(request)
    hidden_kinds = access.hidden_kinds(caller, service_of(request).roles)

    def read(session: Session) -> bytes:
        boards = _overview(session, account) if board is None else [_of_board(session, caller, board, hidden_kinds)]
        answer: UnseenList = {"boards": boards}
        return orjson.dumps(answer)

    service = service_of(request)
    body = await service.heavy_reads.read(caller, read)
    if board is not None:
        await service.reads.history(caller, board)
    return Reply(body)


def _overview(session: Session, account: str) -> list[Unseen]:
    hidden, known_positions = snapshot.hidden_searches(session, account), read_positions.stored_positions(session, account)
    heads = [row for row in session.connection().execute(_HEADS) if row.id not in hidden]
    return [_head(row.id, row.epoch, row.seq, known_positions.get(row.id)) for row in heads]


def _head(board: str, epoch: str, seq: int, position: StoredReadPosition | None) -> Unseen:
    stored: SeenPosition | None = None
    if position and position.has_looked:
        stored = {"epoch": position.epoch, "seq": position.seq, "at": position.at}
    events = seq - (position.seq + position.own if position else 0)
    return {"board": board, "epoch": epoch, "seq": seq, "seen": stored, "events": events}


def _of_board(session: Session, caller: Caller, id: str, hidden_kinds: Collection[str]) -> Unseen:
    account, board = caller.account.id, access.get_readable_board(session, caller, id)
    position = read_positions.stored_positions(session, account).get(id)
    hidden = snapshot.hidden_searches(session, account) if id == OPERATIONS else frozenset()
    head = _head(id, board.epoch, board.seq, position)
    start = position.seq if position else 0
    changes, back = what_changed(session, board, start, hidden, account, hidden_kinds)
    head["net"] = [change.to_json() for change in changes[:MAX_CHANGES]]
    head["back"] = None if back is None else [fields.to_json() for fields in back[:MAX_CHANGES]]
    head["more"] = max(len(changes), len(back or ())) > MAX_CHANGES
    return head


def what_changed(
    session: Session,
    board: Board,
    seq: int,
    hidden: frozenset[str] = frozenset(),
    except_account: str | None = None,
    hidden_kinds: Collection[str] = (),
) -> tuple[list[state_diff.Change], list[state_diff.RevertedFields] | None]:
    """Return the net changes of a board from a seq to its head, without hidden searches and kinds and the changes of
    `except_account`.

    Also return the reverted fields. After more than MAX_EVENTS events they are None, and the account's own changes are included.
    """
    if board.seq - seq > MAX_EVENTS:
        old, new = (_states(session, board.id, position, hidden, hidden_kinds) for position in (seq, board.seq))
        removed_events = {
            key: journal.latest_events(session, board.id, key[1], 0, board.seq + 1, 1) for key in old.keys() - new.keys()
        }
        return state_diff.diff(old, new, {key: events[-1].seq for key, events in removed_events.items()}), None
    events = [event for event in _events(session, board.id, seq, hidden) if event.key[0] not in hidden_kinds]
    touched = {event.key[1] for event in events}
    earlier_states = journal.states_at(session, board.id, seq, touched) if touched else ()
    before = {(event.kind, event.entity): EntityState(event.seq, state) for event, state in earlier_states}
    changes = state_diff.diff(before, state_diff.apply_events(before, events), {event.key: event.seq for event in events})
    return state_diff.by_others(changes, state_diff.reverted(changes, events), events, except_account)


def _events(session: Session, board: str, seq: int, hidden: frozenset[str]) -> list[Event]:
    """Return the events after a seq, without erased ones."""
    events: list[Event] = []
    while page := journal.events_after(session, board, seq):
        for event in paced(page):
            if event.body is not None and event.entity not in hidden:
                payload, key = event.payload(), (event.kind, event.entity)
                events.append(Event(event.seq, key, payload["state"], payload["changes"], event.account))
        seq = page[-1].seq
    return events


def _states(session: Session, board: str, seq: int, hidden: frozenset[str], hidden_kinds: Collection[str]) -> States:
    return {
        (event.kind, event.entity): EntityState(event.seq, state)
        for event, state in journal.as_of(session, board, seq)
        if event.entity not in hidden and event.kind not in hidden_kinds
    }
