"""Plan of duties: entered by coordinators or imported from a calendar. It proposes, the person confirms, and nobody is missed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from board.commands.duty import plan
from board.duty import calendar_process
from models.accounts import Account
from models.board import OPERATIONS
from models.times import format_utc
from tests.api.test_duty import HOUR, Duties
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.server_clock import WallClock
from tests.support.team import running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

BRUSSELS = "TZID=Europe/Brussels"


@pytest.fixture
async def duties(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Duties]:
    async with running_team(tmp_path, **installation) as desk:
        yield Duties(desk, await desk.alice.open_search(), wall_clock)


def entry(duties: Duties, who: Person, starts: float, ends: float, **more: Any) -> dict[str, Any]:
    return {"account": who.account["id"], "starts_at": duties.at(starts), "ends_at": duties.at(ends), **more}


async def planned(duties: Duties) -> dict[str, dict[str, Any]]:
    entities = (await duties.desk.alice.snapshot(OPERATIONS))["entities"]
    return {id: state for (kind, id), state in entities.items() if kind == "planned_duty"}


async def alarms(duties: Duties) -> list[dict[str, Any]]:
    entities = (await duties.desk.alice.snapshot(OPERATIONS))["entities"]
    return [state for (kind, _), state in entities.items() if kind == "alarm"]


async def told(duties: Duties, who: Person) -> dict[str, Any]:
    """Return the last frame `shift` of a person, after the publisher has looked."""
    await duties.service.shift_status.refresh()
    await who.snapshot(OPERATIONS)
    return next(frame for frame in reversed(who.frames) if frame["type"] == "shift")


# -- entered --------------------------------------------------------------------------------------------------------------


async def test_a_coordinator_adds_changes_and_removes_planned_duties(duties: Duties) -> None:
    alice, bob = duties.desk.alice, duties.desk.bob
    await alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, bob, 1, 9), entry(duties, alice, 1, 9)]})
    first, second = sorted((await planned(duties)).items(), key=lambda item: item[1]["account"] != bob.account["id"])
    longer = entry(duties, bob, 1, 10)
    await alice.command(OPERATIONS, "duty.plan", {"entries": [{"id": first[0], **longer}], "remove": [second[0], "unknown"]})
    assert await planned(duties) == {first[0]: longer | {"uid": None}}
    events = (await bob.http.get("/api/v1/boards/operations/events", params={"limit": 1_000})).json()["events"]
    types = [event["type"] for event in events if event["kind"] == "planned_duty"]
    assert types == [*["planned_duty.added"] * 2, "planned_duty.removed", "planned_duty.changed"]


async def test_investigators_do_not_plan(duties: Duties) -> None:
    refusal = await duties.refused(duties.desk.bob, "duty.plan", {"entries": [entry(duties, duties.desk.bob, 1, 9)]})
    assert refusal.code == "forbidden"


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [(2, 1, "ends_at"), (1, 1, "ends_at"), (1, 50, "ends_at"), (401 * 24, 401 * 24 + 8, "starts_at"), (-760, -750, "starts_at")],
)
async def test_an_impossible_duty_is_refused(duties: Duties, starts: float, ends: float, field: str) -> None:
    alice = duties.desk.alice
    good, bad = entry(duties, alice, 1, 31), entry(duties, alice, starts, ends)
    refusal = await duties.refused(alice, "duty.plan", {"entries": [good, bad]})
    assert (refusal.code, [*refusal.fields]) == ("invalid", [f"entries.1.{field}"])
    assert await planned(duties) == {}, "all or nothing"


async def test_the_plan_holds_a_bounded_number_of_entries(duties: Duties, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MAX_PLANNED", 2)
    alice = duties.desk.alice
    await alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, alice, 1, 2), entry(duties, alice, 3, 4)]})
    assert (await duties.refused(alice, "duty.plan", {"entries": [entry(duties, alice, 5, 6)]})).code == "too_large"
    kept, removed = await planned(duties)
    await alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, alice, 5, 6)], "remove": [removed]})
    assert kept in await planned(duties)
    too_many = {"entries": [entry(duties, alice, 5, 6)] * 201}
    assert (await duties.refused(alice, "duty.plan", too_many)).code == "invalid"


# -- confirmed or not -----------------------------------------------------------------------------------------------------


async def test_a_planned_duty_that_nobody_confirms_is_shown_and_raises_an_alarm(duties: Duties) -> None:
    desk, bob = duties.desk, duties.desk.bob
    await desk.alice.command(
        OPERATIONS, "duty.plan", {"entries": [entry(duties, bob, 0.5, 8), entry(duties, desk.charlie, 0.5, 8)]}
    )
    assert [person["name"] for person in (await told(duties, desk.victor))["next"]] == ["Bob", "Charlie"]
    await duties.after(29)
    await desk.charlie.command(OPERATIONS, "duty.begin", {"until": duties.at(7)})
    await duties.after(31)
    frame = await told(duties, desk.victor)
    assert [person["name"] for person in frame["absent"]] == ["Bob"]
    assert [person["name"] for person in frame["duties"]] == ["Charlie"]
    await duties.after(39)
    assert await alarms(duties) == []
    await duties.after(40.1)
    (alarm,) = await alarms(duties)
    assert (alarm["occasion"], alarm["asked"]) == ("duty_unconfirmed", [bob.account["id"]])
    listed = (await bob.http.get("/api/v1/alarms")).json()["alarms"]
    assert [(each["title"], each["asked_me"]) for each in listed if each["board"] == OPERATIONS] == [("Bob", True)]
    await bob.command(OPERATIONS, "duty.begin", {"until": duties.at(7)})
    await duties.after(41)
    (alarm,) = await alarms(duties)
    assert alarm["ended"] == "settled"
    assert (await told(duties, desk.victor))["absent"] == []


async def test_a_duty_that_ended_early_confirms_its_entry(duties: Duties) -> None:
    desk, bob = duties.desk, duties.desk.bob
    await desk.alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, bob, 0.1, 8)]})
    await bob.command(OPERATIONS, "duty.begin", {"until": duties.at(8)})
    await duties.after(30)
    await bob.command(OPERATIONS, "duty.end")
    await duties.after(60)
    assert await alarms(duties) == []


async def test_an_earlier_duty_does_not_confirm_a_later_entry(duties: Duties) -> None:
    desk, bob = duties.desk, duties.desk.bob
    await desk.alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, bob, 1, 8)]})
    await bob.command(OPERATIONS, "duty.begin", {"until": duties.at(0.9)})
    await duties.after(71)
    assert [alarm["occasion"] for alarm in await alarms(duties)] == ["duty_unconfirmed"]


@pytest.mark.parametrize(("planned_at", "ended_at"), [(1, 0.5), (4, 2)], ids=["before it", "between two of a day"])
async def test_a_duty_that_ended_before_the_entry_does_not_confirm_it(duties: Duties, planned_at: float, ended_at: float) -> None:
    desk, bob = duties.desk, duties.desk.bob
    await desk.alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, bob, planned_at, 8)]})
    await bob.command(OPERATIONS, "duty.begin", {"until": duties.at(5)})
    await duties.after(ended_at * 60)
    await bob.command(OPERATIONS, "duty.end")
    await duties.after(planned_at * 60 + 11)
    assert [alarm["occasion"] for alarm in await alarms(duties)] == ["duty_unconfirmed"]
    assert [person["name"] for person in (await told(duties, desk.victor))["absent"]] == ["Bob"]


async def test_the_alarm_ends_when_the_entry_is_removed(duties: Duties) -> None:
    desk = duties.desk
    await desk.alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, desk.bob, 0.1, 8)]})
    await duties.after(20)
    (id,) = await planned(duties)
    await desk.alice.command(OPERATIONS, "duty.plan", {"remove": [id]})
    await duties.after(21)
    assert [alarm["ended"] for alarm in await alarms(duties)] == ["settled"]


async def test_past_entries_leave_the_plan(duties: Duties) -> None:
    await duties.desk.alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, duties.desk.bob, 1, 9)]})
    await duties.after(31 * 24 * 60)
    assert len(await planned(duties)) == 1
    await duties.after(31 * 24 * 60 + 9.1 * 60)
    assert await planned(duties) == {}


# -- calendars ------------------------------------------------------------------------------------------------------------


def calendar(*events: str, name: str = "Hotline") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", f"X-WR-CALNAME:{name}", *events, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def event(uid: str, *lines: str, title: str = "Bob") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", f"SUMMARY:{title}", *lines, "END:VEVENT"])


def local(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}"


async def preview(who: Person, content: bytes) -> dict[str, Any]:
    answer = await who.http.post("/api/v1/duties/preview", params={"name": "file.ics"}, content=content)
    return {"status": answer.status_code, **answer.json()}


async def send(duties: Duties, shown: dict[str, Any]) -> None:
    entries = [*shown["new"], *(each["after"] for each in shown["changed"])]
    sent = [{name: value for name, value in each.items() if value is not None} for each in entries]
    removed = [each["id"] for each in shown["removed"]]
    await duties.desk.alice.command(OPERATIONS, "duty.plan", {"entries": sent, "remove": removed})


async def test_an_import_is_previewed_and_repeated_without_a_change(duties: Duties) -> None:
    alice, tomorrow = duties.desk.alice, duties.service.clock() + 24 * HOUR
    end, later = tomorrow + 8 * HOUR, tomorrow + 48 * HOUR
    times = [f"DTSTART:{local(tomorrow)}Z", f"DTEND:{local(end)}Z"]
    other = event("b", f"DTSTART:{local(later)}Z", f"DTEND:{local(later + HOUR)}Z", title="Shift of Charlie")
    first = calendar(event("a", *times), other, event("c", *times, title="Nobody here"))
    shown = await preview(alice, first)
    assert [each["account"] for each in shown["new"]] == [duties.desk.bob.account["id"], duties.desk.charlie.account["id"]]
    assert (shown["calendar"], shown["unknown"]) == ("Hotline", [{"text": "Nobody here", "count": 1}])
    assert await planned(duties) == {}, "a preview changes nothing"
    await send(duties, shown)
    again = await preview(alice, first)
    assert (again["new"], again["changed"], again["removed"], again["unchanged"]) == ([], [], [], 2)
    moved = calendar(event("a", f"DTSTART:{local(tomorrow + HOUR)}Z", f"DTEND:{local(end)}Z"))
    shown = await preview(alice, moved)
    assert [each["after"]["starts_at"][:16] for each in shown["changed"]] == [format_utc(tomorrow + HOUR)[:16]]
    assert [each["account"] for each in shown["removed"]] == [duties.desk.charlie.account["id"]]
    await send(duties, shown)
    assert len(await planned(duties)) == 1


async def test_another_calendar_removes_nothing_of_the_first(duties: Duties) -> None:
    tomorrow = duties.service.clock() + 24 * HOUR
    times = [f"DTSTART:{local(tomorrow)}Z", f"DTEND:{local(tomorrow + HOUR)}Z"]
    await send(duties, await preview(duties.desk.alice, calendar(event("a", *times))))
    await duties.desk.alice.command(OPERATIONS, "duty.plan", {"entries": [entry(duties, duties.desk.bob, 1, 9)]})
    shown = await preview(duties.desk.alice, calendar(event("z", *times, title="Ada"), name="Coordinators"))
    assert (len(shown["new"]), shown["removed"]) == (1, [])


async def test_attendees_count_more_than_titles(duties: Duties) -> None:
    tomorrow = duties.service.clock() + 24 * HOUR
    times = [f"DTSTART:{local(tomorrow)}Z", f"DTEND:{local(tomorrow + HOUR)}Z"]

    def find(session: Session) -> str:
        return session.exec(select(Account.email).where(Account.id == duties.desk.ada.account["id"])).one()

    email = await duties.service.database.read(find)
    invited = event("a", *times, f"ATTENDEE;CN=x:mailto:{email.upper()}", title="Bob and Charlie")
    stranger = event("b", *times, "ATTENDEE;CN=x:mailto:stranger@example.org", title="Bob and Charlie")
    shown = await preview(duties.desk.alice, calendar(invited))
    assert [each["account"] for each in shown["new"]] == [duties.desk.ada.account["id"]]
    assert len((await preview(duties.desk.alice, calendar(stranger)))["new"]) == 2, "no attendee has an account"


async def test_duties_to_check_are_named(duties: Duties) -> None:
    tomorrow = duties.service.clock() + 24 * HOUR
    long = event("a", f"DTSTART:{local(tomorrow)}Z", f"DTEND:{local(tomorrow + 30 * HOUR)}Z")
    over = event("b", f"DTSTART:{local(tomorrow + 29 * HOUR)}Z", f"DTEND:{local(tomorrow + 34 * HOUR)}Z")
    shown = await preview(duties.desk.alice, calendar(long, over))
    assert [each["reason"] for each in shown["to_check"]] == ["long", "overlap"]


async def test_a_rule_without_an_end_covers_the_next_92_days(duties: Duties) -> None:
    today = duties.service.clock()
    daily = event("a", f"DTSTART;{BRUSSELS}:{local(today - 100 * 24 * HOUR)}", "DURATION:PT8H", "RRULE:FREQ=DAILY")
    shown = await preview(duties.desk.alice, calendar(daily))
    assert 91 <= len(shown["new"]) <= 93
    for at in range(0, len(shown["new"]), plan.MAX_AT_ONCE):
        await send(duties, shown | {"new": shown["new"][at : at + plan.MAX_AT_ONCE]})
    assert (await preview(duties.desk.alice, calendar(daily)))["new"] == []


async def test_a_calendar_of_2000_events_is_imported_and_fills_the_plan(duties: Duties) -> None:
    alice, tomorrow = duties.desk.alice, duties.service.clock() + 24 * HOUR
    starts = [tomorrow + number * HOUR for number in range(2_000)]
    events = (event(f"e{at:%j%H}", f"DTSTART:{local(at)}Z", f"DTEND:{local(at + HOUR)}Z") for at in starts)
    shown = await preview(alice, calendar(*events))
    assert (len(shown["new"]), shown["to_check"]) == (2_000, [])
    for at in range(0, 2_000, plan.MAX_AT_ONCE):
        await send(duties, shown | {"new": shown["new"][at : at + plan.MAX_AT_ONCE]})
    assert len(await planned(duties)) == plan.MAX_PLANNED
    refusal = await duties.refused(alice, "duty.plan", {"entries": [entry(duties, alice, 5, 6)]})
    assert refusal.code == "too_large"


async def test_calendars_that_cannot_be_a_plan_are_refused(duties: Duties) -> None:
    today = duties.service.clock()
    begins = [f"DTSTART:{local(today)}Z", f"DTEND:{local(today + HOUR)}Z"]
    refused = {
        "text": (b"hello", 422), "nothing": (b"", 422), "large": (b"x" * (calendar_process.MAX_BYTES + 1), 413),
        "second": (calendar(event("a", *begins, "RRULE:FREQ=SECONDLY")), 422),
        "minutes": (calendar(event("a", *begins, "RRULE:FREQ=DAILY;BYHOUR=1,2,3")), 422),
        "many": (calendar(*(event(f"e{number}", *begins) for number in range(2_001))), 413),
    }  # fmt: skip
    statuses = {name: (await preview(duties.desk.alice, content))["status"] for name, (content, _) in refused.items()}
    assert statuses == {name: status for name, (_, status) in refused.items()}
    assert (await preview(duties.desk.bob, calendar()))["status"] == 403
    assert (await preview(duties.desk.alice, calendar()))["new"] == []


# -- times of calendars ---------------------------------------------------------------------------------------------------

SINCE, UNTIL = datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "starts_at", "ends_at"),
    [
        ([f"DTSTART;{BRUSSELS}:20261024T230000", f"DTEND;{BRUSSELS}:20261025T070000"], "2026-10-24T21:00", "2026-10-25T06:00"),
        (["DTSTART:20261024T230000", "DTEND:20261025T070000"], "2026-10-24T21:00", "2026-10-25T06:00"),
        (["DTSTART;VALUE=DATE:20261024", "DTEND;VALUE=DATE:20261025"], "2026-10-24T05:00", "2026-10-25T06:00"),
        (["DTSTART;TZID=America/New_York:20261024T170000", "DURATION:PT8H"], "2026-10-24T21:00", "2026-10-25T05:00"),
    ],
)
def test_times_of_a_calendar_are_right_in_the_night_of_the_clock_change(lines: list[str], starts_at: str, ends_at: str) -> None:
    status, found = calendar_process.read(calendar(event("a", *lines)), SINCE, UNTIL)
    assert status == 0
    assert [(each["starts_at"][:16], each["ends_at"][:16]) for each in found["entries"]] == [(starts_at, ends_at)]


def test_a_moved_event_of_a_series_keeps_its_key() -> None:
    series = event("s", f"DTSTART;{BRUSSELS}:20261020T230000", "DURATION:PT8H", "RRULE:FREQ=DAILY;COUNT=3")
    moved = event("s", f"RECURRENCE-ID;{BRUSSELS}:20261021T230000", f"DTSTART;{BRUSSELS}:20261022T010000", "DURATION:PT6H")
    before = calendar_process.read(calendar(series), SINCE, UNTIL)[1]["entries"]
    after = calendar_process.read(calendar(series, moved), SINCE, UNTIL)[1]["entries"]
    assert [each["key"] for each in before] == [each["key"] for each in after]
    assert before[1]["starts_at"] != after[1]["starts_at"]


def test_cancelled_events_are_left_out() -> None:
    lines = [f"DTSTART;{BRUSSELS}:20261024T230000", f"DTEND;{BRUSSELS}:20261025T070000", "STATUS:CANCELLED"]
    assert calendar_process.read(calendar(event("a", *lines)), SINCE, UNTIL)[1]["entries"] == []


def test_events_without_an_id_have_different_keys() -> None:
    lines = "\r\n".join(["BEGIN:VEVENT", "SUMMARY:Bob", "DTSTART:202610{}T070000Z", "DURATION:PT8H", "END:VEVENT"])
    found = calendar_process.read(calendar(lines.format(21), lines.format(22)), SINCE, UNTIL)[1]["entries"]
    assert len({each["key"] for each in found}) == 2
