"""Reports of disappearances, on `operations`. A report is opened as a search, joined to one, or closed with a reason."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator
from pydantic import Field as PydanticField
from sqlalchemy import Index
from sqlmodel import Field

from models.declared import field, group, part, private, private_part, written, written_part
from models.entity import CountedEntity
from models.fields import Data, Id, Location, LongText, Name, RequiredShortText, ShortText, Time, Title
from models.search import (
    ANSWERS,
    CALLERS,
    KINDS,
    LAST_SEEN,
    Answer,
    Caller,
    Criterion,
    Details,
    EarlierDisappearance,
    Person,
    SearchKind,
)
from models.searchable import Searchable
from models.texts import N_, P_

MAX_QUESTIONS = 20  # newest questions to the person on the telephone
ReportStatus = Literal["waiting", "opened", "joined", "closed"]
STATUSES = {
    "waiting": P_("of a report", "waiting"), "opened": P_("of a report", "opened as a search"),
    "joined": P_("of a report", "joined to a search"), "closed": P_("of a report", "closed"),
}  # fmt: skip
Companion = Literal["alone", "friend", "relative", "parent", "internet", "stranger"]
COMPANIONS = {
    "alone": N_("alone"), "friend": N_("friend"), "relative": N_("relative"), "parent": P_("companion", "parent"),
    "internet": N_("someone from the internet"), "stranger": N_("someone who may harm the child"),
}  # fmt: skip
Callback = Literal["abroad", "not_here", "length", "no_number"]
CALLBACKS = {
    "abroad": N_("number of another country"), "not_here": N_("not a Belgian number"), "length": N_("too many or too few digits"),
    "no_number": N_("not a telephone number"),
}  # fmt: skip
Why = Literal["came_home", "advice", "other_service", "other"]
WHY = {
    "came_home": N_("came home in the meantime"), "advice": N_("advice given"), "other_service": N_("another service"),
    "other": P_("reason", "other"),
}  # fmt: skip


MAX_SIBLINGS = 5


def _none_if_empty(texts: list[str]) -> list[str] | None:
    return texts or None


Siblings = Annotated[list[Title], PydanticField(max_length=MAX_SIBLINGS), AfterValidator(_none_if_empty)]


class ReportedChild(Person):
    """Missing child, as far as it is known."""

    first_name: Annotated[Title | None, part(N_("First name"), control="text", searched=True, exported=True, personal=True)] = (
        None  # type: ignore[assignment]  # a report can lack it
    )


class Belongings(Data):
    """The answers to the questions about what the child has with it, and with whom it may be.

    `phone`: whether it has a telephone that is switched on.
    `company`: companion of the child.
    """

    phone: Annotated[Answer | None, private_part(N_("Phone, switched on"), control="choice", choices=ANSWERS)] = None
    phone_note: Annotated[ShortText | None, written_part(N_("About the phone"), control="text")] = None
    money: Annotated[Answer | None, private_part(N_("Money or bank card"), control="choice", choices=ANSWERS)] = None
    money_note: Annotated[ShortText | None, written_part(N_("About the money"), control="text")] = None
    medication: Annotated[Answer | None, private_part(N_("Needs medication"), control="choice", choices=ANSWERS)] = None
    company: Annotated[Companion | None, private_part(N_("With whom the child may be"), control="choice", choices=COMPANIONS)] = (
        None
    )
    company_note: Annotated[ShortText | None, written_part(N_("About the companion"), control="text")] = None


class ReportQuestion(Data):
    """Question of a coordinator to the person on the telephone."""

    text: RequiredShortText
    by: Id
    at: Time


class ReportDecision(Data):
    """Decision on a report.

    `search`: the search that it was opened as, or joined to; null if it was closed.
    `why`: reason for closing it.
    `note`: more about the reason.
    """

    search: Annotated[Id | None, part(N_("Search"), reads_as="search")] = None
    why: Annotated[Why | None, part(P_("of a report", "Reason for closing"), choices=WHY)] = None
    note: Annotated[LongText | None, part(P_("of a report", "About the reason"), personal=True, prose=True)] = None
    at: Annotated[Time, part(N_("Decided at"), reads_as="time")]
    by: Annotated[Id, part(P_("of a report", "Decided by"), reads_as="person")]


class MissingReport(Searchable, CountedEntity, table=True):
    """Report of a disappearance, on `operations`. It waits until a coordinator opens, joins or closes it. *0.4.0*

    `siblings`: name and age of each, such as `Lina, 6`; an empty list is null.
    `possible_kind`: type of search that the answers suggest; null if they suggest none. Derived.
    `suggested`: criteria that the answers suggest, without those that were answered. Derived.
    `received_at`: start of the call.
    `ended_at`: end of the call; null during the call.
    `taken_by`: account that recorded the report.
    `questions`: the 20 newest questions of coordinators, oldest first.
    `decision`: null while the report waits.
    `source_kept`: true if the caller has or had a name or contact, otherwise null.
    `callback`: what to check in the telephone number of the caller; null if nothing, or without a number. Derived.
    """

    KIND: ClassVar[str] = "report"
    __table_args__ = (Index("missingreport_decided", "archived_at", "status", "decided_at"),)

    number: int = field(int, N_("Number"), ..., exported=True, reads_as="internal")
    status: str = field(ReportStatus, P_("of a report", "Status"), "waiting", exported=True, choices=STATUSES)
    person: dict[str, Any] = group(ReportedChild, N_("Person"), by_people=True)
    siblings: list[str] | None = group(
        Siblings, N_("Other children missing too"), nullable=True, by_people=True, control="list", searched=True, exported=True,
        personal=True, prose=True,
    )  # fmt: skip
    missing_since: str | None = field(Time, N_("Missing since"), by_people=True, control="time", past=True, exported=True)
    last_seen: dict[str, Any] | None = group(
        Location, N_("Last seen"), nullable=True, by_people=True, personal=True, parts=LAST_SEEN
    )
    last_seen_by: str | None = written(ShortText, N_("Last seen by"), control="text")
    belongings: dict[str, Any] = group(Belongings, N_("With the child"), by_people=True, personal=True)
    circumstances: str | None = written(LongText, N_("What happened before"), control="long")
    may_go: str | None = written(LongText, N_("Where the child may go"), control="long")
    police_told: str | None = field(
        Answer, P_("of a report", "Police informed"), by_people=True, control="choice", exported=True, choices=ANSWERS
    )
    kind: str | None = field(SearchKind, N_("Type"), by_people=True, control="choice", exported=True, choices=KINDS)
    possible_kind: str | None = field(SearchKind, N_("Possible type"), choices=KINDS, reads_as="internal")
    details: dict[str, Any] | None = group(Details, N_("Details for this type"), nullable=True, by_people=True, personal=True)
    criteria: dict[str, Any] = group(dict[str, Criterion], N_("Criteria"), by_people=True, exported=True, personal=True)
    suggested: list[str] = group(list[str], N_("Suggested criteria"), reads_as="internal")
    earlier: dict[str, Any] | None = group(
        dict[str, EarlierDisappearance], N_("Earlier disappearances"), nullable=True, by_people=True, exported=True, personal=True
    )
    caller_role: str | None = field(Caller, N_("Caller"), by_people=True, control="choice", exported=True, choices=CALLERS)
    caller_place: str | None = written(Name, N_("Calls from"), control="text")
    source_name: str | None = field(
        Name, N_("Name of the caller"), in_state=False, control="text", personal=True, confidential=True
    )
    source_contact: str | None = field(
        ShortText, N_("Phone or e-mail of the caller"), in_state=False, control="text", personal=True, confidential=True
    )
    # true if the caller has or had a name or contact
    source_kept: bool | None = private(bool, N_("Name or contact details of the caller recorded"), reads_as="internal")
    callback: str | None = field(Callback, N_("Number to call back"), choices=CALLBACKS)
    received_at: str = field(
        Time, P_("of a report", "Call began at"), ..., by_people=True, state_type=Time, control="time", past=True, exported=True
    )
    ended_at: str | None = field(Time, P_("of a report", "Call ended at"), exported=True)
    taken_by: str = field(Id, P_("of a report", "Taken by"), ..., reads_as="person", exported=True)
    questions: list[dict[str, Any]] = group(
        Annotated[list[ReportQuestion], PydanticField(max_length=MAX_QUESTIONS)], N_("Questions"), reads_as="internal"
    )
    decision: dict[str, Any] | None = group(ReportDecision, P_("of a report", "Decision"), nullable=True)
    # Never part of a state:
    # search that it was opened as or joined to; accounts that may not see the search do not see the report
    placed_on: str | None = Field(default=None, index=True)
    decided_at: str | None = None

    @property
    def title(self) -> str | None:
        """First name, initial of the last name, and age of the child, as far as they are known: "Lina H., 12"."""
        first, last, age = (self.person.get(name) for name in ("first_name", "last_name", "age"))
        name = " ".join(part for part in (first, f"{last[0].upper()}." if last and last.strip() else None) if part)
        return ", ".join(part for part in (name, str(age) if age is not None else "") if part) or None


CHILD_GROUPS = ("person", "missing_since", "last_seen", "details", "criteria", "earlier")  # shared with a search
