"""Files that run something on the computer of whoever opens them, by the ending of their name or their media type. Screens name
them, and ask before they download one."""

from functools import cache
from typing import Any

from board.config import data_files
from models.fields import Data

FILE = "program_files.toml"


class ProgramFiles(Data):
    """Endings of names, by what they are, and media types."""

    endings: dict[str, list[str]]
    media_types: list[str]


@cache
def for_scripts() -> dict[str, Any]:
    """Return the endings and media types, as the scripts of pages look them up."""
    listed = data_files.read(FILE, ProgramFiles, None)
    return {
        "endings": sorted({ending for group in listed.endings.values() for ending in group}),
        "types": sorted(listed.media_types),
    }


def is_program(name: str, media_type: str) -> bool:
    """Return whether a file with this name and media type is one."""
    known = for_scripts()
    _, dot, ending = name.rpartition(".")
    return (bool(dot) and ending.lower() in known["endings"]) or media_type.lower() in known["types"]
