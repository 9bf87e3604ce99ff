"""Entity tags of snapshots: a program that has one asks whether it still holds, and is answered 304 without a body.

A tag stands for what a snapshot is made of: the position, the payloads that are left of it (some may have been erased), the
searches that are hidden from the reader, and the version of the program. Whoever asks is judged first, as without a tag.
"""

import hashlib

import orjson
from sqlalchemy import text
from sqlmodel import Session
from starlette.requests import Request

from board.engine import snapshot
from board.settings import VERSION
from models.board import OPERATIONS, Board

MAX_COUNTED_EVENTS = 10_000  # events, whose payloads are counted in some tenths of a millisecond

_LEFT = text("SELECT count(*) FROM payload WHERE board = :board AND seq <= :seq")


def etag_of(session: Session, board: Board, account: str, seq: int) -> str:
    """Return the tag of the snapshot of a board at a seq, as this account sees it. It is a weak one: the bytes may be packed."""
    left = session.connection().execute(_LEFT, {"board": board.id, "seq": seq}).scalar_one()
    hidden = sorted(snapshot.hidden_searches(session, account)) if board.id == OPERATIONS else []
    made_of = orjson.dumps([VERSION, board.id, board.epoch, seq, left, hidden])
    return f'W/"{hashlib.sha256(made_of).hexdigest()[:32]}"'


def is_conditional(request: Request) -> bool:
    """Return whether the caller has something already."""
    return "if-none-match" in request.headers


def matches(request: Request, tag: str) -> bool:
    """Return whether what the caller has is what there is (RFC 9110, 13.1.2)."""
    given = [each.strip() for line in request.headers.getlist("if-none-match") for each in line.split(",")]
    return "*" in given or tag.removeprefix("W/") in (each.removeprefix("W/") for each in given)
