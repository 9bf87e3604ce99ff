"""Promises: an account that takes an alarm has it until a time; then it reopens. The last step of a ladder is repeated."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from board.live import summary_counts
from board.live.search_summaries import LastSignificantEvents
from models.accounts import Account
from models.board import OPERATIONS
from models.notification import Notification
from models.times import format_utc, parse_utc
from tests.api.test_alarms import MINUTE, URGENT, Alarms, id_of
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def alarms(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Alarms]:
    """A search that Alice leads, with an urgent sighting; the shift is held by Ada."""
    async with running_team(tmp_path, **installation) as team:
        made = await begun(team, wall_clock)
        yield made


async def begun(team: Team, clock: WallClock) -> Alarms:
    search = await team.alice.open_search(lead=team.alice.account["id"])
    await team.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
    await team.bob.command(search, "sighting.add", URGENT)
    return Alarms(team, search, clock)


def at(state: dict[str, Any], minutes: float, since: str = "taken_at") -> str:
    return format_utc(parse_utc(state[since]) + minutes * MINUTE)


async def taken_by(alarms: Alarms, id: str) -> str | None:
    return (await alarms.states())[id]["taken_by"]


def people(alarms: Alarms) -> dict[str, Person]:
    desk = alarms.desk
    return {"alice": desk.alice, "bob": desk.bob, "charlie": desk.charlie, "ada": desk.ada}


async def listed(person: Person) -> dict[str, Any]:
    (alarm,) = (await person.http.get("/api/v1/alarms")).json()["alarms"]
    return dict(alarm)


async def assignee(alarms: Alarms) -> str | None:
    entities = (await alarms.desk.alice.snapshot(alarms.search))["entities"]
    ((_, state),) = [(key, state) for key, state in entities.items() if key[0] == "sighting"]
    return state["assignee"]


async def test_a_taken_alarm_is_promised_for_the_time_of_its_rule(alarms: Alarms) -> None:
    id, _ = await alarms.only()
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    _, state = await alarms.only()
    assert (state["until"], state["promises"]) == (at(state, 10), 1)


async def test_a_promise_may_name_its_time(alarms: Alarms) -> None:
    id, state = await alarms.only()
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id, "until": at(state, 120, "raised_at")})
    assert (await alarms.only())[1]["until"] == at(state, 120, "raised_at")


@pytest.mark.parametrize("minutes", [-1, 9 * 60])
async def test_a_time_in_the_past_or_in_nine_hours_is_refused(alarms: Alarms, minutes: float) -> None:
    id, state = await alarms.only()
    refused = await alarms.refused(alarms.desk.charlie, "alarm.take", {"alarm": id, "until": at(state, minutes, "raised_at")})
    assert (refused.code, refused.fields) == ("invalid", {"until": "Choose a time within the next 8 hours."})
    assert (await alarms.only())[1]["taken_by"] is None


async def test_a_promise_that_is_over_opens_the_alarm_and_asks_its_owner_first(alarms: Alarms) -> None:
    id, _ = await alarms.only()
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    assert await alarms.after(9.9) == 0
    assert await alarms.after(10.1) == 1
    _, state = await alarms.only()
    charlie = id_of(alarms.desk.charlie)
    assert (state["taken_by"], state["until"], state["promises"]) == (None, None, 0)
    assert (state["step"], state["round"], state["asked"], state["everybody"]) == (-1, 1, [charlie], False)
    assert await alarms.after(12.2) == 1, "then the ladder begins again"
    assert (await alarms.only())[1]["step"] == 0
    assert (await alarms.only())[1]["everybody"]
    assert await alarms.types() == ["alarm.raised", "alarm.taken", "alarm.lapsed", "alarm.escalated"]


async def test_a_summary_says_whose_promise_lapsed_and_displays_only_when(alarms: Alarms) -> None:
    id, _ = await alarms.only()
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await alarms.after(10.1)
    service = alarms.desk.server.service
    at = format_utc(service.clock())
    counted = await service.database.read(lambda session: summary_counts.count(session, [alarms.search], at))
    summary, (_, state) = counted[alarms.search].summary, await alarms.only()
    assert (summary["alarm"]["lapsed_by"], summary["alarm"]["lapsed_at"]) == (id_of(alarms.desk.charlie), state["lapsed_at"])
    shown = LastSignificantEvents().for_displays(alarms.search, summary, "inner")["alarm"]
    assert (shown["lapsed_at"], "lapsed_by" in shown) == (state["lapsed_at"], False)
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    counted = await service.database.read(lambda session: summary_counts.count(session, [alarms.search], at))
    assert (counted[alarms.search].summary["alarm"], state["lapsed_at"] is None) == (None, False)


async def test_a_promise_is_extended_by_its_owner_alone(alarms: Alarms) -> None:
    id, _ = await alarms.only()
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    alarms.clock.set(9 * MINUTE)
    _, state = await alarms.only()
    until = at(state, 40)
    refused = await alarms.refused(alarms.desk.bob, "alarm.extend", {"alarm": id, "until": until})
    assert (refused.code, list(refused.fields)) == ("conflict", ["taken_by"])
    await alarms.desk.charlie.command(alarms.search, "alarm.extend", {"alarm": id, "until": until, "note": "calling the station"})
    assert (await alarms.only())[1]["promises"] == 2
    await alarms.after(39)
    assert await taken_by(alarms, id) == id_of(alarms.desk.charlie)
    await alarms.after(40.1)
    assert await taken_by(alarms, id) is None
    refused = await alarms.refused(alarms.desk.charlie, "alarm.extend", {"alarm": id, "until": at(state, 60)})
    assert refused.code == "conflict", "it has lapsed"


async def test_another_time_within_a_minute_of_taking_is_no_extension(alarms: Alarms) -> None:
    id, _ = await alarms.only()
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    _, state = await alarms.only()
    await alarms.desk.charlie.command(alarms.search, "alarm.extend", {"alarm": id, "until": at(state, 60)})
    assert (await alarms.only())[1]["promises"] == 1


async def test_an_undo_promises_nothing_for_another_person(alarms: Alarms) -> None:
    desk, (id, state) = alarms.desk, await alarms.only()
    take = {"alarm": id, "until": at(state, 470, "raised_at")}
    seq = (await desk.charlie.command(alarms.search, "alarm.take", take))["seqs"][0]
    (undone, *_) = (await desk.charlie.command(alarms.search, "undo", {"seq": seq}))["seqs"]
    refused = await alarms.refused(desk.bob, "undo", {"seq": undone})
    assert (refused.code, list(refused.fields), await taken_by(alarms, id)) == ("conflict", ["taken_by"], None)
    await desk.charlie.command(alarms.search, "alarm.take", take)
    shorter = {"alarm": id, "until": at(state, 20, "raised_at")}
    (seq,) = (await desk.charlie.command(alarms.search, "alarm.extend", shorter))["seqs"]
    assert (await alarms.refused(desk.bob, "undo", {"seq": seq})).code == "conflict"
    assert (await alarms.only())[1]["until"] == shorter["until"]
    await desk.charlie.command(alarms.search, "undo", {"seq": seq})
    assert (await alarms.only())[1]["until"] == take["until"]


async def test_an_extended_alarm_of_a_disabled_account_reopens_after_a_day(alarms: Alarms) -> None:
    desk, (id, state) = alarms.desk, await alarms.only()
    await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id, "until": at(state, 7 * 60, "raised_at")})
    for hours in (6, 12, 18, 24):
        await alarms.after(hours * 60)
        until = at(state, (hours + 7) * 60, "raised_at")
        await desk.charlie.command(alarms.search, "alarm.extend", {"alarm": id, "until": until})

    def disable(session: Session) -> None:
        session.get_one(Account, id_of(desk.charlie)).enabled = False

    await desk.server.service.database.write(disable)
    await alarms.after(25 * 60)
    assert await taken_by(alarms, id) is None


async def test_an_alarm_that_is_given_back_asks_the_others_immediately(alarms: Alarms) -> None:
    id, before = await alarms.only()
    charlie = id_of(alarms.desk.charlie)
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await alarms.desk.charlie.command(alarms.search, "alarm.give_back", {"alarm": id, "reason": "another call"})
    _, state = await alarms.only()
    assert (state["taken_by"], state["until"], state["handed_on"]) == (None, None, [charlie])
    assert (state["step"], state["round"], state["everybody"]) == (0, 1, True)
    assert state["next_at"] >= before["next_at"], "the next step follows in time"
    assert await assignee(alarms) is None
    asked = {name: (await listed(person))["asked_me"] for name, person in people(alarms).items()}
    assert asked == {"alice": True, "bob": False, "charlie": False, "ada": True}, "neither Charlie nor Bob, who recorded it"
    assert [event["reason"] for event in await alarms.events() if event["type"] == "alarm.given_back"] == ["another call"]


async def test_an_alarm_is_given_back_by_its_owner_alone(alarms: Alarms) -> None:
    id, _ = await alarms.only()
    assert (await alarms.refused(alarms.desk.bob, "alarm.give_back", {"alarm": id})).code == "conflict"
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    refused = await alarms.refused(alarms.desk.bob, "alarm.give_back", {"alarm": id})
    assert (refused.code, list(refused.fields)) == ("conflict", ["taken_by"])
    assert await taken_by(alarms, id) == id_of(alarms.desk.charlie)


async def test_an_alarm_that_everyone_gave_back_asks_everyone_again(alarms: Alarms) -> None:
    id, _ = await alarms.only()
    for minute, person in enumerate(people(alarms).values(), 1):
        alarms.clock.set(minute * MINUTE)
        await person.command(alarms.search, "alarm.take", {"alarm": id})
        await person.command(alarms.search, "alarm.give_back", {"alarm": id})
    await alarms.after(6.2)  # the webhook, which asks nobody
    await alarms.after(16.5)
    state = (await alarms.states())[id]
    assert set(state["asked"]) == {id_of(person) for person in people(alarms).values()}
    assert state["handed_on"] == []


async def test_an_alarm_whose_rule_was_deleted_lapses_and_still_asks(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    id, _ = await alarms.only()
    charlie = id_of(alarms.desk.charlie)
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    monkeypatch.setattr(alarms.desk.server.service.alarm_rules, "rules", {})
    await alarms.after(10.1)
    state = (await alarms.states())[id]
    assert (state["taken_by"], state["next_at"], state["everybody"], state["asked"]) == (None, None, True, [charlie])
    await alarms.desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await alarms.desk.charlie.command(alarms.search, "alarm.give_back", {"alarm": id})
    assert (await alarms.states())[id]["everybody"]


async def test_a_sighting_of_the_responsible_person_lapses_without_an_answer(alarms: Alarms) -> None:
    alice = id_of(alarms.desk.alice)
    await alarms.desk.alice.command(alarms.search, "sighting.add", {"description": "a girl in the park", "priority": "urgent"})
    id = next(id for id, state in (await alarms.states()).items() if state["taken_by"] == alice)
    assert (await alarms.states())[id]["until"] == at((await alarms.states())[id], 10)
    await alarms.after(10.1)
    state = (await alarms.states())[id]
    assert (state["taken_by"], state["lapsed_by"], state["asked"]) == (None, alice, [alice])


async def test_the_last_step_is_repeated_until_somebody_has_it(alarms: Alarms) -> None:
    for minutes in (2.1, 5.1, 10.1):
        assert await alarms.after(minutes) == 1
    id, before = await alarms.only()
    for round in (1, 2, 3):
        await alarms.after(10.1 + 10 * round)
        state = (await alarms.states())[id]
        assert (state["step"], state["round"], state["asked"]) == (3, round, before["asked"])
    await alarms.desk.alice.command(alarms.search, "alarm.take", {"alarm": id})
    assert (await alarms.states())[id]["next_at"] is None


async def test_each_round_sends_its_own_notifications(alarms: Alarms) -> None:
    for minutes in (2.1, 5.1, 10.1, 20.2, 30.3):
        await alarms.after(minutes)

    def rows(session: Session) -> list[tuple[int, str]]:
        return [(row.round, row.account) for row in session.exec(select(Notification).where(Notification.step == 3))]

    sent = await alarms.desk.server.service.database.read(rows)
    assert {round for round, _ in sent} == {0, 1, 2}
    assert len(sent) == len(set(sent))
