"""Facts of searches for the figures, written with the events that they are from.

They are written in the transaction of the event, at the one place where events are appended, and not read from the journal later:
the journal may be erased by then, and there is no moment at which a figure lacks an event or has one too many.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from models.db.statement import BulkWrite, Write
from models.search import Search
from models.search_fact import SearchFact
from models.times import DESK_TIME_ZONE, parse_utc, to_ms

COLUMNS = {
    "board": "integer", "seq": "integer", "at": "bigint", "opened_at": "bigint", "reported_at": "bigint",
    "missing_since": "bigint", "kind": "text", "age": "integer", "status": "text", "worrying": "boolean", "appeal": "text",
    "found_at": "bigint", "condition": "text",
}  # fmt: skip
FIELDS = frozenset({"kind", "status", "person", "missing_since", "worrying", "appeal", "outcome", "opened_at", "reports"})
_ADD = BulkWrite.insert(SearchFact.__tablename__, COLUMNS)


class SearchFacts:
    """Pending facts of searches."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, board: int, seq: int, at: str, payload: Mapping[str, Any]) -> None:
        """Add the facts after an event of a search on its own board, if it changed one of them."""
        if is_change(payload["changes"]):
            self.rows.append({"board": board, "seq": seq, "at": to_ms(at), **facts_of(payload["state"])})

    def writes(self) -> list[Write]:
        """Return the pending facts, once."""
        new, self.rows = self.rows, []
        return [(_ADD, new)] if new else []


def is_change(paths: Iterable[str]) -> bool:
    """Return whether one of these changed fields is a fact."""
    return any(path.partition(".")[0] in FIELDS for path in paths)


def facts_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts in a state of a search, in the columns of their table. States of earlier versions may lack fields."""
    outcome, reports = state.get("outcome") or {}, state.get("reports") or {}
    return {
        "opened_at": to_ms(state["opened_at"]),
        "reported_at": min((to_ms(report["at"]) for report in reports.values()), default=None),
        "missing_since": to_ms(state["missing_since"]), "kind": state["kind"],
        "age": _age(state["person"], state["missing_since"]), "status": state["status"], "worrying": state.get("worrying"),
        "appeal": (state.get("appeal") or {}).get("level", "none"),
        "found_at": to_ms(outcome["found_at"]) if outcome.get("found_at") else None, "condition": outcome.get("condition"),
    }  # fmt: skip


def _age(person: Mapping[str, Any], missing_since: str) -> int | None:
    """Return the age on the day since which the child is missing, by the birth date if it is known."""
    birth = person.get("birth_date")
    if birth is None:
        return person.get("age")
    day = parse_utc(missing_since).astimezone(DESK_TIME_ZONE)
    year, month, date = map(int, birth.split("-"))
    return max(0, day.year - year - ((day.month, day.day) < (month, date)))


def is_own(kind: str, entity: str, board: str) -> bool:
    """Return whether an event is of a search on its own board. The event on `operations` has the same state."""
    return kind == Search.KIND and entity == board
