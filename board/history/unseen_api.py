"""The calls about what is new to somebody: up to where they have seen each board, and what changed since.

The list compares heads with marks, and reads no event. What changed on a board is read for one board at a time, when somebody
asks: of more than 5,000 events only the two states are compared.
"""

from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from board.engine import access, journal, read_positions, snapshot
from board.engine.identity import Caller, require_active
from board.engine.read_positions import ReadPosition, StoredReadPosition
from board.errors import Refused
from board.history import net
from board.history.net import EntityState, Event, Stands
from board.i18n import N_
from board.web.compression import compressed
from board.web.heavy_reads import limited_per_account
from board.web.http import encoded_json_response, json_response, read_json_object, require_caller, service_of
from models.board import OPERATIONS, Board
from models.db.read_pacing import paced
from models.times import format_utc
from realtime.strict_json import MAX_INTEGER

MOST_EVENTS = 5_000  # that are read of one board
MOST_CHANGES = 500  # of one board in an answer: nobody reads more of them, and a board may have 10,000 entities
MOST_MARKS = 500  # told at once
_HEADS = text("SELECT id, epoch, seq FROM board WHERE kind <> 'audit' ORDER BY kind, id")


async def list_positions(request: Request) -> Response:
    """Up to where the caller has seen each board."""
    caller = await require_caller(request)
    found = await service_of(request).database.read(lambda session: read_positions.read_positions(session, caller.account.id))
    return json_response({"seen": [_told(each) for each in found.values()]})


@limited_per_account
async def advance_position(request: Request, caller: Caller) -> Response:
    """The caller has seen a board, or several. Answers what is kept of these."""
    body = await read_json_object(request)
    if not caller.may_command:
        raise Refused("forbidden")
    desk = service_of(request)
    told, at = _marks(body), format_utc(desk.clock())

    def move(session: Session) -> None:
        account = require_active(session, caller).id
        if "marks" in body:
            read_positions.advance_many(session, account, told, at)
        else:
            read_positions.advance(session, account, told[0], at)

    await desk.database.write(move)
    kept = await desk.database.read(lambda session: read_positions.read_positions(session, caller.account.id))
    return json_response({"seen": [_told(kept[board]) for board in sorted({each.board for each in told}) if board in kept]})


def _told(kept: StoredReadPosition) -> dict[str, Any]:
    """A mark as the contract has it."""
    return {"board": kept.board, "epoch": kept.epoch, "seq": kept.seq, "at": kept.at, "own": kept.own}


def _marks(body: dict[str, Any]) -> list[ReadPosition]:
    """One, or those of a list. Raises Refused `invalid`."""
    many = "marks" in body
    given = body["marks"] if many else [body]
    if many and (len(body) > 1 or not isinstance(given, list) or len(given) > MOST_MARKS):
        raise Refused("invalid", fields={"marks": N_("At most 500 marks.")})
    if not all(isinstance(each, dict) and each.keys() == {"board", "epoch", "seq"} and _fits(**each) for each in given):
        raise Refused("invalid", fields={"marks" if many else "seq": N_("A mark has a board, its epoch and a seq.")})
    return [ReadPosition(each["board"], each["epoch"], int(each["seq"])) for each in given]


def _fits(board: Any, epoch: Any, seq: Any) -> bool:
    named = isinstance(board, str) and 0 < len(board) <= 64 and isinstance(epoch, str) and len(epoch) <= 64
    return named and isinstance(seq, int | float) and not isinstance(seq, bool) and seq == int(seq) and 0 <= seq <= MAX_INTEGER


@limited_per_account
@compressed
async def unseen(request: Request, caller: Caller) -> Response:
    """How much is new to the caller on each board that they may see; with `board`, what it is on that one."""
    account, board = caller.account.id, request.query_params.get("board")

    def read(session: Session) -> bytes:
        return orjson.dumps({"boards": _overview(session, account) if board is None else [_of_board(session, account, board)]})

    return encoded_json_response(await service_of(request).heavy_reads.read(caller, read))


def _overview(session: Session, account: str) -> list[dict[str, Any]]:
    hidden, known = snapshot.hidden_searches(session, account), read_positions.stored_positions(session, account)
    heads = [row for row in session.connection().execute(_HEADS) if row.id not in hidden]
    return [_head(row.id, row.epoch, row.seq, known.get(row.id)) for row in heads]


def _head(board: str, epoch: str, seq: int, mark: StoredReadPosition | None) -> dict[str, Any]:
    kept = {"epoch": mark.epoch, "seq": mark.seq, "at": mark.at} if mark and mark.has_looked else None
    return {"board": board, "epoch": epoch, "seq": seq, "seen": kept, "events": seq - (mark.seq + mark.own if mark else 0)}


def _of_board(session: Session, account: str, id: str) -> dict[str, Any]:
    board = access.get_visible_board(session, account, id)
    mark = read_positions.stored_positions(session, account).get(id)
    hidden = snapshot.hidden_searches(session, account) if id == OPERATIONS else frozenset()
    head = _head(id, board.epoch, board.seq, mark)
    changes, back = what_changed(session, board, mark.seq if mark else 0, hidden, account)
    told = [change.wire() for change in changes[:MOST_CHANGES]]
    returned = None if back is None else [each.wire() for each in back[:MOST_CHANGES]]
    more = max(len(changes), len(back or ())) > MOST_CHANGES
    return head | {"net": told, "back": returned, "more": more}


def what_changed(
    session: Session, board: Board, seq: int, hidden: frozenset[str] = frozenset(), but: str | None = None
) -> tuple[list[net.Change], list[net.RevertedFields] | None]:
    """The net change of a board from a seq to its head, without what is about these searches, and without what an account did
    itself; and what changed and is back, None where there are too many events to read them all (then it is in it, too)."""
    if board.seq - seq > MOST_EVENTS:
        old, new = (_stands(session, board.id, each, hidden) for each in (seq, board.seq))
        return net.diff(old, new, {key: _last(session, board, key[1]) for key in old.keys() - new.keys()}), None
    events = _events(session, board.id, seq, hidden)
    touched = {event.key[1] for event in events}
    before = {
        (said.kind, said.entity): EntityState(said.seq, state)
        for said, state in journal.states_at(session, board.id, seq, touched)
    } if touched else {}  # fmt: skip
    changes = net.diff(before, net.apply_events(before, events), {event.key: event.seq for event in events})
    return net.of_others(changes, net.reverted(changes, events), events, but)


def _events(session: Session, board: str, seq: int, hidden: frozenset[str]) -> list[Event]:
    """Those after a seq; what was erased says nothing any more."""
    found: list[Event] = []
    while page := journal.events_after(session, board, seq):
        for said in paced(page):
            if said.body is not None and said.entity not in hidden:
                payload = said.payload()
                found.append(Event(said.seq, (said.kind, said.entity), payload["state"], payload["changes"], said.account))
        seq = page[-1].seq
    return found


def _stands(session: Session, board: str, seq: int, hidden: frozenset[str]) -> Stands:
    return {
        (said.kind, said.entity): EntityState(said.seq, state)
        for said, state in journal.as_of(session, board, seq)
        if said.entity not in hidden
    }


def _last(session: Session, board: Board, entity: str) -> int:
    """The seq of the last event of an entity."""
    return journal.latest_events(session, board.id, entity, 0, board.seq + 1, 1)[-1].seq
