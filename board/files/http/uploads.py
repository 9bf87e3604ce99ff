"""Uploads: received in parts, each stored before it counts, then checked and processed into a file that can be attached.

Bytes that arrived before a connection was lost are kept. Two uploads with the same id take turns: each part counts once, at its
offset.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from importlib.util import find_spec
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request

from board.engine.identity import Caller
from board.errors import Refused, invalid
from board.files import media_types, pictures
from board.files.http import upload_rows
from board.files.http.quotas import QuotaExceeded
from board.files.http.upload_rows import DroppedUpload, NewUpload
from board.files.media_types import MediaType
from board.files.pictures import Pictures
from board.files.recognition_process import HEAD_BYTES
from board.files.store import FileStore
from board.i18n import N_
from board.service import BoardService
from board.telemetry import processing, space_metrics
from models.db.errors import DatabaseUnavailable
from models.ids import new_id
from models.upload import Upload
from realtime.keyed_semaphore import KeyedSemaphore

log = structlog.get_logger()

MAX_BODY = 1024 * 1024  # bytes of one request
PART_BYTES = 512 * 1024  # bytes that are held in memory until they are stored
PREVIEWS_BYTES = 1024 * 1024  # disk space for the thumbnail and the view of a picture

TOO_LONG = N_("Send a file in parts of at most 1 MB.")


class Uploads:
    """Uploads of one process."""

    def __init__(self, service: BoardService) -> None:
        self._service = service
        self._database, self._files = service.database, service.files
        self._one_by_one = KeyedSemaphore(1)  # one `finish` at a time for each upload

    async def begin(self, caller: Caller, new: NewUpload) -> Upload:
        """Begin an upload, or continue the one with this id."""
        now, shares = self._service.clock(), self._service.file_shares
        try:
            row, replaced = await self._database.write(lambda session: upload_rows.begin(session, caller, new, shares, now))
        except QuotaExceeded as refused:
            space_metrics.upload_refused(refused.name)
            raise
        for upload in replaced:
            await self._forget(upload)
        return row

    async def find(self, caller: Caller, board: str, id: str) -> Upload:
        """Return an upload of the caller. Raises Refused `not_found` if it does not exist or is another account's."""
        return await self._database.read(lambda session: upload_rows.find(session, caller, board, id))

    def room_for_part(self, rest: int) -> AbstractAsyncContextManager[None]:
        """Hold disk space for one request of a file with `rest` missing bytes. Raises FilesUnavailable if only the reserve is
        left."""
        return self._service.disk.promise(max(0, min(rest, MAX_BODY)))

    async def receive(self, caller: Caller, row: Upload, request: Request) -> Upload:
        """Store the bytes of a request in parts. Raises Refused if the request or the file has too many bytes, and as
        `upload_rows.grow` does; ClientDisconnect, after storing the received bytes, if the connection is lost."""
        buffer, stream, received_bytes = bytearray(), request.stream(), 0
        while True:
            try:
                chunk = await anext(stream, b"")
            except ClientDisconnect:
                if buffer:
                    await self._add_part(caller, row, bytes(buffer))
                raise
            buffer += chunk
            received_bytes += len(chunk)
            if received_bytes > MAX_BODY:
                raise Refused("too_large", TOO_LONG)
            if row.offset + len(buffer) > row.size:
                raise invalid("offset", N_("This goes beyond the end of the file."))
            if len(buffer) >= PART_BYTES or (buffer and not chunk):
                row = await self._add_part(caller, row, bytes(buffer))
                buffer.clear()
            if not chunk:
                return row

    async def _add_part(self, caller: Caller, row: Upload, content: bytes) -> Upload:
        object = new_id()
        key = f"uploads/{row.id}/{object}"
        await self._files.put(key, content)
        now = self._service.clock()
        try:
            return await self._database.write(
                lambda session: upload_rows.grow(session, caller, row.board, row.id, row.offset, len(content), object, now)
            )
        except Refused:
            with suppress(Refused):  # the sweep does it later
                await self._files.delete([key])
            raise

    async def finish(self, caller: Caller, row: Upload, sha256: str | None) -> Upload:
        """Check a complete upload, and store the file that can be attached. Raises Refused if it is incomplete, damaged or
        unreadable, or can't be processed now."""
        slot = await self._one_by_one.acquire(row.id)
        try:
            row = await self.find(caller, row.board, row.id)
            if row.state == "receiving":
                upload_rows.check_offset(row, row.size)
                row = await processing.register_steps(self._make(caller, row, sha256), "upload", row.id)
        finally:
            slot.release()
        if sha256 is not None and row.result is not None and row.result["sha256"] != sha256:
            raise invalid("sha256", N_("The file arrived damaged. Send it again."))
        return row

    async def _make(self, caller: Caller, row: Upload, sha256: str | None) -> Upload:
        new, now = new_id(), self._service.clock()
        try:
            row = await self._database.write(lambda session: upload_rows.claim(session, caller, row.board, row.id, new, now))
            result, previews = await self._look_at(caller, row, sha256)
        except Refused as refused:
            if refused.message == upload_rows.UNREADABLE:
                processing.set_aside("upload", row.id)
            if refused.code in ("invalid", "too_large"):  # a retry would fail again
                await self.give_up(caller, row.board, row.id)
            raise
        except FileNotFoundError:  # another process has finished it, and deleted its parts
            row = await self.find(caller, row.board, row.id)
            if row.state == "receiving":
                log.error("upload incomplete", upload=row.id)
                raise Refused("unavailable") from None
            return row
        now = self._service.clock()
        ready_row = await self._database.write(
            lambda session: upload_rows.set_ready(session, caller, row.board, row.id, result, previews, now)
        )
        with suppress(Refused):  # the sweep does it later
            await self._files.delete([part.key async for part in self._files.list(f"uploads/{row.id}/")])
        return ready_row

    async def _look_at(self, caller: Caller, row: Upload, sha256: str | None) -> tuple[dict[str, Any], int]:
        """Store a claimed upload; return its result, and the bytes of its pictures.

        Clears its count of killed processes unless this process is killed.
        Raises Refused, or FileNotFoundError if parts are missing.
        """
        try:
            parts = await self._database.read(lambda session: upload_rows.parts(session, row.id))
            async with self._service.disk.promise(row.size + PREVIEWS_BYTES):
                return await self._store(caller, row, parts, sha256)
        except BaseException:
            with suppress(DatabaseUnavailable):
                await self._database.write(lambda session: upload_rows.clear_poison(session, row.id))
            raise

    async def _store(self, caller: Caller, row: Upload, parts: list[str], sha256: str | None) -> tuple[dict[str, Any], int]:
        """Store the original, and a picture's thumbnail and view; return the result, and the bytes of the pictures.

        Raises Refused, or FileNotFoundError if parts are missing.
        """
        content, file = _UploadReader(self._files, row.id, parts, row.size), row.file
        await self._files.put(f"files/{file}/original", content.read())
        if sha256 not in (None, content.digest):
            raise invalid("sha256", N_("The file arrived damaged. Send it again."))
        type = await self._type_of(caller, content.head, row.name)
        result: dict[str, Any] = {
            "media_type": type.name, "size": row.size, "sha256": content.digest, "width": None, "height": None,
            "picture": False, "found": {},
        }  # fmt: skip
        if pictures := await self._pictures_of(caller, type, f"files/{file}/original"):
            await self._files.put(f"files/{file}/thumb", pictures.thumb)
            await self._files.put(f"files/{file}/view", pictures.view)
            result |= {"picture": True, "found": pictures.found}
        if pictures and type.is_picture:
            result |= {"width": pictures.width, "height": pictures.height}
        return result, len(pictures.thumb) + len(pictures.view) if pictures else 0

    async def _type_of(self, caller: Caller, head: bytes, name: str) -> MediaType:
        """Return the type of a file that begins with these bytes. Raises Refused if the queue is full."""
        if (type := media_types.by_signature(head)) is not None:
            return type
        async with self._service.queues.pictures.turn(caller.account.id):
            return await media_types.recognise(head, name)

    async def _pictures_of(self, caller: Caller, type: MediaType, key: str) -> Pictures | None:
        """Make the pictures of an image, or of the first page of a PDF; None for other files. Raises Refused as `pictures.make`
        does."""
        if not type.is_picture and (type.name != media_types.PDF or find_spec("pypdfium2") is None):
            return None
        try:
            async with self._service.queues.pictures.turn(caller.account.id):
                return await pictures.make(self._files.get(key))
        except Refused as refused:
            if type.is_picture or refused.code == "unavailable":
                raise
            return None  # for example a PDF with a password, which becomes a file without pictures

    async def give_up(self, caller: Caller, board: str, id: str) -> None:
        """Drop an upload and delete its stored bytes. Raises Refused `not_found` or `conflict` as `upload_rows.give_up` does."""
        await self._forget(await self._database.write(lambda session: upload_rows.give_up(session, caller, board, id)))

    async def _forget(self, dropped: DroppedUpload) -> None:
        with suppress(Refused):  # the sweep does it later
            await forget(self._service, dropped)


async def forget(service: BoardService, dropped: DroppedUpload) -> None:
    """Delete the stored bytes of a dropped upload, then its row. Raises FilesUnavailable or DatabaseUnavailable if that fails."""
    prefixes = [f"uploads/{dropped.id}/", *([f"files/{dropped.file}/"] if dropped.file is not None else [])]
    for prefix in prefixes:
        await service.files.delete([stored.key async for stored in service.files.list(prefix)])
    await service.database.write(lambda session: upload_rows.remove(session, dropped.id))


class _UploadReader:
    """File that consists of the parts of an upload. Reading it computes its digest and records its first bytes."""

    def __init__(self, files: FileStore, upload: str, parts: list[str], size: int) -> None:
        self._files, self._keys, self._left = files, [f"uploads/{upload}/{object}" for object in parts], size
        self._digest = hashlib.sha256()
        self.head = b""

    async def read(self) -> AsyncIterator[bytes]:
        """Yield the complete file. Raises FileNotFoundError if a part is missing, so that nothing is stored."""
        for key in self._keys:
            async for piece in self._files.get(key):
                self._digest.update(piece)
                self._left -= len(piece)
                if len(self.head) < HEAD_BYTES:
                    self.head += piece[: HEAD_BYTES - len(self.head)]
                yield piece
        if self._left:
            raise FileNotFoundError

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()
