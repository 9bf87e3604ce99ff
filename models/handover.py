"""Shift and its handover. A desk has one shift and one handover row, which are updated each time; the journal keeps their
history.

A *position* is {"epoch", "seq", "head"}: a point of a journal, with the hash of its chain there in hex.
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
    """Summary of a search by somebody who takes over, in their own words.

    `correct`: answer of the person who hands over; null: not answered.
    `reason`: what is not correct.
    """

    handover: int
    text: LongText
    at: Time
    correct: bool | None = None
    reason: LongText | None = None
    answered_by: Id | None = None
    answered_at: Time | None = None


class TextMark(Data):
    """Author of a text of a handover, and who last confirmed that it is still true. It never conflicts.

    `handover`: the last handover for which somebody wrote or confirmed it.
    `by`: null for a text of an earlier version.
    `at`: null for a text of an earlier version.
    `confirmed_by`: null: nobody.
    `confirmed_at`: null: nobody.
    """

    handover: int
    by: Id | None = None
    at: Time | None = None
    confirmed_by: Id | None = None
    confirmed_at: Time | None = None


class Shift(Entity, table=True):
    """Current shift, with the id `operations`.

    `before`: the account that held it.
    `handover`: number of the handover by which it came; null: it was taken.
    `reason`: why it was taken.
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
    """Current handover, with the id `operations`. Its journal keeps the earlier ones.

    `incoming`: the coordinator who is expected.
    `searches`: how many searches that everyone may see were handed over.
    `position`: that of `operations` before the events of the signature.
    `digest`: SHA-256, in hex, over a line `id epoch seq head\\n` for each search, sorted by id.
    `authorship`: by `faults` and `remarks`; see `briefing`. *0.4.0*
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

    `unread_by`: the account that accepted it without having read it, until it reads it; else null. *0.4.0*
    """

    __tablename__ = "handed"

    KIND: ClassVar[str] = "handed"
    STATE: ClassVar[tuple[str, ...]] = ("handover", "position", "unread_by")

    handover: int
    position: dict[str, Any] = json_column(Position)
    unread_by: str | None = None


class Briefing(Entity, table=True):
    """Texts of the handover report about a search, with its id. They carry over from one handover to the next, except `keeper`.

    `pinned`: ids of at most 20 cards and notes.
    `keeper`: the account that answers for the search if the next holder of the shift may not see it.
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
