"""The appeal of a search: decided with the police, the prosecutor and the family. Once the child is found it ends, and its
traces are wiped."""

from typing import Literal

from pydantic import Field, model_validator

from board.commands import tasks
from board.engine.access import is_visible_on_displays
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.fields import Data, LongText, Time
from board.i18n import N_
from models.display import WALL
from models.entity import State
from models.search import Search

Level = Literal["none", "discreet", "posters", "public", "child_alert"]  # the ladder
NONE: State = {"level": "none", "from": None, "until": None}


class Set(Data):
    """`none` has no dates."""

    level: Level
    since: Time | None = Field(default=None, alias="from")
    until: Time | None = None
    reason: LongText | None = None

    @model_validator(mode="after")
    def _none_has_no_dates(self) -> "Set":
        if self.level == "none":
            self.since = self.until = None
        return self


def set_appeal(writer: EventWriter, data: Set) -> None:
    """Another level, or other dates; all of them are set."""
    if data.since is not None and data.until is not None and data.until <= data.since:
        raise invalid("until", N_("An appeal ends after it begins."))
    row = writer.find(Search, writer.board.id, "search")
    appeal = {"level": data.level, "from": data.since, "until": data.until}
    apply_appeal(writer, row, appeal, data.reason)


def end_appeal(writer: EventWriter, row: Search, reason: str) -> None:
    """The child is found: ends the appeal that runs, if one does, and makes the tasks that wipe its traces."""
    level = row.appeal["level"]
    if apply_appeal(writer, row, NONE, reason):
        for each in writer.task_catalogue.take_down(level):
            if writer.has_room(reserved=True):  # else the tasks are left out: that the child is found is not refused
                tasks.add_from_template(writer, each, take_down=True)


def apply_appeal(writer: EventWriter, row: Search, appeal: State, reason: str | None = None, undoes: int | None = None) -> bool:
    """Sets the appeal. Displays lose sight of the search when it becomes discreet, and have it again when it is so no more.
    True if something changed."""
    on_walls = is_visible_on_displays(row)
    changed = writer.update(row, "search.appeal_set", {"appeal": appeal}, reason, undoes=undoes)
    row.discreet = row.appeal["level"] == "discreet"
    if is_visible_on_displays(row) != on_walls:
        writer.record_visibility_change(row, {WALL})
    return changed
