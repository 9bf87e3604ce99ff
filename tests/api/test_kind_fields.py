"""Details that belong to kinds of searches, and earlier disappearances: written, kept, undone, found, exported, refused."""

import csv
import io
from pathlib import Path
from typing import Any

import httpx2 as httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from board.commands.searches.searches import KIND, Fields
from board.config.kind_fields import FILE, load_kind_fields
from board.engine.merge_patch import apply_patch
from models.db.database import Database
from models.db.errors import ConfigurationError
from models.db.schema import metadata, migrate
from models.search import KINDS, MAX_EARLIER, MAX_LISTED, Details, plate_spellings
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.handover_steps import read_report, take_shift
from tests.support.people import Person, create_token
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

DETAILS: dict[str, Any] = {
    "taking_parent": "Karim Lemaire", "relation": "father", "described_person": "tall, bearded", "vehicle_plate": "1-ABC-123",
    "vehicle_make": "Opel Corsa", "vehicle_colour": "dark red", "countries": ["Morocco", "France"],
    "papers": "passport, with the father", "hague": "unknown", "central_authority": "yes", "facility": "Petit-Château",
    "guardian": "Greet Claes", "aliases": ["Sami", "El Zorro"], "languages": ["Dari", "Pashto"], "destination": "Calais",
}  # fmt: skip
EARLIER: dict[str, Any] = {"date": "2024-03-02", "days": 3, "place": "Gent", "reference": "2024-0042", "note": "by bus"}
CLOSED = {"status": "closed", "reason": "over", "acknowledge": "as it is"}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search(person={"first_name": "Noor", "age": 11}))


async def state(scene: SearchScenario) -> dict[str, Any]:
    return await scene.state("search", scene.search)


# -- details --------------------------------------------------------------------------------------------------------------


async def test_an_investigator_writes_each_of_them(scene: SearchScenario) -> None:
    assert (await state(scene))["details"] is None
    for name, value in DETAILS.items():
        event = await scene.one("search.update", {"details": {name: value}}, scene.team.bob)
        assert (event["type"], event["changes"]) == ("search.updated", [f"details.{name}"])
        assert event["state"]["details"][name] == value
    emptied = await scene.one("search.update", {"details": dict.fromkeys(DETAILS)}, scene.team.bob)
    assert emptied["state"]["details"] is None
    await scene.refuses("invalid", "search.update", {"details": {"facility": "x" * 201}}, "details.facility")


async def test_a_viewer_and_an_outsider_may_not_write_them(scene: SearchScenario) -> None:
    team = scene.team
    for who, code in ((team.victor, "forbidden"), (team.charlie, None)):
        answer = await who.start_command(
            {"type": "command", "id": f"v-{code}", "board": scene.search, "name": "search.update", "data": {"details": DETAILS}}
        )
        assert answer.get("code") == code
    secret = await team.secret_search()
    answer = await team.charlie.start_command(
        {"type": "command", "id": "outside", "board": secret, "name": "search.update", "data": {"details": DETAILS}}
    )
    assert answer["code"] == "not_found"


async def test_a_search_is_opened_with_details_of_its_kind(team: Team) -> None:
    id = await team.alice.open_search(kind="parental_abduction", details={"vehicle_plate": "1-ABC-123"}, earlier={"a": EARLIER})
    found = (await team.alice.snapshot(id))["entities"]["search", id]
    assert found["details"] == dict.fromkeys(DETAILS) | {"vehicle_plate": "1-ABC-123"}
    assert found["earlier"] == {"a": EARLIER | {"search": None}}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        *(({name: "x" * 201}, f"details.{name}") for name, value in DETAILS.items() if isinstance(value, str) and name not in
          ("papers", "described_person", "relation", "hague", "central_authority")),
        ({"papers": "x" * 401}, "details.papers"), ({"described_person": "x" * 4_001}, "details.described_person"),
        *(({name: "perhaps"}, f"details.{name}") for name in ("relation", "hague", "central_authority")),
        *(({name: ["x"] * (MAX_LISTED + 1)}, f"details.{name}") for name in ("countries", "aliases", "languages")),
        ({"aliases": ["x" * 201]}, "details.aliases.0"), ({"aliases": ["Sam", " "]}, "details.aliases.1"),
        ({"aliases": "Sam"}, "details.aliases"), ({"shoe_size": 38}, "details.shoe_size"), ("a car", "details"),
    ],
)  # fmt: skip
async def test_a_detail_that_does_not_fit_is_refused_by_its_field(scene: SearchScenario, wrong: Any, field: str) -> None:
    await scene.refuses("invalid", "search.update", {"details": wrong}, field)


async def test_a_list_of_nothing_is_unset_and_the_longest_one_is_kept(scene: SearchScenario) -> None:
    full = [f"{number} {'x' * 190}" for number in range(MAX_LISTED)]
    event = await scene.one("search.update", {"details": {"aliases": full, "languages": []}})
    assert (event["state"]["details"]["aliases"], event["state"]["details"]["languages"]) == (full, None)
    event = await scene.one("search.update", {"details": {"aliases": []}})
    assert event["state"]["details"] is None


async def test_two_people_conflict_only_over_the_same_detail(scene: SearchScenario) -> None:
    base = (await scene.team.alice.snapshot(scene.search))["seq"]
    await scene.one("search.update", {"details": {"vehicle_plate": "1-ABC-123"}}, scene.team.bob)
    await scene.refuses(
        "conflict", "search.update", {"details": {"vehicle_plate": "2-XYZ-9"}}, "details.vehicle_plate", base=base
    )
    event = await scene.one("search.update", {"details": {"vehicle_make": "Opel"}}, base=base)
    assert event["state"]["details"]["vehicle_plate"] == "1-ABC-123"


async def test_a_change_of_kind_is_undone_with_nothing_lost(scene: SearchScenario) -> None:
    await scene.does("search.update", {"kind": "parental_abduction", "details": DETAILS})
    event = await scene.one("search.update", {"kind": "unaccompanied_minor"})
    assert (event["changes"], event["state"]["details"]) == (["kind"], DETAILS)
    undone = await scene.one("undo", {"seq": event["seq"]})
    assert (undone["state"]["kind"], undone["state"]["details"]) == ("parental_abduction", DETAILS)


_values = st.fixed_dictionaries({}, optional={name: st.just(value) | st.none() for name, value in DETAILS.items()})
_steps = st.lists(st.tuples(st.sampled_from(list(KINDS)), _values), max_size=6)


@settings(database=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(steps=_steps)
def test_changes_of_kind_lose_nothing_that_was_written(steps: list[tuple[str, dict[str, Any]]]) -> None:
    """The details of a search are those that were written last, after any changes of kind."""
    now: dict[str, Any] = {"kind": "undefined", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
    known: dict[str, Any] = dict.fromkeys(DETAILS)
    for kind, written in steps:
        now = apply_patch(Fields, now, {"kind": kind})
        now = apply_patch(Fields, now, {"details": written})
        known |= written
        assert (now["details"] or dict.fromkeys(DETAILS)) == known


async def test_exports_and_paper_have_them_under_their_labels(scene: SearchScenario) -> None:
    await take_shift(scene.team.alice)
    await scene.does("search.update", {"details": DETAILS, "earlier": {"a": EARLIER}})
    answer = await scene.team.alice.http.get("/api/v1/boards/operations/cards.csv")
    (row,) = [each for each in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))) if each["Id"] == scene.search]
    assert (row["Number plate"], row["Aliases"], row["Hague Convention applies"]) == ("1-ABC-123", "Sami, El Zorro", "unknown")
    assert row["Earlier disappearances"] == "2 Mar 2024 · 3 days · found: Gent · 2024-0042 · by bus"
    for path in (f"/searches/{scene.search}/history.md", "/handover.md"):
        paper = (await scene.team.alice.http.get(path)).text.replace("\\", "")
        for words in ("Number plate", "1-ABC-123", "Sami, El Zorro", "2 Mar 2024 · 3 days · found: Gent"):
            assert words in paper, (path, words, paper)
    (found,) = (await read_report(scene.team.alice, "handover", board=scene.search))["searches"]
    assert (found["search"]["details"], found["search"]["earlier"]) == (DETAILS, {"a": EARLIER | {"search": None}})


async def test_paper_says_that_an_earlier_disappearance_was_removed(scene: SearchScenario) -> None:
    await scene.does("search.update", {"earlier": {"a": EARLIER}})
    await scene.does("search.update", {"earlier": {"a": None}})
    paper = (await scene.team.alice.http.get(f"/searches/{scene.search}/history.md")).text.replace("\\", "")
    assert "cleared “earlier disappearance” (was: 2 Mar 2024" in paper


# -- found ----------------------------------------------------------------------------------------------------------------


async def found_in(scene: SearchScenario, words: str) -> list[Any]:
    answer = await scene.team.victor.http.get("/api/v1/find", params={"q": words, "board": scene.search})
    return [hit["found"] for hit in answer.json()["hits"] if hit["kind"] == "search"]


@pytest.mark.parametrize("written", ["1-ABC-123", "1 abc 123", "1ABC123", "1.ABC.123"])
@pytest.mark.parametrize("sought", ["1-ABC-123", "1 abc 123", "1abc123", "abc123", "1abc-123", "ABC 123"])
async def test_a_plate_is_found_however_it_is_spaced(scene: SearchScenario, written: str, sought: str) -> None:
    assert await found_in(scene, sought) == []
    await scene.does("search.update", {"details": {"vehicle_plate": written}})
    ((part,),) = await found_in(scene, sought)
    assert (part["field"], part["text"]) == ("details.vehicle_plate", written)
    assert part["marks"]
    await scene.does("search.update", {"details": {"vehicle_plate": None}})
    assert await found_in(scene, sought) == []


def test_spellings_of_a_plate_are_as_long_as_the_plate_allows() -> None:
    assert plate_spellings("1-ABC-123") == "1abc123 1 abc 123 abc123 123"
    assert plate_spellings(" - ") == ""


async def test_a_caller_finds_a_child_by_an_alias(scene: SearchScenario) -> None:
    await scene.does("search.update", {"details": {"aliases": ["Qadirullah"]}})
    answer = await scene.team.bob.http.get("/api/v1/intake/searches", params={"q": "Qadirulah"})
    assert [each["board"] for each in answer.json()["searches"]] == [scene.search]


async def test_looking_again_knows_aliases(scene: SearchScenario) -> None:
    await scene.team.bob.command("operations", "tip.add", {"description": "a boy who said that he is Qadirshah"})
    asked = f"/api/v1/boards/{scene.search}/look-again"
    before = (await scene.team.bob.http.get(asked)).json()["again"]
    await scene.does("search.update", {"details": {"aliases": ["Qadirshah"]}})
    after = (await scene.team.bob.http.get(asked)).json()["again"]
    assert not [each for each in before if "Qadirshah" in each["description"]]
    assert ["Qadirshah" in each["description"] for each in after] == [True]


# -- earlier disappearances -----------------------------------------------------------------------------------------------


async def test_each_earlier_disappearance_is_a_group_of_its_own(scene: SearchScenario) -> None:
    base = (await scene.team.alice.snapshot(scene.search))["seq"]
    added = await scene.one("search.update", {"earlier": {"a": EARLIER}}, scene.team.bob)
    assert added["changes"] == [f"earlier.a.{name}" for name in sorted(EARLIER)]
    other = await scene.one("search.update", {"earlier": {"b": {"days": 1}}}, base=base)
    assert list(other["state"]["earlier"]) == ["a", "b"]
    await scene.refuses("conflict", "search.update", {"earlier": {"a": {"days": 4}}}, "earlier.a.days", base=base)
    removed = await scene.one("search.update", {"earlier": {"a": None}})
    assert removed["state"]["earlier"] == {"b": dict.fromkeys([*EARLIER, "search"]) | {"days": 1}}
    undone = await scene.one("undo", {"seq": removed["seq"]})
    assert undone["state"]["earlier"]["a"] == EARLIER | {"search": None}
    emptied = await scene.one("search.update", {"earlier": {"a": dict.fromkeys(EARLIER), "b": {"days": None}}})
    assert emptied["state"]["earlier"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"date": "last spring"}, "date"), ({"date": "2024-02-30"}, "date"), ({"days": -1}, "days"), ({"days": 36_501}, "days"),
        ({"days": 1.5}, "days"), ({"place": "x" * 201}, "place"), ({"note": "x" * 401}, "note"), ({"hair": "red"}, "hair"),
        ({"search": UNKNOWN_ID}, "search"), ({"search": "operations"}, "search"),
    ],
)  # fmt: skip
async def test_an_earlier_disappearance_that_does_not_fit_is_refused(
    scene: SearchScenario, wrong: dict[str, Any], field: str
) -> None:
    await scene.refuses("invalid", "search.update", {"earlier": {"a": wrong}}, f"earlier.a.{field}")


async def test_fifty_are_kept_and_keys_are_short(scene: SearchScenario) -> None:
    full: dict[str, Any] = {f"k{number}": EARLIER for number in range(MAX_EARLIER)}
    event = await scene.one("search.update", {"earlier": full})
    assert len(event["state"]["earlier"]) == MAX_EARLIER
    await scene.refuses("invalid", "search.update", {"earlier": {"more": EARLIER}}, "earlier")
    await scene.refuses("invalid", "search.update", {"earlier": {"K!": EARLIER}}, "earlier")


async def test_only_a_closed_search_that_all_see_is_linked(scene: SearchScenario) -> None:
    team = scene.team
    before, secret = await team.alice.open_search(), await team.secret_search(team.bob)
    for each, status in ((before, "open"), (secret, "closed"), (scene.search, "open")):
        if status == "closed":
            await team.alice.command(each, "search.set_status", CLOSED)
        await scene.refuses("invalid", "search.update", {"earlier": {"a": {"search": each}}}, "earlier.a.search")
    await team.alice.command(before, "search.set_status", CLOSED)
    event = await scene.one("search.update", {"earlier": {"a": EARLIER | {"search": before}}})
    assert event["state"]["earlier"]["a"]["search"] == before
    await team.alice.command(before, "search.set_status", {"status": "open", "reason": "more came in"})
    later = await scene.one("search.update", {"earlier": {"a": {"days": 4}}})  # a link that stands stays
    assert later["state"]["earlier"]["a"] == EARLIER | {"search": before, "days": 4}


# -- the file -------------------------------------------------------------------------------------------------------------


def test_each_field_is_of_some_kind_and_has_a_control_and_personal_data() -> None:
    file = load_kind_fields()
    asked = {name for kind in KINDS for name in getattr(file, kind).form}
    assert asked == set(Details.model_fields)
    specs = {spec.path: spec for spec in KIND.fields if spec.path.startswith("details.")}
    assert specs.keys() == {f"details.{name}" for name in Details.model_fields}
    assert all(spec.control and spec.personal and spec.exported and not spec.display for spec in specs.values())
    for kind in KINDS:
        assert set(getattr(file, kind).facts) == set(getattr(file, kind).form) >= set(getattr(file, kind).header)


def test_an_installation_has_fields_of_its_own(tmp_path: Path) -> None:
    assert load_kind_fields(str(tmp_path)) == load_kind_fields()
    (tmp_path / FILE).write_text('[runaway]\nform = ["vehicle_plate", "destination"]\n')
    assert load_kind_fields(str(tmp_path)).runaway.form == ["vehicle_plate", "destination"]
    assert load_kind_fields(str(tmp_path)).parental_abduction.form == []


@pytest.mark.parametrize(
    "wrong",
    ['[runaway]\nform = ["shoes"]', '[runaway]\nform = ["facility", "facility"]', "[truant]\nform = []", "[runaway", "form = 3"],
)
def test_fields_that_make_no_sense_are_refused_at_start(tmp_path: Path, wrong: str) -> None:
    (tmp_path / FILE).write_text(wrong)
    with pytest.raises(ConfigurationError) as refused:
        load_kind_fields(str(tmp_path))
    assert str(tmp_path / FILE) in str(refused.value)


# -- searches of earlier versions -----------------------------------------------------------------------------------------


async def test_an_upgrade_gives_searches_the_fields_empty(scene: SearchScenario, backend: Backend, tmp_path: Path) -> None:
    table = metadata.tables["search"]
    with backend.settled(tmp_path) as configured:
        old = Database(configured["database_url"])

        def write(source: Any, target: Any) -> None:
            old_schemas.reset_to_revision(target, "0039")
            rows = [dict(row) for row in source.execute(select(table)).mappings()]
            old_schemas.insert_rows(target, table, rows)

        try:
            scene.team.server.service.database.read_now(lambda source: old.write_now(lambda target: write(source, target)))
            migrate(old)
            found = old.read_now(lambda session: session.execute(select(table.c.details, table.c.earlier)).all())
        finally:
            await old.close()
    assert found
    assert {tuple(row) for row in found} == {(None, None)}


async def test_undo_of_an_earlier_event_keeps_details(scene: SearchScenario) -> None:
    event = await scene.one("search.update", {"person": {"description": "tall"}})
    await scene.does("search.update", {"details": DETAILS, "earlier": {"a": EARLIER}})
    undone = await scene.one("undo", {"seq": event["seq"]})
    assert undone["state"]["details"] == DETAILS
    assert orjson.loads(orjson.dumps(undone["state"]["earlier"])) == {"a": EARLIER | {"search": None}}


# -- closed searches of the same name -------------------------------------------------------------------------------------

OUTCOME = {"found_at": "2024-03-05T10:00:00Z", "condition": "well", "how": "police", "place": "Gent"}


async def closed(team: Team, first_name: str, last_name: str | None = None, secret: bool = False, **data: Any) -> str:
    """Open, find and close a search for a child; return its id."""
    child = {"person": {"first_name": first_name, "last_name": last_name}, "missing_since": "2024-03-02T23:30:00Z"} | data
    id = await (team.secret_search(team.bob, **child) if secret else team.alice.open_search(**child))
    told = OUTCOME | {"family_told": True, "police_told": True}
    await team.alice.command(id, "search.set_status", {"status": "found", "reason": "home", "outcome": told})
    await team.alice.command(id, "search.set_status", CLOSED)
    return id


async def offered(who: Person, first_name: str, last_name: str | None = None, **data: Any) -> list[dict[str, Any]]:
    asked = {"first_name": first_name, "last_name": last_name} | data
    answer = await who.http.post("/api/v1/earlier", json=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["searches"])


async def test_a_closed_search_of_the_same_name_is_offered(team: Team) -> None:
    id = await closed(team, "Ximena", "De Smedt")
    await team.alice.open_search(person={"first_name": "Ximena", "last_name": "De Smedt"})  # open: no earlier disappearance
    (found,) = await offered(team.victor, "Ximena", "De Smedt")
    assert found.pop("reference")
    assert found == {
        "board": id, "person": {"first_name": "Ximena", "last_name": "De Smedt", "age": None},
        "date": "2024-03-03", "days": 2, "place": "Gent", "statements": [], "talk": False,  # by days in Brussels
    }  # fmt: skip
    assert await offered(team.bob, "Ximena", "De Smedt", board=id) == []


@pytest.mark.parametrize(
    ("first", "last", "is_offered"),
    [
        ("Anneliës", "van den broeck", True), ("Annelie", "Vandenbroeck", True), ("Annelies", None, True), ("Anelies", "", True),
        ("Annelies", "Peeters", False), ("Bernard", "Van den Broeck", False), ("A", None, False),
        ("Zebedeus", "Van den Broeck", True),
    ],
)  # fmt: skip
async def test_names_are_compared_with_wrong_letters(team: Team, first: str, last: str | None, is_offered: bool) -> None:
    id = await closed(team, "Annelies", "Van den Broeck", details={"aliases": ["Zebedeus"]})
    assert (id in [each["board"] for each in await offered(team.bob, first, last)]) is is_offered


async def test_a_members_only_search_is_offered_to_nobody(team: Team) -> None:
    secret = await closed(team, "Quillon", "Mertens", secret=True)
    for who in (team.alice, team.bob, team.charlie, team.ada):
        assert await offered(who, "Quillon", "Mertens") == []
    await team.alice.command(secret, "search.set_status", {"status": "open", "reason": "again"})
    await team.alice.command(secret, "search.set_access", {"access": "desk", "members": []})
    await team.alice.command(secret, "search.set_status", CLOSED)
    assert [each["board"] for each in await offered(team.charlie, "Quillon", "Mertens")] == [secret]


async def test_members_only_searches_take_nobody_elses_place(team: Team) -> None:
    """Five are offered, whatever else there is."""
    ids = [await closed(team, "Oriane", "Lambrecht") for _ in range(6)]
    for _ in range(6):
        await closed(team, "Oriane", "Lambrecht", secret=True)
    for who in (team.alice, team.charlie):
        assert [each["board"] for each in await offered(who, "Oriane", "Lambrecht")] == ids[:0:-1]


@pytest.mark.parametrize(
    "wrong", [{}, {"first_name": " "}, {"first_name": "x" * 201}, {"first_name": 1}, {"first_name": "x", "q": 1}]
)
async def test_a_name_that_is_none_is_refused(team: Team, wrong: dict[str, Any]) -> None:
    assert (await team.bob.http.post("/api/v1/earlier", json=wrong)).status_code == 422


async def test_intake_tokens_and_strangers_ask_for_names(team: Team) -> None:
    token = await create_token(team.server.service, "Hotline", "coordinator", "intake")
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}) as http:
        assert (await http.post("/api/v1/earlier", json={"first_name": "Noor"})).status_code == 403
    async with httpx.AsyncClient(base_url=team.server.url) as http:
        assert (await http.post("/api/v1/earlier", json={"first_name": "Noor"})).status_code == 401
