"""Missing-child searches. A search is an entity of its own board and of the board `operations`."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as PydanticField
from pydantic import field_validator
from sqlalchemy import Index, false
from sqlmodel import Field

from models.entity import json_column
from models.fields import Data, Date, Id, Location, LongText, Name, ShortText, Time, Title
from models.searchable import Searchable, normalize

MAX_LISTED = 20  # items of a list among the details
MAX_EARLIER = 50  # earlier disappearances
MAX_DAYS = 36_500

AppealLevel = Literal["none", "discreet", "posters", "public", "child_alert"]  # in ascending order of publicity


class Person(Data):
    """Missing child.

    `needs`: such as medicine or an inhaler.
    `needs_until`: until when the needs are met.
    """

    first_name: Title
    last_name: Name | None = None
    age: int | None = PydanticField(default=None, ge=0, le=130)
    birth_date: Date | None = None
    sex: Literal["f", "m", "x"] | None = None
    description: LongText | None = None
    height_cm: int | None = PydanticField(default=None, ge=30, le=230)
    build: Literal["slim", "average", "sturdy"] | None = None
    hair: Name | None = None
    eyes: Name | None = None
    features: Name | None = None
    clothing: Name | None = None
    needs: Name | None = None
    needs_until: Time | None = None


class Criterion(Data):
    """Answer to a criterion of a worrying disappearance, and its basis."""

    answer: Literal["yes", "no", "unknown"] = "unknown"
    basis: ShortText | None = None


class Appeal(Data):
    """Appeal to the public, with its dates.

    `level`: in ascending order of publicity; `none` has no dates.
    `until`: after `from`.
    """

    level: AppealLevel
    since: Time | None = PydanticField(default=None, alias="from")
    until: Time | None = None


class Outcome(Data):
    """Outcome of a search: how the child was found.

    `reason`: the sentence about the finding. It is the `reason` of the `search.set_status` to `found` if the outcome has none of
    its own.
    """

    found_at: Time
    place: Name | None = None
    condition: Literal["well", "injured", "deceased", "unknown"]
    how: Literal["came_back", "police", "sighting", "other"]
    confirmed_by: Name | None = None
    family_told: bool | None = None
    police_told: bool | None = None
    reason: LongText | None = None


class Goal(Data):
    """Goal of a search for the time being.

    `until`: by when.
    `by`: the account that set it.
    `at`: when it was set.
    """

    text: Title
    until: Time | None = None
    by: Id
    at: Time


Texts = Annotated[list[Title], PydanticField(max_length=MAX_LISTED)]
Answer = Literal["yes", "no", "unknown"]


class Details(Data):
    """Details that belong to some kinds of searches (`board/config/data/kind_fields.toml` says to which), in the order of the
    contract. They are kept if the kind changes.

    `countries`: each text is one field; an empty list is null.
    `aliases`: as `countries`.
    `languages`: as `countries`.
    `papers`: which papers the child has, and with whom.
    `hague`: whether the Hague Convention applies.
    `central_authority`: whether the central authority was informed.
    """

    taking_parent: Name | None = None
    relation: Literal["mother", "father", "other"] | None = None
    described_person: LongText | None = None
    vehicle_plate: Name | None = None
    vehicle_make: Name | None = None
    vehicle_colour: Name | None = None
    countries: Texts | None = None
    papers: ShortText | None = None
    hague: Answer | None = None
    central_authority: Answer | None = None
    facility: Name | None = None
    guardian: Name | None = None
    aliases: Texts | None = None
    languages: Texts | None = None
    destination: Name | None = None

    @field_validator("countries", "aliases", "languages")
    @classmethod
    def _empty_is_unset(cls, value: list[str] | None) -> list[str] | None:
        return value or None


class EarlierDisappearance(Data):
    """Earlier disappearance of the child.

    `date`: the day from which the child was missing.
    `days`: for how long.
    `place`: where the child was found.
    `search`: id of the search for it. It must be closed and visible to everyone when it is named, else `invalid`: a members-only
    one too, because others would learn of it.
    `reference`: what that search was called. What was copied stays, whatever becomes of that search.
    """

    date: Date | None = None
    days: int | None = PydanticField(default=None, ge=0, le=MAX_DAYS)
    place: Name | None = None
    reference: Name | None = None
    search: Id | None = None
    note: ShortText | None = None


def plate_spellings(plate: str) -> str:
    """Return a number plate as one word, in its groups of letters and of digits, and from each group on as one word."""
    groups = re.findall(r"[^\W\d_]+|\d+", normalize(plate))
    return " ".join(["".join(groups), *groups, *("".join(groups[start:]) for start in range(1, len(groups)))])


class Search(Searchable, table=True):
    """Search for a child, on its own board and on `operations`. The board of a search has the id of the search.

    `reference`: unique among the searches that its giver could see; see *References*.
    `missing_since`: at most 5 minutes in the future when it is set.
    `criteria`: by the keys of `board/config/data/criteria.toml`. `danger_to_others` is only in searches of before 0.4.0, as it
    was; no command accepts it any longer.
    `worrying`: whether the disappearance is worrying; null: not decided.
    `access`: everyone sees a search with `desk`; only its members see one with `members`, whatever their role.
    `acknowledge`: why it was closed with something open.
    `details`: see *Details of a kind*. *0.4.0*
    `earlier`: earlier disappearances, by keys of `[a-z0-9]{1,16}`. *0.4.0*
    `photo`: a file of the search. *0.4.0*
    `public_photo`: the photo while the search is open and its appeal is `public` or `child_alert`, else null. It follows from
    the others, is left out of what `since` lists, and never conflicts. *0.4.0*
    """

    __table_args__ = (Index("search_ended", "status", "status_at", "id"),)

    KIND: ClassVar[str] = "search"
    STATE: ClassVar[tuple[str, ...]] = (
        "reference", "kind", "status", "status_reason", "person", "missing_since", "last_seen", "criteria", "worrying",
        "worrying_basis", "appeal", "access", "members", "lead", "outcome", "opened_at", "acknowledge", "goal",
        "details", "earlier", "photo", "public_photo",
    )  # fmt: skip

    operations_seq: int = 0  # counts on `operations`; `seq` counts on its own board
    reference: str = Field(index=True)
    kind: str
    status: str = "open"
    status_reason: str | None = None
    person: dict[str, Any] = json_column(Person)
    missing_since: str
    last_seen: dict[str, Any] | None = json_column(Location, nullable=True)
    criteria: dict[str, Any] = json_column(dict[str, Criterion])
    worrying: bool | None = None
    worrying_basis: str | None = None
    appeal: dict[str, Any] = json_column(Appeal)
    access: str = Field(default="desk", index=True)
    members: list[str] = json_column(list[Id])
    lead: str | None = None
    outcome: dict[str, Any] | None = json_column(Outcome, nullable=True)
    opened_at: str
    acknowledge: str | None = None  # reason for closing it with something still open
    goal: dict[str, Any] | None = json_column(Goal, nullable=True)
    details: dict[str, Any] | None = json_column(Details, nullable=True)
    earlier: dict[str, Any] | None = json_column(dict[str, EarlierDisappearance], nullable=True)  # by keys of their own
    photo: str | None = None  # the file that is the photo of the child
    public_photo: str | None = None  # the photo, while the appeal is public
    # Never part of a state:
    # the appeal is discreet, which hides the search from displays
    discreet: bool = Field(default=False, index=True, sa_column_kwargs={"server_default": false()})
    status_at: str | None = None  # time of the last change of status; null if it never changed
    archived_at: str | None = Field(default=None, index=True)  # time at which it left `operations`
    made_reference: str | None = None  # reference made by the server, whatever was set since
