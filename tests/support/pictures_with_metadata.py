"""Pictures with everything in their metadata that must not be served: place, time, device, owner, and remarks."""

import io
from typing import Any

from PIL import Image, ImageDraw, PngImagePlugin

DEVICE, OWNER, REMARK, SOFTWARE = "Tattletale 9000", "Griet Ozolin", "Number 12, second floor", "Tattletale OS 3"
TAKEN_AT = "2026-11-24T22:01:02.000Z"
SECRETS = (
    b"Tattletale",
    b"Ozolin",
    b"second floor",
    b"2026:11:24",
    b"Exif",
    b"GPS",
    b"ICC_PROFILE",
    b"http://ns.adobe.com",
    b"xmp",
)
LAT, LON = 51.213889, 4.420833


def exif(orientation: int = 1) -> Image.Exif:
    """Return metadata of a photo taken in Antwerp."""
    found = Image.Exif()
    found[0x0112], found[0x010F], found[0x0110] = orientation, "Tattletale", DEVICE
    found[0x8298], found[0x013B] = OWNER, OWNER
    found[0x0131], found[0x0132] = SOFTWARE, "2026:11:24 23:01:02"
    found[0x9C9C] = REMARK.encode("utf-16-le")
    taken = found.get_ifd(0x8769)
    taken[0x9003], taken[0x9011] = "2026:11:24 23:01:02", "+01:00"
    taken[0x927C] = REMARK.encode()
    gps = found.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (51.0, 12.0, 50.0), "E", (4.0, 25.0, 15.0)
    gps[29], gps[7] = "2026:11:24", (22.0, 1.0, 2.0)
    return found


def canvas(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Return a picture whose upper left quarter is red, and the rest blue."""
    picture = Image.new("RGB", (width, height), (20, 40, 200))
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(220, 30, 30))
    return picture.convert(mode)


def saved(picture: Image.Image, format: str, **options: Any) -> bytes:
    output = io.BytesIO()
    picture.save(output, format, **options)
    return output.getvalue()


def jpeg(width: int = 640, height: int = 480, orientation: int = 1, mode: str = "RGB") -> bytes:
    comment = {"comment": REMARK.encode(), "xmp": f"<x:xmpmeta>{REMARK}</x:xmpmeta>".encode()}
    return saved(canvas(width, height, mode), "JPEG", exif=exif(orientation), **comment)


def png(mode: str = "RGB") -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", OWNER)
    texts.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{REMARK}</x:xmpmeta>")
    picture = (
        canvas(mode="L").convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else canvas(mode=mode)
    )
    return saved(picture, "PNG", exif=exif(), pnginfo=texts)


def heic() -> bytes:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    return saved(canvas(), "HEIF", exif=exif().tobytes(), quality=60)


def animated() -> bytes:
    """Return a GIF of two frames: the second one is all green."""
    first, second = canvas(mode="P"), Image.new("RGB", (640, 480), (0, 200, 0)).convert("P")
    return saved(first, "GIF", save_all=True, append_images=[second], comment=REMARK.encode(), duration=100, loop=0)
