"""Child Alert: each line of its rules refuses and accepts, it ends once at its time, and everyone reads who decided."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from board.alarms.escalation import Escalation
from board.client import Refusal
from board.commands.searches import appeal_requirements as requirements
from board.commands.searches.appeals import with_period
from board.config.appeal_rules import FILE, load
from board.documents import poster
from board.paths import DATA
from models.board import OPERATIONS
from models.db.errors import ConfigurationError
from models.times import format_utc, now, parse_utc
from tests.api.test_alarms import Alarms
from tests.support.appeals import CONDITIONS, child_alert, decision, set_child_alert
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.handover_steps import take_shift
from tests.support.search_scenario import SearchScenario
from tests.support.server_clock import WallClock
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

HOUR = 60  # minutes
ENDED = "Say that the Child Alert has ended"


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


@pytest.fixture
async def alarms(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[Alarms]:
    """A worrying disappearance whose search Alice leads; the shift is held by Ada."""
    async with running_team(tmp_path, **installation) as team:
        search = await team.alice.open_search(lead=team.alice.account["id"])
        await team.ada.command(OPERATIONS, "shift.take", {"reason": "night"})
        yield Alarms(team, search, wall_clock)


async def worrying(scene: SearchScenario) -> None:
    await scene.does("search.set_worrying", {"worrying": True, "basis": "a van", "decided_by": decision("officer")})


async def appeal(alarms: Alarms) -> dict[str, Any]:
    return dict((await alarms.desk.alice.snapshot(alarms.search))["entities"]["search", alarms.search]["appeal"])


async def tasks(alarms: Alarms) -> int:
    entities = (await alarms.desk.alice.snapshot(alarms.search))["entities"]
    return sum(state.get("title") == ENDED for (kind, _), state in entities.items() if kind == "task")


# -- each line of its rules -----------------------------------------------------------------------------------------------


def without(key: str) -> dict[str, str]:
    return {name: basis for name, basis in CONDITIONS.items() if name != key}


def in_hours(hours: float) -> str:
    return format_utc(now() + timedelta(hours=hours))


LINES: dict[str, tuple[dict[str, Any], str]] = {
    "nobody decided": ({"decided_by": None}, "decided_by.role"),
    "an officer decided": ({"decided_by": decision("officer")}, "decided_by.role"),
    "the family decided": ({"decided_by": decision("family")}, "decided_by.role"),
    "Child Focus decided": ({"decided_by": decision("child_focus")}, "decided_by.role"),
    **{f"not met: {key}": ({"conditions": without(key)}, f"conditions.{key}") for key in CONDITIONS},
    "an unknown condition": ({"conditions": CONDITIONS | {"sunny": "yes"}}, "conditions.sunny"),
    "no photo, and no sentence": ({"no_photo": None}, "no_photo"),
    "longer than six hours": ({"until": in_hours(8)}, "until"),
    "an end that has passed": ({"from": in_hours(-7), "until": in_hours(-1)}, "until"),
}


@pytest.mark.parametrize("line", LINES)
async def test_each_line_refuses_with_a_sentence(scene: SearchScenario, line: str) -> None:
    changed, field = LINES[line]
    await worrying(scene)
    refused = await scene.refuses("invalid", "search.set_appeal", child_alert(**changed), field)
    assert "Child Alert" in refused.body["message"]
    assert "magistrate, public prosecutor or examining magistrate" in refused.body["message"]
    assert refused.fields[field]


@pytest.mark.parametrize("role", ["magistrate", "prosecutor", "examining_magistrate"])
async def test_each_line_accepts(scene: SearchScenario, role: str) -> None:
    await worrying(scene)
    made = decision(role)
    event = await scene.one("search.set_appeal", child_alert(decided_by=made))
    state = event["state"]["appeal"]
    assert (state["level"], state["decided_by"], state["conditions"]) == ("child_alert", made, CONDITIONS)
    assert parse_utc(state["until"]) - parse_utc(state["from"]) == timedelta(hours=6)


async def test_alert_needs_a_decision_that_it_is_worrying(scene: SearchScenario) -> None:
    for decided in (None, False):
        await scene.does("search.set_worrying", {"worrying": decided, "basis": "x"})
        refused = await scene.refuses("invalid", "search.set_appeal", child_alert(), "worrying")
        assert refused.fields["worrying"] == requirements.NOT_WORRYING


async def test_refusal_names_everything_that_is_missing_in_four_languages(team: Team, scene: SearchScenario) -> None:
    data = {"level": "child_alert"}
    fields = {"decided_by.role", "worrying", "no_photo", *(f"conditions.{key}" for key in CONDITIONS)}
    refused = await scene.refuses("invalid", "search.set_appeal", data, *fields)
    assert len(refused.fields) == len(fields)
    for language, word in (("fr", "juge d’instruction"), ("nl", "onderzoeksrechter"), ("de", "Untersuchungsrichter")):
        response = await team.alice.http.post(
            f"/api/v1/boards/{scene.search}/commands", headers={"accept-language": language},
            json={"id": f"refused-{language}", "name": "search.set_appeal", "data": data},
        )  # fmt: skip
        assert word in response.json()["message"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"role": "mayor"}, "decided_by.role"), ({"name": ""}, "decided_by.name"), ({"name": "x" * 201}, "decided_by.name"),
        ({"by_way": "rumour"}, "decided_by.by_way"), ({"at": "noon"}, "decided_by.at"), ({"at": in_hours(1)}, "decided_by.at"),
        ({"reference": "x" * 401}, "decided_by.reference"), ({"more": "x"}, "decided_by.more"),
    ],
)  # fmt: skip
async def test_wrong_decision_is_refused(scene: SearchScenario, changed: dict[str, Any], field: str) -> None:
    await worrying(scene)
    await scene.refuses("invalid", "search.set_appeal", child_alert(decided_by=decision() | changed), field)
    data = {"worrying": True, "basis": "x", "decided_by": decision("officer") | changed}
    await scene.refuses("invalid", "search.set_worrying", data, field)


async def test_other_levels_work_without_a_decision_as_before(scene: SearchScenario) -> None:
    for level in ("discreet", "posters", "public"):
        event = await scene.one("search.set_appeal", {"level": level})
        assert event["state"]["appeal"] == {"level": level, "from": None, "until": None}
    await scene.one("search.set_appeal", {"level": "posters", "decided_by": decision("officer")})
    await scene.refuses("invalid", "search.set_appeal", {"level": "public", "decided_by": decision("family")}, "decided_by.role")


# -- prolongations --------------------------------------------------------------------------------------------------------


async def test_alert_is_prolonged_three_times_by_new_decisions(scene: SearchScenario) -> None:
    await worrying(scene)
    await scene.does("search.set_appeal", child_alert())
    until = parse_utc((await scene.state("search", scene.search))["appeal"]["until"])
    for count in (1, 2, 3):
        later = format_utc(until + timedelta(hours=6))
        too_late = child_alert(until=format_utc(until + timedelta(hours=6, seconds=1)), decided_by=decision(name=f"N {count}"))
        await scene.refuses("invalid", "search.set_appeal", too_late, "until")
        former = (await scene.state("search", scene.search))["appeal"]["decided_by"]
        await scene.refuses("invalid", "search.set_appeal", child_alert(until=later, decided_by=former), "decided_by.at")
        await scene.does("search.set_appeal", child_alert(until=later, decided_by=decision(name=f"N {count}")))
        state = (await scene.state("search", scene.search))["appeal"]
        assert (state["prolonged"], state["until"]) == (count, later)
        until = parse_utc(later)
    data = child_alert(until=format_utc(until + timedelta(minutes=1)), decided_by=decision(name="again"))
    refused = await scene.refuses("invalid", "search.set_appeal", data, "until")
    assert "3" in refused.fields["until"]
    shorter = child_alert(until=format_utc(until - timedelta(hours=1)))
    assert (await scene.one("search.set_appeal", shorter))["state"]["appeal"]["prolonged"] == 3


# -- the end --------------------------------------------------------------------------------------------------------------


async def test_alert_ends_once_at_its_second_across_processes_and_restarts(alarms: Alarms) -> None:
    await set_child_alert(alarms.desk.alice, alarms.search)
    until = parse_utc((await appeal(alarms))["until"])
    minutes = (until - now()).total_seconds() / 60
    await alarms.after(minutes - 1 / 60)
    assert (await appeal(alarms))["level"] == "child_alert"
    alarms.clock.set(timedelta(minutes=minutes + 1 / 60))
    others = [Escalation(alarms.desk.server.service) for _ in range(4)]  # as of other processes, or after a restart
    await asyncio.gather(*(each.escalate() for each in others))
    assert await appeal(alarms) == {"level": "none", "from": None, "until": None}
    assert await tasks(alarms) == 1
    await asyncio.gather(*(Escalation(alarms.desk.server.service).escalate() for _ in range(4)))
    assert await tasks(alarms) == 1
    response = await alarms.desk.alice.http.get(f"/api/v1/boards/{alarms.search}/events", params={"limit": 1000})
    ends = [event for event in response.json()["events"] if event["type"] == "search.appeal_set" and event["actor"] is None]
    assert len(ends) == 1
    assert timedelta(0) <= parse_utc(ends[0]["at"]) - until < timedelta(seconds=3)
    # the same change is on the list of all searches
    assert (await alarms.desk.bob.snapshot(OPERATIONS))["entities"]["search", alarms.search]["appeal"]["level"] == "none"
    with pytest.raises(Refusal, match="conflict"):
        await alarms.desk.alice.command(alarms.search, "undo", {"seq": ends[0]["seq"]})
    assert await tasks(alarms) == 1


async def test_alert_in_the_past_ends_after_an_outage(alarms: Alarms) -> None:
    await set_child_alert(alarms.desk.alice, alarms.search)
    await alarms.after(3 * 24 * HOUR)
    assert ((await appeal(alarms))["level"], await tasks(alarms)) == ("none", 1)


async def test_public_appeal_before_it_is_set_again(alarms: Alarms) -> None:
    await alarms.desk.alice.command(alarms.search, "search.set_appeal", {"level": "public", "until": in_hours(48)})
    await set_child_alert(alarms.desk.alice, alarms.search)
    await alarms.after(6 * HOUR + 1)
    state = await appeal(alarms)
    assert (state["level"], "before" in state, await tasks(alarms)) == ("public", False, 1)


async def test_public_appeal_that_is_over_is_not_set_again(alarms: Alarms) -> None:
    await alarms.desk.alice.command(alarms.search, "search.set_appeal", {"level": "public", "until": in_hours(2)})
    await set_child_alert(alarms.desk.alice, alarms.search)
    await alarms.after(6 * HOUR + 1)
    assert (await appeal(alarms))["level"] == "none"


async def test_found_child_or_another_level_leaves_nothing_to_end(alarms: Alarms) -> None:
    await set_child_alert(alarms.desk.alice, alarms.search)
    await alarms.desk.alice.command(alarms.search, "search.set_appeal", {"level": "posters"})
    await alarms.after(7 * HOUR)
    assert ((await appeal(alarms))["level"], await tasks(alarms)) == ("posters", 0)


@pytest.mark.parametrize("night", ["2026-10-24T21:59:00Z", "2027-03-27T22:59:00Z"])  # 23:59, before clocks change at 3:00 or 2:00
async def test_alert_lasts_six_hours_in_the_night_of_the_clock_change(night: str) -> None:
    at = datetime.fromisoformat(night).astimezone(UTC)
    former = {"level": "none", "from": None, "until": None}
    rules = load().of("child_alert")
    state = with_period(former, rules, {"level": "child_alert", "from": None, "until": None}, format_utc(at))
    assert parse_utc(state["until"]) - at == timedelta(hours=6)


# -- who reads it ---------------------------------------------------------------------------------------------------------


async def test_history_handover_and_replay_say_who_decided(team: Team, scene: SearchScenario) -> None:
    await take_shift(team.alice)
    await worrying(scene)
    event = await scene.one("search.set_appeal", child_alert())
    history = (await team.alice.http.get(f"/searches/{scene.search}/history.md")).text
    assert "decided by E. De Wolf (magistrate)" in history
    assert "the decision of E. De Wolf (police officer)" in history
    report = (await team.alice.http.get("/handover.md")).text
    assert "decided by E. De Wolf, magistrate" in report
    past = await team.alice.snapshot(scene.search, at=event["seq"])
    assert past["entities"]["search", scene.search]["appeal"]["decided_by"]["reference"] == "FP 2026/1187"


async def test_material_takes_a_decision_and_old_texts_stay(scene: SearchScenario) -> None:
    await worrying(scene)
    await scene.does("search.set_appeal", child_alert())
    data = {"what": "poster", "languages": ["fr"], "shows": ["age"], "until": in_hours(5)}
    text = await scene.one("material.approve", data | {"decided_by": "Parket Gent"})
    assert (text["state"]["decided_by"], text["state"]["decision"]) == ("Parket Gent", None)
    made = await scene.one("material.approve", data | {"decided_by": decision()})
    assert (made["state"]["decided_by"], made["state"]["decision"]["role"]) == ("E. De Wolf", "magistrate")
    assert made["state"]["content"]["numbers"] == ["116 000", "0800 30 300"]
    await scene.refuses("invalid", "material.approve", data | {"decided_by": decision("family")}, "decision.role")
    await scene.refuses("invalid", "material.approve", data | {"decided_by": decision() | {"name": ""}}, "decision.name")
    await scene.refuses("invalid", "material.approve", data, "decided_by")
    for language, word in (("fr", "ou 0800"), ("nl", "of 0800"), ("de", "oder 0800"), ("en", "or 0800")):
        html = poster.html(poster.poster(made["state"], language, "a4"))
        assert "116 000" in html
        assert f"{word} 30 300" in html
    content = {name: value for name, value in text["state"]["content"].items() if name != "numbers"}
    earlier = text["state"] | {"content": content}
    assert "0800" not in poster.html(poster.poster(earlier, "fr", "a4"))


# -- the file -------------------------------------------------------------------------------------------------------------

DELIVERED = (DATA / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('["magistrate", "prosecutor"', '["mayor", "prosecutor"', 'decided_by = ["magistrate"'),
        ("max_hours = 6", "max_hours = 0", "max_hours"),
        ("max_hours = 6\n", "", "[levels.child_alert]"),
        ('"in_the_country", "recognisable"]', '"in_the_county"]', "conditions = "),
        ('numbers = ["116 000"', 'numbers = ["call us"', "numbers = "),
        ("[levels.child_alert]", "[levels.leaflet]", "[levels.leaflet]"),
        ('key = "danger"', 'key = "under_18"', 'key = "danger"'),
    ],
)
def test_wrong_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    # the second of two lines with the same text is the one of the Child Alert
    begin = DELIVERED.rindex(old)
    (tmp_path / FILE).write_text(DELIVERED[:begin] + new + DELIVERED[begin + len(old) :])
    with pytest.raises(ConfigurationError, match=rf"{FILE}, line \d+") as refused:
        load(str(tmp_path))
    number = int(str(refused.value).split("line ")[1].split(",")[0].split(":")[0])
    lines = DELIVERED.splitlines()
    expected = max(index for index, text in enumerate(lines, 1) if text.startswith(line)) if line in DELIVERED else number
    assert number == expected, refused.value


async def test_installation_can_change_who_decides(tmp_path: Path) -> None:
    at = DELIVERED.rindex('decided_by = ["magistrate"')
    (tmp_path / FILE).write_text(DELIVERED[:at] + DELIVERED[at:].replace('["magistrate", ', '["officer", "magistrate", ', 1))
    async with running_team(tmp_path, files_path=str(tmp_path)) as team:
        scene = SearchScenario(team, await team.alice.open_search())
        await worrying(scene)
        await scene.one("search.set_appeal", child_alert(decided_by=decision("officer")))
