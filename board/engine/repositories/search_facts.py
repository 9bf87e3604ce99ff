"""Facts of searches for the figures, written in the transaction of the event that changed them.

So the figures always match the events, even after the payloads are erased.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from board.engine.event import JournalEvent
from models.db.statement import BulkWrite
from models.search import Search
from models.search_fact import SearchFact
from models.times import DESK_TIME_ZONE, parse_utc, to_ms

COLUMNS = {
    "board": "integer", "seq": "integer", "at": "bigint", "opened_at": "bigint", "reported_at": "bigint",
    "missing_since": "bigint", "kind": "text", "age": "integer", "status": "text", "worrying": "boolean", "appeal": "text",
    "found_at": "bigint", "condition": "text",
}  # fmt: skip
FIELDS = frozenset({"kind", "status", "person", "missing_since", "worrying", "appeal", "outcome", "opened_at", "reports"})
ADD = BulkWrite.insert(SearchFact.__tablename__, COLUMNS)


def rows_after(board: int, event: JournalEvent, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the row with the facts after an event of a board's own entity; [] if it is not a search or no fact changed."""
    if event.kind != Search.KIND or not is_change(payload["changes"]):
        return []
    return [{"board": board, "seq": event.seq, "at": to_ms(event.at), **facts_of(payload["state"])}]


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
    """Return the child's age on the day of the disappearance, from the birth date if it is known."""
    birth = person.get("birth_date")
    if birth is None:
        return person.get("age")
    day = parse_utc(missing_since).astimezone(DESK_TIME_ZONE)
    year, month, date = map(int, birth.split("-"))
    return max(0, day.year - year - ((day.month, day.day) < (month, date)))
