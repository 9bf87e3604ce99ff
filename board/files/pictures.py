"""Pictures of files: a thumbnail and a view without metadata, made in a child process with limits."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from board.child_process import limited, parent
from board.errors import Refused
from board.files import picture_process
from board.i18n import N_, message
from models.fields import Latitude, Longitude, Time

log = structlog.get_logger()

MAX_HEAD = 4_096  # bytes
LIBRARIES = 256 * picture_process.MB  # address space of Python, the decoders and their threads; measured: 75 to 140 MB
LIMITS = parent.Limits(seconds=30, memory=picture_process.MAX_DECODED + LIBRARIES, output=12 * picture_process.MB, file_size=0)

BROKEN = N_("This picture is damaged, or of a kind that cannot be read. Send it again, or save it as a JPEG first.")
TOO_MANY_PIXELS = N_("This picture has too many pixels: at most {count} million. Make it smaller first.")
TOO_HARD = N_("This picture takes too much time or memory. Make it smaller first, or save it as a JPEG.")


class FoundPlace(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    lat: Latitude
    lon: Longitude


class PictureMetadata(BaseModel):
    """Facts in the metadata of a picture. Only the person who uploads it sees them."""

    model_config = ConfigDict(extra="forbid")

    taken_at: Time | None = None
    place: FoundPlace | None = None
    device: str | None = Field(default=None, max_length=picture_process.MAX_DEVICE)


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    found: PictureMetadata
    lengths: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures made from a file. `width`, `height`: size of the upright original in pixels."""

    width: int
    height: int
    found: dict[str, Any]
    thumb: bytes
    view: bytes


async def make(content: AsyncIterator[bytes], script: str = picture_process.__file__) -> Pictures:
    """Make the pictures of a file, in a turn of the queue `pictures`.

    Raises Refused `invalid` if it is unreadable, `too_large` if it needs too much time or memory, `unavailable` if a library is
    missing.
    """
    try:
        result = await parent.run(script, content, LIMITS)
    except (parent.TimeLimitExceeded, parent.OutputLimitExceeded):
        raise Refused("too_large", TOO_HARD) from None
    return _read(result)


def _read(result: parent.Result) -> Pictures:
    """Return the child's pictures after checking them, because the child has parsed bytes from strangers. Raises Refused if they
    are invalid, or if the child failed."""
    _check_status(result.status)
    length = int.from_bytes(result.output[:4], "big")
    try:
        if not 0 < length <= MAX_HEAD:
            raise ValueError(length)
        head = _Head.model_validate_json(result.output[4 : 4 + length])
        thumb, view = _split(result.output[4 + length :], head.lengths)
    except (ValidationError, ValueError):
        log.error("picture process answered wrongly")
        raise Refused("invalid", BROKEN) from None
    return Pictures(head.width, head.height, head.found.model_dump(exclude_none=True), thumb, view)


def _split(pictures: bytes, lengths: tuple[int, int]) -> tuple[bytes, bytes]:
    thumb, view = pictures[: lengths[0]], pictures[lengths[0] :]
    if len(view) != lengths[1] or not all(picture[:4] == b"RIFF" and picture[8:12] == b"WEBP" for picture in (thumb, view)):
        raise ValueError("not two pictures")
    return thumb, view


def _check_status(status: int) -> None:
    if status in (picture_process.MISSING, limited.NOT_ISOLATED):
        log.error("picture libraries missing")
        raise Refused("unavailable")
    if status == picture_process.TOO_MANY_PIXELS:
        raise Refused("too_large", message(TOO_MANY_PIXELS, count=picture_process.MAX_PIXELS // 1_000_000))
    if status == picture_process.BROKEN:
        raise Refused("invalid", BROKEN)
    if status:  # out of memory, out of time, or killed by its input
        raise Refused("too_large", TOO_HARD)
