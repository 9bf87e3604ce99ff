"""Goal of a search: one sentence that its lead or a coordinator sets for everybody who works on it."""

from board.engine.event_writer import EventWriter
from models.fields import Data, Time, Title
from models.search import Search


class SetGoal(Data):
    """Set the goal of a search. The same `text` and `until` change nothing.

    `text`: null clears the goal.
    `until`: deadline. A past time is allowed, because an offline client sends it late; this program's form refuses it.
    """

    NULLABLE = ("text",)

    text: Title | None
    until: Time | None = None


def set_goal(writer: EventWriter, data: SetGoal) -> None:
    """Set or clear the goal of a search. The same goal keeps its author and time."""
    row = writer.find(Search, writer.board.id, "search")
    goal = {"text": data.text, "until": data.until, "by": writer.account_id, "at": writer.now} if data.text is not None else None
    if goal is not None and row.goal is not None and all(row.goal[name] == goal[name] for name in ("text", "until")):
        goal = row.goal
    writer.update(row, "search.goal_set", {"goal": goal})
