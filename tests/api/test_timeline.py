"""Timeline of a search: lanes, times, gaps, languages and rights, now and at any event."""

from typing import Any

import pytest

from board.engine import erasure
from tests.support.handover_steps import hand_over, hand_to_sign
from tests.support.limited_callers import add_guest, connect_guest
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

MISSING, SEEN, RECEIVED = "2026-10-24T03:00:00.000Z", "2026-10-24T05:05:00.000Z", "2026-10-24T05:20:00.000Z"
PLACE = {"text": "Veldstraat 30", "lat": 51.05, "lon": 3.72, "radius_m": 10}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search(missing_since=MISSING, last_seen={"text": "Korenmarkt"}))


async def timeline(scene: SearchScenario, who: Person | None = None, **params: Any) -> dict[str, Any]:
    answer = await (who or scene.team.bob).http.get(f"/api/v1/boards/{scene.search}/timeline", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def lane(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [item for item in body["items"] if item["lane"] == name]


def texts(body: dict[str, Any], name: str) -> list[str]:
    return [item["text"] for item in lane(body, name)]


# -- items --------------------------------------------------------------------------------------------------------------------


async def test_sighting_has_both_times_its_place_and_its_card(scene: SearchScenario) -> None:
    added = await scene.sighting(description="a girl\nbought a card", seen_at=SEEN, received_at=RECEIVED, place=PLACE)
    await scene.one("sighting.grade", {"sighting": added["id"], "grade": {"source": "B", "content": 2}})
    first, item = lane(await timeline(scene), "sightings")
    assert (first["kind"], first["from"], first["place"]) == ("last_seen", MISSING, "Korenmarkt")
    assert (item["from"], item["until"], item["known_at"], item["sureness"]) == (SEEN, None, RECEIVED, "at")
    number = added["state"]["number"]
    assert (item["card"], item["number"], item["title"]) == (added["id"], number, f"Sighting\u00a0{number}")
    assert (item["text"], item["grade"], item["verdict"]) == ("a girl bought a card", "B2", "not assessed")
    assert item["place"] == "Veldstraat 30 · ±\u00a010\u00a0m", "the point is on the map"
    assert item["by"] == "Alice"


async def test_sighting_with_an_unknown_time_is_last(scene: SearchScenario) -> None:
    await scene.sighting(received_at=RECEIVED)
    await scene.sighting(seen_at=SEEN, received_at=RECEIVED)
    items = (await timeline(scene))["items"]
    assert (items[-1]["sureness"], items[-1]["from"], items[-1]["known_at"]) == ("unknown", None, RECEIVED)


async def test_sighting_before_the_child_was_missing_is_marked(scene: SearchScenario) -> None:
    await scene.sighting(seen_at="2026-10-24T01:00:00.000Z")
    await scene.sighting(seen_at="0001-01-01T00:00:00.000Z")
    await scene.sighting(seen_at=SEEN)
    items = lane(await timeline(scene), "sightings")
    assert [item["early"] for item in items] == [True, True, False, False]
    assert items[0]["from"] == "0001-01-01T00:00:00.000Z"


async def test_withdrawn_sighting_leaves_the_timeline_and_returns(scene: SearchScenario) -> None:
    added = await scene.sighting(seen_at=SEEN)
    await scene.one("card.withdraw", {"card": added["id"], "reason": "typed twice"})
    assert len(lane(await timeline(scene), "sightings")) == 1
    await scene.one("card.restore", {"card": added["id"]})
    assert len(lane(await timeline(scene), "sightings")) == 2


async def test_finding_has_its_time_and_place(scene: SearchScenario) -> None:
    found = {"found_at": SEEN, "place": "Melle", "condition": "well", "how": "sighting", "family_told": True, "police_told": True}
    assert [item["kind"] for item in lane(await timeline(scene), "sightings")] == ["last_seen"]
    await scene.team.alice.command(
        scene.search, "search.set_status", {"status": "found", "reason": "at the station", "outcome": found}
    )
    item = lane(await timeline(scene), "sightings")[-1]
    assert (item["kind"], item["from"], item["place"], item["by"]) == ("found", SEEN, "Melle", "Alice")
    assert (item["title"], item["text"].partition(" · ")[0]) == ("Found", "alive and well")
    assert item["known_at"] > SEEN


async def test_sighting_without_a_grade_says_so(scene: SearchScenario) -> None:
    await scene.sighting(seen_at=SEEN)
    assert lane(await timeline(scene), "sightings")[-1]["grade"] == "not graded"


async def test_notes_are_in_the_lane_of_their_category(scene: SearchScenario) -> None:
    task = await scene.task()
    card, number = task["id"], task["state"]["number"]
    for category in ("comment", "contact", "phone", "bank", "decision"):
        await scene.one("note.add", {"text": f"a {category}", "category": category, "happened_at": SEEN, "card": card})
    body = await timeline(scene)
    assert (texts(body, "contacts"), sorted(texts(body, "phone_bank"))) == (["a contact"], ["a bank", "a phone"])
    assert texts(body, "decisions")[0] == "a decision"
    (contact,) = lane(body, "contacts")
    assert (contact["title"], contact["from"], contact["card"], contact["number"]) == ("Contact", SEEN, card, number)
    assert contact["known_at"] > SEEN, "when it was written"


async def test_searched_place_is_a_bar(scene: SearchScenario) -> None:
    times = {"searched_from": SEEN, "searched_until": RECEIVED}
    await scene.one("place.add", {"name": "Park", "searched_by": "Dog team 2", "certainty": "sure", **times})
    await scene.one("place.add", {"name": "School", "searched_from": RECEIVED, "searched_until": SEEN})
    await scene.one("place.add", {"name": "Canal"})
    park, school, canal = lane(await timeline(scene), "places")
    assert (park["from"], park["until"], park["sureness"]) == (SEEN, RECEIVED, "during")
    assert (park["text"], park["by"], park["verdict"]) == ("Park", "Dog team 2", "Certainty: sure")
    assert (school["from"], school["until"]) == (SEEN, RECEIVED), "typed in the wrong order"
    assert canal["sureness"] == "unknown"


async def test_decisions_and_appeals_are_sentences_of_the_history(scene: SearchScenario) -> None:
    await scene.one("search.set_worrying", {"worrying": True, "basis": "no medicine"})
    appeal = {"level": "posters", "from": SEEN, "until": "2027-01-01T00:00:00.000Z"}
    await scene.one("search.set_appeal", appeal)
    body = await timeline(scene)
    opened, decided = texts(body, "decisions")
    assert opened.startswith("Alice opened the search for")
    assert decided == "Alice decided: Worrying"
    (item,) = lane(body, "appeals")
    assert item["text"] == "Appeal: posters"
    assert (item["sureness"], item["from"], item["until"]) == ("during", SEEN, "2027-01-01T00:00:00.000Z")
    ended = await scene.one("search.set_appeal", {"level": "none"})
    began, end = lane(await timeline(scene), "appeals")
    assert (began["from"], began["until"], end["from"]) == (SEEN, ended["at"], ended["at"]), "it lasts until another one"


async def test_signed_handover_is_an_item_until_another_search_event(scene: SearchScenario) -> None:
    before = (await scene.sighting())["seq"]
    number = await hand_to_sign(scene.team.alice)
    (item,) = lane(await timeline(scene), "handovers")
    assert (item["title"], item["by"], item["seq"]) == (f"Handover {number}", "Alice", None)
    assert item["text"] == f"Alice signed handover {number}"
    assert lane(await timeline(scene, at=before), "handovers") == [item], "the board was the same"
    assert lane(await timeline(scene, at=before - 1), "handovers") == []


async def test_acceptance_of_a_handover_is_an_item(scene: SearchScenario) -> None:
    await scene.sighting()
    before = lane(await timeline(scene), "handovers")
    await hand_over(scene.team.alice, scene.team.ada)
    signed, accepted = lane(await timeline(scene), "handovers")[len(before) :]
    number = signed["title"].split()[-1]
    assert (signed["text"], accepted["text"]) == (f"Alice signed handover {number}", f"Ada accepted handover {number}")
    assert (accepted["kind"], accepted["title"], accepted["by"]) == ("handover", signed["title"], "Ada")
    assert accepted["id"] != signed["id"]
    assert accepted["from"] >= signed["from"]


async def test_texts_are_in_the_language_of_the_reader(scene: SearchScenario) -> None:
    answer = await scene.team.bob.http.get(f"/api/v1/boards/{scene.search}/timeline", headers={"accept-language": "de"})
    assert answer.json()["items"][0]["title"] == "Zuletzt gesehen (laut Eintrag)"


async def test_long_text_is_cut(scene: SearchScenario) -> None:
    await scene.one("note.add", {"text": "word " * 700, "category": "contact"})
    (text,) = texts(await timeline(scene), "contacts")
    assert len(text) <= 201
    assert text.endswith("word…")


# -- moments ------------------------------------------------------------------------------------------------------------------


async def test_past_has_what_was_known_then(scene: SearchScenario) -> None:
    added = await scene.sighting(seen_at=SEEN)
    later = await scene.one("sighting.update", {"sighting": added["id"], "seen_at": RECEIVED})
    await scene.one("note.add", {"text": "a call", "category": "contact"})
    before = await timeline(scene, at=later["seq"] - 1)
    assert (lane(before, "sightings")[1]["from"], lane(before, "contacts")) == (SEEN, [])
    assert lane(await timeline(scene, at=later["seq"]), "sightings")[1]["from"] == RECEIVED
    head = (await timeline(scene))["seq"]
    assert await timeline(scene, at=head) == await timeline(scene)
    assert (await timeline(scene, at=1))["items"] != []


@pytest.mark.parametrize(("at", "status"), [("0", 422), ("yesterday", 422), ("99999", 404), ("9" * 17, 422)])
async def test_moments_that_do_not_exist_are_refused(scene: SearchScenario, at: str, status: int) -> None:
    answer = await scene.team.bob.http.get(f"/api/v1/boards/{scene.search}/timeline", params={"at": at})
    assert answer.status_code == status


async def test_gaps_are_between_credible_sightings(scene: SearchScenario) -> None:
    added = await scene.sighting(seen_at=SEEN)
    (gap,) = (await timeline(scene))["gaps"]
    assert gap == {"from": MISSING, "until": None, "empty": False}
    event = await scene.one("sighting.assess", {"sighting": added["id"], "assessment": "credible"})
    first, last = (await timeline(scene))["gaps"]
    assert (first, last["from"], last["until"]) == ({"from": MISSING, "until": SEEN, "empty": True}, SEEN, None)
    await scene.sighting()
    past = await timeline(scene, at=event["seq"])
    assert past["gaps"][-1]["until"] == past["as_of"], "it is not known what came after"


async def test_erased_decision_is_left_out(scene: SearchScenario) -> None:
    event = await scene.one("search.set_worrying", {"worrying": True, "basis": "no medicine"})
    service = scene.team.server.service
    await service.database.write(lambda session: erasure.erase(session, scene.search, event["seq"]))
    assert len(texts(await timeline(scene), "decisions")) == 1


# -- rights -------------------------------------------------------------------------------------------------------------------


async def test_timeline_is_for_those_who_see_the_search(team: Team) -> None:
    secret = await team.secret_search(team.bob)
    for person, status in ((team.bob, 200), (team.charlie, 404), (team.ada, 404)):
        assert (await person.http.get(f"/api/v1/boards/{secret}/timeline")).status_code == status
        page = await person.http.get(f"/searches/{secret}/timeline")
        assert (page.status_code, 'data-page="timeline"' in page.text) == (status, status == 200)
    for other in (UNKNOWN_ID, "operations", "audit", "none"):
        assert (await team.ada.http.get(f"/api/v1/boards/{other}/timeline")).status_code == 404
        assert (await team.ada.http.get(f"/searches/{other}/timeline")).status_code == 404


async def test_guest_sees_the_timeline_without_handovers(team: Team, scene: SearchScenario) -> None:
    guest = await connect_guest(team.server, await add_guest(team.server, scene.search))
    body = await timeline(scene, guest)
    assert lane(body, "decisions")
    assert lane(body, "handovers") == []
    other = await team.alice.open_search()
    assert (await guest.http.get(f"/api/v1/boards/{other}/timeline")).status_code == 404
    await guest.close()


async def test_printed_timeline_has_no_grade_that_nobody_gave(scene: SearchScenario) -> None:
    added = await scene.sighting(description="a girl on a bench")
    history = f"/searches/{scene.search}/history.md"
    line = next(line for line in (await scene.team.bob.http.get(history)).text.splitlines() if "a girl on a bench" in line)
    assert "F6" not in line
    await scene.one("sighting.grade", {"sighting": added["id"], "grade": {"source": "B", "content": 2}})
    assert "B2" in next(
        line for line in (await scene.team.bob.http.get(history)).text.splitlines() if "a girl on a bench" in line
    )
