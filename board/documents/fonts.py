"""Fonts for paper. The program ships them, so that paper looks the same on every machine. The machine's fonts supply missing
characters.

The shipped fonts are compressed, in a form that fontconfig can't pass to Pango. Each process unpacks the fonts that its papers
need.
"""

import atexit
import json
import os
import re
import shutil
import tempfile
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

import structlog

from board.child_process import parent
from board.documents import font_process
from board.paths import STATIC

log = structlog.get_logger()

MACHINE_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
_PACKAGES = STATIC / "vendor"
_WEIGHT = re.compile(r"-(?:400|700)-normal\.woff2$")
SIGNS = "signs"
_SIGNS = "U+2190-22FF,U+25A0-25FF,U+2713"  # arrows, signs, squares and a tick; the rest of that font is for formulas
_RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?")
LIMITS = parent.Limits(seconds=30, memory=512 * 1024 * 1024, output=16 * 1024 * 1024)


class Font(NamedTuple):
    """Compressed font, with its characters. `family`: unique name, because weasyprint treats two files of a family as the same
    font."""

    file: Path
    family: str
    characters: tuple[range, ...]


async def environment(html: str) -> dict[str, str]:
    """Return the environment variables with which fontconfig finds the fonts for a document. Takes a second for a new
    alphabet."""
    folder, codes = _folder(), set(map(ord, set(html)))
    for font in _fonts():
        if any(code in characters for characters in font.characters for code in codes):
            await _unpack(font, folder)
    return {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "FONTCONFIG_PATH": str(folder)}


@cache
def families() -> str:
    """Return the CSS list of font families: Latin, which sets the line height, then other scripts, signs, and the machine's
    fonts."""
    order = {"Searchboard latin": 0, "Searchboard latin-ext": 1, f"Searchboard {SIGNS}": 3}
    names = sorted({font.family for font in _fonts()}, key=lambda name: (order.get(name, 2), name))
    return ", ".join([*(f'"{name}"' for name in names), "sans-serif"])


@cache
def _fonts() -> tuple[Font, ...]:
    """Return the fonts for paper, one file per weight, because variable fonts render more slowly."""
    files = sorted(_PACKAGES.glob("fontsource-noto-sans*/files/*.woff2"))
    return tuple(_font(file) for file in files)


def _font(file: Path) -> Font:
    package = file.parents[1]
    subset = _WEIGHT.sub("", file.name.removeprefix(f"{package.name.removeprefix('fontsource-')}-"))
    name = SIGNS if package.name.endswith("-math") else subset
    ranges = _SIGNS if name == SIGNS else json.loads((package / "unicode.json").read_text())[subset]
    characters = tuple(range(int(low, 16), int(high or low, 16) + 1) for low, high in _RANGE.findall(ranges))
    return Font(file, f"Searchboard {name}", characters)


@cache
def _folder() -> Path:
    """Create the folder for this process's unpacked fonts. Every user can read it, and it is deleted when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="searchboard-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "fonts").mkdir()
    (folder / "fonts.conf").write_text(_configuration(folder))
    for path in (folder, folder / "fonts"):
        path.chmod(0o755)
    return folder


async def _unpack(font: Font, folder: Path) -> None:
    """Unpack a font into the folder. Idempotent."""
    target = folder / "fonts" / f"{font.file.stem}.ttf"
    if target.exists():
        return
    status, unpacked = await parent.run(font_process.__file__, font.file.read_bytes(), LIMITS)
    if status or not unpacked:
        log.error("font not unpacked", font=font.file.name, status=status)
        return
    _store(unpacked, target)


def _store(content: bytes, target: Path) -> None:
    """Write a file atomically, because another paper may be reading it."""
    with tempfile.NamedTemporaryFile(dir=target.parents[1], delete=False) as partial:
        partial.write(content)
    Path(partial.name).chmod(0o644)
    Path(partial.name).replace(target)


def _configuration(folder: Path) -> str:
    """Return a fontconfig file: the shipped fonts under unique names, then the machine's fonts."""
    machine_file = os.environ.get("FONTCONFIG_FILE", "")
    included = f'<include ignore_missing="yes">{escape(machine_file)}</include>' if machine_file else ""
    folders = "".join(f"<dir>{escape(str(path))}</dir>" for path in (folder / "fonts", *MACHINE_FOLDERS))
    caches = "".join(f"<cachedir>{escape(str(path))}</cachedir>" for path in (folder / "cache", "/var/cache/fontconfig"))
    names = "".join(_renamed(folder / "fonts" / f"{font.file.stem}.ttf", font.family) for font in _fonts())
    header = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
    return f"{header}<fontconfig>{folders}{included}{caches}{names}</fontconfig>"


def _renamed(file: Path, family: str) -> str:
    """Return a rule that puts another family name before the name of the font in a file."""
    test = f'<test name="file" compare="eq"><string>{escape(str(file))}</string></test>'
    return f'<match target="scan">{test}<edit name="family" mode="prepend"><string>{family}</string></edit></match>'
