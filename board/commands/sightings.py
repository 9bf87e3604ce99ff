"""Sightings: taken in, corrected, graded (source and content apart), assessed."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from board.commands import cards, sources
from board.engine.event_writer import EventWriter
from board.errors import from_pydantic, invalid
from board.fields import (
    Data,
    Id,
    LocationWithRadius,
    LongText,
    RequiredLongText,
    ShortText,
    Time,
    apply_patch,
    merge_patch,
    none_if_empty,
)
from board.i18n import N_
from models.entity import State
from models.ids import new_id
from models.sighting import Sighting
from models.times import parse_utc

LATE = timedelta(minutes=30)  # recorded this long after it was received, a sighting is marked as late

Channel = Literal["hotline", "app", "police", "field", "social_media", "other", "unknown"]
Priority = Literal["low", "normal", "urgent"]


class Source(Data):
    kind: Literal["named", "anonymous", "unknown"] = "unknown"
    sealed: bool = False


class Grade(Data):
    """Admiralty code: source and content are graded apart; F and 6 mean "cannot be judged"."""

    source: Literal["A", "B", "C", "D", "E", "F"] = "F"
    content: int = Field(default=6, ge=1, le=6)


class Fields(Data):
    """Fields of a sighting that people write."""

    description: RequiredLongText
    seen_at: Time | None = None
    received_at: Time | None = None
    channel: Channel = "unknown"  # never a channel that nobody named
    source: Source = Field(default_factory=Source)
    place: LocationWithRadius | None = None
    direction: ShortText | None = None
    clothing: ShortText | None = None
    company: ShortText | None = None
    priority: Priority = "normal"

    @model_validator(mode="after")
    def _no_empty_place(self) -> "Fields":
        self.place = none_if_empty(self.place)
        return self


class Add(Fields, sources.Private):
    column: Id | None = None
    assignee: Id | None = None


class Update(Data):
    """Data of `sighting.update`: a merge patch on the fields of a sighting."""

    model_config = Data.model_config | {"extra": "allow"}
    sighting: Id


class SetGrade(Data):
    sighting: Id
    grade: dict[str, Any]
    reason: LongText | None = None


class Assess(Data):
    sighting: Id
    assessment: Literal["unassessed", "credible", "confirmed", "not_the_child", "unverifiable", "duplicate"]
    reason: LongText | None = None
    duplicate_of: Id | None = None


def add(writer: EventWriter, data: Add) -> None:
    """Add a sighting, ungraded and unassessed; in the inbox unless a column is named."""
    writer.require_person(data.assignee, "assignee")
    column, rank = cards.rank_for_new_card(writer, data.column, "inbox")
    values = data.model_dump()
    received = values["received_at"] = data.received_at or writer.now
    row = Sighting(
        id=new_id(), board=writer.board.id, number=writer.next_card_number(), rank=rank, grade=Grade().model_dump(),
        late=_late(received, writer.now), recorded_at=writer.now, taken_by=writer.account.id if writer.account else "",
        source_kept=sources.has_source(values), **(values | {"column": column}),
    )  # fmt: skip
    writer.create(row, "sighting.added")


def update(writer: EventWriter, data: Update) -> None:
    """Correct a sighting. Name and contact of its source are stored with their former values, but appear in no event."""
    patch = dict(data.model_extra or {})
    private = {name: patch.pop(name) for name in sources.Private.model_fields if name in patch}
    given = apply_patch(sources.Private, {}, private)
    row, values = writer.find_patched(Sighting, data.sighting, "sighting", Fields, patch, blank={"description": "-"})
    sources.check_seal(writer, row, values["source"]["sealed"])
    if private:
        sources.check_may_set(writer, row)
    received = values["received_at"] = values["received_at"] or row.recorded_at
    values["late"] = _late(received, row.recorded_at)
    apply_values(writer, row, values | {name: given[name] for name in private})


def apply_values(writer: EventWriter, row: Sighting, values: State, undoes: int | None = None) -> None:
    """Set fields of a sighting, storing former values of the source if it is set."""
    was = sources.source_of(row)
    values = values | {"source_kept": sources.has_source(values, row.source_kept)}
    writer.update(row, "sighting.updated", values, undoes=undoes)
    if was.keys() & values.keys():
        sources.keep_earlier(writer, row, was)


def grade(writer: EventWriter, data: SetGrade) -> None:
    """Grade a sighting; the former grade stays in the history."""
    try:
        Grade.model_validate(data.grade)
        row = writer.find(Sighting, data.sighting, "sighting")
        graded = Grade.model_validate(merge_patch(row.grade, data.grade)).model_dump()
    except ValidationError as error:
        raise from_pydantic(error, "grade") from error
    writer.update(row, "sighting.graded", {"grade": graded}, data.reason)


def assess(writer: EventWriter, data: Assess) -> None:
    """Assess a sighting. A duplicate names the other sighting; cycles are refused."""
    if (data.assessment == "duplicate") != (data.duplicate_of is not None):
        raise invalid("duplicate_of", N_("A duplicate, and only a duplicate, names the other sighting."))
    if data.duplicate_of == data.sighting:
        raise invalid("duplicate_of", N_("A sighting is not its own duplicate."))
    row = writer.find(Sighting, data.sighting, "sighting")
    if would_cycle(writer, row, data.duplicate_of):
        raise invalid("duplicate_of", N_("The other one is a duplicate of this."))
    writer.update(row, "sighting.assessed", {"assessment": data.assessment, "duplicate_of": data.duplicate_of}, data.reason)


def would_cycle(writer: EventWriter, row: Sighting, other: str | None) -> bool:
    """Return whether a sighting would become a duplicate of its own duplicate. Raises Refused `not_found`."""
    while other is not None:
        other = writer.find(Sighting, other, "duplicate_of").duplicate_of
        if other == row.id:
            return True
    return False


def _late(received_at: str, recorded_at: str) -> bool:
    return parse_utc(recorded_at) - parse_utc(received_at) > LATE
