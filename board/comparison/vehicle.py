"""Comparison of the vehicle that the search looks for with the vehicles of a sighting."""

from collections.abc import Sequence

from board.comparison.likeness import Likeness
from board.comparison.rows import Quoted, Row
from board.comparison.statements import StatementComparison
from board.vocabulary import Meanings, Statement
from models.entity import State

VEHICLE = "vehicle"
GETS_IN = frozenset({"gets_into_car", "pulled_into_car", "hitchhikes"})  # acts after which the child is in the vehicle


def vehicle_row(comparison: StatementComparison, known: Meanings, said: Sequence[Quoted], details: State) -> Row | None:
    """Return the row of the vehicle that the search looks for. Other vehicles may be near the child, so that another colour
    contradicts only if the child got into the vehicle."""
    colour = details.get("vehicle_colour")
    searched = next((each for each in known.read(colour, VEHICLE) if each.thing == VEHICLE), None) if colour else None
    if searched is None:
        return None
    vehicles = [each for each in said if _is_vehicle(comparison, each.statement)]
    quoted = Quoted(searched)
    if not vehicles:
        return Row(VEHICLE, (quoted,), (), "not_said")
    likenesses = [comparison.likeness(each.statement, searched) for each in vehicles if each.statement.colour]
    if Likeness.SAME in likenesses or Likeness.NEAR in likenesses:
        return Row(VEHICLE, (quoted,), tuple(vehicles), "fits")
    is_used = any(each.statement.thing in GETS_IN and not each.statement.negated for each in said)
    return Row(VEHICLE, (quoted,), tuple(vehicles), "differs" if is_used and Likeness.DIFFERS in likenesses else "not_known")


def _is_vehicle(comparison: StatementComparison, statement: Statement) -> bool:
    return comparison.vocabulary.is_a(statement.thing, VEHICLE)
