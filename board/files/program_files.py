"""Files that can run a program when opened, by the ending of their name or their media type. Screens mark them, and ask before
a download."""

from functools import cache
from typing import Any

from board.config import data_files
from models.fields import Data

FILE = "program_files.toml"


class ProgramFiles(Data):
    """Endings of names by group, and media types."""

    endings: dict[str, list[str]]
    media_types: list[str]


@cache
def for_scripts() -> dict[str, Any]:
    """Return the endings and media types, in the form for the scripts of pages."""
    listed = data_files.read(FILE, ProgramFiles, None)
    return {
        "endings": sorted({ending for group in listed.endings.values() for ending in group}),
        "types": sorted(listed.media_types),
    }


def is_program(name: str, media_type: str) -> bool:
    """Return whether a file with this name and media type can run a program."""
    program_types = for_scripts()
    _, dot, ending = name.rpartition(".")
    return (bool(dot) and ending.lower() in program_types["endings"]) or media_type.lower() in program_types["types"]
