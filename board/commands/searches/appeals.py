"""Appeal of a search: decided with the police, the prosecutor and the family. It ends when the child is found; tasks to take
down its traces follow."""

from pydantic import model_validator

from board.commands.cards import tasks
from board.commands.materials import materials
from board.commands.searches import visibility
from board.engine.access import is_visible_on_displays
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_
from models.display import ALL_DISPLAYS
from models.entity import State
from models.fields import LongText
from models.search import Appeal, Search

NONE: State = {"level": "none", "from": None, "until": None}


class Set(Appeal):
    """Set the appeal to the public. `none` clears both dates.

    `until`: after `from`.
    """

    reason: LongText | None = None

    @model_validator(mode="after")
    def _none_has_no_dates(self) -> "Set":
        if self.level == "none":
            self.since = self.until = None
        return self


def set_appeal(writer: EventWriter, data: Set) -> None:
    """Set level and dates of the appeal, all of them."""
    if data.since is not None and data.until is not None and data.until <= data.since:
        raise invalid("until", N_("The end must be after the start."))
    row = writer.find(Search, writer.board.id, "search")
    appeal = {"level": data.level, "from": data.since, "until": data.until}
    apply_appeal(writer, row, appeal, data.reason)


def end_appeal(writer: EventWriter, row: Search, reason: str) -> None:
    """End a running appeal when the child is found, and add the tasks that take down its traces."""
    level = row.appeal["level"]
    if apply_appeal(writer, row, NONE, reason):
        for each in writer.task_catalogue.take_down(level):
            if writer.has_room(reserved=True):  # on a full board the tasks are left out, as finding the child must not be refused
                tasks.add_from_template(writer, each, take_down=True)


def apply_appeal(writer: EventWriter, row: Search, appeal: State, reason: str | None = None, undoes: int | None = None) -> bool:
    """Set the appeal; return whether anything changed. Displays lose a search whose appeal becomes discreet, and get it back
    when it no longer is."""
    on_walls = is_visible_on_displays(row)
    changed = writer.update(row, "search.appeal_set", {"appeal": appeal}, reason, undoes=undoes)
    writer.set_unseen(row, {"discreet": row.appeal["level"] == "discreet"})
    if is_visible_on_displays(row) != on_walls:
        visibility.record_change(writer, row, {ALL_DISPLAYS})
    materials.follow_search(writer, row)
    return changed
