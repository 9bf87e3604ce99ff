"""Sightings: reports of what somebody saw, with source and grade."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as PydanticField
from sqlalchemy import Index
from sqlmodel import Field, SQLModel
from typing_extensions import TypedDict

from models.card import Card
from models.confidential import CONFIDENTIAL
from models.declared import field, group, part
from models.entity import json_column, partial_index
from models.fields import Data, Id, ShortText, Time, Title
from models.report import Report
from models.texts import N_, P_

Assessment = Literal["unassessed", "credible", "confirmed", "not_the_child", "unverifiable", "duplicate"]
ASSURED = ("credible", "confirmed")
SETTLED = ("not_the_child", "unverifiable", "duplicate")
Queue = Literal["look", "judge", "pass_on", "answered"]
ASSESSMENTS = {
    "unassessed": N_("not assessed"), "credible": N_("credible"), "confirmed": N_("confirmed"),
    "not_the_child": N_("not the child"), "unverifiable": N_("cannot be verified"), "duplicate": N_("duplicate"),
}  # fmt: skip
QUEUES = {
    "look": N_("to look at"), "judge": N_("looked at, to assess"), "pass_on": N_("to pass on"),
    "answered": P_("of a sighting", "answered"),
}  # fmt: skip
SOURCE_GRADES = {
    "A": N_("Completely reliable"), "B": N_("Usually reliable"), "C": N_("Fairly reliable"),
    "D": N_("Not usually reliable"), "E": N_("Unreliable"), "F": N_("Reliability cannot be judged"),
}  # fmt: skip
CONTENT_GRADES = {
    "1": N_("Confirmed by other sources"), "2": N_("Probably true"), "3": N_("Possibly true"),
    "4": N_("Doubtful"), "5": N_("Improbable"), "6": N_("Truth cannot be judged"),
}  # fmt: skip


class Grade(Data):
    """Admiralty code, which grades source and content separately. F and 6 mean "cannot be judged"."""

    source: Annotated[Literal["A", "B", "C", "D", "E", "F"], part(N_("Source grade"), exported=True, choices=SOURCE_GRADES)] = "F"
    content: Annotated[int, PydanticField(ge=1, le=6), part(N_("Content grade"), exported=True, choices=CONTENT_GRADES)] = 6


class FirstLook(Data):
    """First look at a sighting by a person who may act.

    `by`: account of the person.
    `at`: time of the look.
    """

    by: Annotated[Id, part(N_("Looked at by"), exported=True)]
    at: Annotated[Time, part(N_("Looked at on"), exported=True)]


class PoliceReport(Data):
    """Report of a sighting to the police.

    `to`: police force.
    `reference`: reference of the police.
    `by`: account that recorded it.
    """

    to: Annotated[Title, part(N_("Passed on to"), control="text", exported=True, prose=True)]
    at: Annotated[Time, part(N_("Passed on at"), control="time", past=True, exported=True)]
    reference: Annotated[ShortText | None, part(N_("Reference of the police"), control="text", exported=True, prose=True)] = None
    by: Annotated[Id, part(N_("Passed on by"), exported=True, reads_as="person")]


class FromTip(Data):
    """Tip that a sighting was before it was placed on the search."""

    id: Annotated[Id, part(N_("Original tip"), reads_as="internal")]
    number: Annotated[int, part(N_("Number of the tip"))]


class OfBoth(Data):
    """Sighting of both on the board of a child who disappeared together with this one.

    `search`: the other search.
    `sighting`: the sighting on its board.
    `number`: number of that sighting.
    `alarms`: whether this sighting raises the alarms, or the other one.
    """

    search: Annotated[Id, part(N_("Other search"), reads_as="internal")]
    sighting: Annotated[Id, part(N_("Sighting on the other board"), reads_as="internal")]
    number: Annotated[int, part(N_("Number on the other board"))]
    alarms: Annotated[bool, part(N_("Raises the alarms"), reads_as="internal")]


class Twin(TypedDict):
    """Sighting on the board of another search. `apart`: people said that it is of one child alone."""

    search: str
    sighting: str
    apart: bool


class Sighting(Report, Card, table=True):
    """Sighting of a child. Name and contact of its source are not in any state or event; see *Sources*.

    `column`: cards are sorted in a column by (`rank`, id).
    `late`: whether it was recorded over 30 minutes after it was received.
    `channel`: by default, `unknown`.
    `grade.source`: reliability of the source, from `A` to `F` (cannot be judged).
    `grade.content`: reliability of the content, from 1 to 6 (cannot be judged).
    `source_kept`: true if the source has or had a name or contact, otherwise null.
    `queue`: see *Queues*. *0.4.0*
    `queue_since`: time of the event that moved it to the queue. *0.4.0*
    `looked_at`: null if nobody has looked at it. *0.4.0*
    `passed_on`: null if it was not passed on to the police. *0.4.0*
    `from_tip`: tip that it was before it was placed on the search, otherwise null. *0.4.0*
    `of_both`: the same sighting on the board of a sibling; see *Sightings of both*. Null if it is of this child alone. *0.4.0*
    """

    KIND: ClassVar[str] = "sighting"

    __table_args__ = (
        Index("sighting_in_column", "column", "rank"),
        Index("sighting_in_queue", "queue", "board"),
        partial_index("sighting_duplicate", "duplicate_of", where="duplicate_of IS NOT NULL"),
        partial_index("sighting_of_tip", "id", where="from_tip IS NOT NULL"),
    )

    grade: dict[str, Any] = group(Grade, N_("Grade"))
    assessment: str = field(Assessment, N_("Assessment"), "unassessed", exported=True, display="room", choices=ASSESSMENTS)
    from_tip: dict[str, Any] | None = group(FromTip, N_("Original tip"), nullable=True)
    duplicate_of: str | None = field(Id, N_("Duplicate of"), control="card", refers_to="sighting", exported=True)
    # board/commands/sightings/queues.py derives the next two fields
    queue: str = field(
        Queue, N_("Next step"), "look", exported=True, choices=QUEUES, reads_as="internal",
        sa_column_kwargs={"server_default": "look"},
    )  # fmt: skip
    queue_since: str | None = field(Time, N_("Waiting since"), exported=True, reads_as="internal")
    looked_at: dict[str, Any] | None = group(FirstLook, N_("Looked at"), nullable=True, reads_as="internal")
    passed_on: dict[str, Any] | None = group(PoliceReport, N_("Passed on"), nullable=True)
    of_both: dict[str, Any] | None = group(OfBoth, N_("Of both children"), nullable=True)
    # Never part of a state: the sighting on the other board, also while `of_both` is null
    twin: dict[str, Any] | None = json_column(Twin, nullable=True)


class EarlierSource(SQLModel, table=True):
    """Name and contact of a source until the event `seq` replaced them. Stored outside the journal, so that each row can be
    erased separately."""

    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    sighting: str = Field(index=True)
    source_name: str | None = Field(default=None, sa_column_kwargs=CONFIDENTIAL)
    source_contact: str | None = Field(default=None, sa_column_kwargs=CONFIDENTIAL)
