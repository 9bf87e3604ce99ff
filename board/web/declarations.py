"""Declarations of the server that the scripts read, with the catalogue of a language: none is written there again."""

from typing import Any

from board import labels
from board.commands import registry
from board.commands.materials import materials
from board.commands.sightings import queues
from board.config import page_table, predefined_tasks, sentences
from board.engine import kinds
from board.files import program_files
from models.sighting import ASSURED, SETTLED


def for_scripts(language: str) -> dict[str, Any]:
    """Return all declarations; only the texts of tasks depend on the language."""
    return {
        "labels": labels.tables(), "kinds": kinds.for_scripts(), "programs": program_files.for_scripts(),
        "standard": predefined_tasks.for_scripts(language), "pages": page_table.for_scripts(), "rules": rules(),
        "sentences": sentences.for_scripts(),
    }  # fmt: skip


def rules() -> dict[str, Any]:
    """Return the rules that the scripts check of states that the server has not seen yet, or no longer has: typed ones, pending
    commands and the past."""
    significant = {type: spec.significant for type, spec in kinds.event_specs().items() if spec.significant is not None}
    return {
        "assured": ASSURED, "settled": SETTLED, "ungraded": queues.UNGRADED, "queues": queues.RULES,
        "significant": significant,
        "younger_than": predefined_tasks.younger_than(), "undo": registry.undo_rights(),
        "materials": {"levels": materials.LEVELS, "refusals": materials.NEEDS_LEVEL, "only_brief": materials.ONLY_BRIEF},
    }  # fmt: skip
