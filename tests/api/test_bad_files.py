"""Bad pictures and files: each is a picture without its metadata, a plain attachment, or refused in a sentence."""

import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from board.child_process import parent
from board.errors import Refused
from board.files import media_types, names, recognition_process
from board.files import pictures as makers
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.linear_time import cpu_seconds
from tests.support.team import Team

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.cookie)</script></svg>'
HTML = b"<!doctype html><script>fetch('/api/v1/accounts')</script>"
RED, BLUE = (220, 30, 30), (20, 40, 200)

PHOTOS = {
    "plain": pictures.jpeg(), "turned": pictures.jpeg(orientation=6), "mirrored": pictures.jpeg(orientation=2),
    "CMYK": pictures.jpeg(mode="CMYK"), "grey": pictures.jpeg(mode="L"), "PNG": pictures.png(),
    "transparent": pictures.png("RGBA"),
    "palette": pictures.png("P"), "16 bits": pictures.png("I;16"), "HEIC": pictures.heic(), "animated": pictures.animated(),
    "WebP": pictures.saved(pictures.canvas(), "WEBP", exif=pictures.exif(), xmp=pictures.REMARK.encode()),
    "TIFF": pictures.saved(pictures.canvas(), "TIFF", exif=pictures.exif()),
    "several": pictures.saved(pictures.canvas(), "MPO", save_all=True, append_images=[pictures.canvas()], exif=pictures.exif()),
}  # fmt: skip


def huge_png(width: int, height: int) -> bytes:
    """Return a small file that declares so many pixels, and has them: all black."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer, rows = zlib.compressobj(9), bytearray()
    for _ in range(height):
        rows += packer.compress(bytes(1 + width // 8))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", bytes(rows) + packer.flush()) + chunk(b"IEND", b"")


def zip_bomb() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bomb.txt", bytes(50_000_000))
    return output.getvalue()


def colour_near(picture: Image.Image, at: tuple[float, float]) -> str:
    pixel = picture.getpixel((int(picture.width * at[0]), int(picture.height * at[1])))
    assert isinstance(pixel, tuple)
    red, _, blue = pixel[:3]
    return "red" if red > blue + 60 else "blue" if blue > red + 60 else "neither"


def test_these_pictures_have_what_must_not_be_served() -> None:
    for name, content in PHOTOS.items():
        assert any(secret in content for secret in pictures.SECRETS), name


@pytest.mark.parametrize("name", PHOTOS)
async def test_no_byte_of_metadata_is_served(team: Team, name: str) -> None:
    search = await team.alice.open_search()
    content = PHOTOS[name]
    made = await uploads.send_and_finish(team.alice, search, content, "photo")
    assert made["picture"], "it is made into others"
    file = await uploads.attach_upload(team.alice, search, made["upload"])
    for size in ("thumb", "view"):
        served = (await uploads.fetch(team.bob, search, file, size)).content
        assert [secret for secret in pictures.SECRETS if secret in served] == []
        assert [each for each in (b"EXIF", b"ICCP", b"XMP ", b"ANIM") if each in served] == []
        picture = Image.open(io.BytesIO(served))
        assert (picture.format, picture.mode, getattr(picture, "n_frames", 1)) == ("WEBP", "RGB", 1)
        assert not picture.getexif()
        assert {"exif", "icc_profile", "xmp", "comment"}.isdisjoint(picture.info)
    assert (await uploads.fetch(team.alice, search, file, "content")).status_code == 404, "it would have all of it"
    state = (await team.bob.snapshot(search))["entities"]["file", file]
    assert not any(secret.decode() in str(state) for secret in pictures.SECRETS)


@pytest.mark.parametrize("name", PHOTOS)
async def test_a_picture_is_upright_and_of_its_colours(team: Team, name: str) -> None:
    search = await team.alice.open_search()
    made = await uploads.send_and_finish(team.alice, search, PHOTOS[name], "photo")
    file = await uploads.attach_upload(team.alice, search, made["upload"])
    view = Image.open(io.BytesIO((await uploads.fetch(team.alice, search, file, "view")).content))
    assert view.size == (made["width"], made["height"]) == ((480, 640) if name == "turned" else (640, 480))
    red = {"turned": (0.75, 0.25), "mirrored": (0.75, 0.25)}.get(name, (0.25, 0.25))
    if name not in ("grey", "16 bits"):
        assert colour_near(view, red) == "red"
        assert colour_near(view, (0.25, 0.75)) == "blue"
    else:
        assert colour_near(view, (0.5, 0.5)) == "neither"
        assert max(view.convert("L").tobytes()) > 50, "it is not black"


async def test_metadata_are_offered_as_they_are_told(team: Team) -> None:
    search = await team.alice.open_search()
    all_found = {"taken_at": pictures.TAKEN_AT, "place": {"lat": pictures.LAT, "lon": pictures.LON}, "device": pictures.DEVICE}
    for name in ("plain", "PNG", "HEIC", "WebP"):
        assert (await uploads.send_and_finish(team.alice, search, PHOTOS[name]))["found"] == all_found, name
    bare = pictures.saved(pictures.canvas(), "JPEG")
    assert (await uploads.send_and_finish(team.alice, search, bare))["found"] == {}
    assert (await uploads.send_and_finish(team.alice, search, PHOTOS["animated"]))["found"] == {}


REFUSED = {
    "30,000 × 30,000 pixels": (huge_png(30_000, 30_000), "too_large", "This picture has too many pixels: at most 120 million."),
    "truncated": (pictures.jpeg(2_000, 1_500)[:20_000], "invalid", "This picture is damaged"),
    "truncated PNG": (pictures.png()[:-2_000], "invalid", "This picture is damaged"),
    "head alone": (b"\xff\xd8\xff\xe0", "invalid", "This picture is damaged"),
    "rubbish after the head": (b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 5_000, "invalid", "This picture is damaged"),
    "JPEG 2000": (pictures.saved(pictures.canvas(), "JPEG2000"), "invalid", "This picture is damaged, or of a kind"),
    "HEIC of nothing": (b"\x00\x00\x00\x18ftypheic" + bytes(500), "invalid", "This picture is damaged"),
    "TIFF of nothing": (b"II*\x00" + b"\xff" * 500, "invalid", "This picture is damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_picture_that_cannot_be_had_is_refused_in_a_sentence(team: Team, name: str) -> None:
    search = await team.alice.open_search()
    content, code, sentence = REFUSED[name]
    upload = await uploads.send(team.alice, search, content)
    response = await uploads.finish(team.alice, search, upload, content)
    assert (response.status_code, response.json()["code"]) == ({"too_large": 413, "invalid": 422}[code], code)
    assert response.json()["message"].startswith(sentence)
    assert (await team.alice.http.get(uploads.path_of(search, upload))).status_code == 404, "it is given up"


PLAIN = {
    "SVG": (SVG, "photo.svg", "image/svg+xml"), "SVG named .png": (SVG, "photo.png", "image/svg+xml"),
    "HTML": (HTML, "photo.jpg", "text/html"), "EICAR": (EICAR, "photo.jpg", "text/plain"),
    "zip bomb": (zip_bomb(), "photos.zip", "application/zip"),
    "nothing known": (bytes(range(256)) * 4, "x", "application/octet-stream"),
    "PDF that is none": (b"%PDF-1.7\nnothing", "leaflet.pdf", "application/pdf"),
    "BM, but a text": (b"BMW, blue, seen twice", "car.txt", "text/plain"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
async def test_other_files_are_attachments_that_nothing_opens(team: Team, name: str) -> None:
    search = await team.alice.open_search()
    content, given, type = PLAIN[name]
    made = await uploads.send_and_finish(team.alice, search, content, given)
    assert (made["media_type"], made["picture"]) == (type, False)
    file = await uploads.attach_upload(team.alice, search, made["upload"])
    served = await uploads.fetch(team.bob, search, file, "content")
    assert served.content == content
    assert served.headers["content-type"] == "application/octet-stream"
    assert served.headers["content-disposition"].startswith("attachment;")
    assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
    for size in ("thumb", "view"):
        assert (await uploads.fetch(team.bob, search, file, size)).status_code == 404


async def test_the_first_page_of_a_pdf_is_shown_and_the_pdf_is_an_attachment(team: Team) -> None:
    search, output = await team.alice.open_search(), io.BytesIO()
    pages = [Image.new("RGB", (400, 600), colour) for colour in (RED, BLUE)]
    pages[0].save(output, "PDF", save_all=True, append_images=pages[1:])
    made = await uploads.send_and_finish(team.alice, search, output.getvalue(), "leaflet.pdf")
    assert (made["media_type"], made["picture"], made["width"], made["height"]) == ("application/pdf", True, None, None)
    file = await uploads.attach_upload(team.alice, search, made["upload"])
    shown = Image.open(io.BytesIO((await uploads.fetch(team.bob, search, file, "view")).content))
    assert (shown.size, colour_near(shown, (0.5, 0.5))) == ((1067, 1600), "red")
    assert (await uploads.fetch(team.bob, search, file, "content")).content == output.getvalue()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("C:\\Users\\griet\\photo.jpg", "photo.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"), ("a\u200fb\u2066c.jpg", "abc.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("..", "file"), ("/", "file"), (" \u200b ", "file"), ("foto 🐈.jpg", "foto 🐈.jpg"),
        ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"),
        ("e\u0301té.jpg", "été.jpg"), ("a\x00b.txt", "ab.txt"), ('a"b;c.jpg', 'a"b;c.jpg'), 
    ],
)  # fmt: skip
async def test_a_name_is_shown_without_what_could_deceive(team: Team, given: str, shown: str) -> None:
    search = await team.alice.open_search()
    file = await uploads.attach(team.alice, search, b"abc", given)
    assert (await team.bob.snapshot(search))["entities"]["file", file]["name"] == shown
    disposition = (await uploads.fetch(team.bob, search, file, "content")).headers["content-disposition"]
    assert "\n" not in disposition
    assert disposition.isascii()
    assert disposition.count('"') == 2


def test_a_name_never_leads_elsewhere() -> None:
    for given in ("", ".", "/", "a/b", "a\\b", "\n", "\u202e", "x" * 10_000, "." * 300, "a." + "b" * 300, "\udcff"):
        shown = names.clean(given)
        assert 0 < len(shown) <= names.MAX_NAME
        assert not set(shown) & set("/\\\n\u202e")


async def test_the_kind_of_a_file_is_told_by_its_content() -> None:
    for content, type in (
        (b"%PDF-1.7\n", "application/pdf"), (b"\xef\xbb\xbf<html>", "text/html"), (b"  <!-- x --><svg>", "image/svg+xml"),
        ("été".encode(), "text/plain"), (b"a\x00b", "application/octet-stream"), (b"", "application/octet-stream"),
        (b"\xff\xd8\xff", "image/jpeg"), (b"<" * 8_192, "text/plain"),
    ):  # fmt: skip
        found = media_types.by_signature(content) or await media_types.recognise(content, "x.jpg")
        assert found.name == type, content


@pytest.mark.parametrize(
    ("head", "type"),
    [
        (b"<!-- c -->" * 40, "text/plain"),
        (b"<!-- c -->" * 40 + b"<svg>", "image/svg+xml"),
        (b'<?xml version="1.0"?>\n<!-- a --> <!-- b -->\n<!DOCTYPE svg PUBLIC "x">', "image/svg+xml"),
        (b"<html", "text/html"), (b"<HTML>", "text/html"), (b"<!doctype html>", "text/html"), (b"<script\n>", "text/html"),
        (b"<!doctypehtml>", "text/plain"), (b"<html5>", "text/plain"), (b"<body_>", "text/plain"), (b"<!-- x", "text/plain"),
        (b"<?xml", "text/plain"), (b"<!doctype ", "text/plain"), (b"<p>", "text/plain"),
    ],
)  # fmt: skip
def test_markup_is_told_by_its_first_element(head: bytes, type: str) -> None:
    assert (recognition_process._markup(head) or "text/plain") == type


@pytest.mark.parametrize("content", [b"<!-- c -->" * 40, b"<!--" * 2_048, b"<!---->" * 1_170, b"<?xml " * 1_365, b" " * 8_192])
def test_recognition_takes_time_in_proportion_to_the_bytes(content: bytes) -> None:
    # the 282 bytes of the first case stopped a process for hours
    assert min(cpu_seconds(lambda: recognition_process._markup(content)) for _ in range(5)) < 0.02


@pytest.mark.parametrize(
    "text",
    [
        "import os; os.kill(os.getpid(), 24)",
        "import os; os.kill(os.getpid(), 9)", "print('x' * 5_000)", "import sys; sys.exit(3)",
        "print('image/png; text/html')", "",
    ],
)  # fmt: skip
async def test_a_file_at_which_the_child_fails_is_of_no_known_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(media_types, "LIMITS", replace(media_types.LIMITS, seconds=1))
    type = await media_types.recognise(b"abc", "x.txt", script(tmp_path, text))
    assert type == ("application/octet-stream", False)


def test_a_picture_needs_no_child_to_be_recognised() -> None:
    for name, content in PHOTOS.items():
        type = media_types.by_signature(content)
        assert type is not None, name
        assert type.is_picture, name


# -- the child ------------------------------------------------------------------------------------------------------------


async def given(content: bytes) -> AsyncIterator[bytes]:
    yield content


def script(folder: Path, text: str) -> str:
    path = folder / "child.py"
    path.write_text(text)
    return str(path)


async def test_a_child_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(makers, "LIMITS", parent.Limits(seconds=1, memory=2**30, output=1_000))
    with pytest.raises(Refused, match="too_large"):
        await makers.make(given(b""), script(tmp_path, "import os\nos.kill(os.getpid(), 24)"))  # SIGXCPU
    with pytest.raises(Refused, match="unavailable"):  # it got no CPU time, which is no fault of the file
        await makers.make(given(b""), script(tmp_path, "import time\ntime.sleep(60)"))


async def test_a_child_that_eats_memory_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(makers, "LIMITS", parent.Limits(seconds=20, memory=2**28, output=1_000))
    with pytest.raises(Refused, match="too_large"):
        await makers.make(given(b""), script(tmp_path, "x = bytearray(2**29)"))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("import os\nos.kill(os.getpid(), 9)", "too_large"),
        ("import sys\nsys.stdout.write('x' * 5_000_000)", "too_large"),
        ("import sys\nsys.stdout.buffer.write(b'\\xff' * 100)", "invalid"),
        ("import sys\nsys.stdout.buffer.write(b'\\0\\0\\0\\2{}')", "invalid"),
        ("", "invalid"),
        ("import sys\nsys.exit(3)", "unavailable"),
    ],
)
async def test_a_child_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: str) -> None:
    monkeypatch.setattr(makers, "LIMITS", parent.Limits(seconds=20, memory=2**30, output=1_000_000, file_size=0))
    with pytest.raises(Refused) as refused:
        await makers.make(given(b"x" * 2_000_000), script(tmp_path, said))
    assert refused.value.code == code


async def test_a_child_writes_no_file(tmp_path: Path) -> None:
    written = tmp_path / "written"
    with pytest.raises(Refused):
        await makers.make(given(b""), script(tmp_path, f"open({str(written)!r}, 'w').write('x' * 100)"))
    assert not written.exists() or not written.stat().st_size, "a kernel without Landlock and seccomp leaves the limit alone"
