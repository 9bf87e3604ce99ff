"""Details of a search that belong to its kind, and earlier disappearances of the child.

Which kind has which details is data (`board.config.kind_fields`); any search may have all of them, so that a change of its kind
loses nothing.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from board.commands.shared_fields import private, written
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.kinds import FieldSpec
from board.errors import invalid
from board.i18n import N_, P_
from models.entity import State
from models.fields import Data
from models.search import MAX_EARLIER, Details, EarlierDisappearance, Search, plate_spellings

_KEY = re.compile(r"[a-z0-9]{1,16}\Z")
_ANSWERS = {"yes": N_("Yes"), "no": N_("No"), "unknown": N_("Unknown")}


def _without_cleared(value: Any) -> Any:
    return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value


def _checked(value: dict[str, EarlierDisappearance]) -> dict[str, EarlierDisappearance] | None:
    """Return the items that say something; None if there are none."""
    if not all(_KEY.match(key) for key in value):
        raise ValueError(N_("The key of an item must have 1 to 16 lowercase letters or digits."))
    said = {key: item for key, item in value.items() if any(each is not None for each in item.model_dump().values())}
    if len(said) > MAX_EARLIER:
        raise ValueError(N_("At most 50 items."))
    return said or None


Earlier = Annotated[dict[str, EarlierDisappearance], BeforeValidator(_without_cleared), AfterValidator(_checked)]


class DetailFields(Data):
    """Part of the fields of a search that people write."""

    details: Details | None = None
    earlier: Earlier | None = None


def check_links(writer: EventWriter, before: State | None, after: State | None) -> None:
    """Check the searches that earlier disappearances newly name: closed ones, which everybody may see, and not this one.

    Whoever sees this search reads the link. Of a members-only search it would tell others, so it is refused like one that does
    not exist. Raises Refused `invalid`.
    """
    for key, item in (after or {}).items():
        linked = item["search"]
        if linked is None or linked == ((before or {}).get(key) or {}).get("search"):
            continue
        row = unit_of_work.get(writer.session, Search, linked)
        if row is None or row.access != "desk" or row.status != "closed" or linked == writer.board.id:
            raise invalid(f"earlier.{key}.search", N_("This is not a closed search that everyone can see."))


FIELDS = (
    FieldSpec("details", N_("Details for this type"), personal=True),
    written("details.taking_parent", N_("Taking parent"), control="text"),
    private(
        "details.relation", N_("Relation to the child"), control="choice",
        choices={"mother": N_("mother"), "father": N_("father"), "other": P_("relation to the child", "other")},
    ),
    written("details.described_person", N_("Person described"), control="long"),
    written("details.vehicle_plate", N_("Number plate"), control="text", spellings=plate_spellings),
    written("details.vehicle_make", N_("Make of the vehicle"), control="text"),
    written("details.vehicle_colour", N_("Colour of the vehicle"), control="text"),
    written("details.countries", N_("Countries, known or feared"), control="list"),
    private("details.papers", N_("Passport or ID of the child"), control="text", prose=True),
    private("details.hague", N_("Hague Convention applies"), control="choice", choices=_ANSWERS),
    private("details.central_authority", N_("Central authority informed"), control="choice", choices=_ANSWERS),
    written("details.facility", N_("Facility"), control="text"),
    written("details.guardian", N_("Guardian"), control="text"),
    written("details.aliases", N_("Aliases"), control="list"),
    private("details.languages", N_("Languages spoken"), control="list", prose=True),
    written("details.destination", N_("Destination"), control="text"),
    private("earlier", N_("Earlier disappearances")),
    FieldSpec("earlier.*.date", N_("Missing since (day)"), personal=True),
    FieldSpec("earlier.*.days", N_("Days missing"), personal=True),
    FieldSpec("earlier.*.place", N_("Where found"), searched=True, personal=True),
    FieldSpec("earlier.*.reference", N_("Reference"), searched=True, personal=True),
    FieldSpec("earlier.*.note", N_("Note"), searched=True, personal=True),
)  # fmt: skip
