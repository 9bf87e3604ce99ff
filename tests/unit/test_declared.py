"""Declared once: a field, an occasion of an alarm and a kind of card are one declaration, and everything else follows from it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import ValidationError
from sqlalchemy import MetaData

from board import labels
from board.commands import registry, schemas
from board.commands.cards import cards
from board.commands.files import file_expiry
from board.commands.handover import text_authorship
from board.config.alarm_rules import AlarmRules
from board.engine import kinds, occasions
from board.notifications.notice import Notice
from board.paths import STATIC
from models.card import Card, CardKind
from models.db.errors import ConfigurationError
from models.declared import data_of, declared_of, group, written, written_part
from models.distribution import Distribution
from models.fields import Data, ShortText, Title
from models.file import File
from models.handover import Briefing
from models.material import Material
from models.occasion import NAMES
from models.search import Search
from tests.support import contract_entries, contract_types, vehicle_kind

AT = "2026-11-24T22:00:00.000Z"
RULES = """
[ladders.a]
steps = [{ after_min = 0, ask = ["desk"], ways = ["screen"] }]
[[rules]]
key = "van"
when = "vehicle_urgent"
ladder = "a"
"""


class Hull(Data):
    wood: Annotated[ShortText | None, written_part("Title", control="text", compared=1)] = None


class Boat(Card, table=True):
    """Boat."""

    metadata = MetaData()
    KIND: ClassVar[str] = "boat"
    DECLARED = CardKind("Card", "Searches", "Card moved", "Card assigned")  # texts that have translations
    name: str = written(Title, "Title", ..., control="text", required=True)
    colour: str | None = written(ShortText, "Clothing", control="text")
    hull: dict[str, Any] | None = group(Hull, "Details", nullable=True, by_people=True)


@pytest.fixture
def boat() -> Iterator[kinds.Kind]:
    with registry.card_kind(cards.kind_of(Boat, Boat.DECLARED)) as kind:
        yield kind


@pytest.fixture
def vehicle() -> Iterator[kinds.Kind]:
    with registry.card_kind(vehicle_kind.KIND) as kind:
        yield kind


def test_column_and_state_follow_from_the_line_of_a_field(boat: kinds.Kind) -> None:
    column = Boat.__table__.c["colour"]  # type: ignore[attr-defined]
    assert (str(column.type), column.nullable) == ("VARCHAR", True)
    assert (*Card.STATE, "name", "colour", "hull") == Boat.STATE
    assert "colour" in Boat(id="b", board="s", name="Anna").state()


def test_validation_follows_from_the_line_of_a_field(boat: kinds.Kind) -> None:
    data = data_of(Boat)
    assert data(name="Anna", colour=None).colour is None
    for wrong in ({"name": " "}, {}, {"name": "Anna", "colour": "x" * 401}, {"name": "Anna", "hull": "oak"}):
        with pytest.raises(ValidationError):
            data(**wrong)
    assert {"boat.add", "boat.update"} <= registry.TABLE.keys()
    assert schemas.data_of("boat.update")["properties"].keys() == {"boat", "priority", "name", "colour", "hull"}


def test_form_and_label_follow_from_the_line_of_a_field(boat: kinds.Kind) -> None:
    told = kinds.for_scripts()["boat"]
    assert told["fields"]["name"] == {"control": "text", "required": True}
    assert (told["title"], told["forms"]["first"], told["forms"]["edit"]) == ("name", ["name"], ["name", "colour", "hull.wood"])
    assert labels.field("colour", str, "boat") == "Clothing"
    assert boat.searched_columns == {"name", "colour", "hull"}


def test_form_label_and_type_follow_from_the_line_of_a_group(boat: kinds.Kind) -> None:
    assert kinds.for_scripts()["boat"]["fields"]["hull.wood"] == {"control": "text", "compared": 1}
    assert labels.field("hull.wood", str, "boat") == "Title"
    assert data_of(Boat)(name="Anna", hull={"wood": None}).hull is None
    assert "  hull: { wood: string | null } | null;\n" in contract_types._declaration("BoatState", schemas.state(boat))


def test_reference_and_types_follow_from_the_line_of_a_field(boat: kinds.Kind) -> None:
    assert "| `colour` | text, at most 400 \\| null |  |" in "\n".join(contract_entries.states("boat"))
    assert "  colour: string | null;\n" in contract_types._declaration("BoatState", schemas.state(boat))


def test_fields_of_all_kinds_are_declared_on_their_rows() -> None:
    kinds_of_rows = [kind for kind in kinds.every() if kind.name != "alarm"]
    assert len(kinds_of_rows) > 12, "this check does not look where the kinds are"
    for kind in kinds_of_rows:
        assert {spec.column for spec in kind.fields} == declared_of(kind.model).keys(), kind.name
        assert set(kind.model.STATE) <= declared_of(kind.model).keys(), kind.name


def test_a_command_has_the_fields_that_people_write_except_omitted_ones() -> None:
    assert data_of(Boat, omit=("colour",)).model_fields.keys() == {"priority", "name", "hull"}
    asked = data_of(Distribution).model_fields
    assert (asked["recipient"].is_required(), asked["copies"].is_required(), "by" in asked) == (True, False, False)


def test_lists_and_groups_are_required_only_if_declared_so() -> None:
    fields = {**data_of(Material).model_fields, **data_of(Briefing).model_fields, **data_of(Search).model_fields}
    required = {name: fields[name].is_required() for name in ("languages", "texts", "pinned", "person", "last_seen")}
    assert required == {"languages": True, "texts": False, "pinned": False, "person": True, "last_seen": False}


def test_carried_over_texts_are_the_written_fields_except_people() -> None:
    assert not {"keeper", "kept", "reads", "handover"} & set(text_authorship.OF_SEARCH)
    assert {"assessment", "pinned"} <= set(text_authorship.OF_SEARCH)
    assert text_authorship.OF_DESK == ("faults", "remarks")


def test_an_erased_file_keeps_no_personal_field() -> None:
    told = dict.fromkeys(spec.path for spec in kinds.named("file").fields if spec.personal and "." not in spec.path)
    mark = {"reason": "Anna", "at": AT, "by": "a1"}
    names: dict[str, Any] = dict.fromkeys(told, "Anna")
    row = File(id="f", board="s", **names, withdrawn=mark, removal=mark)
    blank = file_expiry._blank(row)
    assert blank.keys() == {*told, "withdrawn", "removal"}
    assert "Anna" not in str(blank)
    assert (blank["name"], blank["caption"], blank["withdrawn"]["reason"], blank["removal"]["reason"]) == ("", None, None, "")
    assert "removal" not in file_expiry._blank(File(id="f", board="s", name="Anna", withdrawn=mark))


def test_rules_may_name_an_occasion_while_its_kind_is_declared(vehicle: kinds.Kind, tmp_path: Path) -> None:
    (tmp_path / "alarms.toml").write_text(RULES)
    assert [rule.key for rule in AlarmRules(str(tmp_path)).of("vehicle_urgent")] == ["van"]
    (tmp_path / "alarms.toml").write_text(RULES.replace("vehicle_urgent", "vehicle_lost"))
    with pytest.raises(ConfigurationError, match='unknown when "vehicle_lost"'):
        AlarmRules(str(tmp_path))


def test_every_screen_names_an_occasion_by_its_declaration(vehicle: kinds.Kind) -> None:
    texts = {"name": "Urgent vehicle", "numbered": "Urgent vehicle {number}"}
    assert kinds.for_scripts()["vehicle"]["occasions"] == {"vehicle_urgent": texts}
    assert labels.VALUES["alarm.occasion"]["vehicle_urgent"] == "Urgent vehicle"
    about = {"kind": "vehicle", "id": "v1", "seq": 7}
    notice = Notice("n1", "b1", "a1", 1, "email", "bob", 1, AT, AT, "van", "vehicle_urgent", about, "N-1")
    assert notice.subject() == "Urgent vehicle · N-1: nobody has it"
    assert notice.link("https://board.example.org") == "https://board.example.org/searches/b1/cards/v1"


def test_a_kind_that_does_not_declare_an_occasion_has_its_name_alone() -> None:
    assert (occasions.find("sighting_urgent", "tip").name, occasions.find("sighting_urgent", "tip").numbered) == (
        "Urgent tip", "Urgent tip {number}",
    )  # fmt: skip
    other = occasions.find("sighting_urgent", "vehicle")
    assert (other.name, other.numbered, other.by_responsible) == ("Urgent sighting", "", "take")
    assert occasions.find("gone", "sighting") == occasions.UNKNOWN


def test_an_alarm_on_operations_leads_to_its_page_or_to_all_searches() -> None:
    page = {kind: occasions.page_of(code, "operations", kind, "x", False) for code, kind in (
        ("sighting_urgent", "tip"), ("handover_waiting", "handover"), ("mention", "note"), (None, "note"),
    )}  # fmt: skip
    assert page == {"tip": "/?tip=x", "handover": "/handover", "note": "/"}


# Texts of alerts and of events on walls, which are named like the alarm; the order of alarms; and the promise about all late
# sightings of a search.
NAMED_BY = {
    "queue_late": {"ownership.js"},
    "sighting_urgent": {"alarms.js", "alert_text.js", "significant_events.js"}, "sighting_credible": {"significant_events.js"},
}  # fmt: skip


def test_no_script_names_an_occasion() -> None:
    scripts = {file.name: file.read_text() for file in (STATIC / "js").rglob("*.js")}
    for code in NAMES.keys() - {"mention"}:  # also the name of an alert
        named = {name for name, text in scripts.items() if re.search(rf"\b{code}\b", text)}
        assert named == NAMED_BY.get(code, set()), code
