"""Goal of a search: one sentence that its lead or a coordinator sets for everybody who works on it."""

from board.engine.event_writer import EventWriter
from models.fields import Title
from models.search import GoalText, Search


class SetGoal(GoalText):
    """Set the goal of a search. The same `text` and `until` change nothing.

    `text`: null clears the goal.
    `until`: deadline. A past time is allowed, because an offline client sends it late; this program's form refuses it.
    """

    NULLABLE = ("text",)

    text: Title | None  # type: ignore[assignment]  # null clears it


def set_goal(writer: EventWriter, data: SetGoal) -> None:
    """Set or clear the goal of a search. The same goal keeps its author and time."""
    row = writer.find(Search, writer.board.id, "search")
    goal = data.model_dump() | {"by": writer.account_id, "at": writer.now} if data.text is not None else None
    if goal is not None and row.goal is not None and all(row.goal.get(name) == goal[name] for name in GoalText.model_fields):
        goal = row.goal
    writer.update(row, "search.goal_set", {"goal": goal})
