"""Outcome of a search: how the child was found. It can be corrected later, also on a closed search."""

from typing import Any

from pydantic import ValidationError

from board.engine.event_writer import EventWriter
from board.errors import from_pydantic, invalid
from board.i18n import N_
from board.merge_patch import merge_patch
from models.entity import State
from models.fields import Data, LongText
from models.search import Outcome, Search


class SetOutcome(Data):
    """Data of `search.set_outcome`: a merge patch on the outcome."""

    outcome: dict[str, Any]
    reason: LongText | None = None


def of_finding(outcome: Outcome, reason: str) -> State:
    """Return the outcome with its sentence; by default the reason of the finding."""
    return outcome.model_dump() | {"reason": outcome.reason or reason}


def set_outcome(writer: EventWriter, data: SetOutcome) -> None:
    """Correct the outcome of a found child."""
    row = writer.find(Search, writer.board.id, "search")
    if row.outcome is None:
        raise invalid("outcome", N_("This child has not been found: there is no outcome to correct. Set the status to found."))
    try:
        outcome = Outcome.model_validate(merge_patch(row.outcome, data.outcome)).model_dump()
    except ValidationError as error:
        raise from_pydantic(error, "outcome") from error
    writer.update(row, "search.outcome_set", {"outcome": outcome}, data.reason)
