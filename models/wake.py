"""Reports that were set aside, and tips without a search, that may belong to a search after all. A person answers.

A wake quotes nothing of its report, which people may lose access to later: only numbers, and words of the search itself.
"""

from typing import Annotated, Any, ClassVar, Literal

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.declared import field, group, part
from models.entity import Entity
from models.fields import Data, Id, LongText, Time
from models.texts import N_
from models.tip import QUEUES, TipQueue

Answer = Literal["same", "not_same"]
ANSWERS = {"same": N_("the same child"), "not_same": N_("not the same child")}
ReasonCode = Literal[
    "same_place", "where_last_seen", "km_from_sighting", "km_from_last_seen", "time_apart", "same_words", "mentions_name",
    "similar_name",
]  # fmt: skip


class WakeReason(Data):
    """Reason why a report may belong to a search."""

    code: ReasonCode
    sighting: int | None = None
    km: float | None = None
    minutes: int | None = None
    text: str | None = None


class WakeAnswer(Data):
    """Answer to a wake.

    `answer`: `same`: the report is about the child of this search. Its tip was placed there.
    """

    answer: Annotated[Answer, part(N_("Same child or not"), choices=ANSWERS)]
    reason: Annotated[LongText | None, part(N_("Reason"), personal=True, prose=True)] = None
    at: Annotated[Time, part(N_("Answered at"), reads_as="time")]
    by: Annotated[Id, part(N_("Answered by"), reads_as="person")]


class Wake(Entity, table=True):
    """Report that was set aside, or tip without a search, that may belong to this search. *0.4.0*

    `tip`: null for a sighting.
    `sighting`: of another search; null for a tip.
    `number`: of the tip or sighting.
    `search`: the search that it may belong to.
    `reasons`: `sighting` is the number of the sighting of this search that the report is near to; `text` contains the words that
    both have, or the name of the child.
    `score`: at least 0.55.
    `assignee`: who led the search, or held the shift, when it was added.
    `queue`: `look` until it is answered, or until its report no longer waits.
    `answer`: null unless a person has answered.
    """

    __tablename__ = "wakes"
    __table_args__ = (
        Index("wakes_in_queue", "queue", "board"),
        Index("wakes_of_tip", "tip"),
        Index("wakes_of_sighting", "sighting"),
    )

    KIND: ClassVar[str] = "wake"

    tip: str | None = field(Id, N_("Tip"), reads_as="internal")
    sighting: str | None = field(Id, N_("Sighting"), reads_as="internal")
    number: int = field(int, N_("Number"), ..., reads_as="internal")
    search: str = field(Id, N_("Search"), ..., reads_as="internal")
    reasons: list[dict[str, Any]] = group(list[WakeReason], N_("Why it may belong here"), personal=True, reads_as="internal")
    score: float = field(float, N_("Similarity"), ..., reads_as="internal")
    assignee: str | None = field(Id, N_("Assigned to"), control="person")
    queue: str = field(TipQueue, N_("Next step"), "look", choices=QUEUES, reads_as="internal")
    queue_since: str = field(Time, N_("Waiting since"), ..., reads_as="internal")
    answer: dict[str, Any] | None = group(WakeAnswer, N_("Same child or not"), nullable=True)

    @property
    def report(self) -> str:
        """Id of the tip or sighting."""
        return self.tip or self.sighting or ""


class DueWake(SQLModel, table=True):
    """Search that knows more, or hides more reports, since reports were last compared. Its row is written with the event.

    `marks`: number of such events; a row that got another one during a comparison stays. `claimed_until`: end of a process's
    claim. `tries`: claims since the last comparison that ended.
    """

    __tablename__ = "due_wakes"

    board: str = Field(primary_key=True)
    since: str
    marks: int = 1
    claimed_until: str | None = None
    tries: int = 0
