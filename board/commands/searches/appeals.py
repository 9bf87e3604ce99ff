"""Appeal of a search, decided with the police, the prosecutor and the family. It ends when the child is found, which adds tasks
to take down its traces."""

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


class SetAppeal(Appeal):
    """Set the appeal to the public. `none` clears both dates.

    `until`: after `from`.
    """

    reason: LongText | None = None

    @model_validator(mode="after")
    def _none_has_no_dates(self) -> "SetAppeal":
        if self.level == "none":
            self.since = self.until = None
        return self


def set_appeal(writer: EventWriter, data: SetAppeal) -> None:
    """Set the level and both dates of the appeal."""
    if data.since is not None and data.until is not None and data.until <= data.since:
        raise invalid("until", N_("The end must be after the start."))
    row = writer.find(Search, writer.board.id, "search")
    apply_appeal(writer, row, data.model_dump(by_alias=True, exclude={"reason"}), data.reason)


def end_appeal(writer: EventWriter, row: Search, reason: str) -> None:
    """End a running appeal, and add the tasks that take down its traces."""
    level = row.appeal["level"]
    if apply_appeal(writer, row, NONE, reason):
        for template in writer.task_catalogue.take_down(level):
            if writer.has_room(reserved=True):  # skip tasks on a full board: `found` must not be refused
                tasks.add_from_template(writer, template, take_down=True)


def apply_appeal(writer: EventWriter, row: Search, appeal: State, reason: str | None = None, undoes: int | None = None) -> bool:
    """Set the appeal. Return whether anything changed. Displays do not show a search while its appeal is discreet."""
    was_on_displays = is_visible_on_displays(row)
    has_changed = writer.update(row, "search.appeal_set", {"appeal": appeal}, reason, undoes=undoes)
    writer.set_hidden(row, {"discreet": row.appeal["level"] == "discreet"})
    if is_visible_on_displays(row) != was_on_displays:
        visibility.record_change(writer, row, {ALL_DISPLAYS})
    materials.follow_search(writer, row)
    return has_changed
