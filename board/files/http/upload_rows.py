"""Rows of uploads, from the first part to ready or dropped. Each function is one transaction and checks rights again."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import Session

from board.config.file_shares import FileShares
from board.engine import access
from board.engine.identity import Caller, renewed
from board.errors import Refused, invalid
from board.files import usage
from board.files.http import quotas
from board.i18n import N_, message
from board.telemetry.processing import MAX_TRIES
from models.accounts import ROLES
from models.db.tables import columns_of
from models.times import format_utc
from models.upload import Upload, UploadPart

MAX_OPEN = 20  # uploads of one account that are not attached
MAX_OPEN_BYTES = 512 * 1024 * 1024  # bytes of these uploads; one upload always fits
MAX_PARTS = 2_000  # stored objects per upload
IDLE_AFTER = timedelta(minutes=10)  # idle time after which a new upload of the same account may replace this one
UPLOAD_TTL = timedelta(days=1)  # age at which the sweep removes an upload
DROP_RETRY_AFTER = timedelta(hours=1)  # time after which the sweep deletes the files of a dropped upload again
RETRY_S = 60
BUSY = timedelta(minutes=2)  # time for which another process may still work on an upload
BUSY_RETRY_S = 10

OTHER_OFFSET = N_("Another part of this file arrived in the meantime.")
UNREADABLE = N_("This file could not be read. Save it again, or in another format, then send it.")

_U, _PART = columns_of(Upload), columns_of(UploadPart)
_OPEN = (
    select(_U.id, _U.size, _U.touched_at)
    .where(_U.account == bindparam("account"), _U.state.in_(("receiving", "ready")))
    .order_by(_U.touched_at, _U.id)
)
_ADD = insert_or_skip(Upload).on_conflict_do_nothing(index_elements=["id"]).execution_options(preserve_rowcount=True)
_IS_ROW = _U.id == bindparam("row")
_UPDATE = update(Upload).where(_IS_ROW)
_GROW = _UPDATE.where(
    _U.state == "receiving", _U.offset == bindparam("start"), _U.size >= bindparam("end"), _U.parts < bindparam("most")
).values(offset=bindparam("end"), parts=_U.parts + 1)
_PARTS = select(_PART.object).where(_PART.upload == bindparam("row")).order_by(_PART.offset)
_CLAIM = _UPDATE.where(_U.poison < MAX_TRIES).values(file=func.coalesce(_U.file, bindparam("new_file")), poison=_U.poison + 1)
_CLEAR = _UPDATE.values(poison=0)
_READY = _UPDATE.where(_U.state == "receiving", _U.offset == _U.size).values(state="ready", poison=0)
_DROP = _UPDATE.where(_U.state != "attached").values(state="dropped")
_REMOVE = delete(Upload).where(_IS_ROW, _U.state == "dropped").returning(_U.size + _U.previews)
_DROP_PARTS = delete(UploadPart).where(_PART.upload == bindparam("row"))
_DUE = (
    select(_U.id)
    .where(or_(_U.created_at <= bindparam("before"), and_(_U.state == "dropped", _U.touched_at <= bindparam("before_hour"))))
    .order_by(_U.created_at, _U.id)
    .limit(bindparam("limit"))
)
_FORGET_ATTACHED = delete(Upload).where(_IS_ROW, _U.state == "attached")


class NewUpload(NamedTuple):
    """Upload to begin."""

    id: str
    board: str
    name: str
    size: int


class DroppedUpload(NamedTuple):
    """Dropped upload, which `find` no longer returns. Its row stays until its stored bytes are deleted.

    `file`: id of its files in the store, if any were made.
    """

    id: str
    file: str | None


def require_uploader(session: Session, caller: Caller, board: str) -> str:
    """Return the account of a caller who may attach files to this search. Raises Refused `not_found` if the caller may not see
    the search, `forbidden` if it may not attach files."""
    current = renewed(session, caller)
    if access.get_visible_board(session, current, board).kind != "search":
        raise Refused("not_found")
    if ROLES.index(current.account.command_role) < ROLES.index("investigator") or not caller.may_command:
        raise Refused("forbidden")
    return current.account.id


def find(session: Session, caller: Caller, board: str, id: str) -> Upload:
    """Return an upload of the caller. Raises Refused `not_found` if it does not exist or is another account's."""
    account = require_uploader(session, caller, board)
    row = session.get(Upload, id, populate_existing=True)
    if row is None or row.board != board or row.account != account or row.state == "dropped":
        raise Refused("not_found")
    session.expunge(row)
    return row


def begin(
    session: Session, caller: Caller, new: NewUpload, shares: FileShares, now: datetime
) -> tuple[Upload, list[DroppedUpload]]:  # fmt: skip
    """Begin an upload, or continue the existing one with this id. Return it, and the uploads that were dropped to make space. Its
    size counts from now on.

    Raises QuotaExceeded if a quota is exceeded, Refused `rate_limited` if too many uploads are unfinished, and Refused as
    `require_uploader` does.
    """
    account = require_uploader(session, caller, new.board)
    row = session.get(Upload, new.id, populate_existing=True)
    replaced: list[DroppedUpload] = []
    if row is None:
        replaced = _make_room(session, account, new.size, now)
        values = {"id": new.id, "board": new.board, "account": account, "name": new.name, "size": new.size}
        times = dict.fromkeys(("created_at", "touched_at"), format_utc(now))
        if session.connection().execute(_ADD, values | times).rowcount:
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
    """Add a stored part. Raises Refused `conflict` if another part has this offset, `too_large` after MAX_PARTS, `invalid` if the
    part exceeds the size of the file."""
    row = find(session, caller, board, id)
    check_offset(row, offset)
    params = {"row": id, "start": offset, "end": offset + size, "most": MAX_PARTS, "touched_at": format_utc(now)}
    if not session.connection().execute(_GROW, params).rowcount:
        if row.parts >= MAX_PARTS:
            raise Refused("too_large", N_("This file arrived in too many small parts. Remove it and send it again."))
        check_offset(find(session, caller, board, id), offset)
        raise invalid("offset", N_("This goes beyond the end of the file."))
    part = {"upload": id, "offset": offset, "size": size, "object": object}
    session.connection().execute(insert(UploadPart), part)
    return find(session, caller, board, id)


def parts(session: Session, id: str) -> list[str]:
    """Return the keys of the parts of an upload, in order."""
    return list(session.connection().execute(_PARTS, {"row": id}).scalars())


def claim(session: Session, caller: Caller, board: str, id: str, file: str, now: datetime) -> Upload:
    """Claim an upload for processing, and set the id of its files if it has none, so that the row names them even if the process
    is killed.

    Raises Refused `invalid` after MAX_TRIES killed processes, `unavailable` while another process works on it.
    """
    row = find(session, caller, board, id)
    params = {"row": id, "new_file": file, "touched_at": format_utc(now)}
    if not session.connection().execute(_CLAIM, params).rowcount:
        if row.touched_at > format_utc(now - BUSY):
            raise Refused("unavailable", retry_after_s=BUSY_RETRY_S)
        raise Refused("invalid", UNREADABLE)
    return find(session, caller, board, id)


def clear_poison(session: Session, id: str) -> None:
    """Reset the count of processes that an upload has killed."""
    session.connection().execute(_CLEAR, {"row": id})


def set_ready(
    session: Session, caller: Caller, board: str, id: str, result: dict[str, Any], previews: int, now: datetime
) -> Upload:  # fmt: skip
    """Mark an upload as ready and store its result. `previews`: bytes of its pictures. Idempotent."""
    find(session, caller, board, id)
    params = {"row": id, "result": result, "previews": previews, "touched_at": format_utc(now)}
    if session.connection().execute(_READY, params).rowcount:
        usage.add(session, previews)
        session.connection().execute(_DROP_PARTS, {"row": id})
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
    if row is None or not session.connection().execute(_DROP, {"row": id}).rowcount:
        return None
    file = row.file
    session.expunge(row)
    session.connection().execute(_DROP_PARTS, {"row": id})
    return DroppedUpload(id, file)


def remove(session: Session, id: str) -> None:
    """Remove the row of a dropped upload whose stored bytes are deleted, and free its quota."""
    if (bytes := session.connection().execute(_REMOVE, {"row": id}).scalar()) is not None:
        usage.add(session, -bytes)


def due(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of uploads older than UPLOAD_TTL, and of dropped uploads whose bytes may still be stored."""
    params = {"before": format_utc(now - UPLOAD_TTL), "before_hour": format_utc(now - DROP_RETRY_AFTER), "limit": limit}
    return list(session.connection().execute(_DUE, params).scalars())


def sweep(session: Session, id: str) -> DroppedUpload | None:
    """Drop a due upload. If it is attached, only delete its row, because its files stay."""
    if session.connection().execute(_FORGET_ATTACHED, {"row": id}).rowcount:
        return None
    return drop(session, id)
