"""Endpoint that verifies the hash chain of a board."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from board.engine import access
from board.engine.concurrency import acquire_or_refuse
from board.engine.hash_chain import ChainCursor, ChainError
from board.engine.identity import Caller, require_active
from board.i18n import translate
from board.web import language
from board.web.heavy_reads import limited_per_account
from board.web.http import json_response, service_of
from models.board import AUDIT, Board


@limited_per_account
async def chain(request: Request, caller: Caller) -> Response:
    """`GET /api/v1/boards/{board}/chain`: whether the hash chain of the journal holds, and up to which seq."""
    id, service = request.path_params["board"], service_of(request)

    def read(session: Session) -> tuple[Board, ChainCursor, ChainError | None]:
        if id == AUDIT:
            board = access.audit_board(session, require_active(session, caller))
        else:
            board = access.get_visible_board(session, caller.account.id, id)
        return board, *service.verified_chains.verify(session, board)

    async with acquire_or_refuse(service.verified_chains.lock(id)):
        board, cursor, error = await service.heavy_reads.read(caller, read)
    body: dict[str, Any] = {
        "board": id,
        "epoch": board.epoch,
        "seq": cursor.seq,
        "head": cursor.head.hex(),
        "holds": error is None,
    }
    if error is not None:
        body |= {"fault": translate(error.message, language.language_for(request)), "bad_seq": error.seq}
    return json_response(body)
