"""Presence: one entry for each socket that announced itself, sent to subscribers of the same board, removed when it leaves."""

import json
import time
from typing import Any

import pytest

from realtime.bus.bus import MAX_MESSAGE_BYTES
from realtime.channels import presence
from realtime.channels.presence import Presence
from tests.support.people import Person
from tests.support.team import Team


def people(person: Person, board: str) -> list[dict[str, Any]] | None:
    """Return the presence on a board that this person last received."""
    heard = [frame for frame in person.frames if frame["type"] == "presence" and frame["board"] == board]
    assert all(frame["count"] == len(frame["people"]) for frame in heard)
    return heard[-1]["people"] if heard else None


async def is_at(person: Person, board: str, card: str | None = None, editing: bool = False) -> None:
    await person.send({"type": "presence", "board": board, "card": card, "editing": editing})


async def test_presence_is_sent_to_subscribers_and_to_later_ones(team: Team) -> None:
    search = await team.alice.open_search()
    alice, bob = await team.open_socket(team.alice), await team.open_socket(team.bob)
    await alice.subscribe(search)
    await bob.subscribe(search)
    await is_at(bob, search, "some card", True)
    entry = {"account": bob.account["id"], "name": "Bob", "card": "some card", "editing": True}
    await alice.wait_until(lambda: people(alice, search) == [entry])
    victor = await team.open_socket(team.victor)
    await victor.subscribe(search)
    await victor.wait_until(lambda: people(victor, search) == [entry])
    await is_at(bob, search)
    await alice.wait_until(lambda: people(alice, search) == [entry | {"card": None, "editing": False}])


async def test_each_socket_is_one_entry_newest_last_until_it_leaves(team: Team) -> None:
    search = await team.alice.open_search()
    alice, one, two = [await team.open_socket(person) for person in (team.alice, team.bob, team.bob)]
    for person in (alice, one, two):
        await person.subscribe(search)
    await is_at(one, search, "a")
    await is_at(two, search, "b")
    await alice.wait_until(lambda: [each["card"] for each in people(alice, search) or []] == ["a", "b"])
    await is_at(one, search, "c")
    await alice.wait_until(lambda: [each["card"] for each in people(alice, search) or []] == ["b", "c"])
    await two.socket.close()
    await alice.wait_until(lambda: [each["card"] for each in people(alice, search) or []] == ["c"])
    await one.send({"type": "unsubscribe", "board": search})
    await alice.wait_until(lambda: people(alice, search) == [])


async def test_nobody_is_at_a_card_of_the_operations_board(team: Team) -> None:
    alice, bob = await team.open_socket(team.alice), await team.open_socket(team.bob)
    await alice.subscribe("operations")
    await bob.subscribe("operations")
    await is_at(bob, "operations", "a search of which nobody may know")
    entry = {"account": bob.account["id"], "name": "Bob", "editing": False}
    await alice.wait_until(lambda: people(alice, "operations") == [entry])


async def test_one_is_only_where_one_looks(team: Team) -> None:
    search = await team.alice.open_search()
    bob = await team.open_socket(team.bob)
    error = await bob.request({"type": "presence", "board": search, "card": None, "editing": False}, type="error")
    assert (error["code"], error["board"]) == ("not_found", search)


@pytest.mark.parametrize("board", ["the search", "operations"])
async def test_silent_subscriber_is_not_present(team: Team, board: str) -> None:
    search = await team.alice.open_search() if board == "the search" else board
    victor = await team.open_socket(team.victor)
    await victor.subscribe(search)
    await victor.wait_until(lambda: people(victor, search) is not None)
    assert victor.account["id"] not in [each["account"] for each in people(victor, search) or []]


# -- between processes ---------------------------------------------------------------------------------------------------


class Somebody:
    """Stand-in for a connection, with what presence needs of it."""

    def __init__(self, name: str) -> None:
        self.account = {"id": name.lower(), "name": name}


def shown(crowds: Presence, channel: str) -> tuple[int, list[str]]:
    frame = json.loads(crowds.frame(channel))
    return frame["count"], [each["name"] for each in frame["people"]]


@pytest.fixture
def said() -> list[bytes]:
    return []


@pytest.fixture
def near(said: list[bytes]) -> Presence:
    """The process whose messages are `said`."""
    return Presence(lambda channel, message: said.append(message))


@pytest.fixture
def far() -> Presence:
    return Presence(lambda channel, message: None)


def enter(crowds: Presence, name: str, channel: str = "b") -> Any:
    somebody: Any = Somebody(name)
    crowds.enter(somebody, channel, {"editing": False})
    return somebody


def test_a_message_that_comes_again_or_late_changes_nothing(near: Presence, far: Presence, said: list[bytes]) -> None:
    alice = enter(near, "Alice")
    near.gossip_all()
    near.leave(alice, "b")
    near.gossip_all()
    assert len(said) == 2
    for message in (said[0], said[1], said[0]):
        far.on_gossip(message)
    assert shown(far, "b") == (0, [])


def test_same_place_entered_again_is_no_news(near: Presence) -> None:
    alice = enter(near, "Alice")
    assert list(near.due_channels({"b": 1})) == ["b"]
    near.enter(alice, "b", {"editing": False})
    assert not near._published["b"].changed
    near.enter(alice, "b", {"editing": True})
    assert near._published["b"].changed


def test_processes_that_are_remembered_are_bounded(far: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "MAX_PROCESSES", 3)
    for number in range(5):
        Presence(lambda channel, message: far.on_gossip(message), f"process {number}").gossip_all(ask=True)
    assert list(far._last_numbers) == ["process 2", "process 3", "process 4"]


def test_ones_own_message_is_not_counted_twice(near: Presence, said: list[bytes]) -> None:
    enter(near, "Alice")
    near.gossip_all()
    near.on_gossip(said[0])
    assert shown(near, "b") == (1, ["Alice"])


def test_the_newest_hundred_are_shown_and_all_are_counted(near: Presence, far: Presence, said: list[bytes]) -> None:
    for number in range(120):
        enter(near, f"N{number}")
        enter(far, f"F{number}")
    near.gossip_all()
    far.on_gossip(said[0])
    count, names = shown(far, "b")
    assert count == 240
    assert names == [f"{side}{number}" for number in range(70, 120) for side in "NF"]


def test_crowds_that_are_too_large_for_one_message_go_in_several(near: Presence, far: Presence, said: list[bytes]) -> None:
    for channel in range(20):
        for number in range(100):
            enter(near, f"Somebody of a long name, number {number}", f"board {channel}")
    near.gossip_all()
    assert len(said) > 1
    assert all(len(message) < MAX_MESSAGE_BYTES for message in said)
    for message in said:
        far.on_gossip(message)
    assert all(far.count(f"board {channel}") == 100 for channel in range(20))


def test_gossip_request_is_answered_and_leaving_is_announced(near: Presence, far: Presence, said: list[bytes]) -> None:
    enter(near, "Alice")
    asked: list[bytes] = []
    Presence(lambda channel, message: asked.append(message)).gossip_all(ask=True)
    near.on_gossip(asked[0])
    far.on_gossip(said[-1])
    assert shown(far, "b") == (1, ["Alice"])
    near.close()
    far.on_gossip(said[-1])
    assert shown(far, "b") == (0, [])


def test_entry_that_is_not_refreshed_expires(
    near: Presence, far: Presence, said: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(near, "Alice")
    near.gossip_all()
    far.on_gossip(said[0])
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + presence.EXPIRY_S - 1)
    far.gossip()
    assert far.count("b") == 1
    monkeypatch.setattr(time, "monotonic", lambda: now + presence.EXPIRY_S + 1)
    far.gossip()
    assert far.count("b") == 0


def test_presence_is_sent_once_a_second_and_to_crowds_less_often(near: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    told = []
    for tick in range(100):  # ten seconds, in each of which somebody comes
        monkeypatch.setattr(time, "monotonic", lambda tick=tick: now + tick / 10)
        enter(near, f"N{tick}")
        enter(near, f"N{tick}", "many")
        told += list(near.due_channels({"b": 3, "many": presence.CROWDED + 1}))
    assert told.count("b") == 10
    assert told.count("many") == 2
    assert not list(near.due_channels({})), "what nobody reads is forgotten"
