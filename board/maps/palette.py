"""Colours of drawn maps: those of the screens (`static/css/tokens.css`, `static/css/map.css`), for paper and for dark walls."""

from typing import NamedTuple


class Palette(NamedTuple):
    """Colours of a theme."""

    sea: str
    country: str
    province: str
    border: str
    canton: str
    rail: str
    surface: str
    text: str
    text_2: str
    ruled_out: str
    sighting: str
    task: str


LIGHT = Palette(
    sea="#dfe6ea", country="#e6e8e2", province="#f0f2ed", border="#a4aca5", canton="#c9cec8", rail="#a9aeb4", surface="#ffffff",
    text="#14181d", text_2="#4b5560", ruled_out="#5c6670", sighting="#5a3fb0", task="#0f6674",
)  # fmt: skip
DARK = Palette(
    sea="#0f1418", country="#14191c", province="#1a2024", border="#4a5660", canton="#303a41", rail="#48525c", surface="#171b21",
    text="#e8ecf1", text_2="#a4afbb", ruled_out="#8f9ba8", sighting="#b7a2ff", task="#63cbd9",
)  # fmt: skip
