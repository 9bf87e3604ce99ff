"""Alarms across the shift: a signed handover says who has each, and accepting it moves all that the outgoing coordinator has,
except what this person keeps by name."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.alarms.escalation import Escalation
from board.client import Refusal
from board.commands.handover import held_alarms
from board.duty.duty_ends import DutyEnds
from board.engine import integrity
from board.handover import reported_alarms
from models.accounts import Account
from models.board import OPERATIONS
from models.times import format_utc, parse_utc
from tests.api.test_briefing import pages
from tests.support import handover_steps
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.handover_steps import current_positions, read_report, sign_handover
from tests.support.people import Person, connect_person, running_server
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

URGENT = {"description": "a girl at the station", "priority": "urgent"}
MINUTE = timedelta(minutes=1)
ACCEPTED = {"restatement": "everything", "reason": "we talked"}


class Shift:
    """Search with urgent sightings, a shift that Alice holds, and the handover that she prepares for Ada."""

    def __init__(self, team: Team, search: str, clock: WallClock, number: int = 0) -> None:
        self.team, self.search, self.clock, self.number = team, search, clock, number
        self.alice, self.ada = team.alice.account["id"], team.ada.account["id"]
        service = team.server.service
        self._escalation, self._ends = Escalation(service), DutyEnds(service)

    async def sighting(self, who: Person | None = None, search: str = "") -> str:
        """Report an urgent sighting that Alice takes, or another person; return its alarm."""
        board = search or self.search
        before = set(await self.alarms(board))
        await self.team.bob.command(board, "sighting.add", URGENT)
        (alarm,) = set(await self.alarms(board)) - before
        await (who or self.team.alice).command(board, "alarm.take", {"alarm": alarm})
        return alarm

    async def alarms(self, board: str = "") -> dict[str, dict[str, Any]]:
        entities = (await self.team.alice.snapshot(board or self.search))["entities"]
        return {id: state for (kind, id), state in entities.items() if kind == "alarm"}

    async def owner(self, alarm: str, board: str = "") -> str | None:
        return (await self.alarms(board))[alarm]["taken_by"]

    async def keep(self, *alarms: str, who: Person | None = None) -> dict[str, Any]:
        data = {"handover": self.number, "kept": list(alarms)}
        return await (who or self.team.alice).command(self.search, "handover.write", data)

    async def sign(self) -> None:
        await sign_handover(self.team.alice, self.number)

    async def accept(self, who: Person | None = None) -> dict[str, Any]:
        data = ACCEPTED | {"handover": self.number}
        return await (who or self.team.ada).command(OPERATIONS, "handover.accept", data)

    async def after(self, minutes: float) -> None:
        self.clock.set(minutes * MINUTE)
        await self._ends.look()
        await self._escalation.escalate()

    async def reported(self, path: str = "handover", who: Person | None = None) -> dict[str, Any]:
        """Return the alarms of the search in a report."""
        sections = (await read_report(who or self.team.ada, path))["searches"]
        return dict(next(section["alarms"] for section in sections if section["board"] == self.search))

    async def events(self, type: str, board: str = "") -> list[dict[str, Any]]:
        answer = await self.team.alice.http.get(f"/api/v1/boards/{board or self.search}/events", params={"limit": 1000})
        return [event for event in answer.json()["events"] if event["type"] == type]


@pytest.fixture
async def shift(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Shift]:
    async with running_team(tmp_path, **installation) as team:
        search = await team.alice.open_search()
        number = await handover_steps.prepare_handover(team.alice, incoming=team.ada.account["id"])
        yield Shift(team, search, wall_clock, number)


# -- the signed section ---------------------------------------------------------------------------------------------------


async def test_an_alarm_of_the_outgoing_person_does_not_go_home(shift: Shift) -> None:
    """Gwent 2019: details were sent "to her sergeant, who had already gone off duty"."""
    alarm = await shift.sighting()
    await shift.sign()
    (row,) = (await shift.reported())["listed"]
    assert (row["id"], row["taken_by"], row["moves"]) == (alarm, shift.alice, True)
    paper = (await shift.team.ada.http.get("/handover.md")).text
    line = next(line for line in paper.partition("## Open alarms")[2].splitlines() if line.startswith("- "))
    assert line.startswith(f"- Noor · Urgent sighting {row['about']['number']} · {URGENT['description']} · open since")
    assert "Alice had it, promised until" in line
    assert line.endswith("Ada")
    await shift.accept()
    state = (await shift.alarms())[alarm]
    assert (state["taken_by"], state["handover"], state["promises"]) == (shift.ada, shift.number, 1)
    assert state["until"] == format_utc(parse_utc(state["taken_at"]) + 10 * MINUTE), "the time of the rule"


async def test_signing_freezes_the_section(shift: Shift) -> None:
    kept, given_back = await shift.sighting(), await shift.sighting()
    await shift.keep(kept)
    await shift.sign()
    signed = await shift.reported()
    assert {row["id"]: row["moves"] for row in signed["listed"]} == {kept: False, given_back: True}
    assert (signed["held"], signed["open"], signed["moving"]) == (2, 0, 1)
    await shift.team.alice.command(shift.search, "alarm.give_back", {"alarm": given_back})
    await shift.sighting()
    assert await shift.reported() == signed
    await shift.accept()
    assert await shift.reported(f"handovers/{shift.number}") == signed
    service = shift.team.server.service
    assert await service.database.read(integrity.verify), "the positions cover it"


async def test_an_alarm_that_nobody_has_comes_first(shift: Shift) -> None:
    mine, theirs = await shift.sighting(), await shift.sighting(shift.team.charlie)
    await shift.team.bob.command(shift.search, "sighting.add", URGENT)
    told = await shift.reported()
    assert [(row["taken_by"], row["moves"]) for row in told["listed"]] == [
        (None, False), (shift.alice, True), (shift.team.charlie.account["id"], False),
    ]  # fmt: skip
    assert [row["id"] for row in told["listed"]][1:] == [mine, theirs]
    assert (told["open"], told["held"], told["moving"]) == (1, 2, 1)


async def test_nothing_moves_without_a_handover(shift: Shift) -> None:
    await shift.sighting()
    await shift.team.alice.command(OPERATIONS, "handover.withdraw", {"handover": shift.number})
    told = await shift.reported()
    assert (told["held"], told["moving"]) == (1, 0)


async def test_more_alarms_than_are_listed_are_counted_and_move(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reported_alarms, "MAX_ALARMS", 2)
    monkeypatch.setattr(held_alarms, "BATCH_SIZE", 2)
    alarms = [await shift.sighting() for _ in range(5)]
    await shift.sign()
    told = await shift.reported()
    assert (len(told["listed"]), told["held"], told["moving"]) == (2, 5, 5)
    assert "- 3 more" in (await shift.team.ada.http.get("/handover.md")).text
    await shift.accept()
    assert {await shift.owner(alarm) for alarm in alarms} == {shift.ada}


async def test_titles_are_those_of_the_signature(shift: Shift) -> None:
    await shift.sighting()
    await shift.sign()
    sighting = next(iter((await shift.alarms()).values()))["about"]["id"]
    await shift.team.bob.command(shift.search, "sighting.update", {"sighting": sighting, "description": "a boy in the port"})
    (row,) = (await shift.reported())["listed"]
    assert row["title"] == URGENT["description"]


# -- choices --------------------------------------------------------------------------------------------------------------


async def test_a_kept_alarm_stays_by_name_until_its_promise_ends(shift: Shift) -> None:
    kept, passed_on = await shift.sighting(), await shift.sighting()
    await shift.keep(kept)
    await shift.sign()
    paper = (await shift.team.ada.http.get("/handover.md")).text
    assert "Alice keeps it until" in paper
    until = (await shift.alarms())[kept]["until"]
    await shift.accept()
    state = (await shift.alarms())[kept]
    assert (state["taken_by"], state["until"], state["handover"]) == (shift.alice, until, None)
    assert await shift.owner(passed_on) == shift.ada


async def test_a_kept_alarm_outlives_the_duty_of_its_owner(shift: Shift) -> None:
    alice, now = shift.team.alice, shift.team.server.service.clock()
    await alice.command(OPERATIONS, "duty.begin", {"until": format_utc(now + 20 * MINUTE)})
    kept, left = await shift.sighting(), await shift.sighting()
    for alarm in (kept, left):
        await alice.command(shift.search, "alarm.extend", {"alarm": alarm, "until": format_utc(now + 60 * MINUTE)})
    await shift.keep(kept)
    await shift.sign()
    await shift.after(21)
    assert (await shift.owner(kept), await shift.owner(left)) == (shift.alice, None)


async def test_the_last_word_at_the_end_of_a_duty_counts(shift: Shift) -> None:
    alice, now = shift.team.alice, shift.team.server.service.clock()
    await alice.command(OPERATIONS, "duty.begin", {"until": format_utc(now + 60 * MINUTE)})
    kept = await shift.sighting()
    await shift.keep(kept)
    await shift.sign()
    await alice.command(OPERATIONS, "duty.end", {"keep": []})
    await shift.after(0.1)
    assert await shift.owner(kept) is None


async def test_choices_end_with_their_handover(shift: Shift) -> None:
    alarm = await shift.sighting()
    await shift.keep(alarm)
    await shift.team.ada.command(OPERATIONS, "handover.withdraw", {"handover": shift.number})
    shift.number = await handover_steps.prepare_handover(shift.team.alice)
    assert (await shift.reported())["moving"] == 1
    await shift.sign()
    await shift.accept()
    assert await shift.owner(alarm) == shift.ada


async def test_only_alarms_of_the_search_can_be_kept(shift: Shift) -> None:
    other = await shift.team.alice.open_search()
    alarm = await shift.sighting(search=other)
    with pytest.raises(Refusal) as refusal:
        await shift.keep(alarm)
    assert (refusal.value.code, list(refusal.value.fields)) == ("not_found", ["kept"])


async def test_choices_are_closed_after_the_signature(shift: Shift) -> None:
    alarm = await shift.sighting()
    await shift.sign()
    with pytest.raises(Refusal) as refusal:
        await shift.keep(alarm)
    assert refusal.value.code == "conflict"
    await shift.accept()
    assert await shift.owner(alarm) == shift.ada


@pytest.mark.parametrize("name", ["alice", "ada"])
async def test_a_choice_after_the_position_must_be_seen_before_signing(shift: Shift, name: str) -> None:
    alarm = await shift.sighting()
    positions = await current_positions(shift.team.alice)
    await shift.keep(alarm, who=getattr(shift.team, name))
    with pytest.raises(Refusal) as refusal:
        await shift.team.alice.command(OPERATIONS, "handover.sign", {"handover": shift.number, "positions": positions})
    assert (refusal.value.code, list(refusal.value.fields)) == ("conflict", [f"positions.{shift.search}"])
    await shift.sign()
    assert (await shift.reported())["moving"] == 0


# -- acceptance -----------------------------------------------------------------------------------------------------------


async def test_the_event_says_who_from_whom_and_by_which_handover(shift: Shift) -> None:
    alarm = await shift.sighting()
    await shift.sign()
    ack = await shift.accept()
    (event,) = await shift.events("alarm.handed_over")
    assert (event["id"], event["actor"]["id"], event["command"]) == (alarm, shift.ada, ack["id"])
    assert {"taken_by", "until", "handover"} <= set(event["changes"])
    history = (await shift.team.ada.http.get(f"/searches/{shift.search}/history.md")).text
    assert re.search(rf"“Urgent sighting.\d+” from Alice by handover {shift.number}", history.replace("\\", ""))
    with pytest.raises(Refusal):
        await shift.team.ada.command(shift.search, "undo", {"seq": event["seq"]})


async def test_the_card_follows_its_alarm(shift: Shift) -> None:
    alarm = await shift.sighting()
    card = (await shift.alarms())[alarm]["about"]["id"]
    await shift.sign()
    await shift.accept()
    entities = (await shift.team.ada.snapshot(shift.search))["entities"]
    assert entities["sighting", card]["assignee"] == shift.ada
    assert (await shift.alarms())[alarm]["taken_by"] == shift.ada


async def test_alarms_of_others_stay_with_them(shift: Shift) -> None:
    alarm = await shift.sighting(shift.team.charlie)
    await shift.sign()
    until = (await shift.alarms())[alarm]["until"]
    await shift.accept()
    state = (await shift.alarms())[alarm]
    assert (state["taken_by"], state["until"]) == (shift.team.charlie.account["id"], until)


async def test_changes_between_signing_and_accepting_are_respected(shift: Shift) -> None:
    alice, charlie = shift.team.alice, shift.team.charlie
    extended, given_back, ended, handed = [await shift.sighting() for _ in range(4)]
    await shift.sign()
    now = shift.team.server.service.clock()
    await alice.command(shift.search, "alarm.extend", {"alarm": extended, "until": format_utc(now + 60 * MINUTE)})
    await alice.command(shift.search, "alarm.give_back", {"alarm": given_back})
    sighting = (await shift.alarms())[ended]["about"]["id"]
    await alice.command(shift.search, "sighting.assess", {"sighting": sighting, "assessment": "not_the_child"})
    await alice.command(shift.search, "alarm.hand_on", {"alarm": handed, "to": charlie.account["id"]})
    await charlie.command(shift.search, "alarm.take", {"alarm": handed})
    late = await shift.sighting()
    await shift.accept()
    states = await shift.alarms()
    assert states[extended]["taken_by"] == states[late]["taken_by"] == shift.ada
    assert (states[given_back]["taken_by"], states[given_back]["next_at"] is None) == (None, False)
    assert (states[handed]["taken_by"], states[ended]["ended"]) == (charlie.account["id"], "settled")


async def test_a_promise_that_lapsed_before_the_acceptance_stays_open(shift: Shift) -> None:
    alarm = await shift.sighting()
    await shift.sign()
    await shift.after(10.1)
    await shift.accept()
    state = (await shift.alarms())[alarm]
    assert (state["taken_by"], state["lapsed_by"]) == (None, shift.alice)


async def test_the_new_promise_lapses_too(shift: Shift) -> None:
    alarm = await shift.sighting()
    await shift.sign()
    await shift.accept()
    await shift.after(11)
    state = (await shift.alarms())[alarm]
    assert (state["taken_by"], state["lapsed_by"], state["handover"]) == (None, shift.ada, None)


async def test_a_second_acceptance_moves_nothing(shift: Shift) -> None:
    alarm = await shift.sighting()
    await shift.sign()
    answers = await asyncio.gather(*(shift.accept() for _ in range(2)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Refusal", "dict"]
    assert len(await shift.events("alarm.handed_over")) == 1
    assert await shift.owner(alarm) == shift.ada


async def test_taking_and_accepting_at_once_leave_one_owner(shift: Shift) -> None:
    alarms = [await shift.sighting() for _ in range(4)]
    await shift.sign()
    alice, charlie = shift.team.alice, shift.team.charlie.account["id"]
    handed = [alice.command(shift.search, "alarm.hand_on", {"alarm": alarm, "to": charlie}) for alarm in alarms]
    await asyncio.gather(shift.accept(), *handed, return_exceptions=True)
    states = await shift.alarms()
    assert not [alarm for alarm in alarms if states[alarm]["taken_by"] == shift.alice]
    assert all((states[alarm]["taken_by"] is None) == (states[alarm]["next_at"] is not None) for alarm in alarms)


async def test_alarms_of_other_searches_and_tips_move(shift: Shift) -> None:
    other = await shift.team.alice.open_search()
    alarm = await shift.sighting(search=other)
    before = set(await shift.alarms(OPERATIONS))
    await shift.team.bob.command(OPERATIONS, "tip.add", URGENT)
    (tip,) = set(await shift.alarms(OPERATIONS)) - before
    await shift.team.alice.command(OPERATIONS, "alarm.take", {"alarm": tip})
    await shift.sign()
    later = await shift.team.alice.open_search()  # not in the handover
    new = await shift.sighting(search=later)
    await shift.accept()
    assert {await shift.owner(alarm, other), await shift.owner(new, later)} == {shift.ada}
    state = (await shift.alarms(OPERATIONS))[tip]
    assert (state["taken_by"], state["handover"]) == (shift.ada, shift.number)
    entities = (await shift.team.ada.snapshot(OPERATIONS))["entities"]
    assert entities["tip", state["about"]["id"]]["assignee"] == shift.ada


async def test_lists_say_which_alarms_passed_on(shift: Shift) -> None:
    passed_on = await shift.sighting()
    await shift.sign()
    await shift.accept()
    own = await shift.sighting(shift.team.ada)
    alarms = (await shift.team.ada.http.get("/api/v1/alarms")).json()["alarms"]
    assert {alarm["id"]: alarm["handover"] for alarm in alarms} == {passed_on: shift.number, own: None}


async def test_a_person_who_can_no_longer_act_keeps_nothing(shift: Shift) -> None:
    alarm = await shift.sighting()
    await shift.keep(alarm)
    await shift.sign()

    def disable(session: Session) -> None:
        account = session.get(Account, shift.alice)
        assert account is not None
        accounts.set_enabled(session, account.email, False)

    await live_changes.apply_change(shift.team.server.service, disable)
    await shift.accept()
    entities = (await shift.team.ada.snapshot(shift.search))["entities"]
    assert entities["alarm", alarm]["taken_by"] == shift.ada


async def test_a_refused_acceptance_moves_nothing(shift: Shift) -> None:
    alarm = await shift.sighting()
    await shift.sign()
    with pytest.raises(Refusal):
        await shift.team.ada.command(OPERATIONS, "handover.accept", {"handover": shift.number, "restatement": "all"})
    with pytest.raises(Refusal):
        await shift.accept(shift.team.alice)
    assert await shift.owner(alarm) == shift.alice


# -- alarms about tips and duties ------------------------------------------------------------------------------------------


async def tip(shift: Shift, who: Person | None = None, text: str = URGENT["description"]) -> tuple[str, str]:
    """Report an urgent tip that Alice takes, or another person; return its id and its alarm."""
    before = set(await shift.alarms(OPERATIONS))
    await shift.team.bob.command(OPERATIONS, "tip.add", URGENT | {"description": text})
    (alarm,) = set(await shift.alarms(OPERATIONS)) - before
    await (who or shift.team.alice).command(OPERATIONS, "alarm.take", {"alarm": alarm})
    return (await shift.alarms(OPERATIONS))[alarm]["about"]["id"], alarm


async def of_desk(shift: Shift, path: str = "handover", who: Person | None = None) -> dict[str, Any]:
    return dict((await read_report(who or shift.team.ada, path))["alarms"])


async def test_an_overdue_task_is_overdue_since_it_was_due(shift: Shift) -> None:
    due = format_utc(shift.team.server.service.clock() + 5 * MINUTE)
    await shift.team.alice.command(shift.search, "task.add", {"title": "ask the school", "priority": "urgent", "due": due})
    await shift.after(45)
    (alarm,) = [each for each in (await shift.reported())["listed"] if each["title"] == "ask the school"]
    assert alarm["due"] == due < alarm["raised_at"]
    urgent = await shift.sighting()
    assert [each["due"] for each in (await shift.reported())["listed"] if each["id"] == urgent] == [None]
    paper = (await shift.team.ada.http.get("/handover.md")).text.replace("\\", "").replace("\xa0", " ")
    (line,) = [line for line in paper.partition("## Open alarms")[2].splitlines() if "ask the school" in line][:1]
    assert " · overdue since " in line
    assert "open since" not in line


async def test_alarms_about_tips_are_in_the_signed_report(shift: Shift) -> None:
    mine, alarm = await tip(shift)
    _, theirs = await tip(shift, shift.team.charlie)
    await shift.team.bob.command(OPERATIONS, "tip.add", URGENT)
    live = await of_desk(shift)
    assert (live["open"], live["held"], live["moving"]) == (1, 2, 1)
    row = live["listed"][1]
    assert (row["id"], row["taken_by"], row["assignee"], row["moves"]) == (alarm, shift.alice, shift.alice, True)
    assert (row["about"]["kind"], row["about"]["id"], row["title"]) == ("tip", mine, URGENT["description"])
    await shift.sign()
    signed = await of_desk(shift)
    assert [row["id"] for row in signed["listed"]][1:] == [alarm, theirs]
    await shift.team.alice.command(OPERATIONS, "tip.update", {"tip": mine, "description": "a boy in the port"})
    await shift.team.alice.command(OPERATIONS, "tip.dismiss", {"tip": mine, "reason": "an advertisement"})
    await tip(shift)
    assert await of_desk(shift) == signed, "as it was signed"
    await shift.accept()
    assert await of_desk(shift, f"handovers/{shift.number}") == signed
    assert len((await of_desk(shift))["listed"]) == 3, "a report of the present"


async def test_alarms_about_tips_are_on_paper(shift: Shift) -> None:
    await tip(shift)
    await shift.sighting()
    await shift.sign()
    paper = (await shift.team.ada.http.get("/handover.md")).text.replace("\\", "")
    section = paper.partition("## Open alarms")[2].partition("\n## ")[0]
    tips = [line for line in section.splitlines() if line.startswith("- Urgent tip")]
    assert re.fullmatch(
        rf"- Urgent tip.\d+ · {URGENT['description']} · open since .+ · Alice had it, promised until .+ · → Ada", tips[0]
    )
    assert "2 that someone had · 2 pass on with the shift" in section
    (page,) = await pages(shift.team.ada)
    assert re.search(r"2 that someone had.*Urgent tip \d+ · Alice had it, promised until", page.replace("\xa0", " "))


async def test_an_unconfirmed_duty_has_the_name_of_its_person(shift: Shift) -> None:
    now = shift.team.server.service.clock()
    entry = {"account": shift.team.charlie.account["id"], "starts_at": format_utc(now + 5 * MINUTE)}
    plan = {"entries": [entry | {"ends_at": format_utc(now + 300 * MINUTE)}]}
    await shift.team.alice.command(OPERATIONS, "duty.plan", plan)
    await shift.after(16)
    (row,) = (await of_desk(shift))["listed"]
    assert (row["rule"], row["title"], row["about"]["number"]) == ("duty_unconfirmed", "Charlie", None)
    paper = (await shift.team.ada.http.get("/handover.md")).text
    assert "- Planned duty not confirmed · Charlie · open since" in paper


async def test_alarms_about_tips_and_duties_are_read_alone(shift: Shift) -> None:
    await tip(shift)
    whole = await read_report(shift.team.ada)
    alone = await read_report(shift.team.ada, board=OPERATIONS)
    assert (alone["alarms"], alone["searches"]) == (whole["alarms"], [])
    assert shift.alice in alone["people"]
    assert (await read_report(shift.team.ada, board=shift.search))["alarms"] == whole["alarms"]


async def test_a_tip_of_a_hidden_search_is_in_no_byte_for_others(shift: Shift) -> None:
    mine, alarm = await tip(shift, text="a girl with a violin")
    other, _ = await tip(shift)
    await shift.sign()
    secret = await shift.team.secret_search(shift.team.bob)
    await shift.team.alice.command(OPERATIONS, "tip.place", {"tip": mine, "search": secret})
    await shift.accept()
    for path in ("/api/v1/handover", f"/api/v1/handovers/{shift.number}", f"/handovers/{shift.number}.md"):
        text = (await shift.team.ada.http.get(path)).text
        assert [word for word in ("violin", mine, alarm) if word in text] == [], path
    report = await of_desk(shift, f"handovers/{shift.number}")
    assert [(row["about"]["id"], report["held"]) for row in report["listed"]] == [(other, 1)]
    members = await of_desk(shift, f"handovers/{shift.number}", shift.team.bob)
    assert {row["about"]["id"] for row in members["listed"]} == {mine, other}


# -- searches that the incoming coordinator may not see -----------------------------------------------------------------------


async def restricted(shift: Shift, keeper: str | None) -> str:
    """Open a search for its members alone, with an alarm that Alice has; return the alarm."""
    members = [shift.alice, shift.team.bob.account["id"], shift.team.charlie.account["id"]]
    shift.search = await shift.team.alice.open_search(access="members", members=members)
    alarm = await shift.sighting()
    if keeper is not None:
        await shift.team.alice.command(shift.search, "handover.write", {"handover": shift.number, "keeper": keeper})
    return alarm


async def test_alarms_of_a_hidden_search_stay_with_the_outgoing_keeper(shift: Shift) -> None:
    alarm = await restricted(shift, shift.alice)
    assert (await shift.reported(who=shift.team.alice))["moving"] == 0
    await shift.sign()
    report = await shift.team.ada.http.get("/api/v1/handover")
    assert alarm not in report.text
    assert alarm not in (await shift.team.ada.http.get("/handover.md")).text
    await shift.accept()
    assert await shift.owner(alarm) == shift.alice


async def test_alarms_that_nobody_may_inherit_reopen(shift: Shift) -> None:
    shift.number = await handover_steps.prepare_handover(shift.team.alice)  # nobody is named
    alarm = await restricted(shift, None)
    await shift.sign()
    await shift.accept()
    state = (await shift.alarms())[alarm]
    assert (state["taken_by"], state["next_at"] is None) == (None, False), "it asks the members"
    (event,) = await shift.events("alarm.released")
    assert (event["actor"], state["released_by"], state["released_because"]) == (None, shift.alice, "handover")


# -- two processes --------------------------------------------------------------------------------------------------------


async def test_two_processes_agree_on_the_new_owner(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> None:
    async with running_team(tmp_path, **installation) as team, running_server(tmp_path, **installation) as other:
        ada = await connect_person(other, team.ada.token)
        number = await handover_steps.prepare_handover(team.alice)
        shift = Shift(team, await team.alice.open_search(), wall_clock, number)
        alarms = [await shift.sighting() for _ in range(3)]
        await shift.sign()
        card = (await shift.alarms())[alarms[0]]["about"]["id"]
        charlie = team.charlie.account["id"]
        answers = await asyncio.gather(
            shift.accept(), shift.accept(ada), team.alice.command(shift.search, "alarm.give_back", {"alarm": alarms[1]}),
            team.bob.command(shift.search, "card.assign", {"card": card, "assignee": charlie}), return_exceptions=True,
        )  # fmt: skip
        await ada.close()
        assert sorted(isinstance(answer, Refusal) for answer in answers[:2]) == [False, True]
        states = await shift.alarms()
        assert not [state for state in states.values() if state["taken_by"] == shift.alice]
        assert states[alarms[2]]["taken_by"] == shift.ada
