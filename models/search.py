"""Missing-child searches. A search is an entity of its own board and of the board `operations`."""

from typing import Any, ClassVar, Literal

from pydantic import Field as PydanticField
from sqlalchemy import Index, false
from sqlmodel import Field

from models.entity import json_column
from models.fields import Data, Date, Id, Location, LongText, Name, ShortText, Time, Title
from models.searchable import Searchable

AppealLevel = Literal["none", "discreet", "posters", "public", "child_alert"]  # in ascending order of publicity


class Person(Data):
    """Missing child."""

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
    """Appeal to the public, with its dates."""

    level: AppealLevel
    since: Time | None = PydanticField(default=None, alias="from")
    until: Time | None = None


class Outcome(Data):
    """Outcome of a search: how the child was found. `reason` is the sentence about the finding."""

    found_at: Time
    place: Name | None = None
    condition: Literal["well", "injured", "deceased", "unknown"]
    how: Literal["came_back", "police", "sighting", "other"]
    confirmed_by: Name | None = None
    family_told: bool | None = None
    police_told: bool | None = None
    reason: LongText | None = None


class Goal(Data):
    """Goal of a search for the time being. `by` is the account that set it, `at` when."""

    text: Title
    until: Time | None = None
    by: Id
    at: Time


class Search(Searchable, table=True):
    """Search for a child. `board` is its own id; `seq` counts on its own board, `operations_seq` on `operations`. `discreet`
    tells that the appeal is discreet, and hides the search from displays. `archived_at` is set while a closed search is on its
    own board alone, and no longer on `operations`."""

    __table_args__ = (Index("search_ended", "status", "status_at", "id"),)

    KIND: ClassVar[str] = "search"
    STATE: ClassVar[tuple[str, ...]] = (
        "reference", "kind", "status", "status_reason", "person", "missing_since", "last_seen", "criteria", "worrying",
        "worrying_basis", "appeal", "access", "members", "lead", "outcome", "opened_at", "acknowledge", "goal",
    )  # fmt: skip

    operations_seq: int = 0
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
    # Never part of a state:
    discreet: bool = Field(default=False, index=True, sa_column_kwargs={"server_default": false()})
    status_at: str | None = None  # time of the last change of status; null if it never changed
    archived_at: str | None = Field(default=None, index=True)  # time at which it left `operations`
    made_reference: str | None = None  # reference made by the server, whatever was set since
