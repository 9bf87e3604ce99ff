"""Declarations of the server that the scripts read, with the catalogue of a language: none is written there again."""

from typing import Any

from board import labels
from board.config import page_table, predefined_tasks
from board.engine import kinds
from board.files import program_files


def for_scripts(language: str) -> dict[str, Any]:
    """Return all declarations; only the texts of tasks depend on the language."""
    return {
        "labels": labels.tables(), "kinds": kinds.for_scripts(), "programs": program_files.for_scripts(),
        "standard": predefined_tasks.for_scripts(language), "pages": page_table.for_scripts(),
    }  # fmt: skip
