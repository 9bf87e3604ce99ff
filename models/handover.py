"""Shift and its handover. A desk has one row for its shift and one for its handover, which are updated; their history is in the
journal.

A *position* is {"epoch", "seq", "head"}: a point in a journal, with the hash of its chain at that point in hex.
"""

from typing import Any, ClassVar

from models.entity import Entity, json_column
from models.fields import Data, Id, LongText, Position, Time


class ReadMark(Data):
    """Position up to which somebody has read a board for a handover."""

    handover: int
    seq: int
    at: Time


class Restatement(Data):
    """Summary of a search by a person who takes over, in their own words.

    `correct`: answer of the person who hands over; null if not answered.
    `reason`: explanation if it is not correct.
    """

    handover: int
    text: LongText
    at: Time
    correct: bool | None = None
    reason: LongText | None = None
    answered_by: Id | None = None
    answered_at: Time | None = None


class TextMark(Data):
    """Author of a text of a handover, and the last person who confirmed that it is still true. It never conflicts.

    `handover`: last handover for which somebody wrote or confirmed the text.
    `by`: null for a text of an earlier version.
    `at`: null for a text of an earlier version.
    `confirmed_by`: null if nobody confirmed it.
    `confirmed_at`: null if nobody confirmed it.
    """

    handover: int
    by: Id | None = None
    at: Time | None = None
    confirmed_by: Id | None = None
    confirmed_at: Time | None = None


class Shift(Entity, table=True):
    """Current shift, with the id `operations`.

    `before`: account that held the shift before.
    `handover`: number of the handover that began it; null if it was taken.
    `reason`: reason why it was taken.
    """

    KIND: ClassVar[str] = "shift"
    STATE: ClassVar[tuple[str, ...]] = ("number", "holder", "since", "before", "handover", "reason")

    number: int
    holder: str
    since: str
    before: str | None = None
    handover: int | None = None
    reason: str | None = None


class Handover(Entity, table=True):
    """Current handover, with the id `operations`. Earlier ones are in the journal.

    `incoming`: expected coordinator.
    `searches`: number of searches in the handover that everyone may see.
    `position`: position of `operations` before the events of the signature.
    `digest`: SHA-256, in hex, over a line `id epoch seq head\\n` for each search, sorted by id.
    `authorship`: by the name of a text, `faults` or `remarks`; see `briefing`. *0.4.0*
    """

    KIND: ClassVar[str] = "handover"
    STATE: ClassVar[tuple[str, ...]] = (
        "number", "status", "outgoing", "incoming", "prepared_by", "prepared_at", "faults", "remarks", "signed_at", "searches",
        "position", "digest", "ended_by", "ended_at", "reason", "restatement", "authorship",
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
    position: dict[str, Any] | None = json_column(Position, nullable=True)
    digest: str | None = None
    ended_by: str | None = None
    ended_at: str | None = None
    reason: str | None = None
    restatement: str | None = None
    authorship: dict[str, Any] = json_column(dict[str, TextMark])


class SearchHandover(Entity, table=True):
    """Position at which a search was last handed over, with the id of the search.

    `unread_by`: account that accepted the search without reading it, until it reads it; otherwise null. *0.4.0*
    """

    __tablename__ = "handed"

    KIND: ClassVar[str] = "handed"
    STATE: ClassVar[tuple[str, ...]] = ("handover", "position", "unread_by")

    handover: int
    position: dict[str, Any] = json_column(Position)
    unread_by: str | None = None


class Briefing(Entity, table=True):
    """Texts of the handover report about a search, with its id. They carry over to the next handover, except `keeper`.

    `pinned`: ids of at most 20 cards and notes.
    `keeper`: account that is responsible for the search if the next holder of the shift may not see it.
    `reads`: by account.
    `restatements`: by account.
    `authorship`: by the name of a text, or `pinned`. *0.4.0*
    """

    KIND: ClassVar[str] = "briefing"
    STATE: ClassVar[tuple[str, ...]] = (
        "handover", "assessment", "hypotheses", "dropped", "contingencies", "contacts", "pinned", "keeper", "reads",
        "restatements", "authorship",
    )  # fmt: skip

    handover: int
    assessment: str | None = None
    hypotheses: str | None = None
    dropped: str | None = None
    contingencies: str | None = None
    contacts: str | None = None
    pinned: list[str] = json_column(list[Id])
    keeper: str | None = None
    reads: dict[str, Any] = json_column(dict[Id, ReadMark])
    restatements: dict[str, Any] = json_column(dict[Id, Restatement])
    authorship: dict[str, Any] = json_column(dict[str, TextMark])
