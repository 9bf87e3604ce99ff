"""Contradictions and reach over HTTP: for those who see the board alone, now and then, in the reader's language, and bounded."""

from pathlib import Path
from typing import Any

import pytest

from board.config.speeds import FILE, load_speeds
from board.reach import contradictions, open_contradictions
from models.db.errors import ConfigurationError
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person, create_token, settings_for
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SINCE = {"missing_since": "2026-11-24T15:00:00Z"}
GHENT: dict[str, Any] = {
    "place": {"text": "Gent-Zuid", "lat": 51.0471, "lon": 3.7302, "radius_m": 50.0},
    "seen_at": "2026-11-24T16:00:00Z",
}
AALST: dict[str, Any] = {
    "place": {"text": "Aalst", "lat": 50.943, "lon": 4.0397, "radius_m": 100.0},
    "seen_at": "2026-11-24T16:04:00Z",
}


async def found(who: Person, search: str, language: str = "en", **params: Any) -> dict[str, Any]:
    answer = await who.http.get(f"/api/v1/boards/{search}/contradictions", params=params, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def scene_of_two(team: Team) -> tuple[SearchScenario, dict[str, Any], dict[str, Any]]:
    scene = SearchScenario(team, await team.alice.open_search(**SINCE))
    return scene, await scene.sighting(**GHENT), await scene.sighting(**AALST)


async def test_both_cards_say_why_they_contradict_each_other(team: Team) -> None:
    scene, ghent, aalst = await scene_of_two(team)
    answer = await found(team.bob, scene.search)
    first, second = (event["state"]["number"] for event in (ghent, aalst))
    (pair,) = answer["pairs"]
    assert (pair["first"], pair["second"], pair["doubtful"]) == (ghent["id"], aalst["id"], None)
    assert (pair["text"], pair["km"], pair["minutes"]) == ("24 km in 4 min: not both", 24.4, 4.0)
    assert (answer["compared"], answer["more"]) == (2, False)
    assert [(card["card"], card["mark"], card["doubtful"], card["more"]) for card in answer["cards"]] == [
        (ghent["id"], f"not both with {second}", False, 0), (aalst["id"], f"not both with {first}", False, 0),
    ]  # fmt: skip
    text = f"cannot both be true with Sighting {second}: 24 km in 4 min"
    assert answer["cards"][0]["texts"] == [{"other": aalst["id"], "number": second, "text": text}]


async def test_contradiction_ends_when_one_of_them_is_corrected_or_ruled_out(team: Team) -> None:
    scene, ghent, aalst = await scene_of_two(team)
    changes: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("sighting.update", {"sighting": aalst["id"], "seen_at": "2026-11-24T16:40:00Z"}, {"seen_at": AALST["seen_at"]}),
        ("sighting.update", {"sighting": aalst["id"], "seen_at": None}, {"seen_at": AALST["seen_at"]}),
        ("sighting.update", {"sighting": aalst["id"], "place": {"radius_m": 30_000.0}}, {"place": {"radius_m": 100.0}}),
    ]
    for name, data, back in changes:
        await scene.does(name, data)
        assert (await found(team.bob, scene.search))["pairs"] == [], data
        await scene.does(name, {"sighting": aalst["id"]} | back)
        assert len((await found(team.bob, scene.search))["pairs"]) == 1, back
    for assessment, count in (("not_the_child", 0), ("unverifiable", 1), ("credible", 1)):
        await scene.does("sighting.assess", {"sighting": aalst["id"], "assessment": assessment})
        assert len((await found(team.bob, scene.search))["pairs"]) == count, assessment
    await scene.does("sighting.assess", {"sighting": aalst["id"], "assessment": "duplicate", "duplicate_of": ghent["id"]})
    assert (await found(team.bob, scene.search))["pairs"] == []
    await scene.does("sighting.assess", {"sighting": aalst["id"], "assessment": "unassessed"})
    await scene.does("card.withdraw", {"card": ghent["id"]})
    assert (await found(team.bob, scene.search))["pairs"] == []
    await scene.does("card.restore", {"card": ghent["id"]})
    await scene.does("search.update", {"missing_since": "2026-11-24T16:03:30Z"})
    assert (await found(team.bob, scene.search))["pairs"] == [], "one was seen before the child was missing"


async def test_a_confirmed_sighting_makes_the_other_doubtful_and_decides_nothing(team: Team) -> None:
    scene, ghent, aalst = await scene_of_two(team)
    await scene.does("sighting.assess", {"sighting": ghent["id"], "assessment": "confirmed"})
    head = (await team.bob.snapshot(scene.search))["seq"]
    answer = await found(team.bob, scene.search)
    assert answer["seq"] == head
    assert [pair["doubtful"] for pair in answer["pairs"]] == [aalst["id"]]
    by_card = {card["card"]: card for card in answer["cards"]}
    first, second = ghent["state"]["number"], aalst["state"]["number"]
    assert by_card[aalst["id"]]["mark"] == f"doubtful: not both with {first}"
    told = f"doubtful: cannot both be true with Sighting {first} (confirmed): 24 km in 4 min"
    assert [text["text"] for text in by_card[aalst["id"]]["texts"]] == [told]
    assert [text["text"] for text in by_card[ghent["id"]]["texts"]] == [f"makes Sighting {second} doubtful: 24 km in 4 min"]
    assert not by_card[ghent["id"]]["doubtful"]
    assert (await scene.state("sighting", aalst["id"]))["assessment"] == "unassessed"
    assert (await team.bob.snapshot(scene.search))["seq"] == head, "nothing sets itself"


async def test_contradictions_are_true_at_every_moment(team: Team) -> None:
    scene, ghent, aalst = await scene_of_two(team)
    withdrawn = await scene.one("card.withdraw", {"card": ghent["id"]})
    assert (await found(team.bob, scene.search))["pairs"] == []
    assert (await found(team.bob, scene.search, at=aalst["seq"] - 1))["pairs"] == []
    past = await found(team.bob, scene.search, at=aalst["seq"])
    assert (past["seq"], len(past["pairs"])) == (aalst["seq"], 1)
    assert (await found(team.bob, scene.search, at=withdrawn["seq"]))["pairs"] == []
    for at, status in (("0", 422), ("x", 422), (str(withdrawn["seq"] + 1), 404), ("9" * 20, 422)):
        answer = await team.bob.http.get(f"/api/v1/boards/{scene.search}/contradictions", params={"at": at})
        assert answer.status_code == status, at
        answer = await team.bob.http.get(f"/api/v1/boards/{scene.search}/reach", params={"at": at, "until": GHENT["seen_at"]})
        assert answer.status_code == status, at


async def test_now_and_the_head_have_the_same_answer(team: Team) -> None:
    scene, _, _ = await scene_of_two(team)
    now = await found(team.bob, scene.search)
    assert await found(team.bob, scene.search, at=now["seq"]) == now


async def test_sentences_are_in_the_readers_language(team: Team) -> None:
    scene, _, _ = await scene_of_two(team)
    texts = [(await found(team.bob, scene.search, language))["pairs"][0]["text"] for language in ("fr", "nl", "de")]
    assert texts == [
        "24\u00a0km en 4 min\u00a0: incompatibles",
        "24 km in 4 min: onverenigbaar",
        "24 km in 4 min: nicht vereinbar",
    ]


async def test_contradictions_and_reach_are_for_those_who_see_the_board(team: Team) -> None:
    secret = await team.secret_search(team.bob, **SINCE)
    scene = SearchScenario(team, secret)
    ghent, _ = await scene.sighting(**GHENT), await scene.sighting(**AALST)
    calls = {"contradictions": {}, "reach": {"from": ghent["id"], "until": "2026-11-24T17:00:00Z"}}
    for call, params in calls.items():
        member = await team.bob.http.get(f"/api/v1/boards/{secret}/{call}", params=params)
        assert member.status_code == 200, "it could have shown"
        for outsider in (team.charlie, team.victor, team.ada):
            answer = await outsider.http.get(f"/api/v1/boards/{secret}/{call}", params=params)
            assert answer.status_code == 404, call
            assert b"24" not in answer.content
        assert (await team.bob.http.get(f"/api/v1/boards/{UNKNOWN_ID}/{call}", params=params)).status_code == 404
        token = await create_token(team.server.service, "Iris", "investigator", "intake")
        intake = await team.bob.http.get(
            f"/api/v1/boards/{secret}/{call}", params=params, headers={"Authorization": f"Bearer {token}"}
        )
        assert intake.status_code in (403, 404), "a program that only adds sightings"
    open_search = await team.alice.open_search(**SINCE)
    victor = await team.victor.http.get(f"/api/v1/boards/{open_search}/contradictions")
    assert victor.json()["pairs"] == []
    other = await team.bob.http.get(f"/api/v1/boards/{open_search}/reach", params=calls["reach"])
    assert other.status_code == 404, "a sighting of another board is not found"


async def test_the_list_of_all_searches_has_no_contradictions(team: Team) -> None:
    answer = await found(team.bob, "operations")
    assert (answer["pairs"], answer["cards"], answer["compared"]) == ([], [], 0)


async def test_everyone_at_one_position_shares_a_computation(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    scene, _, _ = await scene_of_two(team)
    computed: list[str] = []
    original = contradictions.find_contradictions

    def counting(*arguments: Any) -> Any:
        computed.append("")
        return original(*arguments)

    monkeypatch.setattr("board.reach.contradictions_api.find_contradictions", counting)
    for person in (team.alice, team.bob, team.victor):
        assert len((await found(person, scene.search))["pairs"]) == 1
    assert len(computed) == 1
    await scene.sighting(**GHENT)
    assert len((await found(team.bob, scene.search))["pairs"]) == 2
    assert len(computed) == 2


# -- reach ------------------------------------------------------------------------------------------------------------------


async def reach(who: Person, search: str, **params: Any) -> dict[str, Any]:
    answer = await who.http.get(f"/api/v1/boards/{search}/reach", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_circle_grows_with_time_and_speed(team: Team) -> None:
    scene, ghent, _ = await scene_of_two(team)
    until = "2026-11-24T16:58:00Z"
    by_foot = await reach(team.bob, scene.search, **{"from": ghent["id"]}, until=until)
    assert (by_foot["by"], by_foot["minutes"], by_foot["radius_m"]) == ("foot", 60, 5_050.0)
    assert by_foot["stations"] == []
    assert by_foot["start"] == {
        "lat": 51.0471, "lon": 3.7302, "radius_m": 50.0, "seen_at": "2026-11-24T16:00:00.000Z",
        "earliest": "2026-11-24T15:58:00.000Z",
    }  # fmt: skip
    for by, radius in (("bicycle", 15_050.0), ("car", 60_050.0)):
        assert (await reach(team.bob, scene.search, **{"from": ghent["id"]}, until=until, by=by))["radius_m"] == radius
    before = await reach(team.bob, scene.search, **{"from": ghent["id"]}, until="2026-11-24T10:00:00Z")
    assert (before["minutes"], before["radius_m"]) == (0, 50.0)


async def test_stations_are_those_that_a_train_reaches_in_time(team: Team) -> None:
    search = await team.alice.open_search(**SINCE, last_seen={"text": "Gent-Sint-Pieters", "lat": 51.0357, "lon": 3.7102})
    answer = await reach(team.bob, search, until="2026-11-24T15:40:00Z", by="train")
    assert answer["radius_m"] is None
    assert answer["start"]["radius_m"] == 1_000.0
    names = [station["name"] for station in answer["stations"]]
    assert "Gent-Dampoort" in names
    assert "Brugge" not in names
    times = [station["at"] for station in answer["stations"]]
    assert times == sorted(times)
    assert times[-1] <= "2026-11-24T15:40:00.000Z"
    later = await reach(team.bob, search, until="2026-11-24T17:00:00Z", by="train")
    assert "Brugge" in [station["name"] for station in later["stations"]]
    assert answer["attribution"]


async def test_reach_without_a_place_or_a_time_is_refused(team: Team) -> None:
    scene = SearchScenario(team, await team.alice.open_search(**SINCE))
    unknown, timeless = await scene.sighting(seen_at=GHENT["seen_at"]), await scene.sighting(place=GHENT["place"])
    until = "2026-11-24T17:00:00Z"
    refused: list[tuple[dict[str, str], int]] = [
        ({"from": unknown["id"], "until": until}, 404),
        ({"from": timeless["id"], "until": until}, 404),
        ({"until": until}, 404),
        ({"from": UNKNOWN_ID, "until": until}, 404),
        ({"from": "x" * 65, "until": until}, 422),
        ({"until": until, "by": "rocket"}, 422),
        ({"until": "tomorrow"}, 422),
        ({}, 422),
    ]
    for params, status in refused:
        answer = await team.bob.http.get(f"/api/v1/boards/{scene.search}/reach", params=params)
        assert answer.status_code == status, params


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
async def test_extreme_times_points_and_radii_have_an_answer(team: Team, until: str) -> None:
    scene = SearchScenario(team, await team.alice.open_search(**SINCE))
    for place in (
        {"lat": 90.0, "lon": 180.0, "radius_m": 0.0}, {"lat": -90.0, "lon": -180.0, "radius_m": 1_000_000.0},
        {"lat": 0.0, "lon": 180.0, "radius_m": 0.0},
    ):  # fmt: skip
        event = await scene.sighting(place=place, seen_at=GHENT["seen_at"])
        for by in ("foot", "train"):
            await reach(team.bob, scene.search, **{"from": event["id"]}, until=until, by=by)
    assert (await found(team.bob, scene.search))["compared"] == 3


# -- in summaries ---------------------------------------------------------------------------------------------------------------


def summary(reader: Any, search: str) -> Any:
    frames = [each["searches"] for each in reader.frames if each["type"] == "summary"]
    return next((each[search]["contradiction"] for each in reversed(frames) if search in each), "none yet")


@pytest.mark.usefixtures("quick_polls")
async def test_summary_has_the_most_important_pair_until_it_ends(team: Team) -> None:
    scene, ghent, aalst = await scene_of_two(team)
    first, second = (event["state"]["number"] for event in (ghent, aalst))
    reader = await team.open_socket(team.bob)
    await reader.subscribe("operations")
    await reader.wait_until(lambda: isinstance(summary(reader, scene.search), dict))
    pair = {"number": first, "other": second, "doubtful": False, "km": 24.0, "minutes": 4, "pairs": 1}
    assert summary(reader, scene.search) == pair
    await team.alice.command(scene.search, "sighting.assess", {"sighting": aalst["id"], "assessment": "confirmed"})
    await reader.wait_until(lambda: summary(reader, scene.search) == pair | {"doubtful": True})
    await team.alice.command(scene.search, "sighting.assess", {"sighting": ghent["id"], "assessment": "not_the_child"})
    await reader.wait_until(lambda: summary(reader, scene.search) is None)


@pytest.mark.usefixtures("quick_polls")
async def test_summary_of_a_hidden_search_is_not_sent_with_its_pair(team: Team) -> None:
    scene = SearchScenario(team, await team.alice.open_search(**SINCE, access="members", members=[team.alice.account["id"]]))
    await scene.sighting(**GHENT)
    await scene.sighting(**AALST)
    alice, bob = await team.open_socket(team.alice), await team.open_socket(team.bob)
    for reader in (alice, bob):
        await reader.subscribe("operations")
    await alice.wait_until(lambda: isinstance(summary(alice, scene.search), dict))
    assert summary(bob, scene.search) == "none yet"


def test_searches_are_read_in_bounded_rounds_and_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    monkeypatch.setattr(open_contradictions, "MAX_READ", 2)
    kept = open_contradictions.OpenContradictions(load_speeds(None))
    monkeypatch.setattr(kept, "_compare", lambda board, _rows: compared.append(board))
    session: Any = EmptySession()
    heads = {"a": 1, "b": 1, "c": 1}
    for _ in range(3):
        kept.read(session, heads)
    assert compared == ["a", "b", "c"]
    kept.read(session, {"a": 2, "c": 1})
    assert compared == ["a", "b", "c", "a"]


class EmptySession:
    """Session without rows."""

    def connection(self) -> "EmptySession":
        return self

    def execute(self, _query: Any) -> list[Any]:
        return []


# -- the file of speeds -----------------------------------------------------------------------------------------------------


def test_an_installation_can_leave_out_means_of_travel(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[foot]\nusual_kmh = 4\nfastest_kmh = 9.5\n")
    speeds = load_speeds(str(tmp_path))
    assert (speeds.fastest_direct_kmh, speeds.car, speeds.train, speeds.margin.time_minutes) == (9.5, None, None, 0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "foot"),
        ("[foot]\nusual_kmh = 5\nfastest_kmh = 4\n", "lower than the usual speed"),
        ("[foot]\nusual_kmh = 0\nfastest_kmh = 4\n", "foot.usual_kmh"),
        ("[foot]\nusual_kmh = nan\nfastest_kmh = inf\n", "foot"),
        ("[foot]\nusual_kmh = 5\nfastest_kmh = 9\n[rocket]\nusual_kmh = 1\nfastest_kmh = 2\n", "rocket"),
        ("[foot]\nusual_kmh = 5\nfastest_kmh = 9\n[margin]\ntime_minutes = -1\n", "margin.time_minutes"),
        ("[foot\n", "can't be read"),
    ],
)
def test_a_wrong_file_of_speeds_stops_the_start(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ConfigurationError, match=problem):
        load_speeds(str(tmp_path))
    with pytest.raises(ConfigurationError, match=FILE):
        settings_for(tmp_path, files_path=str(tmp_path)).check()
