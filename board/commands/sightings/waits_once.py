"""Board on which a sighting waits: its own one, or for a sighting of both the board of the sighting that raises the alarms.

Lists and counts of waiting sightings use this rule, so that a sighting of both is one of them, not two.
"""

from typing import Any

from sqlalchemy import or_


def waits_here(columns: Any) -> Any:
    """Return the condition that a sighting waits on its own board. `columns`: of the table of sightings."""
    return or_(columns.of_both.is_(None), columns.of_both["alarms"].as_boolean())
