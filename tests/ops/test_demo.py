"""The demo shows a desk at work: through the real commands, in the proportions of the seed, and plainly invented."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import select

from board import demo
from board.accounts import accounts, login
from board.commands.alarms import alarm_steps
from board.config.alarm_rules import AlarmRules
from board.config.settings import Settings
from board.config.speeds import load_speeds
from board.demo import data_dir, seed, seed_data
from board.demo.data_dir import AlreadyRunning
from board.engine import hash_chain, journal, program_accounts, snapshot
from board.errors import OperationError
from board.reach.contradictions import find_contradictions
from board.reach.rail_network import rail_network
from board.reach.search_at import read_search
from board.reach.sentences import pair_sentence
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS, Board
from models.db.database import Database
from models.times import format_utc, now

KINDS = {"runaway", "parental_abduction", "unaccompanied_minor", "third_party_abduction", "undefined"}
AROUND_BELGIUM = ((49.4, 51.6), (1.8, 8.1))  # latitudes, longitudes: the country and the surroundings of its borders


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo, as it is right after it was made. A step that the desk refuses fails here, by name."""
    path = tmp_path_factory.mktemp("demo") / "board.db"
    asyncio.run(seed.create(Settings(_env_file=None, database_url=f"sqlite:///{path}")))
    database = Database(f"sqlite:///{path}")
    yield database
    asyncio.run(database.close())


def on(database: Database, board: str, email: str = "alice@demo.example") -> list[dict[str, Any]]:
    """The entities of a board, as somebody sees them."""

    def read(session: Any) -> list[dict[str, Any]]:
        reader = accounts.find(session, email)
        return [orjson.loads(each) for each in snapshot.entities(session, session.get(Board, board), reader.id)]

    return database.read_now(read)


def searches(database: Database, email: str = "alice@demo.example") -> dict[str, dict[str, Any]]:
    return {each["id"]: each["state"] for each in on(database, OPERATIONS, email) if each["kind"] == "search"}


def test_it_has_about_a_dozen_searches_in_the_proportions_of_the_seed(played: Database) -> None:
    kinds = Counter(state["kind"] for state in searches(played).values())
    assert 10 <= kinds.total() <= 16
    assert set(kinds) == KINDS
    assert 0.55 <= kinds["runaway"] / kinds.total() <= 0.8
    assert kinds["parental_abduction"] == 2


def test_its_coordinator_holds_the_shift(played: Database) -> None:
    (shift,) = [each["state"] for each in on(played, OPERATIONS) if each["kind"] == "shift"]
    alice = played.read_now(lambda session: accounts.find(session, "alice@demo.example").id)
    assert (shift["holder"], shift["before"], shift["handover"]) == (alice, None, None)
    assert shift["reason"]


def test_four_people_are_on_duty_and_the_plan_has_one_hole(played: Database) -> None:
    duties = [each["state"] for each in on(played, OPERATIONS) if each["kind"] == "duty"]
    planned = [each["state"] for each in on(played, OPERATIONS) if each["kind"] == "planned_duty"]
    assert len({duty["account"] for duty in duties if duty["ended_at"] is None}) == 4
    spans = sorted({(state["starts_at"], state["ends_at"]) for state in planned})
    assert [after[0] == before[1] for before, after in pairwise(spans)].count(False) == 1
    confirmed = {(duty["account"], duty["until"]) for duty in duties}
    at = format_utc(now())
    present = {(each["account"], each["ends_at"]) for each in planned if each["starts_at"] <= at < each["ends_at"]}
    assert present == confirmed


def test_about_a_fifth_meet_a_criterion_of_a_worrying_disappearance(played: Database) -> None:
    every = list(searches(played).values())
    meet = [each for each in every if any(one["answer"] == "yes" for one in each["criteria"].values())]
    assert 0.15 <= len(meet) / len(every) <= 0.3
    assert all(each["worrying"] is None for each in every)  # a person decides that, not the demo


def test_some_are_open_some_are_found_and_some_are_closed(played: Database) -> None:
    status = Counter(state["status"] for state in searches(played).values())
    assert set(status) == {"open", "found", "closed"}
    assert status["open"] > status["found"] + status["closed"]


def test_every_child_is_marked_as_invented(played: Database) -> None:
    for state in searches(played).values():
        assert state["reference"].startswith("DEMO-")
        assert state["person"]["description"].startswith(seed_data.INVENTED_PREFIX)


def test_everybody_in_it_has_an_address_that_can_not_exist(played: Database) -> None:
    people = played.read_now(lambda session: list(session.exec(select(Account))))
    assert people
    assert all(person.email.endswith("@demo.example") for person in people)  # RFC 2606


def test_named_accounts_sign_in_with_the_printed_password(played: Database) -> None:
    told = demo.log_ins()
    named = {person.email: person for person in seed_data.people() if person.signs_in}
    for account in played.read_now(lambda session: list(session.exec(select(Account)))):
        right = login._verify(account.password, seed.PASSWORD)
        assert right == (account.email in named) == (account.email in told), account.email
    assert seed.PASSWORD in told
    assert {person.role for person in named.values()} == {"viewer", "investigator", "coordinator", "admin"}


def test_the_app_in_it_is_a_program_and_no_colleague(played: Database) -> None:
    app = played.read_now(lambda session: accounts.find(session, "app@demo.example").id)
    assert played.read_now(program_accounts.all_program_accounts) == {app}


def test_demo_of_an_earlier_version_is_not_served_with_a_wrong_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (installation := tmp_path / data_dir.NAME / "installation").mkdir(parents=True)
    (installation / demo.STAMP).touch()
    with pytest.raises(OperationError, match="--fresh"):
        demo.run(port=0)


def test_every_point_lies_around_belgium(played: Database) -> None:
    spots = [spot for board in searches(played) for each in on(played, board) for spot in points(each["state"])]
    assert len(spots) > 40
    for lat, lon in spots:
        assert AROUND_BELGIUM[0][0] <= lat <= AROUND_BELGIUM[0][1]
        assert AROUND_BELGIUM[1][0] <= lon <= AROUND_BELGIUM[1][1]


def points(state: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    for group in (state.get("place"), state.get("last_seen")):
        if group and group["lat"] is not None:
            yield group["lat"], group["lon"]


def test_one_search_is_rich_and_goes_on_right_now(played: Database) -> None:
    board = next(id for id, state in searches(played).items() if state["reference"] == "DEMO-01")
    cards = [each for each in on(played, board) if each["kind"] in ("sighting", "task")]
    last = played.read_now(lambda session: session.get(Board, board).at)  # type: ignore[union-attr]
    assert len(cards) >= 20
    assert format_utc(now() - timedelta(minutes=10)) < last <= format_utc(now())


def test_exactly_one_pair_of_its_sightings_cannot_both_be_true(played: Database) -> None:
    found: dict[tuple[str, int, int], str] = {}
    for board, state in searches(played).items():
        search = played.read_now(lambda session, board=board: read_search(session, board, None))
        pairs = find_contradictions(search.seen(load_speeds().margin), load_speeds(), rail_network()).pairs
        found |= {(state["reference"], pair.first.number, pair.second.number): pair_sentence(pair) for pair in pairs}
    descriptions = {each["number"]: each["description"] for each in (state["state"] for state in _sightings(played, "DEMO-01"))}
    ((reference, first, second),) = found
    assert reference == "DEMO-01"
    assert "tram stop Zuid" in descriptions[first]
    assert "in front of the station" in descriptions[second]
    assert list(found.values()) == ["24 km in 4 min: not both"]


def _sightings(database: Database, reference: str) -> list[dict[str, Any]]:
    board = next(id for id, state in searches(database).items() if state["reference"] == reference)
    return [each for each in on(database, board) if each["kind"] == "sighting"]


def test_a_newcomer_sees_photos_a_picture_and_a_poster_that_was_given_out(played: Database) -> None:
    found = searches(played)
    board = next(id for id, state in found.items() if state["reference"] == "DEMO-01")
    files = {each["id"]: each["state"] for each in on(played, board) if each["kind"] == "file"}
    assert files[found[board]["photo"]]["picture"]
    assert found[board]["public_photo"] == found[board]["photo"], "it is on the wall, too"
    sightings = {each["id"] for each in on(played, board) if each["kind"] == "sighting"}
    assert sum(state["card"] in sightings and state["picture"] for state in files.values()) >= 2
    (poster,) = [each for each in on(played, board) if each["kind"] == "material"]
    assert (poster["state"]["what"], poster["state"]["ended_at"]) == ("poster", None)
    assert poster["state"]["content"]["photo"] == found[board]["photo"]
    given = [each["state"] for each in on(played, board) if each["kind"] == "distribution"]
    assert [(each["material"], each["take_down"]) for each in given] == [(poster["id"], None)] * 2
    assert sum(state["photo"] is not None for state in found.values()) > len(found) / 2


def test_a_members_only_search_is_hidden_from_those_outside(played: Database) -> None:
    hidden = set(searches(played)) - set(searches(played, "charlie@demo.example"))
    assert len(hidden) == 1
    assert set(searches(played, "bob@demo.example")) == set(searches(played))


def test_the_journal_it_makes_holds_and_lies_in_the_past(played: Database) -> None:
    def read(session: Any) -> list[tuple[str | None, str]]:
        return [(hash_chain.verify(session, board), board.at) for board in session.exec(select(Board))]

    for fault, at in played.read_now(read):
        assert fault is None
        assert at <= format_utc(now())


def test_a_sighting_some_tasks_and_a_grade_changed_in_its_history(played: Database) -> None:
    said: Counter[str] = Counter()
    for board in searches(played):
        said.update(each.type for each in played.read_now(lambda session, board=board: journal.events_after(session, board, 0)))
    for type in ("sighting.graded", "sighting.assessed", "card.moved", "card.assigned", "card.withdrawn", "search.status_set"):
        assert said[type] > 0, type


@pytest.mark.parametrize(
    ("text", "minutes"), [("-0:03", -3), ("-5:57", -357), ("-1d 3:10", -1630), ("+0:45", 45), ("+3d 0:00", 4320)]
)
def test_an_offset_says_how_long_ago(text: str, minutes: int) -> None:
    assert seed_data.offset(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "5:57", "-5", "-1d", "yesterday", "-5:5"])
def test_invalid_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an offset"):
        seed_data.offset(text)


# --- its folder


def test_it_lives_among_the_persons_own_data(tmp_path: Path) -> None:
    assert data_dir.choose({"HOME": str(tmp_path)}, "linux", tmp_path / "checkout") == tmp_path / ".local/share/searchboard-demo"
    assert data_dir.choose({"XDG_DATA_HOME": str(tmp_path)}, "linux", tmp_path / "checkout") == tmp_path / "searchboard-demo"


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "/nonexistent/home"}])
def test_demo_without_a_home_lives_in_the_checkout(environment: dict[str, str], tmp_path: Path) -> None:
    assert data_dir.choose(environment, "linux", tmp_path) == tmp_path / "demo"


def test_one_that_was_interrupted_leaves_the_old_one_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    with data_dir.replace_when_complete(place) as making:
        (making / "board.db").write_text("first")
    with pytest.raises(KeyboardInterrupt), data_dir.replace_when_complete(place) as making:
        stop_while_making(making)
    assert (place / "board.db").read_text() == "first"


def stop_while_making(making: Path) -> None:
    (making / "board.db").write_text("second")
    raise KeyboardInterrupt


def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        data_dir.locked(tmp_path / "demo"),
        pytest.raises(AlreadyRunning, match="running already"),
        data_dir.locked(tmp_path / "demo"),
    ):
        raise AssertionError
    with data_dir.locked(tmp_path / "demo"):  # free again
        pass


def test_no_promise_in_it_ended_before_somebody_extended_it(played: Database) -> None:
    until: dict[str, str | None] = {}
    for board in (*searches(played), OPERATIONS):
        for event in played.read_now(lambda session, board=board: journal.events_after(session, board, 0)):
            if event.kind == Alarm.KIND:
                former, state = until.get(event.entity), event.payload()["state"]
                assert former is None or event.at <= former, f"{event.type} at {event.at}, promised until {former}"
                until[event.entity] = state["until"] if state["taken_by"] and not state["ended_at"] else None
    assert any(until.values())


def test_its_alarms_are_raised_when_it_begins(played: Database) -> None:
    rules = AlarmRules()
    due = played.read_now(lambda session: alarm_steps.due_occasions(session, rules, now() - timedelta(days=7), now()))
    assert sum(map(len, due.values())) <= 1, "one may become due in the seconds after it was made"
