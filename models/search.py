"""Missing-child searches. A search is an entity of its own board and of the board `operations`."""

import re
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as PydanticField
from pydantic import field_validator
from sqlalchemy import Index, false
from sqlmodel import Field

from models.declared import part, parts_of, private_part, written_part
from models.entity import json_column
from models.fields import Data, Date, Id, Location, LongText, Name, ShortText, Time, Title
from models.searchable import Searchable, normalize
from models.texts import N_, P_

MAX_LISTED = 20  # items of a list among the details
MAX_EARLIER = 50  # earlier disappearances
MAX_DAYS = 36_500

AppealLevel = Literal["none", "discreet", "posters", "public", "child_alert"]  # in ascending order of publicity
SEXES = {"f": N_("Girl"), "m": N_("Boy"), "x": N_("Other")}
BUILDS = {"slim": N_("slim"), "average": N_("average"), "sturdy": N_("sturdy")}
ANSWERS = {"yes": N_("Yes"), "no": N_("No"), "unknown": N_("Unknown")}
shown_part = partial(part, exported=True, display="inner_room")


class Person(Data):
    """Missing child.

    `needs`: for example medicine or an inhaler.
    `needs_until`: time until which the needs are covered.
    """

    # first name, age, height, build, hair and clothing are not marked as personal: displays show whom to look for
    first_name: Annotated[
        Title, part(N_("First name"), control="text", required=True, searched=True, exported=True, display="room")
    ]
    last_name: Annotated[Name | None, private_part(N_("Last name"), control="text", searched=True)] = None
    age: Annotated[int | None, part(N_("Age"), control="number", exported=True, display="room")] = PydanticField(
        None, ge=0, le=130
    )
    birth_date: Annotated[Date | None, private_part(N_("Date of birth"), control="date")] = None
    sex: Annotated[Literal["f", "m", "x"] | None, private_part(N_("Sex"), control="choice", choices=SEXES)] = None
    description: Annotated[LongText | None, written_part(N_("Description of the person"), control="long", compared=6)] = None
    height_cm: Annotated[int | None, shown_part(N_("Height (cm)"), control="number")] = PydanticField(None, ge=30, le=230)
    build: Annotated[
        Literal["slim", "average", "sturdy"] | None, shown_part(N_("Build"), control="choice", choices=BUILDS, compared=4)
    ] = None
    hair: Annotated[Name | None, shown_part(N_("Hair"), control="text", searched=True, prose=True, compared=2)] = None
    eyes: Annotated[Name | None, written_part(N_("Eyes"), control="text", compared=3)] = None
    features: Annotated[Name | None, written_part(N_("Distinctive features"), control="text", compared=5)] = None
    clothing: Annotated[Name | None, shown_part(N_("Clothing"), control="text", searched=True, prose=True, compared=1)] = None
    needs: Annotated[Name | None, written_part(N_("Needs"), control="text")] = None
    needs_until: Annotated[Time | None, private_part(N_("Needs covered until"), control="time")] = None


# features of the child that are shown next to the description of a sighting
COMPARED = {spec.path.removeprefix("person."): spec for spec in parts_of(Person, "person") if spec.compared}
CHILD_FIELDS = tuple(name for name in Person.model_fields if name != "birth_date")  # in suggestions and handover reports


class Criterion(Data):
    """Answer to a criterion of a worrying disappearance, and its basis."""

    answer: Literal["yes", "no", "unknown"] = "unknown"
    basis: ShortText | None = None


class Appeal(Data):
    """Appeal to the public, with its dates.

    `level`: in ascending order of publicity; `none` has no dates.
    `until`: later than `from`.
    """

    level: AppealLevel
    since: Time | None = PydanticField(default=None, alias="from")
    until: Time | None = None


class Outcome(Data):
    """Outcome of a search: how the child was found.

    `reason`: what happened, in one sentence. By default, the `reason` of the `search.set_status` to `found`.
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
    """Current goal of a search.

    `until`: deadline.
    `by`: account that set it.
    `at`: time at which it was set.
    """

    text: Title
    until: Time | None = None
    by: Id
    at: Time


Texts = Annotated[list[Title], PydanticField(max_length=MAX_LISTED)]
Answer = Literal["yes", "no", "unknown"]


RELATIONS = {"mother": N_("mother"), "father": N_("father"), "other": P_("relation to the child", "other")}


def plate_spellings(plate: str) -> str:
    """Return the words by which a number plate is found: the entire plate, each group of letters or digits, and the rest of the
    plate from each group on."""
    groups = re.findall(r"[^\W\d_]+|\d+", normalize(plate))
    return " ".join(["".join(groups), *groups, *("".join(groups[start:]) for start in range(1, len(groups)))])


class Details(Data):
    """Details of some kinds of searches (see `board/config/data/kind_fields.toml`), in the order of the contract. They stay if
    the kind changes.

    `countries`: a list of texts; an empty list is null.
    `aliases`: a list, like `countries`.
    `languages`: a list, like `countries`.
    `papers`: passport or ID of the child, and who has it.
    `hague`: whether the Hague Convention applies.
    `central_authority`: whether the central authority was informed.
    """

    taking_parent: Annotated[Name | None, written_part(N_("Taking parent"), control="text")] = None
    relation: Annotated[
        Literal["mother", "father", "other"] | None,
        private_part(N_("Relation to the child"), control="choice", choices=RELATIONS),
    ] = None
    described_person: Annotated[LongText | None, written_part(N_("Person described"), control="long")] = None
    vehicle_plate: Annotated[Name | None, written_part(N_("Number plate"), control="text", spellings=plate_spellings)] = None
    vehicle_make: Annotated[Name | None, written_part(N_("Make of the vehicle"), control="text")] = None
    vehicle_colour: Annotated[Name | None, written_part(N_("Colour of the vehicle"), control="text")] = None
    countries: Annotated[Texts | None, written_part(N_("Countries, known or feared"), control="list")] = None
    papers: Annotated[ShortText | None, private_part(N_("Passport or ID of the child"), control="text", prose=True)] = None
    hague: Annotated[Answer | None, private_part(N_("Hague Convention applies"), control="choice", choices=ANSWERS)] = None
    central_authority: Annotated[
        Answer | None, private_part(N_("Central authority informed"), control="choice", choices=ANSWERS)
    ] = None
    facility: Annotated[Name | None, written_part(N_("Facility"), control="text")] = None
    guardian: Annotated[Name | None, written_part(N_("Guardian"), control="text")] = None
    aliases: Annotated[Texts | None, written_part(N_("Aliases"), control="list")] = None
    languages: Annotated[Texts | None, private_part(N_("Languages spoken"), control="list", prose=True)] = None
    destination: Annotated[Name | None, written_part(N_("Destination"), control="text")] = None

    @field_validator("countries", "aliases", "languages")
    @classmethod
    def _empty_is_unset(cls, value: list[str] | None) -> list[str] | None:
        return value or None


class EarlierDisappearance(Data):
    """Earlier disappearance of the child.

    `date`: first day on which the child was missing.
    `days`: number of days missing.
    `place`: place where the child was found.
    `search`: id of the search for that disappearance. It is `invalid` unless that search is closed and visible to everyone when
    it is set, because a link to a members-only search would disclose it.
    `reference`: reference of that search, copied. It stays when that search changes.
    """

    date: Annotated[Date | None, part(N_("Missing since (day)"), personal=True)] = None
    days: Annotated[int | None, part(N_("Days missing"), personal=True)] = PydanticField(None, ge=0, le=MAX_DAYS)
    place: Annotated[Name | None, part(N_("Where found"), searched=True, personal=True)] = None
    reference: Annotated[Name | None, part(N_("Reference"), searched=True, personal=True)] = None
    search: Id | None = None
    note: Annotated[ShortText | None, part(N_("Note"), searched=True, personal=True)] = None


class Search(Searchable, table=True):
    """Search for a child, on its own board and on `operations`. The board has the id of the search.

    `reference`: unique among the searches that its author could see; see *References*.
    `missing_since`: at most 5 minutes in the future when it is set.
    `criteria`: by the keys in `board/config/data/criteria.toml`. Only searches from before 0.4.0 have `danger_to_others`,
    unchanged; no command accepts it.
    `worrying`: whether the disappearance is worrying; null if not decided.
    `access`: everyone sees a search with `desk`; only its members see a search with `members`, whatever their role.
    `acknowledge`: reason why it was closed with open items.
    `details`: see *Details of a kind*. *0.4.0*
    `earlier`: earlier disappearances, by keys of `[a-z0-9]{1,16}`. *0.4.0*
    `photo`: a file of the search. *0.4.0*
    `public_photo`: the photo while the search is open and its appeal is `public` or `child_alert`, otherwise null. It is derived,
    is not listed by `since`, and never conflicts. *0.4.0*
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
    acknowledge: str | None = None  # reason for closing it with open items
    goal: dict[str, Any] | None = json_column(Goal, nullable=True)
    details: dict[str, Any] | None = json_column(Details, nullable=True)
    earlier: dict[str, Any] | None = json_column(dict[str, EarlierDisappearance], nullable=True)
    photo: str | None = None  # id of a file
    public_photo: str | None = None  # the photo during a public appeal
    # Never part of a state:
    # whether the appeal is discreet, which hides the search from displays
    discreet: bool = Field(default=False, index=True, sa_column_kwargs={"server_default": false()})
    status_at: str | None = None  # time of the last change of status; null if it never changed
    archived_at: str | None = Field(default=None, index=True)  # time at which it left `operations`
    made_reference: str | None = None  # generated reference, even if another was set later
