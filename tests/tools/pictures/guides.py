"""Pictures of the guides and of the README, in each language: small, and written where the documents show them."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from board.bootstrap import ROOT
from board.paths import DOCS
from tests.tools.pictures.shot import Shot, Wall
from tests.tools.pictures.steps import call_noted, click

FOLDER = DOCS / "guides/pictures"
LARGEST = 80_000  # bytes of a picture of a guide
COLOURS = (128, 64, 32, 16)  # of the palette: the first with which the picture is small enough


@dataclass(frozen=True)
class GuidePicture:
    """Picture of a shot in a window of this size. `scene` is the number of the scene in which it is taken."""

    shot: Shot
    size: tuple[int, int] = (1400, 860)
    scene: int = 0
    only_english: bool = False
    theme: str = "light"
    path: Callable[[str], Path] = lambda name: FOLDER / f"{name}.png"


GUIDES = (
    GuidePicture(Shot("operations", "/")),
    GuidePicture(Shot("board", "/searches/{noor}")),
    GuidePicture(Shot("sighting", "/searches/{mila}/cards/{sighting}")),
    GuidePicture(Shot("intake", "/intake", call_noted), (1400, 880)),
    GuidePicture(Shot("pair", "/displays", click("[data-act=pair]"), dialog="pair")),
    GuidePicture(Shot("handover", "/handover"), scene=1),
    GuidePicture(Shot("board", "/searches/{noor}"), (1400, 900), only_english=True, path=lambda _: ROOT / "static/board.png"),
    GuidePicture(Shot("phone", "/searches/{noor}"), (390, 844), only_english=True),
    GuidePicture(Shot("dark", "/searches/{noor}"), (1400, 860), only_english=True, theme="dark"),
)
GUIDE_WALL, WALL_WIDTH = Wall("wall", (1920, 1080)), 1000


def smaller(png: bytes, width: int = 0, limit: int = LARGEST) -> bytes:
    """Return a PNG with a palette, as small as the limit wants, and at most so wide."""
    image = Image.open(BytesIO(png)).convert("RGB")
    if 0 < width < image.width:
        image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    packed = b""
    for colours in COLOURS:
        written = BytesIO()
        image.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=8, dither=Image.Dither.NONE).save(
            written, "PNG", optimize=True
        )
        packed = written.getvalue()
        if len(packed) <= limit:
            break
    return packed
