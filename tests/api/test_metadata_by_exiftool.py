"""Metadata as exiftool reads it, which knows far more kinds of it than we do: it finds them in what was sent, and none in what is
served."""

import asyncio
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from board.documents import poster
from tests.api.test_bad_files import PHOTOS
from tests.api.test_campaign import begun
from tests.api.test_posters import fetched
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.team import Team

EXIFTOOL = shutil.which("exiftool")
pytestmark = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not here: on Debian, apt install libimage-exiftool-perl")

# What exiftool says of any file: about itself, the file on this disk, and its format.
OF_ANY = ("SourceFile", "ExifTool", "System", "File")
# What is left in a rendition: how its pixels are stored, and the title that stands on the paper.
LEFT = {
    "webp": {"RIFF:VP8Version", "RIFF:ImageWidth", "RIFF:ImageHeight", "RIFF:HorizontalScale", "RIFF:VerticalScale"},
    "png": {f"PNG:{tag}" for tag in ("ImageWidth", "ImageHeight", "BitDepth", "ColorType", "Compression", "Filter", "Interlace")},
    "pdf": {"PDF:PDFVersion", "PDF:Linearized", "PDF:Language", "PDF:TaggedPDF", "PDF:PageCount", "PDF:Title"},
}  # fmt: skip
COMPUTED = {"Composite:ImageSize", "Composite:Megapixels"}
WANTED = {"GPSLatitude", "GPSLongitude", "Model", "DateTimeOriginal", "Software", "Artist"}


async def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the tags of each file of a folder, with those of files inside them, and those that have no name."""
    given = ["-json", "-G1", "-a", "-u", "-ee3", "-struct", *map(str, folder.iterdir())]
    process = await asyncio.create_subprocess_exec(str(EXIFTOOL), *given, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert process.returncode == 0
    return {
        Path(each["SourceFile"]).name: {tag: value for tag, value in each.items() if tag.split(":")[0] not in OF_ANY}
        for each in json.loads(told)
    }


def unwanted(found: dict[str, dict[str, Any]]) -> dict[str, set[str]]:
    """Return the tags of each rendition that are more than the storage of its pixels, where there are any."""
    more = {name: set(tags) - LEFT[name.rpartition(".")[2]] - COMPUTED for name, tags in found.items()}
    return {name: tags for name, tags in more.items() if tags}


def pdf_with_metadata() -> bytes:
    output = io.BytesIO()
    picture = Image.new("RGB", (400, 600), (20, 40, 200))
    picture.save(output, "PDF", author=pictures.OWNER, creator=pictures.SOFTWARE, title=pictures.REMARK)
    return output.getvalue()


async def test_pictures_are_served_without_the_metadata_they_came_with(team: Team, tmp_path: Path) -> None:
    search, sent, served = await team.alice.open_search(), tmp_path / "sent", tmp_path / "served"
    for folder in (sent, served):
        folder.mkdir()
    for name, content in (PHOTOS | {"PDF": pdf_with_metadata()}).items():
        (sent / name).write_bytes(content)
        file = await uploads.attach(team.alice, search, content)
        for size in ("thumb", "view"):
            (served / f"{name}-{size}.webp").write_bytes((await uploads.fetch(team.bob, search, file, size)).content)
    found = await read(sent)
    assert set(found) == {*PHOTOS, "PDF"}
    assert {tag.split(":")[-1] for tags in found.values() for tag in tags} >= WANTED, "exiftool finds what is there"
    left = await read(served)
    assert len(left) == 2 * len(found)
    assert unwanted(left) == {}


async def test_papers_have_no_metadata_but_their_title(team: Team, tmp_path: Path) -> None:
    scene = await begun(team)
    photo = await uploads.attach(team.alice, scene.search, PHOTOS["plain"])
    await scene.does("search.set_photo", {"file": photo})
    for what in poster.PAPERS:
        material = (await scene.approved(what=what, languages=["en"], shows=["photo"]))["id"]
        given = {"what": what, "language": "en", "shows": ["photo"]}
        papers = {f"{what}.pdf": (f"{material}.pdf", {}), f"{what}-draft.pdf": ("preview.pdf", given)}
        for name, (path, query) in (papers | {f"{what}.png": ("preview.png", given)}).items():
            answer = await fetched(team.bob, scene, path, **query)
            assert answer.status_code == 200, answer.text
            (tmp_path / name).write_bytes(answer.content)
    left = await read(tmp_path)
    assert len(left) == 3 * len(poster.PAPERS)
    assert unwanted(left) == {}
    reference = (await scene.state("search", scene.search))["reference"]
    assert all(reference in tags["PDF:Title"] for name, tags in left.items() if name.endswith("pdf"))
