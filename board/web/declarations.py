"""Declarations that the scripts receive from the server, with the catalogue of a language."""

from typing import Any

from board import labels
from board.commands import registry
from board.commands.handover import text_authorship
from board.commands.materials import materials
from board.commands.sightings import queues
from board.config import event_sentences, map_marks, page_table, predefined_tasks, sentences
from board.engine import kinds
from board.errors import MESSAGES
from board.files import program_files
from models.fields import REQUIRED
from models.sighting import ASSURED, SETTLED


def for_scripts(language: str) -> dict[str, Any]:
    """Return all declarations; only the texts of tasks depend on the language."""
    return {
        "labels": labels.tables(), "kinds": kinds.for_scripts(), "programs": program_files.for_scripts(),
        "standard": predefined_tasks.for_scripts(language), "pages": page_table.for_scripts(), "rules": rules(),
        "sentences": shared_sentences(), "plurals": sentences.plurals_for_scripts(), "agreeing": labels.AGREEING,
    }  # fmt: skip


def shared_sentences() -> dict[str, str]:
    """Return the sentences that screens and paper share, and refusals that forms also give, by name."""
    return sentences.for_scripts() | {"required": REQUIRED, "not_found": MESSAGES["not_found"]}


def rules() -> dict[str, Any]:
    """Return the rules that scripts apply to states that the server does not have: typed input, pending commands, and the past
    states of a replay."""
    carried_over = (*text_authorship.OF_SEARCH, *text_authorship.OF_DESK)
    significant = {type: spec.significant for type, spec in kinds.event_specs().items() if spec.significant is not None}
    return {
        "assured": ASSURED, "settled": SETTLED, "ungraded": queues.UNGRADED, "queues": queues.RULES,
        "significant": significant, "criteria": predefined_tasks.criteria(), "younger_than": predefined_tasks.younger_than(),
        "undo": registry.undo_rights(), "events": event_sentences.for_scripts(),
        "event_facts": event_sentences.facts_for_scripts() | {"carried_over": carried_over},
        "materials": {"levels": materials.LEVELS, "refusals": materials.NEEDS_LEVEL, "only_brief": materials.ONLY_BRIEF},
        "map": map_marks.for_scripts(),
    }  # fmt: skip
