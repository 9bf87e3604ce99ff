"""Deletion of the files and uploads of an erased search: first bytes, then rows, so that an interrupted step can continue."""

from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session

from board.files import usage
from board.files.http import upload_rows
from board.files.store import FileStore
from models.db.database import Database
from models.db.tables import columns_of, table_of
from models.file import File
from models.upload import Upload, UploadPart

PAGE_SIZE = 25  # files of one read

_F, _U = columns_of(File), columns_of(Upload)
_FILES = select(_F.id, _F.stored).where(_F.board == bindparam("board")).order_by(_F.id).limit(PAGE_SIZE)
_UPLOADS = select(_U.id, _U.file).where(_U.board == bindparam("board")).order_by(_U.id).limit(PAGE_SIZE)
_STORED = select(_F.id, _F.stored).where(_F.id.in_(bindparam("ids", expanding=True)), _F.stored > 0).order_by(_F.id)
_UPLOADED = select(_U.id, _U.file).where(_U.file.in_(bindparam("ids", expanding=True))).order_by(_U.id)
_FREE = update(table_of(File)).where(_F.id == bindparam("row"), _F.stored == bindparam("bytes")).values(stored=0)
_DELETE_FILE = delete(table_of(File)).where(_F.id == bindparam("row"))
_DELETE_UPLOAD = delete(table_of(Upload)).where(_U.id == bindparam("row"))
_DELETE_PARTS = delete(table_of(UploadPart)).where(columns_of(UploadPart).upload == bindparam("row"))


async def delete_files(database: Database, files: FileStore, board: str) -> bool:
    """Delete a page of files and uploads with all their variants; return whether none are left. Raises FilesUnavailable or
    DatabaseUnavailable."""
    uploads = await _delete_uploads(database, files, _UPLOADS, {"board": board})
    rows = await database.read(partial(_rows, query=_FILES, params={"board": board}))
    for row in rows:
        await _delete_bytes(files, [f"files/{row.id}/"])
        await database.write(partial(_delete_file, id=row.id, stored=row.stored))
    return not uploads and not rows


async def delete_bytes(database: Database, files: FileStore, ids: list[str]) -> bool:
    """Delete the bytes of these files, and their uploads. The rows of the files stay, without names. Raises as `delete_files`."""
    await _delete_uploads(database, files, _UPLOADED, {"ids": ids})
    for row in await database.read(partial(_rows, query=_STORED, params={"ids": ids})):
        await _delete_bytes(files, [f"files/{row.id}/"])
        await database.write(partial(_free, id=row.id, stored=row.stored))
    return True


async def _delete_uploads(database: Database, files: FileStore, query: Any, params: dict[str, Any]) -> bool:
    """Delete the uploads of a query; return whether there were any."""
    uploads = await database.read(partial(_rows, query=query, params=params))
    for row in uploads:
        await database.write(partial(upload_rows.drop, id=row.id))  # its sender can't add to it
        await _delete_bytes(files, [f"uploads/{row.id}/", *([f"files/{row.file}/"] if row.file else [])])
        await database.write(partial(_delete_upload, id=row.id))
    return bool(uploads)


async def _delete_bytes(files: FileStore, prefixes: list[str]) -> None:
    for prefix in prefixes if files.is_set else ():
        await files.delete([stored.key async for stored in files.list(prefix)])


def _rows(session: Session, query: Any, params: dict[str, Any]) -> list[Any]:
    return list(session.connection().execute(query, params))


def _free(session: Session, id: str, stored: int) -> None:
    """Count the bytes of a file as free, unless another process has done it."""
    if session.connection().execute(_FREE, {"row": id, "bytes": stored}).rowcount:
        usage.add(session, -stored)


def _delete_file(session: Session, id: str, stored: int) -> None:
    if session.connection().execute(_DELETE_FILE, {"row": id}).rowcount:
        usage.add(session, -stored)


def _delete_upload(session: Session, id: str) -> None:
    """Delete the row of an upload. `upload_rows.remove` frees the quota of one that was not attached."""
    upload_rows.remove(session, id)
    session.connection().execute(_DELETE_PARTS, {"row": id})
    session.connection().execute(_DELETE_UPLOAD, {"row": id})
