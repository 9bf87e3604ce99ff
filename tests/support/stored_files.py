"""Attached files as they are stored, made without a server: a row, and the bytes."""

import hashlib
import os

from sqlalchemy import text

from board.files.store import FileStore
from models.db.database import Database
from models.ids import new_id

_ADD = text(
    "INSERT INTO file (id, board, seq, name, media_type, size, picture, sha256, added_by, added_at, withdrawn) VALUES "
    "(:id, 'board', 1, 'photo.jpg', 'image/jpeg', :size, :picture, :sha256, 'alice', '2026-11-27T10:00:00.000Z', :withdrawn)"
)


async def store_file(
    database: Database, store: FileStore, size: int = 1000, picture: bool = True, withdrawn: bool = False
) -> str:
    """Store a file and its row; return its id."""
    id, content = new_id(), os.urandom(size)
    for name in ("original", *(("thumb", "view") if picture else ())):
        await store.put(f"files/{id}/{name}", content if name == "original" else os.urandom(50))
    values = {"id": id, "size": size, "picture": picture, "sha256": hashlib.sha256(content).hexdigest()}
    database.write_now(
        lambda session: session.connection().execute(_ADD, values | {"withdrawn": '{"reason":null}' if withdrawn else None})
    )
    return id
