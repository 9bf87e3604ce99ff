"""Memory of a picture's decoder: it is judged by the head, so that a few bytes cost no more than the interpreter."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

from board.child_process import parent
from board.files import picture_process, pictures
from board.files.picture_process import NO_MEMORY, TOO_MANY_PIXELS, decoded_size

MB = picture_process.MB
WIDTH, HEIGHT = 12_000, 10_000


def webp(width: int, height: int) -> bytes:
    """Return a whole lossless picture of one colour."""
    data = b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14) + b"\x88\x88\x08\x07\x00"
    body = b"WEBPVP8L" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IHHIIHHHH", 34, 0, 0, 26, 12, width, height, 1, 24)
    return b"BM" + head + bytes(8)


def gif(width: int, height: int) -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00;"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + frame


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1_000))) + chunk(b"IEND", b"")


HOSTILE = {
    "WebP": webp(WIDTH // 3, HEIGHT // 3), "BMP": bmp(WIDTH, HEIGHT), "GIF": gif(WIDTH, HEIGHT), "PNG": png(WIDTH, HEIGHT),
}  # fmt: skip


# a small process starts the decoder, because Linux counts the memory of the starting process as the child's
MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024)
"""


def decode(content: bytes) -> tuple[int, int]:
    """Return the exit status of a decoder, and the most memory that it used, in bytes."""
    command = [sys.executable, "-I", "-c", MEASURE, *parent.command(picture_process.__file__, pictures.LIMITS)]
    done = subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True, env=parent.environment())
    status, most = map(int, done.stdout.split())
    return status, most


@pytest.mark.parametrize("name", HOSTILE)
def test_head_of_a_few_bytes_costs_no_memory(name: str) -> None:
    assert len(HOSTILE[name]) < 80
    status, most = decode(HOSTILE[name])
    assert status == NO_MEMORY
    assert most < 100 * MB, "the interpreter and the libraries take 45; a lossless WebP of 13 million pixels, 220"


def test_too_many_pixels_are_refused_whatever_the_file_is() -> None:
    assert decode(bmp(WIDTH + 1, HEIGHT) + bytes(100_000))[0] == TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("size", "progressive"),
    [((4_000, 3_000), True), pytest.param((8_000, 6_000), False, marks=pytest.mark.slow)],
    ids=["12 million, progressive", "48 million"],
)
def test_photo_of_a_telephone_fits_the_budget(size: tuple[int, int], progressive: bool) -> None:
    Image.linear_gradient("L").resize(size).convert("RGB").save(output := io.BytesIO(), "JPEG", progressive=progressive)
    status, most = decode(output.getvalue())
    assert status == 0
    assert most < 200 * MB


def test_each_format_has_its_cost() -> None:
    def cost(name: str, **options: object) -> float:
        made = Image.new("RGB", (400, 300))
        made.save(output := io.BytesIO(), name, **options)
        return decoded_size(Image.open(output)) / (400 * 300)

    assert cost("JPEG") == 0
    assert cost("JPEG", progressive=True, subsampling=2) == 3
    assert cost("JPEG", progressive=True, subsampling=0) == 6
    assert (cost("PNG"), cost("WEBP"), cost("TIFF")) == (10, 17, 13)


def test_budget_and_libraries_are_the_limit_of_the_child() -> None:
    assert pictures.LIMITS.memory == picture_process.MAX_DECODED + pictures.LIBRARIES == 768 * MB
