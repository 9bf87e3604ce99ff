"""Outcome of a search: how the child was found. It can be corrected later, even on a closed search."""

from typing import Any

from board.engine.event_writer import EventWriter
from board.engine.merge_patch import merge_patch
from board.errors import invalid, validated
from board.i18n import N_
from models.fields import Data, LongText
from models.search import Outcome, Search


class SetOutcome(Data):
    """Correct the outcome of a search whose child was found. Allowed on a closed search.

    `outcome`: a merge patch of the outcome.
    """

    outcome: dict[str, Any]
    reason: LongText | None = None


def set_outcome(writer: EventWriter, data: SetOutcome) -> None:
    """Correct the outcome of a search."""
    row = writer.find(Search, writer.board.id, "search")
    if row.outcome is None:
        raise invalid("outcome", N_("This child has not been found: there is no outcome to correct. Set the status to found."))
    outcome = validated(Outcome, merge_patch(row.outcome, data.outcome), "outcome")
    writer.update(row, "search.outcome_set", {"outcome": outcome.model_dump()}, data.reason)
