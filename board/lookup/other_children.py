"""Other child of a sighting of two children, for readers who see that child's search."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session
from typing_extensions import TypedDict

from board.commands.alarms.alerts import short_name
from models.db.tables import columns_of
from models.search import Search
from realtime.wire.wire_types import Count, Id

_SEARCH = columns_of(Search)
OtherChild = TypedDict("OtherChild", {"board": Id, "reference": str, "child": str, "id": Id, "number": Count})


def read(session: Session, of_both: Iterable[Mapping[str, Any]], hidden: Collection[str]) -> dict[str, OtherChild]:
    """Return the other children, each by the id of the sighting on their search. `of_both`: that field of each sighting.
    `hidden`: searches that the reader may not see."""
    sightings = [each for each in of_both if each["search"] not in hidden]
    query = select(_SEARCH.id, _SEARCH.reference, _SEARCH.person).where(_SEARCH.id.in_({each["search"] for each in sightings}))
    rows = {row.id: row for row in session.connection().execute(query)} if sightings else {}
    return {each["sighting"]: _other_child(each, rows[each["search"]]) for each in sightings if each["search"] in rows}


def _other_child(of_both: Mapping[str, Any], search: Any) -> OtherChild:
    return {
        "board": search.id, "reference": search.reference, "child": short_name(search.person), "id": of_both["sighting"],
        "number": of_both["number"],
    }  # fmt: skip
