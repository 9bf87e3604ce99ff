"""Pictures of the demo, drawn from shapes, so that it never contains a photo of a real person."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageDraw

Point = tuple[float, float]

SCALE = 10  # px per unit of a drawing
SMOOTH = 2  # pictures are drawn this many times larger and then reduced, for smooth edges
CURVE_STEPS = 24  # lines per curve
PORTRAIT, SCENE = (80, 96), (96, 72)  # units
EYES = "#3a332e"
_COMMAND = re.compile(r"([MLCZ])([^MLCZ]*)")


@dataclass(frozen=True, slots=True)
class Face:
    """Invented face. `shade`: colour of the skin below the chin. `front`, `back`: shapes of the hair over the forehead and behind
    the head."""

    ground: str
    shirt: str
    skin: str
    shade: str
    hair: str
    front: str
    back: str | None = None
    glasses: str | None = None


LONG = "M19 46C16 14 64 14 61 46L64 78C58 82 53 80 52 74L28 74C27 80 22 82 16 78Z"
TAIL = "M21 42C20 16 60 16 59 42C66 44 70 58 66 74C60 72 57 62 57 52L23 50Z"
BOB = "M20 44C17 16 63 16 60 44L61 60C57 65 51 64 50 58L30 58C29 64 23 65 19 60Z"
PARTED = "M23 43C20 20 36 18 44 19C56 20 60 30 57 43C55 35 51 31 46 28C40 33 28 33 23 43Z"
FRINGE = "M23 40C22 22 34 19 40 19C50 19 58 24 57 40C50 36 30 36 23 40Z"
SWEPT = "M22 43C18 20 33 15 46 18C57 20 60 30 58 42C57 37 55 33 53 31C44 34 36 32 32 27C27 31 23 36 22 43Z"
SHORT = "M22 42C18 20 34 16 43 18C55 17 61 29 58 42C57 36 55 33 52 30C45 33 33 31 27 31C24 34 23 38 22 42Z"
CROPPED = "M23 38C23 22 34 20 40 20C47 20 57 22 57 38C53 30 47 28 40 28C33 28 27 30 23 38Z"
SHOULDERS = "M4 96C5 80 20 75 32 71L48 71C60 75 75 80 76 96Z"
NECK = "M33 56L47 56L47 71C44 76 36 76 33 71Z"

FACES = {
    "noor": Face("#cfd6dc", "#39513f", "#e6c3a5", "#d3a988", "#8d7347", PARTED, LONG, "#3c6aa8"),
    "mila": Face("#d5d4cd", "#8a5a6a", "#eed2b8", "#dab595", "#5a4030", PARTED, TAIL),
    "wout": Face("#cfd6dc", "#44546b", "#eed2b8", "#dab595", "#b59a63", SHORT),
    "ilyas": Face("#d3d8d4", "#5b5b5f", "#d1a27e", "#bb8a66", "#2b2724", SHORT),
    "sam": Face("#d7d3cc", "#3f4a45", "#e6c3a5", "#d3a988", "#93542f", SWEPT),
    "lucas": Face("#cfd6dc", "#2f3f56", "#e6c3a5", "#d3a988", "#5a4030", SWEPT),
    "yonas": Face("#d8d6d0", "#6b6f52", "#7d5538", "#68452c", "#2b2724", CROPPED),
    "emma": Face("#cfd6dc", "#6a6480", "#eed2b8", "#dab595", "#b59a63", FRINGE, BOB),
    "chloe": Face("#d3d8d4", "#7b4a44", "#d1a27e", "#bb8a66", "#5a4030", PARTED, LONG),
    "fien": Face("#d7d3cc", "#4f5b73", "#e6c3a5", "#d3a988", "#93542f", FRINGE, LONG),
    "adam": Face("#cfd6dc", "#4a4f57", "#d1a27e", "#bb8a66", "#2b2724", SHORT, None, "#3b3b3b"),
}


def portrait(name: str) -> bytes:
    """Draw the invented face of a child of the demo, as PNG."""
    face = FACES[name]
    pen = _Pen(PORTRAIT, face.ground)
    pen.oval((40, 36), 17.2, 15, face.hair)
    if face.back:
        pen.shape(face.back, face.hair)
    pen.shape(SHOULDERS, face.shirt)
    pen.shape(NECK, face.shade)
    pen.oval((40, 44), 16.5, 19.5, face.skin)
    for x in (33.5, 46.5):
        pen.oval((x, 44.5), 1.5, 1.5, EYES)
    pen.curve("M36.5 54.5C38.5 56.2 41.5 56.2 43.5 54.5", face.shade, 1.8)
    if face.glasses:
        for x in (33.3, 46.7):
            pen.ring((x, 44.5), 5.3, face.glasses, 1.8)
        pen.curve("M38.6 44L41.4 44", face.glasses, 1.8)
    pen.shape(face.front, face.hair)
    return pen.png()


def post() -> bytes:
    """Draw a message in a neighbourhood group, without legible text."""
    pen = _Pen(SCENE, "#d6dbe0")
    for box, colour in (((10, 9, 86, 21), "#98a4ae"), ((10, 27, 60, 34), "#98a4ae"), ((10, 38, 72, 44), "#98a4ae")):
        pen.box(box, colour)
    pen.box((10, 48, 64, 53), "#98a4ae")
    pen.box((10, 58, 40, 67), "#6d7a86")
    return pen.png()


def shop_window() -> bytes:
    """Draw somebody reflected in a shop window."""
    pen = _Pen(SCENE, "#b9c4cb")
    pen.box((0, 0, 96, 10), "#8f9aa3")
    pen.box((0, 10, 96, 20), "#5d6871")
    pen.box((8, 26, 42, 66), "#dfe6ea")
    pen.box((52, 26, 90, 66), "#dfe6ea")
    pen.shape("M60 66C60 52 63 46 68 46C73 46 76 52 76 66Z", "#54606a")
    pen.oval((68, 42), 5.5, 5.5, "#54606a")
    pen.shape("M56 26L90 58L90 26Z", "#eef2f4")
    return pen.png()


def tram_stop() -> bytes:
    """Draw a tram stop with a child and a yellow rucksack, from behind."""
    pen = _Pen(SCENE, "#c9d3da")
    pen.box((0, 50, 96, 72), "#8d979e")
    pen.box((0, 57, 96, 58.5), "#5d6871")
    pen.box((0, 65, 96, 66.5), "#5d6871")
    pen.box((10, 14, 13, 52), "#55606b")
    pen.box((4, 10, 30, 19), "#3d6ea5")
    pen.box((46, 18, 96, 46), "#e9edf0")
    pen.box((46, 40, 96, 48), "#a33b3b")
    for left in (50, 66, 82):
        pen.box((left, 22, left + 12, 34), "#7e93a3")
    pen.shape("M24 66C24 50 26 44 32 44C38 44 40 50 40 66Z", "#39513f")
    pen.oval((32, 38), 6, 6.5, "#8d7347")
    pen.box((27, 47, 37, 59), "#e0b437")
    return pen.png()


SCENES = {"post": post, "shop-window": shop_window, "tram-stop": tram_stop}


def draw(name: str) -> bytes:
    """Return the PNG of a scene or of the portrait of a child. Raises KeyError if there is no drawing with this name."""
    return SCENES[name]() if name in SCENES else portrait(name)


class _Pen:
    """Drawing of flat shapes in units."""

    def __init__(self, size: tuple[int, int], ground: str) -> None:
        self._size = (size[0] * SCALE, size[1] * SCALE)
        self._k = SCALE * SMOOTH
        self._image = Image.new("RGB", (size[0] * self._k, size[1] * self._k), ground)
        self._draw = ImageDraw.Draw(self._image)

    def shape(self, path: str, colour: str) -> None:
        self._draw.polygon([self._at(point) for point in _points(path)], fill=colour)

    def curve(self, path: str, colour: str, width: float) -> None:
        points = list(_points(path))
        self._draw.line([self._at(point) for point in points], fill=colour, width=round(width * self._k), joint="curve")
        for end in (points[0], points[-1]):
            self.oval(end, width / 2, width / 2, colour)

    def oval(self, middle: Point, rx: float, ry: float, colour: str) -> None:
        (x, y), k = middle, self._k
        self._draw.ellipse(((x - rx) * k, (y - ry) * k, (x + rx) * k, (y + ry) * k), fill=colour)

    def ring(self, middle: Point, radius: float, colour: str, width: float) -> None:
        (x, y), k, outer = middle, self._k, radius + width / 2
        box = ((x - outer) * k, (y - outer) * k, (x + outer) * k, (y + outer) * k)
        self._draw.ellipse(box, outline=colour, width=round(width * k))

    def box(self, sides: tuple[float, float, float, float], colour: str) -> None:
        self._draw.rectangle(tuple(side * self._k for side in sides), fill=colour)

    def png(self) -> bytes:
        file = io.BytesIO()
        self._image.resize(self._size, Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
        return file.getvalue()

    def _at(self, point: Point) -> Point:
        return point[0] * self._k, point[1] * self._k


def _points(path: str) -> Iterator[Point]:
    """Yield the points of an SVG path with absolute commands. Curves are divided into lines."""
    here: Point = (0, 0)
    for command, text in _COMMAND.findall(path):
        values = [float(each) for each in re.findall(r"-?[\d.]+", text)]
        if command == "C":
            for at in range(0, len(values), 6):
                first, second, end = ((values[at + i], values[at + i + 1]) for i in (0, 2, 4))
                yield from (_bezier(here, first, second, end, step / CURVE_STEPS) for step in range(1, CURVE_STEPS + 1))
                here = end
        elif command in "ML":
            for at in range(0, len(values), 2):
                here = (values[at], values[at + 1])
                yield here


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    u = 1 - t
    weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
    return x, y
