"""Goal of a search: one sentence that its lead, or a coordinator, sets for everybody who works on it."""

from board.engine.event_writer import EventWriter
from models.fields import Data, Time, Title
from models.search import Search


class SetGoal(Data):
    """Set the goal of a search. With the same text and `until` nothing changes.

    `text`: null: no goal any longer.
    `until`: by when; also a time that has passed, because an offline client sends it late. The form of this program refuses it.
    """

    NULLABLE = ("text",)

    text: Title | None
    until: Time | None = None


def set_goal(writer: EventWriter, data: SetGoal) -> None:
    """Set the goal of a search, or clear it. The same goal again changes nothing: it stays with who set it first."""
    row = writer.find(Search, writer.board.id, "search")
    goal = {"text": data.text, "until": data.until, "by": writer.account_id, "at": writer.now} if data.text is not None else None
    if goal is not None and row.goal is not None and all(row.goal[name] == goal[name] for name in ("text", "until")):
        goal = row.goal
    writer.update(row, "search.goal_set", {"goal": goal})
