"""Maker of pictures: reads a picture or a PDF (its first page) on standard input, and writes a thumbnail and a view without
metadata. Run in an isolated child process with Pillow, pillow-heif and, for PDFs, pypdfium2. It imports all of them before
decoding, because then it can no longer open files.

Output: the length of a JSON head in four bytes, the head (width and height of the upright original, facts in its metadata,
lengths of both pictures), then both. Exit 3: a library is missing. 4: out of memory, or over the budget. 5: unreadable picture.
6: too many pixels.
"""

import codecs
import contextlib
import io
import json
import re
import struct
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

MISSING, NO_MEMORY, BROKEN, TOO_MANY_PIXELS = 3, 4, 5, 6

MAX_PIXELS = 120_000_000
MB = 1024 * 1024
MAX_DECODED = 512 * MB  # budget of one picture: 51 million pixels of most formats, such as the 48 million of a telephone
MIN_DECODED = 128 * MB  # budget of the smallest file
DECODED_PER_BYTE = 10_000  # most bytes per byte of the file: deflate packs 1,032 plain pixels, of up to 10 bytes, into one byte
PIXEL_BYTES = 10  # bytes per pixel at the peak of decoding, measured with 12 to 108 million pixels
LARGER_PIXELS = {"WEBP": 17, "AVIF": 13, "TIFF": 13}
SIZES = (320, 1600)  # longest sides of the thumbnail and the view
QUALITIES = (75, 82)
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF", "AVIF")
TURNED = (5, 6, 7, 8)  # orientations that swap width and height
_ORIENTATION, _MAKE, _MODEL, _EXIF, _GPS = 0x0112, 0x010F, 0x0110, 0x8769, 0x8825
_TIMES = ((0x9003, 0x9011), (0x9004, 0x9012))  # taken, digitised; each with its offset
_MODIFIED, _MODIFIED_OFFSET = 0x0132, 0x9010
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
MAX_DEVICE = 100
HOME_ZONE = "Europe/Brussels"
ENCODINGS = ("ascii", "latin-1", "utf-8", "utf-16", "utf-16-le", "utf-16-be")  # encodings of texts in pictures


def main() -> int:
    content = sys.stdin.buffer.read()
    is_pdf = content.startswith(b"%PDF-")
    try:
        prepare(is_pdf)
    except (ImportError, OSError):
        return MISSING
    try:
        return write(*convert(first_page(content))) if is_pdf else convert_file(content)
    except MemoryError:
        return NO_MEMORY
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, TypeError, RuntimeError, ImportError,
            struct.error):  # fmt: skip
        return BROKEN


def prepare(is_pdf: bool) -> None:
    """Import everything that decoding may need, then give up the right to open files. Raises ImportError or OSError if a library
    is missing."""
    import _strptime  # type: ignore[import-not-found]  # noqa: F401 - by datetime.strptime
    import zoneinfo

    from PIL import (  # noqa: F401 - by Image.open
        AvifImagePlugin,
        Image,
        ImageCms,
        ImageFile,
        ImageFilter,
        ImagePalette,
        JpegImagePlugin,
        MpoImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )  # fmt: skip
    from pillow_heif import register_heif_opener

    from board.child_process import isolation

    if is_pdf:
        import pypdfium2  # noqa: F401 - by first_page
    zoneinfo.ZoneInfo(HOME_ZONE)  # cached by zoneinfo
    for name in ENCODINGS:
        codecs.lookup(name)
    Image.preinit()
    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # checked here
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    isolation.refuse_files()


def convert_file(content: bytes) -> int:
    """Write the thumbnail and the view of a picture, unless decoding it would use too much memory. Return the exit code."""
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            return TOO_MANY_PIXELS
        if decoded_size(image) > min(MAX_DECODED, MIN_DECODED + DECODED_PER_BYTE * len(content)):
            return NO_MEMORY
        return write(*convert(image))


def decoded_size(image: Any) -> int:
    """Return the maximum memory of decoding in bytes, from the size in the file's header."""
    if image.format in ("JPEG", "MPO"):  # decoded in strips, no larger than needed; a progressive one keeps all coefficients
        parts = [across * down for _, across, down, _ in image.layer] if image.info.get("progressive") else [0]
        return int(image.width * image.height * 2 * sum(parts) / max(*parts, 1))
    return int(image.width * image.height * LARGER_PIXELS.get(image.format, PIXEL_BYTES))


def first_page(content: bytes) -> Any:
    """Return the first page of a PDF as a picture of the size of a view.

    Raises ImportError if pypdfium2 is missing, RuntimeError if the PDF is unreadable or has a password.
    """
    import pypdfium2

    page = pypdfium2.PdfDocument(content)[0]
    return page.render(scale=SIZES[1] / max(*page.get_size(), 1.0), may_draw_forms=False).to_pil().convert("RGB")


def write(head: dict[str, Any], pictures: list[bytes]) -> int:
    """Write the head and the pictures to standard output. Return the exit code."""
    encoded = json.dumps(head | {"lengths": [len(picture) for picture in pictures]}).encode()
    sys.stdout.buffer.write(len(encoded).to_bytes(4, "big") + encoded + b"".join(pictures))
    sys.stdout.buffer.flush()
    return 0


def convert(image: Any) -> tuple[dict[str, Any], list[bytes]]:
    """Return the facts about a picture, and its thumbnail and view as WebP."""
    facts = metadata(image)
    orientation = _orientation(image)
    width, height = image.size
    if orientation in TURNED:
        width, height = height, width
    profile = image.info.get("icc_profile")
    image.draft(None, (SIZES[1], SIZES[1]))  # a JPEG is decoded no larger than needed
    image.load()
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    elif image.mode == "1":
        image = image.convert("L")
    image.thumbnail((SIZES[1], SIZES[1]), reducing_gap=2.0)
    view = _turned(_coloured(image, profile), orientation)
    thumb = view.copy()
    thumb.thumbnail((SIZES[0], SIZES[0]), reducing_gap=3.0)
    pictures = [encode(picture, quality) for picture, quality in zip((thumb, view), QUALITIES, strict=True)]
    return {"width": width, "height": height, "found": facts}, pictures


def encode(image: Any, quality: int) -> bytes:
    """Return the pixels of an RGB picture as WebP, without metadata."""
    from PIL import Image

    output = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(output, "WEBP", quality=quality, method=4)
    return output.getvalue()


def _orientation(image: Any) -> int:
    with contextlib.suppress(Exception):  # broken metadata can raise anything
        return int(image.getexif().get(_ORIENTATION, 1))
    return 1


def _turned(image: Any, orientation: int) -> Any:
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
    }  # fmt: skip
    return image.transpose(turns[orientation]) if orientation in turns else image


def _coloured(image: Any, profile: bytes | None) -> Any:
    """Return a picture as RGB in the colours of screens, on white where it is transparent."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    if image.mode in ("RGBA", "LA", "La", "RGBa", "PA"):
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _to_srgb(image, profile)
    return image.convert("RGB")


def _to_srgb(image: Any, profile: bytes) -> Any:
    from PIL import ImageCms

    with contextlib.suppress(Exception):  # the profile may be unreadable, or for other colours
        source, screen = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, screen, outputMode="RGB")
    return image


def _eight_bits(image: Any) -> Any:
    """Return a picture with 16-bit or other values as 8-bit grey."""
    numbers = image.convert("F")
    low, high = numbers.getextrema()
    if image.mode.startswith("I;16") or (low >= 0 and 255 < high <= 65_535):
        low, high = 0.0, 65_535.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    scale = 255.0 / (high - low) if high > low else 0.0
    return numbers.point(lambda value: value * scale + (-low * scale)).convert("L")


# -- metadata -------------------------------------------------------------------------------------------------------------


def metadata(image: Any) -> dict[str, Any]:
    """Return the time, place and device of a picture that are in its metadata."""
    facts: dict[str, Any] = {}
    try:
        exif = image.getexif()
        exif_details, gps = exif.get_ifd(_EXIF), exif.get_ifd(_GPS)
    except Exception:  # broken metadata can raise anything, and the picture may be fine
        return facts
    for name, value in (("taken_at", _taken_at(exif, exif_details, gps)), ("place", _place(gps)), ("device", _device(exif))):
        if value is not None:
            facts[name] = value
    return facts


def _device(exif: Any) -> str | None:
    make, model = (_text(exif.get(tag)) for tag in (_MAKE, _MODEL))
    name = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    return " ".join(name.split())[:MAX_DEVICE] or None


def _text(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return "".join(sign for sign in text if sign.isprintable())


def _taken_at(exif: Any, exif_details: Any, gps: Any) -> str | None:
    times = [(exif_details.get(time), exif_details.get(offset)) for time, offset in _TIMES]
    times.append((exif.get(_MODIFIED), exif_details.get(_MODIFIED_OFFSET)))
    for time, offset in times:
        with contextlib.suppress(Exception):
            return _utc(_text(time).strip()[:19], _text(offset).strip())
    with contextlib.suppress(Exception):
        hours, minutes, seconds = (float(part) for part in gps[7])
        day = datetime.strptime(_text(gps[29]).strip()[:10], "%Y:%m:%d").replace(tzinfo=UTC)
        return (day + timedelta(hours=hours, minutes=minutes, seconds=seconds)).isoformat()
    return None


def _utc(local_time: str, offset: str) -> str:
    """Return a time of a camera in UTC. Without an offset, its clock is assumed to be that of Brussels."""
    time = datetime.strptime(local_time, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # the zone follows
    if match := _OFFSET.fullmatch(offset):
        sign = -1 if match[1] == "-" else 1
        zone: Any = timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3])))
    else:
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(HOME_ZONE)
    return time.replace(tzinfo=zone).astimezone(UTC).isoformat()


def _place(gps: Any) -> dict[str, float] | None:
    with contextlib.suppress(Exception):
        lat, lon = _degrees(gps[2], _text(gps.get(1)), "S"), _degrees(gps[4], _text(gps.get(3)), "W")
        if abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon):
            return {"lat": round(lat, 6), "lon": round(lon, 6)}
    return None


def _degrees(parts: Any, side: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if value != value:
        raise ValueError("not a number")
    return -value if side.strip().upper() == negative else value


if __name__ == "__main__":
    sys.exit(main())
