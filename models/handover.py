"""Shift and its handover. A desk has one row for its shift and one for its handover, which are updated; their history is in the
journal.

A *position* is {"epoch", "seq", "head"}: a point in a journal, with the hash of its chain at that point in hex.
"""

from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as PydanticField

from models.declared import field, group, part
from models.entity import Entity, partial_index
from models.fields import Data, Id, LongText, Position, Time
from models.texts import N_, P_

Status = Literal["prepared", "signed", "accepted", "refused", "withdrawn"]
STATUSES = {
    "prepared": N_("being prepared"), "signed": N_("signed, not accepted yet"), "accepted": N_("accepted"),
    "refused": N_("refused"), "withdrawn": P_("of a search, task, card, note, column or handover", "withdrawn"),
}  # fmt: skip
MAX_PINNED = 20  # per search; a longer list would hide the important items
MAX_KEPT = 100  # alarms per search, as at the end of a duty


class ReadMark(Data):
    """Position up to which somebody has read a board for a handover."""

    handover: int
    seq: int
    at: Time


_OWN_WORDS = N_("In their own words")
carried = partial(field, LongText, by_people=True, control="long", personal=True, prose=True)
_stamp = partial(part, _OWN_WORDS, reads_as="internal")  # the event of a restatement has it


class Restatement(Data):
    """Summary of a search by a person who takes over, in their own words.

    `correct`: answer of the person who hands over; null if not answered.
    `reason`: explanation if it is not correct.
    """

    handover: Annotated[int, _stamp()]
    text: LongText
    at: Annotated[Time, _stamp()]
    correct: bool | None = None
    reason: LongText | None = None
    answered_by: Annotated[Id | None, _stamp()] = None
    answered_at: Annotated[Time | None, _stamp()] = None


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


class WatchLine(Data):
    """Line of the watch in a signed handover: see `GET /api/v1/watch`, which defines both figures.

    `since`: signature of the last accepted handover (before the first one, the beginning of the shift), or 31 days before this
    signature if that is later; the end is `signed_at`.
    `longest_taken_s`: null if no grave alarm waited.
    """

    NULLABLE = ("longest_taken_s",)

    since: Time
    unwatched_s: int
    longest_taken_s: int | None


class SignedPosition(Position):
    """Position of a search in a signed handover.

    `alarms`: seq up to which its alarms count, in the report and in the line of the watch: its last one when the handover was
    signed, which can be after `seq`. Null or missing in handovers of earlier versions: up to `seq`. *0.4.0*
    """

    alarms: int | None = None


class Shift(Entity, table=True):
    """Current shift, with the id `operations`.

    `before`: account that held the shift before.
    `handover`: number of the handover that began it; null if it was taken.
    `reason`: reason why it was taken.
    """

    KIND: ClassVar[str] = "shift"

    number: int = field(int, N_("Number"), ..., display="room", reads_as="internal")
    holder: str = field(Id, N_("In charge of the shift"), ..., control="person", display="room")
    since: str = field(Time, N_("Since"), ..., display="room")
    before: str | None = field(Id, N_("Previously in charge"), control="person")
    handover: int | None = field(int, N_("Handover"))
    reason: str | None = field(LongText, N_("Reason"), personal=True)


class Handover(Entity, table=True):
    """Current handover, with the id `operations`. Earlier ones are in the journal.

    `incoming`: expected coordinator.
    `searches`: number of searches in the handover that everyone may see.
    `position`: position of `operations` before the events of the signature.
    `digest`: SHA-256, in hex, over a line `id epoch seq head\\n` for each search, sorted by id.
    `authorship`: by the name of a text, `faults` or `remarks`; see `briefing`. *0.4.0*
    `watch`: over the searches in the handover that everyone may see, and the tips. Null before the signature, and in handovers
    that were signed without it. *0.4.0*
    """

    KIND: ClassVar[str] = "handover"

    number: int = field(int, N_("Number"), ..., reads_as="internal")
    status: str = field(Status, N_("Status"), ..., choices=STATUSES)
    outgoing: str = field(Id, N_("Outgoing coordinator"), ..., control="person")
    incoming: str | None = field(Id, N_("Incoming coordinator"), by_people=True, control="person")
    prepared_by: str = field(Id, N_("Prepared by"), ..., control="person", reads_as="internal")
    prepared_at: str = field(Time, N_("Prepared at"), ..., reads_as="internal")
    faults: str | None = field(LongText, N_("Technical problems"), by_people=True, control="long", personal=True)
    remarks: str | None = field(LongText, N_("Remarks"), by_people=True, control="long", personal=True)
    signed_at: str | None = field(Time, N_("Signed at"), reads_as="internal")
    searches: int | None = field(int, N_("Searches"), reads_as="internal")
    position: dict[str, Any] | None = group(Position, N_("Position"), nullable=True, reads_as="internal")
    digest: str | None = field(str, N_("Checksum"), reads_as="internal")
    watch: dict[str, Any] | None = group(WatchLine, N_("The watch"), nullable=True, reads_as="internal")
    ended_by: str | None = field(Id, N_("Ended by"), control="person", reads_as="internal")
    ended_at: str | None = field(Time, N_("Ended at"), reads_as="internal")
    reason: str | None = field(LongText, N_("Reason"), personal=True)
    restatement: str | None = field(LongText, _OWN_WORDS, personal=True)
    authorship: dict[str, Any] = group(dict[str, TextMark], N_("Written by"), reads_as="internal")


class SearchHandover(Entity, table=True):
    """Position at which a search was last handed over, with the id of the search.

    `unread_by`: account that accepted the search without reading it, until it reads it; otherwise null. *0.4.0*
    """

    __tablename__ = "search_handovers"

    KIND: ClassVar[str] = "handed"

    handover: int = field(int, N_("Handover"), ..., reads_as="internal")
    position: dict[str, Any] = group(SignedPosition, N_("Position"), reads_as="internal")
    unread_by: str | None = field(Id, N_("Accepted unread by"), control="person", reads_as="internal")


class Briefing(Entity, table=True):
    """Texts of the handover report about a search, with its id. They carry over to the next handover, except
    `keeper` and `kept`.

    `pinned`: ids of at most 20 cards and notes.
    `keeper`: account that is responsible for the search if the next holder of the shift may not see it.
    `kept`: ids of at most 100 alarms of the search that the outgoing coordinator keeps until their promises end; all other alarms
    that this account has pass to whoever accepts. *0.4.0*
    `reads`: by account.
    `restatements`: by account.
    `authorship`: by the name of a text, or `pinned`. *0.4.0*
    """

    KIND: ClassVar[str] = "briefing"
    __table_args__ = (partial_index("briefing_calls_owed", "id", where="calls_owed"),)

    handover: int = field(int, N_("Handover"), ..., reads_as="internal")
    assessment: str | None = carried(N_("Situation"))
    hypotheses: str | None = carried(N_("Open hypotheses"))
    dropped: str | None = carried(N_("Dropped hypotheses"), heading=N_("Dropped hypotheses, and why"))
    contingencies: str | None = carried(N_("If … then …"))
    contacts: str | None = carried(N_("Calls and updates due"), heading=N_("Calls and updates due: family, police, press"))
    pinned: list[str] = group(
        Annotated[list[Id], PydanticField(max_length=MAX_PINNED)], N_("Critical points"), by_people=True, reads_as="cards"
    )
    keeper: str | None = field(Id, N_("Responsible"), by_people=True, control="person")
    kept: list[str] | None = group(
        Annotated[list[Id], PydanticField(max_length=MAX_KEPT)], N_("Alarms kept after the handover"), nullable=True,
        by_people=True, reads_as="internal",
    )  # fmt: skip
    reads: dict[str, Any] = group(dict[Id, ReadMark], N_("Read"), personal=True, reads_as="internal")
    restatements: dict[str, Any] = group(dict[Id, Restatement], _OWN_WORDS, personal=True)
    authorship: dict[str, Any] = group(dict[str, TextMark], N_("Written by"), reads_as="internal")
    # Never part of a state: true until the server has moved `contacts` of an earlier version to a contact
    calls_owed: bool | None = None
