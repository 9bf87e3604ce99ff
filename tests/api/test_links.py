"""Linked searches: the same link on both, undone on both, and only shown to those who may see the other search."""

from typing import Any

import pytest

from board.client import Refusal
from models.board import OPERATIONS
from models.search import MAX_LINKS
from tests.api.test_reports import opened, report, state
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


async def links(who: Person, search: str) -> dict[str, str]:
    """Return how each linked search in the state of a search is linked."""
    shown = (await who.snapshot(search))["entities"]["search", search]["links"]
    return {id: link["how"] for id, link in (shown or {}).items()}


async def listed(who: Person, search: str) -> dict[str, str]:
    """Return how each linked search is linked that a person sees."""
    answer = await who.http.get(f"/api/v1/boards/{search}/links")
    return {each["board"]: each["how"] for each in answer.json()["links"]}


async def link(who: Person, search: str, other: str, how: str | None = "together") -> list[int]:
    seqs: list[int] = (await who.command(search, "search.link", {"search": other, "how": how}))["seqs"]
    return seqs


async def refused(who: Person, search: str, data: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await who.command(search, "search.link", data)
    return refusal.value


async def test_a_link_is_on_both_searches_and_undone_on_both(team: Team) -> None:
    one, other = await team.alice.open_search(), await team.alice.open_search()
    screen = await team.bob.subscribe(other)
    (seq,) = await link(team.alice, one, other)
    await team.bob.wait_until(lambda: screen.of_kind("search")[other]["links"])
    assert (await links(team.bob, one), await links(team.bob, other)) == ({other: "together"}, {one: "together"})
    operations = (await team.bob.snapshot(OPERATIONS))["entities"]
    assert operations["search", one]["links"][other]["how"] == operations["search", other]["links"][one]["how"] == "together"
    await team.alice.command(one, "undo", {"seq": seq})
    assert (await links(team.bob, one), await links(team.bob, other)) == ({}, {})
    (again,) = await link(team.alice, other, one, "related")
    await link(team.alice, one, other, "same_person_sought")
    assert await links(team.bob, other) == {one: "same_person_sought"}
    with pytest.raises(Refusal) as refusal:
        await team.alice.command(other, "undo", {"seq": again})
    assert refusal.value.code == "conflict"
    assert await link(team.alice, one, other, "same_person_sought") == [], "a known link is no event"
    await link(team.alice, one, other, None)
    assert (await links(team.bob, one), await links(team.bob, other)) == ({}, {})


async def test_only_visible_open_searches_are_linked(team: Team) -> None:
    one, closed, secret = await team.alice.open_search(), await team.alice.open_search(), await team.secret_search()
    await team.alice.command(closed, "search.set_status", {"status": "closed", "reason": "at home", "acknowledge": "as it is"})
    assert (await refused(team.alice, one, {"search": closed, "how": "related"})).code == "closed"
    for wrong in (secret, UNKNOWN_ID, "operations", "audit"):
        assert (await refused(team.ada, one, {"search": wrong, "how": "related"})).code == "not_found"
    for data in ({"search": one, "how": "related"}, {"search": closed}, {"search": closed, "how": "twins"}, {"how": "related"}):
        assert (await refused(team.alice, one, data)).code == "invalid"
    assert (await refused(team.bob, one, {"search": closed, "how": "related"})).code == "forbidden"
    assert await links(team.alice, one) == {}


async def test_a_link_hides_a_search_from_those_who_may_not_see_it(team: Team) -> None:
    one, secret = await team.alice.open_search(), await team.secret_search(team.bob)
    screen = await team.charlie.subscribe(one)
    await link(team.alice, one, secret)
    assert (await links(team.alice, one), await links(team.alice, secret)) == ({}, {one: "together"})
    assert (await listed(team.alice, one), await listed(team.charlie, one)) == ({secret: "together"}, {})
    assert (await team.charlie.http.get(f"/api/v1/boards/{secret}/links")).status_code == 404
    assert secret not in str((await team.charlie.http.get(f"/api/v1/boards/{one}/events", params={"limit": 1000})).json())
    await team.alice.command(secret, "search.set_access", {"access": "desk", "members": []})
    await team.charlie.wait_until(lambda: screen.of_kind("search")[one]["links"])
    assert await listed(team.charlie, one) == {secret: "together"}
    await team.alice.command(secret, "search.set_access", {"access": "members", "members": [team.alice.account["id"]]})
    await team.charlie.wait_until(lambda: not screen.of_kind("search")[one]["links"])
    assert (await links(team.alice, secret), await listed(team.charlie, one)) == ({one: "together"}, {})


async def test_members_see_links_of_searches_with_more_members(team: Team) -> None:
    few, many = await team.secret_search(), await team.secret_search(team.bob)
    await link(team.alice, few, many)
    assert (await links(team.alice, few), await links(team.alice, many)) == ({many: "together"}, {})
    assert (await listed(team.alice, many), await listed(team.bob, many)) == ({few: "together"}, {})


async def test_a_search_has_at_most_twenty_links(team: Team) -> None:
    one, *others = [await team.alice.open_search() for _ in range(MAX_LINKS + 2)]
    for other in others[:-1]:
        await link(team.alice, one, other, "related")
    assert (await refused(team.alice, one, {"search": others[-1], "how": "related"})).code == "too_large"
    assert (await refused(team.alice, others[-1], {"search": one, "how": "related"})).code == "too_large"
    assert await links(team.alice, others[-1]) == {}
    await link(team.alice, one, others[0], "together")


SIBLINGS = ["Amir, 6", "Nour Haddad, 15", "the baby"]
FACTS: dict[str, Any] = {
    "person": {"first_name": "Lina", "last_name": "Haddad", "age": 12, "clothing": "white jacket", "needs": "insulin"},
    "siblings": SIBLINGS, "missing_since": "2026-11-24T20:30:00.000Z", "kind": "parental_abduction",
    "details": {"taking_parent": "Karim"}, "criteria": {"third_party": {"answer": "yes"}, "medication": {"answer": "yes"}},
}  # fmt: skip


async def test_each_child_of_a_report_becomes_a_linked_search(team: Team) -> None:
    first = await opened(team.alice, await report(team.bob, **FACTS))
    searches = [first, *await links(team.bob, first)]
    assert len(searches) == 4
    for search in searches:
        assert await links(team.bob, search) == dict.fromkeys([other for other in searches if other != search], "together")
        found = (await team.bob.snapshot(search))["entities"]
        child = found["search", search]
        assert (child["kind"], child["missing_since"]) == ("parental_abduction", FACTS["missing_since"])
        assert (child["details"]["taking_parent"], child["criteria"]["third_party"]["answer"]) == ("Karim", "yes")
        assert len(child["reports"]) == len([kind for kind, _ in found if kind == "contact"]) == 1
        assert len([kind for kind, _ in found if kind == "task"]) > 3
    people = {}
    for search in searches:
        child = (await team.bob.snapshot(search))["entities"]["search", search]
        people[child["person"]["first_name"]] = (child["person"]["last_name"], child["person"]["age"], child["person"]["needs"])
    assert people == {
        "Lina": ("Haddad", 12, "insulin"), "Amir": ("Haddad", 6, None), "Nour": ("Haddad", 15, None),
        "the baby": ("Haddad", None, None),
    }  # fmt: skip
    assert {row["reference"] for row in await boards(team.bob) if row["board"] in searches} != {None}


async def boards(who: Person) -> list[dict[str, Any]]:
    return list((await who.http.get("/api/v1/boards")).json()["boards"])


async def test_a_sibling_is_not_added_to_an_opened_report(team: Team) -> None:
    id = await report(team.bob, **FACTS | {"siblings": ["Amir, 6"]})
    search = await opened(team.alice, id)
    with pytest.raises(Refusal) as refusal:
        await team.bob.command(OPERATIONS, "report.update", {"report": id, "search": search, "siblings": ["Amir, 6", "Nour, 15"]})
    assert [*refusal.value.fields] == ["siblings"]
    assert (await state(team.bob, id))["siblings"] == ["Amir, 6"]
    for wrong in (["x"] * 6, ["x" * 201], "Amir", [7]):
        with pytest.raises(Refusal):
            await report(team.bob, siblings=wrong)


async def test_siblings_of_whom_one_is_found_stay_linked(team: Team) -> None:
    first = await opened(team.alice, await report(team.bob, **FACTS | {"siblings": ["Amir, 6"]}))
    (other,) = await links(team.bob, first)
    outcome = {"found_at": "2026-11-25T08:00:00Z", "condition": "well", "how": "came_back"}
    await team.alice.command(first, "search.set_status", {"status": "found", "reason": "came home", "outcome": outcome})
    assert await links(team.bob, other) == {first: "together"}
    answer = (await team.bob.http.get(f"/api/v1/boards/{other}/links")).json()["links"]
    assert [(each["first_name"], each["age"], each["status"]) for each in answer] == [("Lina", 12, "found")]


async def test_a_handover_names_those_who_disappeared_together(team: Team) -> None:
    one, other = (
        await team.alice.open_search(person={"first_name": "Lina", "age": 6}),
        await team.alice.open_search(person={"first_name": "Amir", "age": 9}),
    )
    await link(team.alice, one, other)
    report = (await team.alice.http.get("/api/v1/handover")).json()
    (section,) = [each for each in report["searches"] if each["board"] == one]
    assert section["together"] == [{"board": other, "first_name": "Amir", "age": 9}]
    paper = (await team.alice.http.get("/handover.md")).text
    assert "with: Amir, 9" in paper
    assert "with: Lina, 6" in paper
    await team.alice.command(other, "search.set_access", {"access": "members", "members": [team.alice.account["id"]]})
    report = (await team.bob.http.get("/api/v1/handover")).json()
    (section,) = [each for each in report["searches"] if each["board"] == one]
    assert section["together"] == []
