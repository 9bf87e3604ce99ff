"""Figures counted again, from the states in the journals of the searches alone. Slow, and as plain as possible."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from board.engine import journal
from models.board import Board
from models.times import DESK_TIME_ZONE, parse_utc


@dataclass
class Recounted:
    """Search as of a time. `levels`: of all its appeals so far."""

    state: dict[str, Any]
    levels: set[str]

    @property
    def opened(self) -> str:
        """Month of the opening in Brussels, such as `2020-03`."""
        return parse_utc(self.state["opened_at"]).astimezone(DESK_TIME_ZONE).strftime("%Y-%m")


def searches(session: Session, at: str) -> Iterator[Recounted]:
    """Return all searches that were open by then, as they were."""
    for board in session.exec(select(Board).where(Board.kind == "search")).all():
        states = [
            event.payload()["state"]
            for event in journal.all_entity_events(session, board.id, "search", board.id, 0)
            if event.at <= at
        ]
        if states:
            yield Recounted(states[-1], {state["appeal"]["level"] for state in states})


def by_kind(session: Session, year: int, at: str) -> dict[str, dict[str, int]]:
    """Return counts of the files of a year by type, as of a time; without zeros."""
    counts: dict[str, Counter[str]] = {}
    for search in searches(session, at):
        if not search.opened.startswith(str(year)):
            continue
        state = search.state
        counts.setdefault(state["kind"], Counter()).update(
            {
                "searches": 1, "worrying": state["worrying"] is True, "open": state["status"] == "open",
                "public": bool(search.levels & {"posters", "public", "child_alert"}), "discreet": "discreet" in search.levels,
                "found": state["outcome"] is not None,
            }
        )  # fmt: skip
    return {kind: {name: number for name, number in counter.items() if number} for kind, counter in counts.items()}


def shown(lines: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Return the same counts of an answer; without zeros."""
    names = ("searches", "worrying", "open", "public", "discreet", "found")
    return {line["name"]: {name: line[name] for name in names if line[name]} for line in lines if line["searches"]}
