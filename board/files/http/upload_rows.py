"""Rows of uploads, from the first part to ready or dropped. Each function is one transaction and checks rights again."""

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
IDLE_AFTER = timedelta(minutes=10)  # after it a new upload of the same account may replace this one
UPLOAD_TTL = timedelta(days=1)  # after it an upload is swept
DROP_RETRY_AFTER = timedelta(hours=1)  # after it the sweep deletes the files of a dropped upload again
RETRY_S = 60
BUSY = timedelta(minutes=2)  # another process may still work on an upload for that long
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
    """Upload to begin."""

    id: str
    board: str
    name: str
    size: int


class DroppedUpload(NamedTuple):
    """Dropped upload, which nobody can find. Its row stays until its stored bytes are deleted.

    `file`: id of its files in the store, if any were made.
    """

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
    """Return an upload of the caller. Raises Refused `not_found`, also for another account's upload."""
    account = require_uploader(session, caller, board)
    row = session.get(Upload, id, populate_existing=True)
    if row is None or row.board != board or row.account != account or row.state == "dropped":
        raise Refused("not_found")
    session.expunge(row)
    return row


def begin(
    session: Session, caller: Caller, new: NewUpload, shares: FileShares, now: datetime
) -> tuple[Upload, list[DroppedUpload]]:  # fmt: skip
    """Begin an upload, or return the existing one with this id; and the uploads dropped for it. Its size counts from now on.

    Raises Refused.
    """
    account = require_uploader(session, caller, new.board)
    row = session.get(Upload, new.id, populate_existing=True)
    replaced: list[DroppedUpload] = []
    if row is None:
        replaced = _make_room(session, account, new.size, now)
        values = {"id": new.id, "board": new.board, "account": account, "name": new.name, "size": new.size}
        if session.connection().execute(_ADD, values | {"now": format_utc(now)}).rowcount:
            quotas.reserve(session, account, new.board, new.size, shares, now)
    return find(session, caller, new.board, new.id), replaced


def _make_room(session: Session, account: str, size: int, now: datetime) -> list[DroppedUpload]:
    """Drop idle uploads of an account until another one fits. Raises Refused `rate_limited` if too few are idle."""
    open = list(session.connection().execute(_OPEN, {"account": account}))
    idle_before, replaced = format_utc(now - IDLE_AFTER), list[DroppedUpload]()
    while open and (len(open) >= MAX_OPEN or sum(row.size for row in open) + size > MAX_OPEN_BYTES):
        oldest = open.pop(0)
        if oldest.touched_at > idle_before:
            sentence = N_("Too many of your uploads are unfinished. Wait for some to finish, or remove some.")
            raise Refused("rate_limited", sentence, retry_after_s=RETRY_S)
        if (upload := drop(session, oldest.id)) is not None:
            replaced.append(upload)
    return replaced


def check_offset(row: Upload, offset: int) -> None:
    """Raise Refused `conflict` unless an upload continues at this offset."""
    if row.state != "receiving" or row.offset != offset:
        raise Refused("conflict", OTHER_OFFSET, {"offset": OTHER_OFFSET}, current={"offset": row.offset})


def grow(
    session: Session, caller: Caller, board: str, id: str, offset: int, size: int, object: str, now: datetime
) -> Upload:  # fmt: skip
    """Add a stored part. Raises Refused `conflict` if another part has this offset."""
    row = find(session, caller, board, id)
    check_offset(row, offset)
    params: dict[str, Any] = {"id": id, "offset": offset, "size": size, "object": object, "now": format_utc(now)}
    if not session.connection().execute(_GROW, params | {"after": offset + size, "most": MAX_PARTS}).rowcount:
        if row.parts >= MAX_PARTS:
            raise Refused("too_large", N_("This file arrived in too many small parts. Remove it and send it again."))
        check_offset(find(session, caller, board, id), offset)
        raise invalid("offset", N_("This goes beyond the end of the file."))
    session.connection().execute(_ADD_PART, params)
    return find(session, caller, board, id)


def parts(session: Session, id: str) -> list[str]:
    """Return the keys of the parts of an upload, in order."""
    return list(session.connection().execute(_PARTS, {"id": id}).scalars())


def claim(session: Session, caller: Caller, board: str, id: str, file: str, now: datetime) -> Upload:
    """Claim an upload for processing, and set the id of its files if it has none, so that the row names them even if the process
    is killed.

    Raises Refused `invalid` after MAX_TRIES killed processes, `unavailable` while another process works on it.
    """
    row = find(session, caller, board, id)
    params = {"id": id, "file": file, "now": format_utc(now), "most": MAX_TRIES}
    if not session.connection().execute(_CLAIM, params).rowcount:
        if row.touched_at > format_utc(now - BUSY):
            raise Refused("unavailable", retry_after_s=BUSY_RETRY_S)
        raise Refused("invalid", UNREADABLE)
    return find(session, caller, board, id)


def clear_poison(session: Session, id: str) -> None:
    """Reset the count of processes that an upload has killed."""
    session.connection().execute(_CLEAR, {"id": id})


def set_ready(
    session: Session, caller: Caller, board: str, id: str, result: dict[str, Any], previews: int, now: datetime
) -> Upload:  # fmt: skip
    """Mark an upload as ready and store its result. `previews`: bytes of its pictures. Idempotent."""
    find(session, caller, board, id)
    params = {"id": id, "result": orjson.dumps(result).decode(), "previews": previews, "now": format_utc(now)}
    if session.connection().execute(_READY, params).rowcount:
        usage.add(session, previews)
        session.connection().execute(_DROP_PARTS, {"id": id})
    return find(session, caller, board, id)


def give_up(session: Session, caller: Caller, board: str, id: str) -> DroppedUpload:
    """Drop an upload of the caller. Raises Refused `conflict` if it is attached."""
    find(session, caller, board, id)
    upload = drop(session, id)
    if upload is None:
        raise Refused("conflict", message(N_("This file is attached already.")))
    return upload


def drop(session: Session, id: str) -> DroppedUpload | None:
    """Drop an upload; return None if it is attached or does not exist."""
    row = session.get(Upload, id, populate_existing=True)
    if row is None or not session.connection().execute(_DROP, {"id": id}).rowcount:
        return None
    file = row.file
    session.expunge(row)
    session.connection().execute(_DROP_PARTS, {"id": id})
    return DroppedUpload(id, file)


def remove(session: Session, id: str) -> None:
    """Remove the row of a dropped upload whose stored bytes are deleted, and free its quota."""
    if (bytes := session.connection().execute(_REMOVE, {"id": id}).scalar()) is not None:
        usage.add(session, -bytes)


def due(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of uploads older than UPLOAD_TTL, and of dropped ones that may still be stored."""
    params = {"before": format_utc(now - UPLOAD_TTL), "before_hour": format_utc(now - DROP_RETRY_AFTER), "limit": limit}
    return list(session.connection().execute(_DUE, params).scalars())


def sweep(session: Session, id: str) -> DroppedUpload | None:
    """Drop a due upload. Of an attached one, only delete the row: its files stay."""
    if session.connection().execute(_FORGET_ATTACHED, {"id": id}).rowcount:
        return None
    return drop(session, id)
