"""Appeal of a search, decided with the police, the prosecutor and the family. It ends when the child is found, which adds tasks
to take down its traces. A Child Alert also ends by itself (`appeal_ends`)."""

from datetime import timedelta

from pydantic import model_validator

from board.commands import past_times
from board.commands.cards import tasks
from board.commands.materials import materials
from board.commands.searches import appeal_requirements, visibility
from board.config.appeal_rules import LevelRules
from board.engine.access import is_visible_on_displays
from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_
from models.display import ALL_DISPLAYS
from models.entity import State
from models.fields import LongText
from models.search import Search, SetAppealFields
from models.times import format_utc, parse_utc

NONE: State = {"level": "none", "from": None, "until": None}


class SetAppeal(SetAppealFields):
    """Set the appeal to the public. `none` clears both dates. Each level can require who decided, conditions and a longest
    duration (`board/config/data/appeal.toml`); see *Appeals*. What is missing is `invalid`, with a sentence for each field.

    `from`: of a level with a longest duration, by default now.
    `until`: after `from`; of a level with a longest duration, by default the latest time. A later time than before prolongs it.
    """

    reason: LongText | None = None

    @model_validator(mode="after")
    def _none_has_no_dates(self) -> "SetAppeal":
        if self.level == "none":
            self.since = self.until = None
        return self


def set_appeal(writer: EventWriter, data: SetAppeal) -> None:
    """Set the level and both dates of the appeal, with its decision. Raises Refused `invalid` if its level requires more."""
    if data.decided_by is not None:
        past_times.check(writer, "decided_by.at", data.decided_by.at)
    row = writer.find(Search, writer.board.id, "search")
    catalogue = writer.task_catalogue.appeal
    rules = catalogue.of(data.level)
    appeal = with_period(row.appeal, rules, data.model_dump(by_alias=True, exclude={"reason"}), writer.now)
    if appeal["from"] is not None and appeal["until"] is not None and appeal["until"] <= appeal["from"]:
        raise invalid("until", N_("The end must be after the start."))
    appeal_requirements.check(row, rules, list(catalogue.conditions), data, appeal, writer.now)
    apply_appeal(writer, row, appeal, data.reason)


def with_period(former: State, rules: LevelRules, appeal: State, now: str) -> State:
    """Return the appeal with the fields that the server sets: the defaults of its dates, the number of prolongations, and the
    appeal before it."""
    if rules.max_hours is None:
        return stored(appeal)
    if appeal_requirements.is_running(former, appeal["level"], now):
        appeal |= {"from": former["from"] or appeal["from"] or now, "until": appeal["until"] or former["until"]}
        count = (former.get("prolonged") or 0) + (appeal["until"] > former["until"])
        return stored(appeal | {"prolonged": count or None, "before": former.get("before")})
    appeal["from"] = appeal["from"] or now
    appeal["until"] = appeal["until"] or format_utc(parse_utc(appeal["from"]) + timedelta(hours=rules.max_hours))
    return stored(appeal | {"before": _before(former) if rules.ends else None})


def stored(appeal: State) -> State:
    """Return an appeal without fields that are null, except those of all versions."""
    return {name: value for name, value in appeal.items() if name in NONE or value is not None}


def _before(former: State) -> State | None:
    """Return the appeal to set again: a public one. A discreet one no longer is, and a Child Alert needs a new decision."""
    if former["level"] not in ("posters", "public"):
        return None
    return {name: former.get(name) for name in ("level", "from", "until", "decided_by")}


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
