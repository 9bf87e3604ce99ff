"""Endpoint that verifies the hash chain of a board."""

from typing import NotRequired

from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access
from board.engine.concurrency import acquire_or_refuse
from board.engine.hash_chain import ChainCursor, ChainError
from board.engine.identity import Caller, require_active
from board.i18n import N_, translate
from board.web import language
from board.web.endpoint import ON_A_BOARD, Call
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.board import AUDIT, Board
from realtime.wire.wire_types import Count, Id

Chain = TypedDict("Chain", {
    "board": Id, "epoch": str, "seq": Count, "head": str, "holds": bool, "fault": NotRequired[str], "bad_seq": NotRequired[Count],
})  # fmt: skip


@Call("GET", "/boards/{board}/chain", N_("Checks up to which event the journal of a board is unchanged."), ON_A_BOARD)
@limited_per_account
async def chain(request: Request, caller: Caller) -> Reply[Chain]:
    """Verify the hash chain of a board, and return the last event of its intact part.

    See *Evidence*.

    `seq`: last event up to which the chain is intact.
    `head`: hash of that event, in hex.
    `holds`: whether the complete chain is intact.
    `fault`: what is wrong with the first bad event, in the reader's language.
    `bad_seq`: seq of the first bad event.
    """
    id, service = request.path_params["board"], service_of(request)

    def read(session: Session) -> tuple[Board, ChainCursor, ChainError | None]:
        if id == AUDIT:
            board = access.audit_board(session, require_active(session, caller))
        else:
            board = access.get_readable_board(session, caller, id)
        return board, *service.verified_chains.verify(session, board)

    async with acquire_or_refuse(service.verified_chains.lock(id)):
        board, cursor, error = await service.heavy_reads.read(caller, read)
        await service.verified_chains.store(service.database, id)
    head, holds = cursor.head.hex(), error is None
    body: Chain = {"board": id, "epoch": board.epoch, "seq": cursor.seq, "head": head, "holds": holds}
    if error is not None:
        body["fault"], body["bad_seq"] = translate(error.message, language.language_for(request)), error.seq
    return json_response(body)
