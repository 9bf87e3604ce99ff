"""Duty: people say that they are on duty until a time. Alarms ask them first, and what they have reopens when their duty ends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.alarms.escalation import Escalation
from board.client import Refusal
from board.commands.duty import duty_status, ends
from board.duty.duty_ends import DutyEnds
from board.live import display_filter
from models.accounts import Account
from models.board import OPERATIONS
from models.times import format_utc
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import Person
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

HOUR = timedelta(hours=1)
URGENT = {"description": "a girl at the station", "priority": "urgent"}


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Team]:
    """Team of its own, as its clock is moved."""
    async with running_team(tmp_path, **installation) as team:
        yield team


class Duties:
    """Team with a search that Alice leads, and the processes that take what is due."""

    def __init__(self, desk: Team, search: str, clock: WallClock) -> None:
        self.desk, self.search, self.clock = desk, search, clock
        self.service = desk.server.service
        self._escalation, self._ends = Escalation(self.service), DutyEnds(self.service)

    def at(self, hours: float) -> str:
        """Return a time so many hours from now."""
        return format_utc(self.service.clock() + hours * HOUR)

    async def begin(self, who: Person, hours: float = 8) -> dict[str, Any]:
        return await who.command(OPERATIONS, "duty.begin", {"until": self.at(hours)})

    async def after(self, minutes: float) -> None:
        """Set the clock to so many minutes after the beginning, and take what is due."""
        self.clock.set(minutes * timedelta(minutes=1))
        await self._ends.look()
        await self._escalation.escalate()

    async def of(self, who: Person) -> dict[str, Any]:
        entities = (await self.desk.alice.snapshot(OPERATIONS))["entities"]
        return dict(entities["duty", who.account["id"]])

    async def alarm(self) -> tuple[str, dict[str, Any]]:
        """Return the only alarm about a sighting of the search."""
        entities = (await self.desk.alice.snapshot(self.search))["entities"]
        alarms = [(id, state) for (kind, id), state in entities.items() if kind == "alarm"]
        ((id, state),) = ((id, state) for id, state in alarms if state["occasion"].startswith("sighting"))
        return id, state

    async def asked(self) -> set[str]:
        """Return the names of those whom the alarms ask on screen."""
        people = {name: getattr(self.desk, name) for name in ("alice", "ada", "bob", "charlie")}
        alarms = {name: (await who.http.get("/api/v1/alarms")).json()["alarms"] for name, who in people.items()}
        return {name for name, given in alarms.items() if any(alarm["asked_me"] for alarm in given)}

    async def refused(self, who: Person, name: str, data: dict[str, Any]) -> Refusal:
        with pytest.raises(Refusal) as refused:
            await who.command(OPERATIONS, name, data)
        return refused.value


@pytest.fixture
async def duties(desk: Team, wall_clock: WallClock) -> Duties:
    search = await desk.alice.open_search(lead=desk.alice.account["id"])
    return Duties(desk, search, wall_clock)


# -- begin, extend, end ---------------------------------------------------------------------------------------------------


async def test_a_duty_is_begun_extended_and_ended_with_its_history(duties: Duties) -> None:
    bob = duties.desk.bob
    first, later = duties.at(8), duties.at(9)
    await bob.command(OPERATIONS, "duty.begin", {"until": first})
    assert (await duties.of(bob)) | {"since": ""} == {
        "account": bob.account["id"], "since": "", "until": first, "ended_at": None, "ended": None, "kept": [],
    }  # fmt: skip
    await bob.command(OPERATIONS, "duty.extend", {"until": later})
    assert (await bob.command(OPERATIONS, "duty.extend", {"until": later}))["seqs"] == []
    await bob.command(OPERATIONS, "duty.end")
    assert (await bob.command(OPERATIONS, "duty.end"))["seqs"] == [], "it has ended"
    state = await duties.of(bob)
    assert (state["until"], state["ended"]) == (later, "person")
    await bob.command(OPERATIONS, "duty.begin", {"until": later})
    events = (await bob.http.get("/api/v1/boards/operations/events")).json()["events"]
    types = [event["type"] for event in events if event["kind"] == "duty"]
    assert types == ["duty.begun", "duty.extended", "duty.ended", "duty.begun"]


async def test_beginning_again_sets_another_end(duties: Duties) -> None:
    bob = duties.desk.bob
    await duties.begin(bob)
    since = (await duties.of(bob))["since"]
    until = duties.at(3)
    await bob.command(OPERATIONS, "duty.begin", {"until": until})
    state = await duties.of(bob)
    assert (state["since"], state["until"]) == (since, until)


@pytest.mark.parametrize("hours", [-1, 0, 24.1])
async def test_a_duty_ends_within_24_hours(duties: Duties, hours: float) -> None:
    bob = duties.desk.bob
    await duties.begin(bob, 23.9)
    for name in ("duty.begin", "duty.extend"):
        refusal = await duties.refused(bob, name, {"until": duties.at(hours)})
        assert (refusal.code, [*refusal.fields]) == ("invalid", ["until"])


async def test_only_coordinators_change_the_duty_of_another_person(duties: Duties) -> None:
    desk, bob = duties.desk, duties.desk.bob.account["id"]
    await duties.begin(desk.bob)
    for name, data in (("duty.extend", {"until": duties.at(2)}), ("duty.end", {})):
        assert (await duties.refused(desk.charlie, name, {"account": bob, **data})).code == "forbidden"
    await desk.alice.command(OPERATIONS, "duty.extend", {"account": bob, "until": duties.at(2)})
    await desk.alice.command(OPERATIONS, "duty.end", {"account": bob})
    assert (await duties.of(desk.bob))["ended"] == "coordinator"
    assert (await duties.refused(desk.alice, "duty.end", {"account": "00000000-0000-4000-8000-000000000000"})).code == "not_found"


async def test_a_duty_that_has_ended_cannot_be_extended(duties: Duties) -> None:
    bob = duties.desk.bob
    assert (await duties.refused(bob, "duty.extend", {"until": duties.at(1)})).code == "conflict"
    await duties.begin(bob)
    await bob.command(OPERATIONS, "duty.end")
    refusal = await duties.refused(bob, "duty.extend", {"until": duties.at(1)})
    assert refusal.code == "conflict"


# -- recipients of alarms -------------------------------------------------------------------------------------------------


async def test_an_alarm_asks_everyone_if_nobody_is_on_duty(duties: Duties) -> None:
    await duties.desk.ada.command(duties.search, "sighting.add", URGENT)
    _, state = await duties.alarm()
    assert state["everybody"]
    assert await duties.asked() == {"alice", "bob", "charlie"}, "all but its author"


async def test_an_alarm_asks_people_on_duty_first(duties: Duties) -> None:
    await duties.begin(duties.desk.bob)
    await duties.desk.ada.command(duties.search, "sighting.add", URGENT)
    _, state = await duties.alarm()
    assert (state["everybody"], state["asked_on_duty"]) == (False, True)
    assert await duties.asked() == {"bob"}


async def test_people_off_duty_learn_that_an_urgent_alarm_asks_others(duties: Duties) -> None:
    desk = duties.desk
    await duties.begin(desk.bob)
    await desk.ada.command(duties.search, "sighting.add", URGENT)
    for who, shown, others in ((desk.bob, 1, 0), (desk.charlie, 0, 1), (desk.ada, 1, 0)):
        frame = await who.request({"type": "alarms"}, type="alarms")
        assert (len(frame["alarms"]), frame["others"]) == (shown, others)
    id, _ = await duties.alarm()
    await desk.bob.command(duties.search, "alarm.take", {"alarm": id})
    frame = await desk.charlie.request({"type": "alarms"}, type="alarms")
    assert frame["others"] == 0, "somebody has it"


async def test_alarms_of_hidden_searches_are_not_counted(duties: Duties) -> None:
    desk = duties.desk
    await duties.begin(desk.alice)
    members = {"access": "members", "members": [desk.alice.account["id"], desk.ada.account["id"]]}
    hidden = await desk.alice.open_search(**members)
    await desk.ada.command(hidden, "sighting.add", URGENT)
    frame = await desk.charlie.request({"type": "alarms"}, type="alarms")
    assert (frame["alarms"], frame["others"]) == ([], 0)


async def test_an_open_alarm_asks_those_who_begin_their_duty(duties: Duties) -> None:
    await duties.begin(duties.desk.bob)
    await duties.desk.ada.command(duties.search, "sighting.add", URGENT)
    await duties.begin(duties.desk.charlie)
    assert await duties.asked() == {"bob", "charlie"}
    await duties.desk.bob.command(OPERATIONS, "duty.end")
    assert await duties.asked() == {"charlie"}
    await duties.desk.charlie.command(OPERATIONS, "duty.end")
    assert await duties.asked() == {"alice", "bob", "charlie"}, "nobody is on duty"


async def test_an_alarm_by_the_only_person_on_duty_asks_everyone(duties: Duties) -> None:
    await duties.begin(duties.desk.bob)
    await duties.desk.bob.command(duties.search, "sighting.add", URGENT)
    assert await duties.asked() == {"alice", "ada", "charlie"}


async def test_an_assignment_promises_nothing_for_a_person_off_duty(duties: Duties) -> None:
    desk, ids = duties.desk, {person.account["id"]: person for person in (duties.desk.bob, duties.desk.charlie)}
    bob, charlie = ids
    await duties.begin(desk.bob)
    await desk.ada.command(duties.search, "sighting.add", URGENT | {"assignee": charlie})
    _, state = await duties.alarm()
    assert (state["taken_by"], state["next_at"] is not None) == (None, True), "Charlie is at home"
    assert await duties.asked() == {"bob"}
    card = {"card": state["about"]["id"]}
    for by, assignee, taker in (("ada", bob, bob), ("ada", charlie, bob), ("charlie", bob, bob), ("charlie", charlie, charlie)):
        await getattr(desk, by).command(duties.search, "card.assign", card | {"assignee": assignee})
        assert (await duties.alarm())[1]["taken_by"] == taker, (by, assignee)


async def credible(duties: Duties) -> None:
    """Let Charlie assess a sighting as credible, which asks the lead, and 15 minutes later coordinators."""
    charlie = duties.desk.charlie
    await charlie.command(duties.search, "sighting.add", {"description": "a girl"})
    ((_, id),) = (key for key in (await charlie.snapshot(duties.search))["entities"] if key[0] == "sighting")
    await charlie.command(duties.search, "sighting.assess", {"sighting": id, "assessment": "credible"})


async def test_coordinators_on_duty_are_asked_before_those_at_home(duties: Duties) -> None:
    await duties.desk.add_person("Dora", "coordinator")
    await duties.begin(duties.desk.ada)
    await credible(duties)
    await duties.after(15.1)
    assert (await duties.alarm())[1]["asked"] == [duties.desk.alice.account["id"], duties.desk.ada.account["id"]], (
        "the lead, then Ada"
    )


async def test_coordinators_are_all_asked_if_none_is_on_duty(duties: Duties) -> None:
    dora = await duties.desk.add_person("Dora", "coordinator")
    await duties.begin(duties.desk.bob)
    await credible(duties)
    await duties.after(15.1)
    assert {duties.desk.ada.account["id"], dora.account["id"]} <= set((await duties.alarm())[1]["asked"])


async def test_the_last_step_of_an_urgent_alarm_asks_coordinators_at_home(duties: Duties) -> None:
    desk = duties.desk
    await duties.begin(desk.bob)
    await desk.charlie.command(duties.search, "sighting.add", URGENT)
    assert await duties.asked() == {"bob"}
    await duties.after(10.1)
    assert await duties.asked() == {"alice", "ada", "bob"}


# -- end of a duty --------------------------------------------------------------------------------------------------------


async def test_a_duty_ends_when_its_time_is_up(duties: Duties) -> None:
    await duties.begin(duties.desk.bob, hours=1)
    await duties.after(59)
    assert (await duties.of(duties.desk.bob))["ended_at"] is None
    await duties.after(60.1)
    assert (await duties.of(duties.desk.bob))["ended"] == "time"


async def test_alarms_reopen_at_the_end_of_a_duty_except_kept_ones(duties: Duties) -> None:
    desk, bob = duties.desk, duties.desk.bob
    await duties.begin(bob, hours=1)
    await desk.ada.command(duties.search, "sighting.add", URGENT)
    id, _ = await duties.alarm()
    await bob.command(duties.search, "alarm.take", {"alarm": id})
    await bob.command(OPERATIONS, "duty.end", {"keep": [id]})
    await duties.after(1)
    assert (await duties.alarm())[1]["taken_by"] == bob.account["id"], "kept"
    await duties.begin(bob, hours=1)
    await duties.after(2)
    assert (await duties.alarm())[1]["taken_by"] == bob.account["id"], "on duty"
    await duties.after(70)
    state = (await duties.alarm())[1]
    assert (state["taken_by"], state["ended_at"]) == (None, None)
    assert await duties.asked() == {"alice", "bob", "charlie"}


async def test_a_board_that_fails_keeps_no_other_alarm_from_reopening(duties: Duties, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, bob, search = duties.desk, duties.desk.bob, duties.search
    others = [await desk.alice.open_search() for _ in range(2)]
    await duties.begin(bob)
    for duties.search in (search, *others):
        await desk.ada.command(duties.search, "sighting.add", URGENT)
        await bob.command(duties.search, "alarm.take", {"alarm": (await duties.alarm())[0]})
    await bob.command(OPERATIONS, "duty.end")

    def reopen(session: Session, server: Any, board: str, ids: Any) -> Any:
        return real(session, server, board, ids) if board != search else 1 / 0

    real = ends.reopen
    monkeypatch.setattr(ends, "reopen", reopen)
    with pytest.raises(ZeroDivisionError):
        await duties.after(1)
    assert [(await duties.alarm())[1]["taken_by"] for duties.search in others] == [None, None]


async def test_an_alarm_that_is_taken_after_the_duty_stays(duties: Duties) -> None:
    desk, bob = duties.desk, duties.desk.bob
    await duties.begin(bob)
    await desk.ada.command(duties.search, "sighting.add", URGENT)
    id, _ = await duties.alarm()
    await bob.command(OPERATIONS, "duty.end")
    await duties.after(1)
    await bob.command(duties.search, "alarm.take", {"alarm": id})
    await duties.after(2)
    assert (await duties.alarm())[1]["taken_by"] == bob.account["id"]


async def test_an_alarm_that_is_taken_while_the_duty_ends_is_not_lost(duties: Duties) -> None:
    bob = duties.desk.bob
    await duties.begin(bob)
    await duties.desk.ada.command(duties.search, "sighting.add", URGENT)
    id, _ = await duties.alarm()
    await asyncio.gather(bob.command(duties.search, "alarm.take", {"alarm": id}), bob.command(OPERATIONS, "duty.end"))
    took_it = next(state for state in [(await duties.alarm())[1]] if state["taken_by"] == bob.account["id"])
    await duties.after(1)
    state, duty = (await duties.alarm())[1], await duties.of(bob)
    is_left = took_it["taken_at"] <= duty["ended_at"]
    assert (state["taken_by"] is None) == is_left
    assert (state["next_at"] if is_left else state["until"]) is not None


async def test_an_alarm_that_is_left_no_longer_asks_the_person_by_name(duties: Duties) -> None:
    bob = duties.desk.bob
    await duties.begin(duties.desk.charlie)
    await duties.begin(bob)
    await duties.desk.ada.command(duties.search, "sighting.add", URGENT)
    id, _ = await duties.alarm()
    await bob.command(duties.search, "alarm.take", {"alarm": id})
    await bob.command(OPERATIONS, "duty.end")
    await duties.after(0.1)
    assert bob.account["id"] not in (await duties.alarm())[1]["asked"]
    assert await duties.asked() == {"alice", "charlie"}, "who leads the search, and who is on duty"


async def test_one_coordinator_alone_is_asked_on_duty_or_not(duties: Duties) -> None:
    ada = duties.desk.ada.account["id"]
    await duties.desk.alice.command(duties.search, "search.update", {"lead": None})
    await duties.begin(duties.desk.bob)

    def disable(session: Session) -> None:
        accounts.set_enabled(session, session.get_one(Account, ada).email, False)

    await live_changes.apply_change(duties.service, disable)
    await credible(duties)
    await duties.after(15.1)
    assert (await duties.alarm())[1]["asked"] == [duties.desk.alice.account["id"]]


async def test_people_on_duty_who_may_not_see_a_search_do_not_count(duties: Duties) -> None:
    desk = duties.desk
    duties.search = await desk.secret_search(desk.bob)
    await desk.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
    await duties.begin(desk.charlie)
    await duties.begin(desk.bob)
    await desk.alice.command(duties.search, "sighting.add", URGENT)
    assert await duties.asked() == {"bob"}
    await desk.bob.command(OPERATIONS, "duty.end")
    assert await duties.asked() == {"bob"}, "only Charlie is on duty, who may not see it, so all others are asked"
    (alarm,) = (await desk.bob.http.get("/api/v1/alarms")).json()["alarms"]
    steps = [(step["ask"], step["name"], step["everyone"]) for step in alarm["steps"]]
    assert steps == [("desk", None, True), ("coordinators_all", None, True)], "not Ada, who holds the shift"


async def test_an_account_that_became_a_viewer_is_not_shown_on_duty(duties: Duties) -> None:
    await duties.begin(duties.desk.bob)

    def demote(session: Session) -> None:
        session.get_one(Account, duties.desk.bob.account["id"]).role = "viewer"

    await duties.service.database.write(demote)
    status = await duties.service.database.read(lambda session: duty_status.read(session, duties.service.clock()))
    assert status["duties"] == [], "alarms do not ask it"


def test_a_display_names_the_holder_of_the_shift_first_without_surnames() -> None:
    duties = [{"account": "b", "name": "Bob Claes", "until": "x"}, {"account": "d", "name": "Dora Dewit", "until": "x"}]
    assert display_filter.filter_duties(duties, "d") == [{"name": "Dora"}, {"name": "Bob"}]
    assert display_filter.filter_duties(duties, None) == [{"name": "Bob"}, {"name": "Dora"}]


async def test_displays_get_the_first_names_of_people_on_duty(duties: Duties) -> None:
    desk = duties.desk
    for person in (desk.bob, desk.alice):
        await duties.begin(person)
    await desk.alice.command(OPERATIONS, "shift.take", {"reason": "night"})
    browser = DisplayBrowser(desk.server)
    await pair_browser(desk.alice, browser, [OPERATIONS], name="Wall")
    display = await browser.connect()
    await duties.service.shift_status.refresh()
    await display.subscribe(OPERATIONS)
    frame = next(frame for frame in reversed(display.frames) if frame["type"] == "shift")
    assert frame["duties"] == [{"name": "Alice"}, {"name": "Bob"}]
    assert (frame["absent"], frame["next"]) == ([], [])
    await display.close()
    await browser.close()
