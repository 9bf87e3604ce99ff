"""Entity tags of snapshots. A program with a current snapshot gets 304 without a body.

A tag covers everything that a snapshot depends on: the position, the number of erased payloads, the searches and kinds hidden
from the caller, the program's version, and the schema of its entities. The tag of a past snapshot is its digest, which costs less
than counting the payloads of a long journal. Rights are always checked first.
"""

import hashlib
from collections.abc import Iterable

import orjson
from sqlmodel import Session
from starlette.requests import Request

from board.config.settings import VERSION
from board.engine import event_queries, kinds, snapshot
from models.board import OPERATIONS, Board

MAX_COUNTED_EVENTS = 10_000  # counting their erased payloads takes a few tenths of a millisecond


def etag_of(session: Session, board: Board, account: str, hidden_kinds: Iterable[str] = ()) -> str:
    """Return the tag of a board's current snapshot, as this account sees it without the hidden kinds."""
    erased = event_queries.count_erased(session, board.id)
    hidden = sorted(snapshot.hidden_searches(session, account)) if board.id == OPERATIONS else []
    return etag_of_body(orjson.dumps([VERSION, kinds.form(), board.id, board.epoch, board.seq, erased, hidden, *hidden_kinds]))


def etag_of_body(body: bytes) -> str:
    """Return a tag that is a digest. It is weak, because the bytes may be compressed."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def matches(request: Request, tag: str) -> bool:
    """Return whether the caller's copy is current (RFC 9110, 13.1.2)."""
    tags = [part.strip() for line in request.headers.getlist("if-none-match") for part in line.split(",")]
    return "*" in tags or tag.removeprefix("W/") in (sent_tag.removeprefix("W/") for sent_tag in tags)
