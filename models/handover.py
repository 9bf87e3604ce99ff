"""Who answers for the desk, and how that is handed on. A desk has one shift and one handover: their rows go on from one to the
next, and what they were stays in the journal. A *position* is {"epoch", "seq", "head"}: where a journal stood, and the hash of
its chain there, in hex."""

from typing import Any, ClassVar

from models.entity import Entity, json_column


class Shift(Entity, table=True):
    """On `operations`: who holds the shift, since when, after whom; by which handover, or (taken without one) for what reason."""

    KIND: ClassVar[str] = "shift"
    STATE: ClassVar[tuple[str, ...]] = ("number", "holder", "since", "before", "handover", "reason")

    number: int
    holder: str
    since: str
    before: str | None = None
    handover: int | None = None
    reason: str | None = None


class Handover(Entity, table=True):
    """On `operations`: ids, positions and a digest, and what concerns the desk as a whole. `position` is that of `operations`
    just before it was signed, `searches` how many were handed over, whoever may see them, `digest` that of their positions."""

    KIND: ClassVar[str] = "handover"
    STATE: ClassVar[tuple[str, ...]] = (
        "number", "status", "outgoing", "incoming", "prepared_by", "prepared_at", "faults", "remarks", "signed_at", "searches",
        "position", "digest", "ended_by", "ended_at", "reason", "restatement",
    )  # fmt: skip

    number: int
    status: str  # prepared, signed, accepted, refused, withdrawn
    outgoing: str
    incoming: str | None = None
    prepared_by: str
    prepared_at: str
    faults: str | None = None
    remarks: str | None = None
    signed_at: str | None = None
    searches: int | None = None
    position: dict[str, Any] | None = json_column(nullable=True)
    digest: str | None = None
    ended_by: str | None = None
    ended_at: str | None = None
    reason: str | None = None
    restatement: str | None = None


class SearchHandover(Entity, table=True):
    """On `operations`, by the search's own id, so that it is hidden from whoever may not see the search: the position at which
    that search was last handed over."""

    __tablename__ = "handed"

    KIND: ClassVar[str] = "handed"
    STATE: ClassVar[tuple[str, ...]] = ("handover", "position")

    handover: int
    position: dict[str, Any] = json_column()


class Briefing(Entity, table=True):
    """On a search's own board: what the report says of it that no card says. It goes on from one handover to the next, but for
    `keeper`: who answers for the search where whoever takes the shift over may not see it. `reads` has, by account, up to where
    the incoming person has read the board: {"handover", "seq", "at"}."""

    KIND: ClassVar[str] = "briefing"
    STATE: ClassVar[tuple[str, ...]] = (
        "handover", "assessment", "hypotheses", "dropped", "contingencies", "contacts", "pinned", "keeper", "reads",
    )  # fmt: skip

    handover: int
    assessment: str | None = None
    hypotheses: str | None = None
    dropped: str | None = None
    contingencies: str | None = None
    contacts: str | None = None
    pinned: list[str] = json_column()
    keeper: str | None = None
    reads: dict[str, Any] = json_column()
