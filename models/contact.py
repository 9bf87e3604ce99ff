"""Contacts of a search: people and services that are called, and who calls them next."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator
from pydantic import Field as PydanticField
from sqlalchemy import JSON, false
from sqlmodel import Field

from models.confidential import CONFIDENTIAL
from models.declared import field, group, part, private
from models.entity import Entity, partial_index
from models.fields import Data, Id, LongText, Name, ShortText, Time, Title
from models.search import Texts
from models.telephone import Telephone
from models.texts import N_, P_

MAX_PHONES = 5
Role = Literal[
    "parent", "guardian", "family", "magistrate", "police_zone", "school", "facility", "mediator", "witness", "press", "other"
]
ROLES = {
    "parent": N_("parent"), "guardian": P_("role of a contact", "guardian"), "family": N_("family"),
    "magistrate": N_("magistrate"), "police_zone": N_("police zone"), "school": N_("school"), "facility": N_("facility"),
    "mediator": N_("mediator"), "witness": N_("witness"), "press": N_("press"), "other": P_("role of a contact", "other"),
}  # fmt: skip
Result = Literal["reached", "no_answer", "left_message", "calls_back"]
RESULTS = {
    "reached": P_("result of a call", "reached"), "no_answer": P_("result of a call", "no answer"),
    "left_message": P_("result of a call", "left a message"), "calls_back": P_("result of a call", "calls back"),
}  # fmt: skip
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


def _checked_email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError(N_("Enter an e-mail address like anna@example.org."))
    return text


EMail = Annotated[Name, AfterValidator(_checked_email)]


class Phone(Data):
    """Telephone number of a contact.

    `number`: as it is dialled, with the code of the country (`+3224754411`). Without a code, the number is Belgian.
    `label`: when or where to use it.
    """

    number: Telephone
    label: Name | None = None


Phones = Annotated[list[Phone], PydanticField(max_length=MAX_PHONES)]


class LastCall(Data):
    """Last logged call with a contact.

    `by`: account that called, or that was called.
    `incoming`: whether the contact called.
    """

    at: Annotated[Time, part(N_("Last call"), reads_as="time")]
    by: Annotated[Id, part(N_("Last call by"), reads_as="person")]
    result: Annotated[Result, part(N_("Result of the call"), choices=RESULTS)]
    incoming: bool = False


class Call(Data):
    """Call that a note is about.

    `contact`: the contact.
    `incoming`: whether the contact called.
    `next_call`: when the next call is due; null if none was agreed.
    `assignee`: account that makes the next call.
    """

    contact: Annotated[Id, part(N_("Contact"), reads_as="internal")]
    result: Annotated[Result, part(N_("Result of the call"), choices=RESULTS)]
    incoming: Annotated[bool, part(N_("The contact called"), reads_as="internal")] = False
    next_call: Annotated[Time | None, part(N_("Next call due"), reads_as="time")] = None
    assignee: Annotated[Id | None, part(N_("Assigned to"), reads_as="person")] = None


class Contact(Entity, table=True):
    """Person or service that is called about a search. Its telephones, e-mail and note are not in any state or event; see
    *Contacts*. *0.4.0*

    `languages`: a list of texts; an empty list is null.
    `next_call`: when the next call is due, by `assignee`. Null if none is planned.
    `last_call`: the last call that was logged with `contact.log`.
    `details_kept`: true if it has or had a telephone, an e-mail or a note, otherwise null.
    """

    __tablename__ = "contacts"

    KIND: ClassVar[str] = "contact"
    __table_args__ = (partial_index("contact_due", "next_call", where="next_call IS NOT NULL AND NOT withdrawn"),)

    number: int = field(int, N_("Number"), ..., reads_as="internal")
    name: str = field(Title, N_("Name"), ..., by_people=True, control="text", required=True, personal=True, prose=True)
    role: str = field(
        Role, P_("of a contact", "Role"), "other", by_people=True, control="choice", required=True, personal=True, choices=ROLES
    )
    relation: str | None = field(ShortText, N_("Relation or function"), by_people=True, control="text", personal=True, prose=True)
    languages: list[str] | None = group(
        Texts, N_("Languages spoken"), nullable=True, by_people=True, control="list", personal=True, prose=True
    )
    next_call: str | None = field(Time, N_("Next call due"), by_people=True, control="time")
    assignee: str | None = field(Id, N_("Assigned to"), by_people=True, control="person")
    last_call: dict[str, Any] | None = group(LastCall, N_("Last call"), nullable=True)
    phones: list[dict[str, Any]] | None = group(
        Phones, N_("Telephone numbers"), nullable=True, in_state=False, control="list", personal=True, confidential=True
    )
    email: str | None = field(EMail, N_("E-mail"), in_state=False, control="text", personal=True, confidential=True)
    note: str | None = field(LongText, N_("Note"), in_state=False, control="long", personal=True, confidential=True)
    details_kept: bool | None = private(bool, N_("Contact details recorded"), reads_as="internal")
    withdrawn: bool = field(bool, N_("Withdrawn"), False, sa_column_kwargs={"server_default": false()})
    # Never part of a state: former values of the details, the newest last, as [{seq, at, account, phones, email, note}]
    earlier: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON(none_as_null=True), sa_column_kwargs=CONFIDENTIAL)
