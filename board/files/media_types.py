"""Media types of files, from their first bytes. Names are not trusted.

Pictures and PDFs are recognised by signature alone. Other files are recognised in a child process with limits, because that
parses bytes from strangers.
"""

from typing import NamedTuple

import structlog

from board.child_process import parent
from board.files import recognition_process
from board.files.recognition_process import HEAD_BYTES, UNKNOWN, is_media_type, is_sealed

log = structlog.get_logger()

PDF = "application/pdf"
FAILED = -1
LIMITS = parent.Limits(seconds=10, memory=512 * 1024 * 1024, output=200, file_size=0)
MAX_ENDING = 16  # characters

# Pictures that are re-encoded before anybody gets them: offset and bytes of their signatures
_SIGNATURES = {
    "image/jpeg": (0, (b"\xff\xd8\xff",)),
    "image/png": (0, (b"\x89PNG\r\n\x1a\n",)),
    "image/gif": (0, (b"GIF87a", b"GIF89a")),
    "image/tiff": (0, (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    "image/avif": (4, (b"ftypavif", b"ftypavis")),
    "image/heic": (4, (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftyphevx", b"ftypheim", b"ftypheis", b"ftyphevm", b"ftyphevs")),
    "image/heif": (4, (b"ftypmif1", b"ftypmsf1", b"ftypmif2", b"ftypmiaf")),
}  # fmt: skip
_BMP_HEADER = range(12, 125)  # sizes of the second header, which distinguish a BMP from a text that begins with BM


class MediaType(NamedTuple):
    """Media type of a file. `is_picture`: whether files of this type are re-encoded, or refused."""

    name: str
    is_picture: bool


def by_signature(head: bytes) -> MediaType | None:
    """Return the type of a picture or a PDF by its signature; None for other files."""
    if head.startswith(b"%PDF-"):
        return MediaType(PDF, False)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return MediaType("image/webp", True)
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER:
        return MediaType("image/bmp", True)
    types = (type for type, (at, signatures) in _SIGNATURES.items() if head.startswith(signatures, at))
    return next((MediaType(type, True) for type in types), None)


async def recognise(head: bytes, name: str, script: str = recognition_process.__file__) -> MediaType:
    """Return the media type of a file that begins with these bytes, from a child process. If that fails, the type is unknown."""
    try:
        answer = await parent.run(script, head[:HEAD_BYTES], LIMITS, [_ending(name)])
    except (parent.TimeLimitExceeded, parent.OutputLimitExceeded):
        answer = parent.Result(FAILED, b"")
    return _read(answer)


def _read(answer: parent.Result) -> MediaType:
    """Return the child's answer after checking it, because the child has parsed bytes from strangers."""
    name = answer.output.decode("ascii", "replace")
    if answer.status or not is_media_type(name):
        log.warning("file not recognised", status=answer.status)
        name = UNKNOWN
    return MediaType(name, is_sealed(name))


def _ending(name: str) -> str:
    """Return the ending of a name, such as `.docx`; empty if it is not plain ASCII."""
    ending = name.rpartition(".")[2].lower()
    return f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= MAX_ENDING else ""
