"""The watch: figures about grave alarms for coordinators, and the line of a signed handover, which verifies."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.commands.alarms import settled_causes, watch, watch_events
from board.commands.alarms.watch import AlarmEvent, Period
from board.commands.alarms.watch_presence import Audience, DutyEvent
from board.commands.handover import watch_line
from board.engine import journal
from board.errors import OperationError
from models.accounts import Account
from models.board import OPERATIONS
from models.entity import State
from models.times import format_utc, parse_utc, to_ms
from tests.api.test_custody_histories import make_night, run_night  # noqa: F401 - a fixture
from tests.api.test_duty import URGENT
from tests.api.test_duty import Duties as Scene
from tests.support import handover_steps
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.handover_steps import read_report
from tests.support.people import Person
from tests.support.server_clock import WallClock
from tests.support.team import running_team
from tests.support.watch_count import Count, known

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SLACK_S = 5  # of the machine, within a scene of half an hour


class Night(Scene):
    """Half an hour: an urgent sighting waits four minutes with nobody on duty, is taken, lapses, is taken again and assessed."""

    began: str

    async def pass_by(self) -> None:
        self.began = self.at(0)
        charlie, bob = self.desk.charlie, self.desk.bob
        await bob.command(self.search, "sighting.add", URGENT)
        id, state = await self.alarm()
        await self.after(4)
        await self.begin(charlie)
        await self.after(6)
        await charlie.command(self.search, "alarm.take", {"alarm": id, "until": self.at(1 / 6)})
        await self.after(16.05)
        await bob.command(self.search, "alarm.take", {"alarm": id, "until": self.at(0.25)})
        await self.after(20)
        await bob.command(self.search, "alarm.extend", {"alarm": id, "until": self.at(1), "note": "calling the station"})
        await self.after(25)
        verdict = {"sighting": state["about"]["id"], "assessment": "not_the_child"}
        await self.desk.alice.command(self.search, "sighting.assess", verdict)
        await self.after(30)

    async def watch(self, who: Person | None = None, params: Mapping[str, str] | None = None) -> Any:
        query = {"from": self.began, "to": self.at(0)} | dict(params or {})
        return await (who or self.desk.alice).http.get("/api/v1/watch", params=query)

    async def newest_alarm(self) -> str:
        """Return the newest alarm about a sighting of the search that has not ended."""
        entities = (await self.desk.alice.snapshot(self.search))["entities"]
        alarms = [(state["raised_at"], id) for (kind, id), state in entities.items() if kind == "alarm" and not state["ended_at"]]
        return max(alarms)[1]

    async def problem(self, **params: str) -> dict[str, str]:
        answer = await self.watch(None, params)
        assert answer.status_code == 422, answer.text
        return dict(answer.json()["fields"])

    async def verify(self) -> None:
        await self.service.database.read(watch_line.verify)


@pytest.fixture
async def night(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Night]:
    """The shift is Ada's, from before the night."""
    async with running_team(tmp_path, **installation) as desk:
        await desk.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
        night = Night(desk, await desk.alice.open_search(lead=desk.alice.account["id"]), wall_clock)
        await night.pass_by()
        yield night


def near(seconds: int, expected: float) -> bool:
    return expected <= seconds <= expected + SLACK_S


# -- figures ----------------------------------------------------------------------------------------------------------------


async def test_figures_tell_what_happened(night: Night) -> None:
    body = (await night.watch()).json()
    assert body["alarms"] == 1
    assert near(body["unwatched_s"], 4 * 60), "until Charlie was on duty"
    assert body["taken"]["count"] == 2
    assert near(body["taken"]["longest_s"], 6 * 60)
    assert near(body["looked_at"]["median_s"], 25 * 60), "nobody looked before it was assessed"
    assert body["passed_on"] is None
    assert body["promises"] == {"total": 2, "kept": 1, "lapsed": 1, "returned": 0, "open": 0, "extended": 1}


async def test_each_cause_has_the_same_figures(night: Night) -> None:
    body = (await night.watch()).json()
    (cause,) = body["causes"]
    assert cause == {"occasion": "sighting_urgent"} | {name: body[name] for name in cause if name != "occasion"}


async def test_a_strip_has_each_phase_and_the_lapse(night: Night) -> None:
    body = (await night.watch()).json()
    (board,) = body["boards"]
    assert (board["board"], board["unwatched_s"]) == (night.search, body["unwatched_s"])
    assert [span["phase"] for span in board["spans"]] == ["unwatched", "asked", "held", "asked", "held"]
    assert len(board["lapsed_at"]) == 1
    (gap,) = body["unwatched"]
    _, alarm = await night.alarm()
    sighting = (await night.desk.alice.snapshot(night.search))["entities"]["sighting", alarm["about"]["id"]]
    assert gap["alarm"]["about"] == {"kind": "sighting", "id": alarm["about"]["id"], "number": sighting["number"]}


async def test_promises_that_lapsed_or_were_extended_are_listed(night: Night) -> None:
    body = (await night.watch()).json()
    extended, lapsed = body["notable"]
    assert (extended["outcome"], extended["extensions"], extended["note"]) == ("kept", 1, "calling the station")
    assert (lapsed["outcome"], lapsed["extensions"], lapsed["note"]) == ("lapsed", 0, None)
    assert lapsed["next"] == {"account": extended["account"], "since": extended["since"]}
    assert (lapsed["unwatched_s"], extended["next"]) == (0, None)
    names = {body["people"][promise["account"]] for promise in body["notable"]}
    assert names == {"Bob", "Charlie"}


async def test_a_look_by_another_person_ends_the_wait_for_one(night: Night) -> None:
    desk = night.desk
    await desk.alice.command(night.search, "sighting.add", URGENT)
    entities = (await desk.alice.snapshot(night.search))["entities"]
    newest = max((id for kind, id in entities if kind == "sighting"), key=lambda id: int(entities["sighting", id]["number"]))
    await night.after(33)
    await desk.bob.command(night.search, "sighting.looked_at", {"sighting": newest})
    await night.after(40)
    looked_at = (await night.watch()).json()["looked_at"]
    assert looked_at["count"] == 2
    assert looked_at["median_s"] == pytest.approx(3 * 60, abs=60)


async def test_a_past_period_has_the_same_figures_later(night: Night) -> None:
    end = night.at(-0.25)
    first = (await night.watch(None, {"to": end})).json()
    assert first["promises"]["open"] + first["promises"]["lapsed"] == 1
    await night.desk.bob.command(night.search, "sighting.add", URGENT)
    await night.after(300)
    assert (await night.watch(None, {"to": end})).json() == first


async def test_settled_alarms_are_computed_once(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    cause_of = watch.cause_of
    monkeypatch.setattr(watch, "cause_of", lambda board, id, *rest: computed.append(id) or cause_of(board, id, *rest))
    period = {"to": night.at(0)}
    longer_period = period | {"from": night.at(-24)}
    first, again, longer = [(await night.watch(None, query)).json() for query in (period, period, longer_period)]
    assert len(computed) == 1
    assert again == first
    assert longer | {"from": first["from"]} == first
    await night.watch(None, {"to": night.at(-0.25)})
    assert len(computed) == 2, "it had not ended"
    await night.desk.bob.command(night.search, "sighting.add", URGENT)
    await night.after(31)
    assert (await night.watch()).json()["alarms"] == 2
    assert len(computed) == 3


async def test_report_counts_for_the_alarm_that_was_open_alone(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, sighting = night.desk.alice, (await night.alarm())[1]["about"]["id"]
    assess = {"sighting": sighting, "assessment": "credible"}
    await alice.command(night.search, "sighting.assess", assess)
    await night.after(40)
    await alice.command(night.search, "sighting.assess", assess | {"assessment": "not_the_child"})
    await night.after(41)  # the end of a period excludes what happens in its last millisecond
    assert (await night.watch()).json()["passed_on"] is None
    await night.after(45)
    before = night.at(0)
    await alice.command(night.search, "sighting.assess", assess)
    await alice.command(night.search, "sighting.pass_on", {"sighting": sighting, "to": "Zone Gent"})
    await night.after(50)
    period = {"to": night.at(0)}
    kept = (await night.watch(None, period)).json()
    assert kept["passed_on"]["count"] == 1
    assert kept["passed_on"]["longest_s"] < 60
    assert (await night.watch(None, {"to": before})).json()["passed_on"] is None
    monkeypatch.setattr(settled_causes, "KEPT", settled_causes.KeptCauses())
    assert (await night.watch(None, period)).json() == kept


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 10))])
async def test_the_watch_of_random_nights_equals_a_count(make_night: Any, seed: int) -> None:  # noqa: F811
    night = await make_night(seed)
    began = to_ms(format_utc(night.clocks.wall()))
    assert await run_night(night, 90) == []
    for start, end in 2 * ((20, 60), (-10, 95), (45, 75)):  # the second time, with the causes that the first one kept
        period = Period(began + start * 60_000, began + end * 60_000)
        causes = await night.service.database.read(lambda session, period=period: watch_events.read(session, period))
        alarms, duties, audiences = await night.service.database.read(lambda session: events_of(session, night.search))
        expected = {id for id, events in alarms.items() if is_open_in(events, period)}
        assert {cause.id for cause in causes} == expected, "no alarm is left out"
        for cause in causes:
            Count(known(alarms[cause.id], period), duties, period, 10_000, audiences).check(cause)


def events_of(session: Session, search: str) -> tuple[dict[str, list[AlarmEvent]], list[DutyEvent], list[Audience]]:
    """Return all events of the grave alarms of a search, by alarm; of the duties; and who saw it, from the whole journals."""
    alarms: dict[str, list[AlarmEvent]] = defaultdict(list)
    audiences = []
    for event in journal.events_after(session, search, 0):
        state = event.payload()["state"]
        if event.kind == "alarm" and watch.is_grave(state):
            alarms[event.entity].append(AlarmEvent(to_ms(event.at), event.type, state))
        elif event.type in ("search.opened", "search.access_set"):
            audiences.append(Audience(to_ms(event.at), None if state["access"] == "desk" else frozenset(state["members"])))
    duties = []
    for event in journal.events_after(session, OPERATIONS, 0):
        if event.kind == "duty":
            state = event.payload()["state"]
            duties.append(DutyEvent(to_ms(event.at), state["account"], None if state["ended_at"] else to_ms(state["until"])))
    return alarms, duties, audiences


def is_open_in(events: list[AlarmEvent], period: Period) -> bool:
    ended = [event.at for event in events if event.type == "alarm.ended"]
    return events[0].at < period.end and (not ended or ended[0] >= period.start)


# -- periods and rights -------------------------------------------------------------------------------------------------------


async def test_a_period_without_alarms_is_empty(night: Night) -> None:
    body = (await night.watch(None, {"to": night.began, "from": format_utc(parse_utc(night.began) - 30 * DAY)})).json()
    assert (body["alarms"], body["unwatched_s"], body["boards"], body["taken"]) == (0, 0, [], None)
    assert body["promises"]["total"] == 0


async def test_bad_periods_are_refused_with_the_field(night: Night) -> None:
    began, year = parse_utc(night.began), {"from": format_utc(parse_utc(night.began) - 366 * DAY)}
    future = {"from": format_utc(began + DAY), "to": format_utc(began + 2 * DAY)}
    assert await night.problem(to=format_utc(began - DAY)) == {"to": "The end must be after the beginning."}
    assert await night.problem(to=night.began) == {"to": "The end must be after the beginning."}
    assert await night.problem(**future) == {"from": "The watch covers the past. Enter a time before now."}
    assert await night.problem(**year) == {"to": "Choose at most 31 days."}
    for field in ("from", "to"):
        for value in ("", "yesterday", "2026-11-30", "2026-11-30T19:00:00", "0001-01-01T00:00:00+23:00"):
            assert [*await night.problem(**{field: value})] == [field], value


async def test_a_future_end_counts_as_now(night: Night) -> None:
    body = (await night.watch(None, {"to": "9999-12-31T00:00:00Z"})).json()
    assert night.began < body["to"] <= night.at(0)
    assert near(body["unwatched_s"], 4 * 60)


async def test_the_page_of_a_period_preloads_the_call_of_its_script(night: Night) -> None:
    period = {"from": "2026-11-01T00:00:00.000Z", "to": "2026-12-01T00:00:00.000Z"}
    call = "/api/v1/watch?from=2026-11-01T00%3A00%3A00.000Z&amp;to=2026-12-01T00%3A00%3A00.000Z"

    async def page(who: Person, **query: str) -> str:
        return (await who.http.get("/watch", params=query)).text

    assert f'<link rel="preload" href="{call}" as="fetch" crossorigin>' in await page(night.desk.alice, **period)
    for query in ({}, {"night": "2026-11-03"}, {"night": "2026-11-03", **period}, {"from": period["from"]}):
        assert "/api/v1/watch" not in await page(night.desk.alice, **query), query
    assert "/api/v1/watch" not in await page(night.desk.bob, **period)


async def test_only_coordinators_see_the_watch(night: Night) -> None:
    desk = night.desk
    statuses = [(await night.watch(who)).status_code for who in (desk.alice, desk.ada, desk.bob, desk.charlie, desk.victor)]
    assert statuses == [200, 200, 403, 403, 403]


async def test_searches_of_others_are_left_out(night: Night) -> None:
    secret = await night.desk.secret_search(night.desk.bob)
    await night.desk.bob.command(secret, "sighting.add", URGENT)
    await night.after(40)
    people = night.desk.alice, night.desk.ada
    boards = [{board["board"] for board in (await night.watch(who)).json()["boards"]} for who in people]
    assert boards == [{night.search, secret}, {night.search}]


async def test_people_outside_a_search_do_not_count_as_asked(night: Night) -> None:
    secret = await night.desk.secret_search()
    await night.desk.alice.command(secret, "sighting.add", URGENT)
    await night.after(40)
    (board,) = [board for board in (await night.watch()).json()["boards"] if board["board"] == secret]
    assert near(board["unwatched_s"], 10 * 60), "Charlie is on duty, but does not see it"


async def test_a_person_alone_on_duty_is_not_asked_about_their_own_report(night: Night) -> None:
    desk = night.desk
    await desk.charlie.command(OPERATIONS, "duty.end")
    await night.begin(desk.bob)
    since = night.at(0)
    await desk.bob.command(night.search, "sighting.add", URGENT)
    await night.after(40)
    assert await night.asked() == {"alice", "ada", "charlie"}, "at home"
    body = (await night.watch(None, {"from": since})).json()
    assert near(body["unwatched_s"], 10 * 60)


async def test_a_person_who_can_no_longer_act_is_not_on_duty(night: Night) -> None:
    desk = night.desk

    def disable(session: Session) -> None:
        accounts.set_enabled(session, session.get_one(Account, desk.charlie.account["id"]).email, False)

    await live_changes.apply_change(night.service, disable)
    await night.after(31)
    assert (await night.of(desk.charlie))["ended"] == "coordinator"
    since = night.at(0)
    await desk.bob.command(night.search, "sighting.add", URGENT)
    await night.after(40)
    body = (await night.watch(None, {"from": since})).json()
    assert near(body["unwatched_s"], 9 * 60)


# -- the line of a handover -----------------------------------------------------------------------------------------------------


async def sign(night: Night) -> State:
    """Sign a handover of Ada's shift; return its state."""
    await handover_steps.hand_to_sign(night.desk.ada)
    return await handover_steps.state(night.desk.ada, "handover")


async def test_a_signed_handover_has_the_line_of_its_shift(night: Night) -> None:
    secret = await night.desk.secret_search(night.desk.bob)
    await night.desk.bob.command(secret, "sighting.add", URGENT)
    await night.after(35)
    signed = await sign(night)
    shift = await handover_steps.state(night.desk.ada, "shift")
    body = (await night.watch(night.desk.ada, {"from": shift["since"], "to": signed["signed_at"]})).json()
    assert signed["watch"] == {
        "since": shift["since"], "unwatched_s": body["unwatched_s"], "longest_taken_s": body["taken"]["longest_s"],
    }, "members-only searches do not count"  # fmt: skip
    report = await read_report(night.desk.alice, f"handovers/{signed['number']}")
    assert report["handover"]["watch"] == signed["watch"]
    await night.verify()


async def test_the_line_of_a_shift_without_alarms_is_empty(night: Night) -> None:
    await night.desk.alice.command(OPERATIONS, "shift.take", {"reason": "day"})
    await handover_steps.hand_to_sign(night.desk.alice)
    line = (await handover_steps.state(night.desk.alice, "handover"))["watch"]
    assert (line["unwatched_s"], line["longest_taken_s"]) == (0, None)
    await night.verify()


async def test_time_between_signature_and_acceptance_is_in_the_next_line(night: Night) -> None:
    first = await sign(night)
    await night.desk.charlie.command(OPERATIONS, "duty.end")
    await night.desk.bob.command(night.search, "sighting.add", URGENT)
    await night.after(50)
    accepted = {"handover": first["number"], "restatement": "all", "reason": "we talked"}
    await night.desk.alice.command(OPERATIONS, "handover.accept", accepted)
    await night.desk.alice.command(night.search, "alarm.take", {"alarm": await night.newest_alarm(), "until": night.at(8)})
    await night.after(60)
    await night.desk.ada.command(OPERATIONS, "shift.take", {"reason": "she is ill"})
    await night.after(70)
    await night.desk.ada.command(OPERATIONS, "handover.prepare")
    await handover_steps.sign_handover(night.desk.ada, first["number"] + 1)
    line = (await handover_steps.state(night.desk.ada, "handover"))["watch"]
    assert line["since"] == first["signed_at"]
    assert near(line["unwatched_s"], 20 * 60), "as nobody was on duty"
    await night.verify()


async def test_a_handover_that_is_prepared_has_no_line(night: Night) -> None:
    await sign(night)
    await night.desk.ada.command(OPERATIONS, "handover.withdraw", {"handover": 1})
    await handover_steps.prepare_handover(night.desk.ada)
    assert (await handover_steps.state(night.desk.ada, "handover"))["watch"] is None


async def test_a_line_verifies_at_any_later_time(night: Night) -> None:
    await sign(night)
    members = {"access": "members", "members": [night.desk.alice.account["id"]]}
    await night.desk.alice.command(night.search, "search.set_access", members)
    await night.desk.bob.command(OPERATIONS, "tip.add", {"description": "a girl", "priority": "urgent"})
    await night.after(600)
    await night.verify()


@pytest.mark.parametrize("more", [{"unwatched_s": 60}, {"longest_taken_s": 60}])
async def test_a_line_with_one_minute_more_is_found(night: Night, monkeypatch: pytest.MonkeyPatch, more: dict[str, int]) -> None:
    honest = watch_line.compute

    def dishonest(*args: Any) -> State:
        line = honest(*args)
        return line | {name: line[name] + s for name, s in more.items()}

    with monkeypatch.context() as patch:
        patch.setattr(watch_line, "compute", dishonest)
        await sign(night)
    with pytest.raises(OperationError, match=r"operations: event \d+: handover 1 was signed with"):
        await night.verify()


async def test_handovers_signed_without_a_line_still_verify(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(watch_line, "compute", lambda *args: None)
        assert (await sign(night))["watch"] is None
    await night.verify()
