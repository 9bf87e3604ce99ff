"""Photos as cameras make them, and boards whose cards have pictures."""

import hashlib
import io
import itertools
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from PIL import Image
from sqlmodel import Session, select

from board.commands.files import files
from board.engine.identity import Caller
from board.files import pictures
from board.files.pictures import Pictures
from board.service import BoardService
from models.ids import new_id
from models.sighting import Sighting
from models.task import Task
from models.times import format_utc, now
from models.upload import Upload
from tests.tools.bench._server import create_coordinator, execute, open_service

MOTIFS, PIXELS = 24, (800, 600)  # pictures that look different on a board: more are copies, each at an address of its own


def make_photo(pixels: tuple[int, int], number: int) -> bytes:
    """Return a JPEG, some 4 MB for 12 megapixels: a landscape of soft noise, different for each number."""
    file, (width, height) = io.BytesIO(), pixels
    noise = Image.frombytes("RGB", (width // 4, height // 4), os.urandom(width * height * 3 // 16))
    noise.resize(pixels, Image.Resampling.BICUBIC).save(file, "JPEG", quality=80, comment=str(number).encode())
    return file.getvalue()


async def add_pictures(settings: dict[str, str], board: str, count: int) -> None:
    """Attach a picture to each of the `count` uppermost cards of a board, which are visible when it opens."""
    service = await open_service(settings)
    caller = await create_coordinator(service)
    contents = [make_photo(PIXELS, number) for number in range(min(count, MOTIFS))]
    made = [await pictures.make(_given(content)) for content in contents]
    with _room_for(count):
        for number, card in enumerate((await _uppermost(service, board))[:count]):
            motif = number % len(made)
            upload = await _upload(service, caller, board, contents[motif], made[motif])
            await execute(service, caller, board, "file.attach", {"upload": upload, "card": card})
    await service.close()


@contextmanager
def _room_for(count: int) -> Iterator[None]:
    """Raise the limit of files per search in this process only; the server shows all attached files."""
    limit = files.MAX_FILES
    files.MAX_FILES = max(limit, count)
    try:
        yield
    finally:
        files.MAX_FILES = limit


async def _given(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _upload(service: BoardService, caller: Caller, board: str, content: bytes, made: Pictures) -> str:
    """Store a file as a complete upload leaves it; return the id of the upload."""
    upload, file, at = str(uuid.uuid4()), new_id(), format_utc(now())
    for size, stored in (("original", content), ("thumb", made.thumb), ("view", made.view)):
        await service.files.put(f"files/{file}/{size}", stored)
    result = {
        "media_type": "image/jpeg", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "width": made.width,
        "height": made.height, "picture": True, "found": {},
    }  # fmt: skip
    row = Upload(
        id=upload, board=board, account=caller.account.id, name="photo.jpg", size=len(content), offset=len(content), parts=0,
        state="ready", file=file, result=result, created_at=at, touched_at=at,
    )  # fmt: skip
    await service.database.write(lambda session: session.add(row))
    return upload


async def _uppermost(service: BoardService, board: str) -> list[str]:
    """Return the ids of all cards: the first ones of each column, the second ones, and so on."""

    def read(session: Session) -> list[tuple[str, str, str]]:
        rows = (
            session.exec(select(kind.column, kind.rank, kind.id).where(kind.board == board)).all() for kind in (Sighting, Task)
        )
        return sorted(itertools.chain.from_iterable(rows))

    placed = itertools.groupby(await service.database.read(read), lambda card: card[0])
    columns = [[id for _, _, id in cards] for _, cards in placed]
    return [id for level in itertools.zip_longest(*columns) for id in level if id is not None]
