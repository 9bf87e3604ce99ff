"""Shift and its handover. A desk has one shift and one handover row, which are updated each time; the journal keeps their
history.

A *position* is {"epoch", "seq", "head"}: a point of a journal, with the hash of its chain there in hex.
"""

from typing import Any, ClassVar

from models.entity import Entity, json_column
from models.fields import Data, Id, LongText, Position, Time


class ReadMark(Data):
    """Mark up to which somebody has read a board for a handover."""

    handover: int
    seq: int
    at: Time


class Restatement(Data):
    """Words of somebody who takes over on what they understood of a search. `correct` is what the person who hands over says
    of it; null: nothing yet. `reason` says what is not quite right."""

    handover: int
    text: LongText
    at: Time
    correct: bool | None = None
    reason: LongText | None = None
    answered_by: Id | None = None
    answered_at: Time | None = None


class TextMark(Data):
    """Author of a text of a handover, and who last said that it is still true. `handover` is the last handover for which somebody
    wrote or confirmed it. `by` and `at` are null for a text of an earlier version."""

    handover: int
    by: Id | None = None
    at: Time | None = None
    confirmed_by: Id | None = None
    confirmed_at: Time | None = None


class Shift(Entity, table=True):
    """Current shift, on `operations`: who holds it, since when, after whom; the number of its handover, or the reason if it was
    taken without one."""

    KIND: ClassVar[str] = "shift"
    STATE: ClassVar[tuple[str, ...]] = ("number", "holder", "since", "before", "handover", "reason")

    number: int
    holder: str
    since: str
    before: str | None = None
    handover: int | None = None
    reason: str | None = None


class Handover(Entity, table=True):
    """Current handover, on `operations`: ids, positions, a digest, and what concerns the desk as a whole. `position` is that of
    `operations` just before the signature, `searches` the number of handed-over searches that everyone may see, `digest` that of
    the positions of all."""

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
    """Position at which a search was last handed over, on `operations`. Keyed by the search's id, so that it is hidden from those
    who may not see the search. `unread_by` accepted it without having read it; null: nobody, or it has been read since."""

    __tablename__ = "handed"

    KIND: ClassVar[str] = "handed"
    STATE: ClassVar[tuple[str, ...]] = ("handover", "position", "unread_by")

    handover: int
    position: dict[str, Any] = json_column(Position)
    unread_by: str | None = None


class Briefing(Entity, table=True):
    """Part of the handover report about a search that is on no card; on the search's own board. It is kept from one handover to
    the next, except `keeper`: who answers for the search if the next holder of the shift may not see it. `reads` maps accounts to
    how far the incoming person has read the board: {"handover", "seq", "at"}; `restatements` to what they understood.
    `authorship` maps texts to their authors."""

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
