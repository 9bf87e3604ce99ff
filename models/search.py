"""Missing-child searches. A search is an entity of its own board and of the board `operations`."""

import re
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, StringConstraints, field_validator, model_validator
from pydantic import Field as PydanticField
from sqlalchemy import Index, false
from sqlmodel import Field

from models import decision
from models.decision import DecidedBy
from models.declared import FieldSpec, field, group, part, parts_of, private, private_part, written_part
from models.entity import json_column
from models.fields import (
    MAY_LACK,
    Data,
    Date,
    Id,
    Latitude,
    Location,
    Longitude,
    LongText,
    Name,
    Radius,
    RequiredShortText,
    ShortText,
    Time,
    Title,
    none_if_empty,
    require_both,
)
from models.searchable import Searchable, normalize
from models.talk import TalkAnswers, TalkKept
from models.texts import N_, P_

MAX_LISTED = 20  # items of a list among the details
MAX_EARLIER = 50  # earlier disappearances
MAX_DAYS = 36_500

SearchKind = Literal["runaway", "parental_abduction", "unaccompanied_minor", "third_party_abduction", "undefined"]
KINDS = {
    "runaway": N_("Runaway"), "parental_abduction": N_("International parental abduction"),
    "unaccompanied_minor": N_("Unaccompanied foreign minor"), "third_party_abduction": N_("Abduction by a third party"),
    "undefined": N_("Undefined disappearance"),
}  # fmt: skip
Status = Literal["open", "found", "closed"]
STATUSES = {"open": N_("Open"), "found": N_("Found"), "closed": N_("Closed")}
Access = Literal["desk", "members"]
ACCESS = {"desk": N_("All users"), "members": N_("Members only")}
WORRYING = {"true": N_("Worrying"), "false": N_("Not worrying"), "null": N_("Not decided")}
AppealLevel = Literal["none", "discreet", "posters", "public", "child_alert"]  # in ascending order of publicity
APPEAL_LEVELS = {
    "none": N_("none"), "discreet": N_("discreet"), "posters": N_("posters"), "public": N_("public"),
    "child_alert": N_("Child Alert"),
}  # fmt: skip
Condition = Literal["well", "injured", "deceased", "unknown"]
CONDITIONS = {"well": N_("alive and well"), "injured": N_("injured"), "deceased": N_("deceased"), "unknown": N_("unknown")}
How = Literal["came_back", "police", "sighting", "other"]
HOW = {
    "came_back": N_("came back"), "police": N_("found by the police"), "sighting": N_("through a sighting"),
    "other": N_("another way"),
}  # fmt: skip
SEXES = {"f": N_("Girl"), "m": N_("Boy"), "x": N_("Other")}
BUILDS = {"slim": N_("slim"), "average": N_("average"), "sturdy": N_("sturdy")}
ANSWERS = {"yes": N_("Yes"), "no": N_("No"), "unknown": N_("Unknown")}
Caller = Literal["mother", "father", "guardian", "family", "facility", "school", "police", "other"]
CALLERS = {
    "mother": P_("caller", "mother"), "father": P_("caller", "father"), "guardian": P_("caller", "guardian"),
    "family": P_("caller", "family"), "facility": P_("caller", "facility"), "school": P_("caller", "school"),
    "police": P_("caller", "police"), "other": P_("caller", "other"),
}  # fmt: skip
shown_part = partial(part, exported=True, display="inner_room")
LAST_SEEN = (
    FieldSpec("text", N_("Last seen"), control="text", exported=True, prose=True, personal=True),
    FieldSpec("lat", N_("Last seen, latitude"), control="number", exported=True, personal=True),
    FieldSpec("lon", N_("Last seen, longitude"), control="number", exported=True, personal=True),
)


class Person(Data):
    """Missing child.

    `needs`: for example medicine or an inhaler.
    `needs_until`: time until which the needs are covered.
    """

    # first name, age, height, build, hair and clothing are not marked as personal: displays show whom to look for
    first_name: Annotated[
        Title, part(N_("First name"), control="text", required=True, searched=True, exported=True, display="room")
    ]
    last_name: Annotated[Name | None, private_part(N_("Last name"), control="text", searched=True, material="last_name")] = None
    age: Annotated[int | None, part(N_("Age"), control="number", exported=True, display="room", material="age")] = PydanticField(
        None, ge=0, le=130
    )
    birth_date: Annotated[Date | None, private_part(N_("Date of birth"), control="date", material="birth_date")] = None
    sex: Annotated[Literal["f", "m", "x"] | None, private_part(N_("Sex"), control="choice", choices=SEXES, material="looks")] = (
        None
    )
    description: Annotated[LongText | None, written_part(N_("Description of the person"), control="long", compared=6)] = None
    height_cm: Annotated[int | None, shown_part(N_("Height (cm)"), control="number", material="looks")] = PydanticField(
        None, ge=30, le=230
    )
    build: Annotated[
        Literal["slim", "average", "sturdy"] | None,
        shown_part(N_("Build"), control="choice", choices=BUILDS, compared=4, material="looks"),
    ] = None
    hair: Annotated[
        Name | None, shown_part(N_("Hair"), control="text", searched=True, prose=True, compared=2, material="looks")
    ] = None
    eyes: Annotated[Name | None, written_part(N_("Eyes"), control="text", compared=3, material="looks")] = None
    features: Annotated[Name | None, written_part(N_("Distinctive features"), control="text", compared=5, material="looks")] = (
        None
    )
    clothing: Annotated[
        Name | None, shown_part(N_("Clothing"), control="text", searched=True, prose=True, compared=1, material="clothing")
    ] = None
    needs: Annotated[Name | None, written_part(N_("Needs"), control="text", material="needs")] = None
    needs_until: Annotated[Time | None, private_part(N_("Needs covered until"), control="time")] = None


# features of the child that are shown next to the description of a sighting
COMPARED = {spec.path.removeprefix("person."): spec for spec in parts_of(Person, "person") if spec.compared}
# person fields that materials show, with their codes in `shows`
SHOWN_BY = {spec.path.removeprefix("person."): spec.material for spec in parts_of(Person, "person") if spec.material}
LOOKS = tuple(name for name, code in SHOWN_BY.items() if code == "looks")
CHILD_FIELDS = tuple(name for name in Person.model_fields if name != "birth_date")  # in suggestions and handover reports


class Criterion(Data):
    """Answer to a criterion of a worrying disappearance, and its basis."""

    answer: Literal["yes", "no", "unknown"] = "unknown"
    basis: ShortText | None = None


ConditionKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Conditions = Annotated[dict[str, RequiredShortText], PydanticField(max_length=20)]


class SetAppealFields(Data):
    """Appeal to the public, with its dates, as people set it.

    `level`: in ascending order of publicity; `none` has no dates.
    `until`: later than `from`.
    `decided_by`: who decided; null if it is not recorded. *0.4.0*
    `conditions`: the conditions that are met, each with its basis, by the keys in `board/config/data/appeal.toml`. *0.4.0*
    `no_photo`: why there is no photo of the child. *0.4.0*
    """

    level: Annotated[
        AppealLevel, part(N_("Appeal"), control="choice", required=True, exported=True, display="room", choices=APPEAL_LEVELS)
    ]
    since: Annotated[Time | None, part(N_("Appeal from"), control="time", exported=True)] = PydanticField(None, alias="from")
    until: Annotated[Time | None, part(N_("Appeal until"), control="time", exported=True, display="room")] = None
    decided_by: Annotated[DecidedBy | None, private_part(N_("Decided by"))] = None
    conditions: Annotated[Conditions | None, private_part(N_("Conditions"), prose=True)] = None
    no_photo: Annotated[ShortText | None, private_part(N_("Why there is no photo"), control="text", prose=True)] = None


class FormerAppeal(Data):
    """Appeal that a Child Alert replaced, and that is set again when it ends by itself."""

    level: AppealLevel
    since: Time | None = PydanticField(None, alias="from")
    until: Time | None = None
    decided_by: DecidedBy | None = None


def _mark_what_may_lack(schema: dict[str, Any]) -> None:
    """Say which fields an appeal may lack: those of a decision, in appeals of earlier versions and of new searches."""
    schema[MAY_LACK] = [name for name in schema["properties"] if name not in ("level", "from", "until")]


class Appeal(SetAppealFields):
    """Appeal to the public.

    `prolonged`: number of prolongations; null if there are none. *0.4.0*
    `before`: the appeal that is set again when this one ends by itself. *0.4.0*
    """

    model_config = ConfigDict(json_schema_extra=_mark_what_may_lack)

    prolonged: Annotated[int | None, part(N_("Prolongations"), exported=True)] = None
    before: Annotated[FormerAppeal | None, part(N_("Appeal before it"), reads_as="internal")] = None


# of the states of searches: the fields of the appeal, then those of the decision in it
_APPEAL_PARTS = tuple(replace(spec, path=spec.path.removeprefix("appeal.")) for spec in parts_of(Appeal, "appeal"))


class FoundPoint(Data):
    """Point of the place where the child was found (WGS 84), with its accuracy in metres."""

    lat: Annotated[Latitude | None, private_part(N_("Where found, latitude"), control="number")] = None
    lon: Annotated[Longitude | None, private_part(N_("Where found, longitude"), control="number")] = None
    radius_m: Annotated[Radius | None, private_part(N_("Where found, accuracy (± m)"), control="number")] = None

    @model_validator(mode="after")
    def _both_or_none(self) -> "FoundPoint":
        require_both(self.lat, self.lon)
        return self


def _mark_point_as_new(schema: dict[str, Any]) -> None:
    """Mark the point, which outcomes of earlier versions lack."""
    schema[MAY_LACK] = ["point"]


class Outcome(Data):
    """Outcome of a search: how the child was found.

    `point`: point of `place`; null if it is not known. *0.4.0*
    `reason`: what happened, in one sentence. By default, the `reason` of the `search.set_status` to `found`.
    """

    model_config = ConfigDict(json_schema_extra=_mark_point_as_new)

    found_at: Annotated[Time, private_part(N_("Found at"), control="time", required=True, past=True)]
    place: Annotated[Name | None, private_part(N_("Where found"), control="text", prose=True)] = None
    point: Annotated[FoundPoint | None, AfterValidator(none_if_empty), private_part(N_("Where found, point"))] = None
    condition: Annotated[Condition, private_part(N_("Condition"), control="choice", required=True, choices=CONDITIONS)]
    how: Annotated[How, private_part(N_("How"), control="choice", required=True, choices=HOW)]
    confirmed_by: Annotated[Name | None, private_part(N_("Confirmed by"), control="text", prose=True)] = None
    family_told: Annotated[bool | None, private_part(N_("Family told"), control="flag")] = None
    police_told: Annotated[bool | None, private_part(N_("Police told"), control="flag")] = None
    reason: Annotated[LongText | None, private_part(N_("What happened, in one sentence"), control="long", prose=True)] = None


class GoalText(Data):
    """Goal of a search, as people set it.

    `until`: deadline.
    """

    text: Annotated[Title, shown_part(N_("Goal"), control="text", searched=True, prose=True)]
    until: Annotated[Time | None, shown_part(N_("Goal due"), control="time")] = None


class Goal(GoalText):
    """Current goal of a search.

    `by`: account that set it.
    `at`: time at which it was set.
    """

    by: Annotated[Id, part(N_("Goal set by"), exported=True, reads_as="internal")]
    at: Annotated[Time, part(N_("Goal set at"), exported=True, reads_as="internal")]


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


class ReportedBy(Data):
    """Report of a disappearance that belongs to a search.

    `role`: what the caller is to the child.
    `at`: start of the call.
    """

    number: Annotated[int, part(N_("Number of the report"))]
    role: Annotated[Caller | None, part(N_("Caller"), choices=CALLERS, personal=True)] = None
    taken_by: Annotated[Id, part(P_("of a report", "Taken by"), reads_as="person")]
    at: Annotated[Time, part(P_("of a report", "Call began at"), reads_as="time")]


LinkHow = Literal["together", "same_person_sought", "related"]
LINKS = {
    "together": N_("disappeared together"), "same_person_sought": N_("the same person is sought"), "related": N_("related"),
}  # fmt: skip
MAX_LINKS = 20


class SearchLink(Data):
    """Link of a search to another one, which has the same link back.

    `on_walls`: displays also see the other search.
    """

    how: Annotated[LinkHow, part(P_("of a linked search", "How"), choices=LINKS)]
    on_walls: Annotated[bool, part(N_("Shown on walls"), reads_as="internal")] = False


class Search(Searchable, table=True):
    """Search for a child, on its own board and on `operations`. The board has the id of the search.

    `reference`: unique among the searches that its author could see; see *References*.
    `missing_since`: at most 5 minutes in the future when it is set.
    `criteria`: by the keys in `board/config/data/criteria.toml`. Only searches from before 0.4.0 have `danger_to_others`,
    unchanged; no command accepts it.
    `worrying`: whether the disappearance is worrying; null if not decided.
    `worrying_decided_by`: who decided that; null if it is not recorded. *0.4.0*
    `access`: everyone sees a search with `desk`; only its members see a search with `members`, whatever their role.
    `acknowledge`: reason why it was closed with open items.
    `details`: see *Details of a kind*. *0.4.0*
    `earlier`: earlier disappearances, by keys of `[a-z0-9]{1,16}`. *0.4.0*
    `reports`: its reports, by their ids: the one that it was opened from, and those that were joined. *0.4.0*
    `links`: linked searches, by their ids; only those that everyone sees who sees this one. *0.4.0*
    `talk_kept`: that a talk with the child is recorded; its answers are in no state or event. See *After the child is found*.
    *0.4.0*
    `photo`: a file of the search. *0.4.0*
    `public_photo`: the photo while the search is open and its appeal is `public` or `child_alert`, otherwise null. It is derived,
    is not listed by `since`, and never conflicts. *0.4.0*
    """

    __table_args__ = (Index("search_ended", "status", "status_at", "id"),)

    KIND: ClassVar[str] = "search"

    operations_seq: int = 0  # counts on `operations`; `seq` counts on its own board
    reference: str = field(
        Title, N_("Reference"), ..., by_people=True, state_type=Title, control="text", searched=True, exported=True, index=True
    )
    kind: str = field(
        SearchKind, N_("Type"), ..., by_people=True, control="choice", required=True, exported=True, display="inner_room",
        choices=KINDS,
    )  # fmt: skip
    status: str = field(Status, N_("Status"), "open", exported=True, display="room", choices=STATUSES)
    status_reason: str | None = private(LongText, N_("Reason"), prose=True)
    person: dict[str, Any] = group(Person, N_("Person"), by_people=True)
    missing_since: str = field(
        Time, N_("Missing since"), ..., by_people=True, control="time", required=True, past=True, exported=True, display="room"
    )
    last_seen: dict[str, Any] | None = group(
        Location, N_("Last seen"), nullable=True, by_people=True, personal=True, parts=LAST_SEEN
    )
    worrying: bool | None = field(bool, N_("Worrying"), exported=True, display="room", choices=WORRYING)
    worrying_basis: str | None = private(ShortText, N_("Basis"), prose=True)
    criteria: dict[str, Any] = group(dict[str, Criterion], N_("Criteria"), by_people=True, exported=True, personal=True)
    worrying_decided_by: dict[str, Any] | None = group(
        DecidedBy, N_("Worrying: decided by"), nullable=True, personal=True, parts=decision.parts()
    )
    appeal: dict[str, Any] = group(Appeal, N_("Appeal"), parts=(*_APPEAL_PARTS, *decision.parts("decided_by")))
    access: str = field(Access, N_("Access"), "desk", exported=True, choices=ACCESS, index=True)
    members: list[str] = group(list[Id], N_("Members"), control="people", exported=True)
    lead: str | None = field(Id, N_("In charge"), by_people=True, control="person", exported=True, display="inner_room")
    goal: dict[str, Any] | None = group(Goal, N_("Goal"), nullable=True)
    photo: str | None = field(Id, N_("Photo"), reads_as="file")
    # the photo during a public appeal
    public_photo: str | None = field(Id, N_("Public photo"), display="room", reads_as="internal")
    outcome: dict[str, Any] | None = group(Outcome, N_("Outcome"), nullable=True, personal=True)
    opened_at: str = field(Time, N_("Opened at"), ..., exported=True)
    details: dict[str, Any] | None = group(Details, N_("Details for this type"), nullable=True, by_people=True, personal=True)
    earlier: dict[str, Any] | None = group(
        dict[str, EarlierDisappearance], N_("Earlier disappearances"), nullable=True, by_people=True, exported=True, personal=True
    )
    acknowledge: str | None = private(RequiredShortText, N_("Closed anyway because"), prose=True)
    talk_kept: dict[str, Any] | None = group(TalkKept, N_("Talk with the child"), nullable=True)
    talk: dict[str, Any] | None = group(
        TalkAnswers, N_("Talk with the child"), nullable=True, in_state=False, personal=True, confidential=True
    )
    reports: dict[str, Any] | None = group(dict[str, ReportedBy], N_("Reported by"), nullable=True, personal=True)
    links: dict[str, Any] | None = group(dict[str, SearchLink], N_("Linked searches"), nullable=True)
    # Never part of a state:
    # how each linked search is linked, also those that `links` omits
    linked: dict[str, Any] | None = json_column(dict[str, LinkHow], nullable=True)
    # whether the appeal is discreet, which hides the search from displays
    discreet: bool = Field(default=False, index=True, sa_column_kwargs={"server_default": false()})
    status_at: str | None = None  # time of the last change of status; null if it never changed
    archived_at: str | None = Field(default=None, index=True)  # time at which it left `operations`
    made_reference: str | None = None  # generated reference, even if another was set later
    # times at which its occasions of alarms begin (board/commands/searches/search_times.py)
    undecided_since: str | None = Field(default=None, index=True)
    appeal_until: str | None = Field(default=None, index=True)
    reviewed_at: str | None = None  # null if it was not reviewed since it was opened
