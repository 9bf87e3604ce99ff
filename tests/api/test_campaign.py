"""Posters, vignettes and briefs: approved, given out to people by name, and taken down again, each of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from board.alarms.escalation import Escalation
from models.times import format_utc, now
from tests.api.test_alarms import Alarms
from tests.support.appeals import child_alert
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

HOUR = timedelta(hours=1)
PERSON = {
    "first_name": "Mila", "last_name": "Bernard", "age": 14, "birth_date": "2012-03-27", "sex": "f",
    "hair": "brown", "eyes": "blue", "clothing": "red coat", "needs": "insulin",
}  # fmt: skip
POSTER: dict[str, Any] = {
    "what": "poster", "languages": ["fr", "nl"], "shows": ["age", "looks", "clothing", "time", "place"],
    "texts": {"fr": "Peut-être à Bruxelles."}, "until": "2099-01-01T00:00:00Z", "decided_by": "the prosecutor of Ghent",
}  # fmt: skip
BRIEF = POSTER | {"what": "brief"}
OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police", "family_told": True, "police_told": True}
FOUND = {"status": "found", "reason": "seen by a patrol", "outcome": OUTCOME}
CLOSE = {"status": "closed", "reason": "at home"}


class Campaign(SearchScenario):
    """Campaign of a search."""

    async def approved(self, **data: Any) -> dict[str, Any]:
        return await self.one("material.approve", POSTER | data)

    async def given(self, material: str, *recipients: str, who: Person | None = None, **data: Any) -> list[str]:
        """Record to whom a material was given; return the ids."""
        given = {"material": material, "recipients": list(recipients), "way": "email", "language": "fr"}
        return [event["id"] for event in await self.does("distribution.add", given | data, who)]

    async def all(self, kind: str) -> dict[str, dict[str, Any]]:
        entities = (await self.team.alice.snapshot(self.search))["entities"]
        return {id: state for (each, id), state in entities.items() if each == kind}

    async def take_downs(self) -> list[dict[str, Any] | None]:
        return [state["take_down"] for state in (await self.all("distribution")).values()]

    async def finish_tasks(self) -> None:
        done = (await self.columns())["done"]
        for id in await self.all("task"):
            await self.does("card.move", {"card": id, "column": done})


async def begun(team: Team, level: str = "posters", **data: Any) -> Campaign:
    """A search with an appeal."""
    place = {"text": "Korenmarkt, Gent"}
    scene = Campaign(team, await team.alice.open_search(person=PERSON, last_seen=place, **data))
    if level != "none":
        await scene.does("search.set_appeal", {"level": level})
    return scene


# -- approval -------------------------------------------------------------------------------------------------------------


async def test_an_approved_poster_keeps_the_facts_as_they_were(team: Team) -> None:
    scene = await begun(team)
    event = await scene.approved(place="Gent")
    state = event["state"]
    assert (event["type"], state["approved_by"]) == ("material.approved", team.alice.account["id"])
    assert (state["approved_at"], state["decided_by"]) == (event["at"], "the prosecutor of Ghent")
    content = state["content"]
    assert (content["first_name"], content["last_name"], content["age"]) == ("Mila", "B.", 14)
    assert (content["hair"], content["clothing"], content["place"]) == ("brown", "red coat", "Gent")
    assert (content["birth_date"], content["needs"], content["photo"]) == (None, None, None)
    await scene.does("search.update", {"person": {"age": 15, "clothing": "blue coat"}})
    assert (await scene.state("material", event["id"]))["content"] == content
    whole = (await scene.approved(shows=["last_name"]))["state"]["content"]
    assert (whole["last_name"], whole["age"], whole["missing_since"], whole["place"]) == ("Bernard", None, None, None)


@pytest.mark.parametrize(
    ("what", "allowed"),
    [
        ("poster", ("posters", "public", "child_alert")),
        ("vignette", ("discreet", "posters", "public", "child_alert")),
        ("brief", ("none", "discreet", "posters", "public", "child_alert")),
    ],
)
async def test_a_material_needs_an_appeal_that_allows_it(team: Team, what: str, allowed: tuple[str, ...]) -> None:
    scene = await begun(team, "none")
    await scene.does("search.set_worrying", {"worrying": True, "basis": "the officer"})
    for level in ("none", "discreet", "posters", "public", "child_alert"):
        await scene.does("search.set_appeal", child_alert() if level == "child_alert" else {"level": level})
        until = {"until": format_utc(now() + timedelta(hours=1))} if level == "child_alert" else {}
        if level in allowed:
            await scene.approved(what=what, **until)
        else:
            await scene.refuses("invalid", "material.approve", POSTER | {"what": what}, "what")
    await scene.does("search.set_status", FOUND)
    await scene.refuses("invalid", "material.approve", POSTER | {"what": what}, "what")


async def test_a_poster_that_shows_what_it_may_not_is_refused(team: Team) -> None:
    scene = await begun(team)
    for code in ("birth_date", "needs"):
        for what in ("poster", "vignette"):
            await scene.refuses("invalid", "material.approve", POSTER | {"what": what, "shows": [code]}, "shows")
    words = [{"field": "needs", "word": "insulin", "fr": "insuline", "nl": "insuline"}]
    content = (await scene.approved(what="brief", shows=["birth_date", "needs"], words=words))["state"]["content"]
    assert (content["birth_date"], content["needs"]) == ("2012-03-27", "insulin")
    long = {"nl": "x" * 401}
    refused = await scene.refuses("invalid", "material.approve", POSTER | {"texts": long}, "texts.nl")
    assert refused.fields["texts.nl"] == "At most 400 characters."
    await scene.approved(what="brief", texts=long)


async def test_a_material_ends_in_the_future_and_with_the_appeal(team: Team) -> None:
    scene = await begun(team)
    await scene.refuses("invalid", "material.approve", POSTER | {"until": "2026-01-01T00:00:00Z"}, "until")
    await scene.does("search.set_appeal", {"level": "posters", "until": "2098-01-01T00:00:00Z"})
    await scene.refuses("invalid", "material.approve", POSTER, "until")
    await scene.approved(until="2097-01-01T00:00:00Z")
    await scene.approved(what="brief")


async def test_facts_that_changed_since_the_author_looked_are_a_conflict(team: Team) -> None:
    scene = await begun(team)
    base = (await team.alice.snapshot(scene.search))["seq"]
    await scene.does("search.update", {"person": {"needs": "an inhaler"}}, team.bob)
    await scene.does("material.approve", POSTER, base=base)
    await scene.does("search.update", {"person": {"clothing": "green coat"}}, team.bob)
    refused = await scene.refuses("conflict", "material.approve", POSTER, "person.clothing", base=base)
    assert refused.body["current"]["person"]["clothing"] == "green coat"
    await scene.does("material.approve", POSTER | {"shows": ["age"]}, base=base)


# -- given out ------------------------------------------------------------------------------------------------------------


async def test_several_recipients_are_recorded_at_once(team: Team) -> None:
    scene = await begun(team)
    material = (await scene.approved())["id"]
    ids = await scene.given(material, "Station Gent", " NMBS ", "NMBS", who=team.bob, copies=20, way="paper")
    states = [await scene.state("distribution", id) for id in ids]
    assert [state["recipient"] for state in states] == ["Station Gent", "NMBS"], "each once"
    assert {(state["copies"], state["way"], state["by"]) for state in states} == {(20, "paper", team.bob.account["id"])}
    assert [state["take_down"] for state in states] == [None, None]
    given = {"material": material, "recipients": ["x"] * 51, "way": "email", "language": "fr"}
    await scene.refuses("invalid", "distribution.add", given, "recipients")
    await scene.refuses("invalid", "distribution.add", given | {"recipients": ["x"], "language": "de"}, "language")
    await scene.refuses("invalid", "distribution.add", given | {"recipients": ["x"], "at": "2099-01-01T00:00:00Z"}, "at")
    await scene.refuses("not_found", "distribution.add", given | {"recipients": ["x"], "material": UNKNOWN_ID}, "material")


async def test_a_recipient_is_corrected_and_withdrawn(team: Team) -> None:
    scene = await begun(team)
    (id,) = await scene.given((await scene.approved())["id"], "Sation Gent")
    event = await scene.one("distribution.update", {"distribution": id, "recipient": "Station Gent", "language": "nl"}, team.bob)
    assert event["changes"] == ["language", "recipient"]
    await scene.refuses("invalid", "distribution.update", {"distribution": id, "language": "en"}, "language")
    await scene.does("undo", {"seq": event["seq"]})
    assert (await scene.state("distribution", id))["recipient"] == "Sation Gent"
    event = await scene.one("distribution.withdraw", {"distribution": id, "reason": "never sent"}, team.bob)
    assert event["state"]["withdrawn"]["reason"] == "never sent"
    assert await scene.does("distribution.withdraw", {"distribution": id}) == []
    await scene.does("search.set_status", FOUND)
    assert await scene.take_downs() == [None], "nobody has it"
    await scene.does("undo", {"seq": event["seq"]})
    (take_down,) = await scene.take_downs()
    assert take_down is not None, "somebody has it after all"


async def test_another_search_names_no_material_of_this_one(team: Team) -> None:
    scene, other = await begun(team), await begun(team)
    material = (await scene.approved())["id"]
    (id,) = await scene.given(material, "A")
    given = {"material": material, "recipients": ["x"], "way": "email", "language": "fr"}
    await other.refuses("not_found", "distribution.add", given, "material")
    await other.refuses("not_found", "material.withdraw", {"material": material}, "material")
    await other.refuses("not_found", "distribution.take_down", {"distributions": [id]}, "distributions")


# -- taken down -----------------------------------------------------------------------------------------------------------


async def test_thirty_recipients_get_thirty_entries_that_closing_names(team: Team) -> None:
    scene = await begun(team, "public")
    material = (await scene.approved())["id"]
    ids = await scene.given(material, *(f"Shop {number:02}" for number in range(30)))
    events = await scene.does("search.set_status", FOUND)
    assert [event["type"] for event in events].count("distribution.take_down_due") == 30
    assert (await scene.state("material", material))["ended_at"]
    assert [take_down and take_down["done_at"] for take_down in await scene.take_downs()] == [None] * 30
    await scene.finish_tasks()
    told = (await scene.refuses("invalid", "search.set_status", CLOSE, "acknowledge")).fields["acknowledge"]
    named = "; ".join(f"Shop {number:02}" for number in range(10))
    assert f"30 recipients have not been asked to take it down: {named} and 20 more." in told
    await scene.does("distribution.take_down", {"distributions": ids[:29], "note": "by e-mail"}, team.bob)
    told = (await scene.refuses("invalid", "search.set_status", CLOSE, "acknowledge")).fields["acknowledge"]
    assert told == "Give a reason for closing it anyway. 1 recipient has not been asked to take it down: Shop 29."
    await scene.does("search.set_status", CLOSE | {"acknowledge": "the last one by letter"})
    await scene.does("distribution.take_down", {"distributions": ids[29:]}, team.bob)
    assert all(take_down and take_down["done_at"] for take_down in await scene.take_downs())


async def test_an_entry_is_ticked_and_unticked(team: Team) -> None:
    scene = await begun(team)
    ids = await scene.given((await scene.approved())["id"], "A", "B")
    early = {"distributions": ids}
    await scene.refuses("invalid", "distribution.take_down", early, "distributions")
    await scene.does("search.set_appeal", {"level": "none"})
    first = await scene.one("distribution.take_down", {"distributions": ids[:1], "note": "by phone"}, team.bob)
    taken = first["state"]["take_down"]
    assert (taken["done_by"], taken["note"]) == (team.bob.account["id"], "by phone")
    (event,) = await scene.does("distribution.take_down", {"distributions": ids})
    assert event["id"] == ids[1], "the other stays with who recorded it first"
    await scene.does("undo", {"seq": first["seq"]}, team.bob)
    assert (await scene.state("distribution", ids[0]))["take_down"]["done_at"] is None
    assert len(await scene.does("distribution.take_down", {"distributions": ids, "done": False})) == 1
    assert [each and each["done_at"] for each in await scene.take_downs()] == [None, None]


async def test_a_lower_appeal_ends_what_it_no_longer_allows(team: Team) -> None:
    scene = await begun(team)
    poster, vignette, brief = [(await scene.approved(what=what))["id"] for what in ("poster", "vignette", "brief")]
    for material in (poster, vignette, brief):
        await scene.given(material, "A")

    async def ended() -> set[str]:
        return {id for id, state in (await scene.all("material")).items() if state["ended_at"]}

    await scene.does("search.set_appeal", {"level": "discreet"})
    assert await ended() == {poster}
    await scene.does("search.set_appeal", {"level": "none"})
    assert await ended() == {poster, vignette}
    (late,) = await scene.given(poster, "B")
    assert (await scene.state("distribution", late))["take_down"], "given out too late"
    await scene.does("search.set_status", FOUND)
    assert await ended() == {poster, vignette, brief}
    assert None not in await scene.take_downs()


async def test_a_withdrawn_material_is_given_to_nobody_more(team: Team) -> None:
    scene = await begun(team)
    material = (await scene.approved())["id"]
    await scene.given(material, "A")
    events = await scene.does("material.withdraw", {"material": material, "reason": "a wrong name"})
    assert [each["type"] for each in events] == ["material.withdrawn", "material.ended", "distribution.take_down_due"]
    withdrawn, ended, _ = events
    assert (withdrawn["state"]["ended_at"], ended["state"]["ended_at"], ended["changes"]) == (None, ended["at"], ["ended_at"])
    assert await scene.does("material.withdraw", {"material": material}) == []
    (take_down,) = await scene.take_downs()
    assert take_down is not None
    await scene.refuses("invalid", "undo", {"seq": withdrawn["seq"]}, "seq")
    await scene.refuses("conflict", "undo", {"seq": ended["seq"]}, "ended_at")
    given = {"material": material, "recipients": ["B"], "way": "email", "language": "fr"}
    await scene.refuses("invalid", "distribution.add", given, "material")


async def test_a_material_that_had_ended_does_not_end_again(team: Team) -> None:
    scene = await begun(team)
    material = (await scene.approved())["id"]
    await scene.does("search.set_appeal", {"level": "none"})
    (withdrawn,) = await scene.does("material.withdraw", {"material": material, "reason": "a wrong name"})
    assert (withdrawn["type"], withdrawn["state"]["ended_at"] is None) == ("material.withdrawn", False)


async def test_an_appeal_that_was_ended_by_mistake_goes_on(team: Team) -> None:
    scene = await begun(team)
    material = (await scene.approved())["id"]
    ids = await scene.given(material, "A", "B")
    events = await scene.does("search.set_appeal", {"level": "none"})
    end = next(event for event in events if event["type"] == "material.ended")
    await scene.does("distribution.take_down", {"distributions": ids[:1]})
    await scene.refuses("conflict", "undo", {"seq": end["seq"]}, "ended_at")
    await scene.does("undo", {"seq": events[0]["seq"]})
    await scene.does("undo", {"seq": end["seq"]})
    assert (await scene.state("material", material))["ended_at"] is None
    assert [each is not None for each in await scene.take_downs()] == [True, False], "what was asked for stays"


# -- by time --------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Team]:
    """Team of its own, as its clock is moved."""
    async with running_team(tmp_path, **installation) as team:
        yield team


async def test_a_material_ends_when_its_time_has_come(desk: Team, wall_clock: WallClock) -> None:
    scene, now = await begun(desk), desk.server.service.clock()
    escalation = Escalation(desk.server.service)
    first = (await scene.approved(until=format_utc(now + 1 * HOUR)))["id"]
    second = (await scene.approved(until=format_utc(now + 9 * HOUR)))["id"]
    await scene.given(first, "A")
    await scene.does("search.set_appeal", {"level": "posters", "until": format_utc(now + 2 * HOUR)})
    await escalation.escalate()
    assert (await scene.state("material", first))["ended_at"] is None
    wall_clock.set(1.1 * HOUR)
    await escalation.escalate()
    assert (await scene.state("material", first))["ended_at"]
    (take_down,) = await scene.take_downs()
    assert take_down is not None
    assert (await scene.state("material", second))["ended_at"] is None
    wall_clock.set(2.1 * HOUR)
    await escalation.escalate()
    assert (await scene.state("material", second))["ended_at"], "with the appeal"


async def of_take_downs(alarms: Alarms) -> list[dict[str, Any]]:
    """Return the alarms about take-downs: the first tasks of a search may be overdue, too."""
    return [state for state in (await alarms.states()).values() if state["rule"] == "take_down_overdue"]


async def test_overdue_take_downs_raise_one_alarm_until_all_are_done(desk: Team, wall_clock: WallClock) -> None:
    scene = await begun(desk, lead=desk.bob.account["id"])
    alarms = Alarms(desk, scene.search, wall_clock)
    material = (await scene.approved())["id"]
    ids = [*(await scene.given(material, "A", "B", way="portal")), *(await scene.given(material, "C", way="paper"))]
    await scene.does("search.set_status", FOUND)
    await alarms.after(59)
    assert await of_take_downs(alarms) == []
    assert await alarms.after(61) == 1
    assert await alarms.after(61.5) == 0
    (state,) = await of_take_downs(alarms)
    assert (state["about"]["kind"], state["about"]["id"]) == ("search", scene.search)
    assert state["asked"] == [desk.bob.account["id"]]
    await scene.does("distribution.take_down", {"distributions": ids[:1]})
    assert [each["ended"] for each in await of_take_downs(alarms)] == [None]
    event = await scene.one("distribution.take_down", {"distributions": ids[1:2]})
    assert [each["ended"] for each in await of_take_downs(alarms)] == ["settled"]
    await scene.does("undo", {"seq": event["seq"]})
    assert [each["ended"] for each in await of_take_downs(alarms)] == ["settled", None], "overdue again"
    await scene.finish_tasks()
    await scene.does("search.set_status", CLOSE | {"acknowledge": "by letter"})
    assert [each["ended"] for each in await of_take_downs(alarms)] == ["settled", "settled"]
    await scene.does("search.set_status", {"status": "open", "reason": "not at home"})
    assert [each["ended"] for each in await of_take_downs(alarms)] == ["settled", "settled", None]


async def test_an_alarm_about_take_downs_goes_on_when_the_child_is_found(desk: Team, wall_clock: WallClock) -> None:
    scene = await begun(desk)
    alarms = Alarms(desk, scene.search, wall_clock)
    await scene.given((await scene.approved())["id"], "A", way="social_media")
    await scene.does("search.set_appeal", {"level": "none"})
    await alarms.after(61)
    await scene.does("search.set_status", FOUND)
    assert [each["ended"] for each in await of_take_downs(alarms)] == [None]
    listed = (await desk.alice.http.get("/api/v1/alarms")).json()["alarms"]
    assert [(each["rule"], each["child"]) for each in listed] == [("take_down_overdue", "Mila B., 14")]


# -- two people, and those who may not ------------------------------------------------------------------------------------


async def test_two_people_who_tick_the_same_entry_record_it_once(team: Team) -> None:
    scene = await begun(team)
    ids = await scene.given((await scene.approved())["id"], "A", "B", "C")
    await scene.does("search.set_appeal", {"level": "none"})
    base = (await team.alice.snapshot(scene.search))["seq"]
    first = await team.bob.command(scene.search, "distribution.take_down", {"distributions": ids[:2]}, base=base)
    second = await team.charlie.command(scene.search, "distribution.take_down", {"distributions": ids[1:]}, base=base)
    assert (len(first["seqs"]), len(second["seqs"])) == (2, 1)
    done_by = {id: (await scene.state("distribution", id))["take_down"]["done_by"] for id in ids}
    assert list(done_by.values()) == [team.bob.account["id"]] * 2 + [team.charlie.account["id"]]


async def test_outsiders_of_a_search_get_no_material_of_it(team: Team) -> None:
    search = await team.secret_search(team.bob)
    scene = Campaign(team, search)
    material = (await scene.approved(what="brief"))["id"]
    for person, status in ((team.bob, 200), (team.charlie, 404), (team.ada, 404)):
        for method, path in (("GET", f"{material}.pdf"), ("POST", "preview.pdf"), ("POST", "preview.png")):
            draft = {"what": "brief", "language": "fr"} if method == "POST" else None
            response = await person.http.request(method, f"/api/v1/boards/{search}/materials/{path}", json=draft, timeout=60)
            assert response.status_code == status, path
