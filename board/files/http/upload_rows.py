"""Rows of uploads: begun, grown part by part, complete, given up. Each function is one transaction, and judges rights anew."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import text
from sqlmodel import Session

from board.config.file_shares import FileShares
from board.engine import access
from board.engine.identity import Caller, require_active
from board.errors import Refused, invalid
from board.files import usage
from board.files.http import quotas
from board.i18n import N_, message
from board.telemetry.processing import MAX_TRIES
from models.accounts import ROLES
from models.times import format_utc
from models.upload import Upload

MAX_OPEN = 20  # uploads of one account that are not attached
MAX_OPEN_BYTES = 512 * 1024 * 1024  # of one account; at least one upload always fits
MAX_PARTS = 2_000  # objects of one upload
IDLE = timedelta(minutes=10)  # after it an upload gives way to a new one of the same account
KEPT = timedelta(days=1)  # after it an upload is swept
UNDROPPED = timedelta(hours=1)  # after it one is dropped again whose files may not all be deleted
RETRY_S = 60
BUSY = timedelta(minutes=2)  # for which other processes may still work on an upload
BUSY_RETRY_S = 10

OTHER_OFFSET = N_("Another part of this file arrived in the meantime.")
UNREADABLE = N_("This file could not be read. Save it again, or in another format, then send it.")

_OPEN = text(
    "SELECT id, size, touched_at FROM upload WHERE account = :account AND state IN ('receiving', 'ready') ORDER BY touched_at, id"
)
_ADD = text(
    'INSERT INTO upload (id, board, account, name, size, "offset", parts, state, created_at, touched_at) '
    "VALUES (:id, :board, :account, :name, :size, 0, 0, 'receiving', :now, :now) ON CONFLICT (id) DO NOTHING"
)
_GROW = text(
    'UPDATE upload SET "offset" = :after, parts = parts + 1, touched_at = :now '
    "WHERE id = :id AND state = 'receiving' AND \"offset\" = :offset AND size >= :after AND parts < :most"
)
_ADD_PART = text('INSERT INTO upload_part (upload, "offset", size, object) VALUES (:id, :offset, :size, :object)')
_PARTS = text('SELECT object FROM upload_part WHERE upload = :id ORDER BY "offset"')
_CLAIM = text(
    "UPDATE upload SET file = COALESCE(file, :file), poison = poison + 1, touched_at = :now WHERE id = :id AND poison < :most"
)
_CLEAR = text("UPDATE upload SET poison = 0 WHERE id = :id")
_READY = text(
    "UPDATE upload SET state = 'ready', result = :result, previews = :previews, poison = 0, touched_at = :now "
    "WHERE id = :id AND state = 'receiving' AND \"offset\" = size"
)
_DROP = text("UPDATE upload SET state = 'dropped' WHERE id = :id AND state <> 'attached'")
_REMOVE = text("DELETE FROM upload WHERE id = :id AND state = 'dropped' RETURNING size + previews AS bytes")
_DROP_PARTS = text("DELETE FROM upload_part WHERE upload = :id")
_DUE = text(
    "SELECT id FROM upload WHERE created_at <= :before OR (state = 'dropped' AND touched_at <= :before_hour) "
    "ORDER BY created_at, id LIMIT :limit"
)
_FORGET_ATTACHED = text("DELETE FROM upload WHERE id = :id AND state = 'attached'")


class NewUpload(NamedTuple):
    """Upload that somebody begins."""

    id: str
    board: str
    name: str
    size: int


class Dropped(NamedTuple):
    """Upload that nobody finds any more. Its row stays until what is stored of it is deleted; `file` is the id of its files in
    the store, if any were made."""

    id: str
    file: str | None


def require_uploader(session: Session, caller: Caller, board: str) -> str:
    """Return the account of a caller who may attach files to this search. Raises Refused."""
    account = require_active(session, caller)
    if access.get_visible_board(session, account.id, board).kind != "search":
        raise Refused("not_found")
    if ROLES.index(account.role) < ROLES.index("investigator") or not caller.may_command:
        raise Refused("forbidden")
    return account.id


def find(session: Session, caller: Caller, board: str, id: str) -> Upload:
    """Return an upload of the caller's own. Raises Refused `not_found` also for one of others."""
    account = require_uploader(session, caller, board)
    row = session.get(Upload, id, populate_existing=True)
    if row is None or row.board != board or row.account != account or row.state == "dropped":
        raise Refused("not_found")
    session.expunge(row)
    return row


def begin(
    session: Session, caller: Caller, new: NewUpload, shares: FileShares, now: datetime
) -> tuple[Upload, list[Dropped]]:  # fmt: skip
    """Begin an upload, or return the one that has this id; and those that gave way to it. Its size counts from now on.
    Raises Refused."""
    account = require_uploader(session, caller, new.board)
    row = session.get(Upload, new.id, populate_existing=True)
    dropped: list[Dropped] = []
    if row is None:
        dropped = _make_room(session, account, new.size, now)
        values = {"id": new.id, "board": new.board, "account": account, "name": new.name, "size": new.size}
        if session.connection().execute(_ADD, values | {"now": format_utc(now)}).rowcount:
            quotas.reserve(session, account, new.board, new.size, shares, now)
    return find(session, caller, new.board, new.id), dropped


def _make_room(session: Session, account: str, size: int, now: datetime) -> list[Dropped]:
    """Drop the idle uploads of an account that leave no room for another. Raises Refused `rate_limited` if there are too few."""
    open = list(session.connection().execute(_OPEN, {"account": account}))
    idle_before, dropped = format_utc(now - IDLE), list[Dropped]()
    while open and (len(open) >= MAX_OPEN or sum(each.size for each in open) + size > MAX_OPEN_BYTES):
        oldest = open.pop(0)
        if oldest.touched_at > idle_before:
            sentence = N_("Too many of your uploads are unfinished. Wait for some to finish, or remove some.")
            raise Refused("rate_limited", sentence, retry_after_s=RETRY_S)
        if (gone := drop(session, oldest.id)) is not None:
            dropped.append(gone)
    return dropped


def check_offset(row: Upload, offset: int) -> None:
    """Raise Refused `conflict` unless an upload goes on at this offset."""
    if row.state != "receiving" or row.offset != offset:
        raise Refused("conflict", OTHER_OFFSET, {"offset": OTHER_OFFSET}, current={"offset": row.offset})


def grow(
    session: Session, caller: Caller, board: str, id: str, offset: int, size: int, object: str, now: datetime
) -> Upload:  # fmt: skip
    """Add a part that is stored. Raises Refused `conflict` if another came first."""
    row = find(session, caller, board, id)
    check_offset(row, offset)
    named: dict[str, Any] = {"id": id, "offset": offset, "size": size, "object": object, "now": format_utc(now)}
    if not session.connection().execute(_GROW, named | {"after": offset + size, "most": MAX_PARTS}).rowcount:
        if row.parts >= MAX_PARTS:
            raise Refused("too_large", N_("This file arrived in too many small parts. Remove it and send it again."))
        check_offset(find(session, caller, board, id), offset)
        raise invalid("offset", N_("This goes beyond the end of the file."))
    session.connection().execute(_ADD_PART, named)
    return find(session, caller, board, id)


def parts(session: Session, id: str) -> list[str]:
    """Return the objects that hold the parts of an upload, in order."""
    return list(session.connection().execute(_PARTS, {"id": id}).scalars())


def claim(session: Session, caller: Caller, board: str, id: str, file: str, now: datetime) -> Upload:
    """Begin to work on an upload. It gets the id under which its files are stored, unless it has one: so all that is stored is
    known, even if the process is killed. Raises Refused `invalid` for one at which processes ended as often as they may."""
    row = find(session, caller, board, id)
    named = {"id": id, "file": file, "now": format_utc(now), "most": MAX_TRIES}
    if not session.connection().execute(_CLAIM, named).rowcount:
        if row.touched_at > format_utc(now - BUSY):
            raise Refused("unavailable", retry_after_s=BUSY_RETRY_S)
        raise Refused("invalid", UNREADABLE)
    return find(session, caller, board, id)


def clear_poison(session: Session, id: str) -> None:
    """Record that no process ended while it worked on an upload."""
    session.connection().execute(_CLEAR, {"id": id})


def set_ready(
    session: Session, caller: Caller, board: str, id: str, result: dict[str, Any], previews: int, now: datetime
) -> Upload:  # fmt: skip
    """Mark an upload as ready and store what its files are; `previews` counts the bytes of its pictures. Idempotent."""
    find(session, caller, board, id)
    named = {"id": id, "result": orjson.dumps(result).decode(), "previews": previews, "now": format_utc(now)}
    if session.connection().execute(_READY, named).rowcount:
        usage.add(session, previews)
        session.connection().execute(_DROP_PARTS, {"id": id})
    return find(session, caller, board, id)


def give_up(session: Session, caller: Caller, board: str, id: str) -> Dropped:
    """Drop an upload of the caller's own. Raises Refused `conflict` if it is attached."""
    find(session, caller, board, id)
    gone = drop(session, id)
    if gone is None:
        raise Refused("conflict", message(N_("This file is attached already.")))
    return gone


def drop(session: Session, id: str) -> Dropped | None:
    """Drop an upload that is not attached; None if it is, or is gone."""
    row = session.get(Upload, id, populate_existing=True)
    if row is None or not session.connection().execute(_DROP, {"id": id}).rowcount:
        return None
    file = row.file
    session.expunge(row)
    session.connection().execute(_DROP_PARTS, {"id": id})
    return Dropped(id, file)


def remove(session: Session, id: str) -> None:
    """Remove the row of a dropped upload, of which nothing is stored any more: its bytes are free again."""
    if (bytes := session.connection().execute(_REMOVE, {"id": id}).scalar()) is not None:
        usage.add(session, -bytes)


def due(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of uploads that were begun over KEPT ago, and of those whose dropping was not completed."""
    named = {"before": format_utc(now - KEPT), "before_hour": format_utc(now - UNDROPPED), "limit": limit}
    return list(session.connection().execute(_DUE, named).scalars())


def sweep(session: Session, id: str) -> Dropped | None:
    """Drop an upload that is due; one that is attached is only forgotten, and keeps its files."""
    if session.connection().execute(_FORGET_ATTACHED, {"id": id}).rowcount:
        return None
    return drop(session, id)
