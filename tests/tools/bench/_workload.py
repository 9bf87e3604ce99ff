"""Workload of a person, in turn: a new sighting; then a grade, a move, an assessment, a correction and a note on the
person's own card.

Imports nothing of the board, so that clients start quickly.
"""

import itertools
from collections.abc import Iterator
from typing import Any

SEARCH: dict[str, Any] = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
SIGHTING_TEXT = "A child in a green anorak with a yellow bag, alone, at the bus stop by the school; took the line to the harbour."


def commands_of_person(card: str, columns: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield one person's commands (name and data) without end. `columns`: columns of the search, in order."""
    mine = {"sighting": card}
    for turn in itertools.count():
        yield "sighting.add", {"description": SIGHTING_TEXT, "channel": "hotline"}
        yield "sighting.grade", mine | {"grade": {"source": "ABCDEF"[turn % 6], "content": 2}}
        yield "card.move", {"card": card, "column": columns[1 + turn % 3]}
        yield "sighting.assess", mine | {"assessment": ("credible", "unverifiable")[turn % 2], "reason": "Called back."}
        yield "sighting.update", mine | {"clothing": f"a green anorak, seen {turn} times"}
        yield "note.add", {"text": "Called back, nothing new.", "card": card}
