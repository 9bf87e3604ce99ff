"""Ownership of a card and its alarms: taking assigns, assigning takes, and giving one up gives up both."""

from typing import Any

import pytest
from sqlmodel import Session

from board.commands.cards import ownership
from models.accounts import Account
from models.board import OPERATIONS
from tests.api.test_alarms import URGENT, Alarms, alarms, desk, id_of, notifications, urgent
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person

__all__ = ["alarms", "desk"]  # fixtures

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


async def about(alarms: Alarms) -> str:
    return str((await alarms.only())[1]["about"]["id"])


async def owners(alarms: Alarms) -> tuple[str | None, str | None]:
    """Return who has the only alarm, and the assignee of its card."""
    entities = (await alarms.desk.alice.snapshot(alarms.search))["entities"]
    ((_, state),) = [(id, state) for (kind, id), state in entities.items() if kind == "alarm" and not state["ended_at"]]
    return state["taken_by"], entities[state["about"]["kind"], state["about"]["id"]]["assignee"]


async def released(alarms: Alarms) -> str | None:
    """Return who had the only alarm before nobody had it."""
    (state,) = [state for state in (await alarms.states()).values() if not state["ended_at"]]
    assert (state["released_by"] is None) == (state["released_at"] is None)
    return str(state["released_by"]) if state["released_by"] else None


async def assign(who: Person, alarms: Alarms, to: Person | None) -> list[int]:
    card = {"card": await about(alarms), "assignee": id_of(to) if to is not None else None}
    return list((await who.command(alarms.search, "card.assign", card))["seqs"])


async def told(who: Person) -> list[dict[str, Any]]:
    return list((await who.request({"type": "alarms"}, type="alarms"))["alarms"])


async def last(alarms: Alarms, count: int) -> list[tuple[str, str | None]]:
    """Return the types of the last events of the search, with the names of their authors."""
    response = await alarms.desk.alice.http.get(f"/api/v1/boards/{alarms.search}/events", params={"limit": 1000})
    return [(event["type"], (event["actor"] or {}).get("name")) for event in response.json()["events"]][-count:]


# -- taking assigns, assigning takes ------------------------------------------------------------------------------------------


async def test_taking_an_alarm_assigns_its_card(alarms: Alarms) -> None:
    id, charlie = await urgent(alarms), alarms.desk.charlie
    ack = await charlie.command(alarms.search, "alarm.take", {"alarm": id})
    assert await owners(alarms) == (id_of(charlie), id_of(charlie))
    assert await last(alarms, 2) == [("alarm.taken", "Charlie"), ("card.assigned", "Charlie")]
    assert len(ack["seqs"]) == 2, "both are events of the command"


async def test_taking_an_alarm_leaves_the_assignee_of_its_card(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", URGENT | {"priority": "normal", "assignee": id_of(desk.charlie)})
    sighting = next(id for (kind, id) in (await desk.bob.snapshot(alarms.search))["entities"] if kind == "sighting")
    await desk.bob.command(alarms.search, "sighting.update", {"sighting": sighting, "priority": "urgent"})
    assert await owners(alarms) == (None, id_of(desk.charlie)), "Charlie had it before there was an alarm"
    (listed,) = await told(desk.charlie)
    assert listed["assignee"] == {"id": id_of(desk.charlie), "name": "Charlie"}
    await desk.ada.command(alarms.search, "alarm.take", {"alarm": (await alarms.only())[0]})
    assert await owners(alarms) == (id_of(desk.ada), id_of(desk.charlie))


async def test_assigning_a_card_takes_its_alarm(alarms: Alarms) -> None:
    await urgent(alarms)
    desk = alarms.desk
    assert len(await assign(desk.bob, alarms, desk.charlie)) == 2
    assert await owners(alarms) == (id_of(desk.charlie), id_of(desk.charlie))
    assert await last(alarms, 2) == [("card.assigned", "Bob"), ("alarm.taken", "Bob")]
    assert await alarms.after(9.9) == 0, "it goes no further"


async def test_assigning_a_card_to_a_viewer_leaves_its_alarm_open(alarms: Alarms) -> None:
    await urgent(alarms)
    desk = alarms.desk
    await assign(desk.bob, alarms, desk.victor)
    assert await owners(alarms) == (None, id_of(desk.victor))
    assert await alarms.after(2.1) == 1, "nobody has it who may act"


async def test_reassigning_a_card_hands_over_its_alarm(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await assign(desk.bob, alarms, desk.ada)
    assert await owners(alarms) == (id_of(desk.ada), id_of(desk.ada))


async def test_a_card_that_is_added_with_an_assignee_has_no_open_alarm(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", URGENT | {"assignee": id_of(desk.charlie)})
    assert await owners(alarms) == (id_of(desk.charlie), id_of(desk.charlie))
    assert await last(alarms, 2) == [("alarm.raised", None), ("alarm.taken", None)]
    for who in (desk.charlie, desk.bob, desk.ada):
        assert [each["taken_by"]["name"] for each in await told(who)] == ["Charlie"]


async def test_an_urgent_tip_has_one_owner_too(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(OPERATIONS, "tip.add", URGENT)
    (alarm,) = await told(desk.charlie)
    await desk.charlie.command(OPERATIONS, "alarm.take", {"alarm": alarm["id"]})
    tip = (await desk.alice.snapshot(OPERATIONS))["entities"]["tip", alarm["about"]["id"]]
    assert tip["assignee"] == id_of(desk.charlie)
    await desk.ada.command(OPERATIONS, "tip.assign", {"tip": alarm["about"]["id"], "assignee": id_of(desk.bob)})
    listed = (await desk.charlie.http.get("/api/v1/alarms")).json()["alarms"]  # a pushed frame can be older
    assert [alarm["taken_by"]["name"] for alarm in listed] == ["Bob"]


async def test_the_list_of_what_waits_says_who_has_an_alarm(alarms: Alarms) -> None:
    desk = alarms.desk

    async def said() -> list[tuple[Any, str | None]]:
        entries = (await desk.bob.http.get("/api/v1/unanswered")).json()["entries"]
        return [(each["alarm"], each["assignee"]) for each in entries if each["board"] == alarms.search]

    names = ("taken_by", "until", "lapsed_by", "lapsed_at", "released_by", "released_at", "released_because")
    id, nobody = await urgent(alarms), dict.fromkeys(names)
    assert await said() == [(nobody, None)]
    await assign(desk.bob, alarms, desk.victor)
    assert await said() == [(nobody, id_of(desk.victor))], "nobody has it who may act"
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    until = (await alarms.states())[id]["until"]
    assert await said() == [(nobody | {"taken_by": id_of(desk.charlie), "until": until}, id_of(desk.victor))]
    await alarms.after(10.1)
    lapsed_at = (await alarms.states())[id]["lapsed_at"]
    assert await said() == [(nobody | {"lapsed_by": id_of(desk.charlie), "lapsed_at": lapsed_at}, id_of(desk.victor))]
    sighting = {"sighting": await about(alarms), "assessment": "credible"}
    await desk.charlie.command(alarms.search, "sighting.assess", sighting)
    assert {each["rule"] for each in (await alarms.states()).values() if not each["ended_at"]} <= {"credible_sighting"}


# -- giving up ----------------------------------------------------------------------------------------------------------------


async def test_unassigning_a_card_opens_its_alarm_again(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    due = (await alarms.only())[1]["next_at"]
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await assign(desk.charlie, alarms, None)
    assert await owners(alarms) == (None, None)
    assert await released(alarms) == id_of(desk.charlie)
    assert await last(alarms, 2) == [("card.assigned", "Charlie"), ("alarm.released", "Charlie")]
    assert (await alarms.only())[1]["next_at"] == due, "as if it had never been taken"
    assert await alarms.after(2.1) == 1


async def test_an_alarm_that_is_open_again_late_takes_its_step_immediately(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    assert await alarms.after(9.9) == 0
    await assign(desk.charlie, alarms, None)
    assert await alarms.escalation.escalate() > 0
    assert (await alarms.only())[1]["asked"] == [id_of(desk.alice)]


async def test_unassigning_a_card_leaves_the_alarm_of_another_person(alarms: Alarms) -> None:
    desk = alarms.desk
    await test_taking_an_alarm_leaves_the_assignee_of_its_card(alarms)
    await assign(desk.bob, alarms, None)
    assert await owners(alarms) == (id_of(desk.ada), None)


async def test_handing_on_an_alarm_gives_up_its_card(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await desk.charlie.command(alarms.search, "alarm.hand_on", {"alarm": id, "to": id_of(desk.ada)})
    assert await owners(alarms) == (None, None), "nobody has it until Ada takes it"
    assert await released(alarms) == id_of(desk.charlie)
    assert await last(alarms, 2) == [("alarm.handed_on", "Charlie"), ("card.assigned", "Charlie")]
    await desk.ada.command(alarms.search, "alarm.take", {"alarm": id})
    assert await owners(alarms) == (id_of(desk.ada), id_of(desk.ada))
    assert await released(alarms) is None


async def test_a_card_is_unassigned_when_its_owner_loses_the_right(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})

    def disable(session: Session) -> None:
        session.get_one(Account, id_of(desk.charlie)).enabled = False

    await desk.server.service.database.write(disable)
    await alarms.escalation.escalate()
    assert await owners(alarms) == (None, None)
    assert await released(alarms) == id_of(desk.charlie)
    assert (await alarms.states())[id]["released_because"] == "account"
    assert await last(alarms, 3) == [("alarm.released", None), ("card.assigned", None), ("alarm.escalated", None)]


# -- undo ---------------------------------------------------------------------------------------------------------------------


async def test_undoing_a_taking_gives_back_alarm_and_card(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    before = await alarms.only()
    ack = await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    undone = await desk.charlie.command(alarms.search, "undo", {"seq": ack["seqs"][0]})
    assert await alarms.only() == before, "with the time of its next step"
    assert await owners(alarms) == (None, None)
    await desk.charlie.command(alarms.search, "undo", {"seq": undone["seqs"][0]})
    assert await owners(alarms) == (id_of(desk.charlie), id_of(desk.charlie)), "an undo can be undone"


async def test_undoing_an_assignment_opens_the_alarm_again(alarms: Alarms) -> None:
    await urgent(alarms)
    desk = alarms.desk
    seqs = await assign(desk.bob, alarms, desk.charlie)
    await desk.bob.command(alarms.search, "undo", {"seq": seqs[0]})
    assert await owners(alarms) == (None, None)


async def test_undoing_a_taking_leaves_an_earlier_assignment(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", URGENT | {"priority": "normal", "assignee": id_of(desk.charlie)})
    sighting = next(id for (kind, id) in (await desk.bob.snapshot(alarms.search))["entities"] if kind == "sighting")
    await desk.bob.command(alarms.search, "sighting.update", {"sighting": sighting, "priority": "urgent"})
    ack = await desk.charlie.command(alarms.search, "alarm.take", {"alarm": (await alarms.only())[0]})
    await desk.charlie.command(alarms.search, "undo", {"seq": ack["seqs"][0]})
    assert await owners(alarms) == (None, id_of(desk.charlie))


async def test_a_taking_of_an_alarm_that_has_ended_is_not_undone(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    ack = await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await desk.alice.command(alarms.search, "sighting.assess", {"sighting": await about(alarms), "assessment": "not_the_child"})
    refused = await alarms.refused(desk.charlie, "undo", {"seq": ack["seqs"][0]})
    assert (refused.code, set(refused.fields)) == ("conflict", {"ended_at"})
    assert await alarms.after(29) == 0, "an alarm that has ended asks nobody"


async def test_a_viewer_undoes_no_taking(alarms: Alarms) -> None:
    id, desk = await urgent(alarms), alarms.desk
    ack = await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    assert (await alarms.refused(desk.victor, "undo", {"seq": ack["seqs"][0]})).code == "forbidden"


# -- an urgent call of the person who answers for it --------------------------------------------------------------------------


async def test_an_urgent_call_of_the_responsible_person_is_raised_and_taken(alarms: Alarms) -> None:
    desk = alarms.desk
    ack = await desk.alice.command(alarms.search, "sighting.add", URGENT)
    assert len(ack["seqs"]) == 1, "the alarm is no event of the command"
    assert await last(alarms, 4) == [
        ("sighting.added", "Alice"), ("alarm.raised", None), ("alarm.taken", None), ("card.assigned", None),
    ]  # fmt: skip
    assert await owners(alarms) == (id_of(desk.alice), id_of(desk.alice))
    for who in (desk.alice, desk.bob, desk.charlie, desk.ada):
        (alarm,) = await told(who)
        assert (alarm["rule"], alarm["taken_by"]["name"]) == ("urgent_sighting", "Alice"), "all see it"
    assert await alarms.after(9.9) == 0
    assert await notifications(desk) == []


async def test_an_urgent_tip_of_the_holder_of_the_shift_is_theirs(alarms: Alarms) -> None:
    await alarms.desk.ada.command(OPERATIONS, "tip.add", URGENT)
    (alarm,) = await told(alarms.desk.charlie)
    assert (alarm["taken_by"]["name"], alarm["assignee"]["name"]) == ("Ada", "Ada")


async def test_a_reopened_search_leaves_its_alarms_open(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", URGENT | {"assignee": id_of(desk.charlie)})
    await desk.alice.command(alarms.search, "search.set_status", {"status": "closed", "reason": "at home", "acknowledge": "so"})
    await desk.alice.command(alarms.search, "search.set_status", {"status": "open", "reason": "another child"})
    assert await owners(alarms) == (None, id_of(desk.charlie)), "Charlie has to say so again"


# -- occasions ----------------------------------------------------------------------------------------------------------------


async def test_an_alarm_names_its_occasion_whatever_the_key_of_its_rule(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = alarms.desk.server.service.alarm_rules
    (rule,) = rules.of("sighting_urgent")
    own = type(rule)("night_watch", rule.when, rule.steps, rule.after_s)
    monkeypatch.setattr(rules, "rules", {"night_watch": own})
    await urgent(alarms)
    _, state = await alarms.only()
    assert (state["rule"], state["occasion"]) == ("night_watch", "sighting_urgent")
    assert [(each["rule"], each["occasion"]) for each in await told(alarms.desk.charlie)] == [("night_watch", "sighting_urgent")]


# -- broken on purpose --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["take", "give_up_card", "follow", "_assignment"])
async def test_a_mutant_of_the_ownership_is_found(alarms: Alarms, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    def take_alone(writer: Any, row: Any, account: str, until: str | None = None) -> None:
        writer.update(row, "alarm.taken", {"taken_by": account, "taken_at": writer.now, "next_at": None}, conflicts=False)

    monkeypatch.setattr(ownership, broken, take_alone if broken == "take" else lambda *given: None)
    test = {
        "take": test_taking_an_alarm_assigns_its_card, "give_up_card": test_handing_on_an_alarm_gives_up_its_card,
        "follow": test_assigning_a_card_takes_its_alarm, "_assignment": test_undoing_a_taking_gives_back_alarm_and_card,
    }[broken]  # fmt: skip
    with pytest.raises(AssertionError):
        await test(alarms)
