"""What a hub does to those who follow a channel when what they were shown holds no more, and what it can't be stopped by."""

import asyncio
import itertools

import pytest

from realtime import rounds
from realtime.hub import Hub
from tests.company import Company
from tests.test_presence import is_at, people


def _hub(company: Company) -> Hub:
    return company.server.desk.hub


async def test_who_begins_again_gets_a_snapshot_and_is_where_it_was(company: Company) -> None:
    search = await company.alice.open_search()
    alice, bob = await company.again(company.alice), await company.again(company.bob)
    for person in (alice, bob):
        await person.follow(search)
    await is_at(bob, search, "some card")
    await alice.until(lambda: people(alice, search))
    since = len(alice.heard)
    _hub(company).restart_all(_hub(company).channels[search])
    await alice.until(lambda: [each for each in alice.heard[since:] if each["type"] == "presence"])
    kinds = [each["type"] for each in alice.heard[since:] if each.get("board") == search]
    assert kinds == ["snapshot", "subscribed", "presence"]
    assert [each["card"] for each in people(alice, search) or []] == ["some card"]


async def test_who_leaves_while_it_is_to_begin_again_stays_away(company: Company) -> None:
    search = await company.alice.open_search()
    bob = await company.again(company.bob)
    await bob.follow(search)
    hub = _hub(company)
    (line,) = hub.channels[search].subscriptions
    hub.restart_all(hub.channels[search])
    hub.leave(line)
    await asyncio.gather(*hub._loose)
    assert search not in hub.channels
    assert not line.followed


async def test_a_fault_of_ours_in_opening_a_board_is_told_to_who_asked_and_to_nobody_else(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, other = await company.alice.open_search(), await company.alice.open_search()
    bob = await company.again(company.bob)
    await bob.follow(other)
    hub = _hub(company)

    async def fails(name: str) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr(hub.exchange, "follow", fails)
        refused = await bob.ask({"type": "subscribe", "board": search}, type="error", board=search)
    assert refused["code"] == "unavailable"
    assert search not in hub.channels
    await company.alice.do(other, "note.add", {"text": "on"})
    await bob.up_to(other, (await company.alice.snapshot(other))["seq"])
    await bob.follow(search)


async def test_a_round_that_fails_is_not_the_last_one(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []
    numbers, enough = itertools.count(), asyncio.Event()

    async def round() -> None:
        number = next(numbers)
        done.append(number)
        if number == 6:
            enough.set()
        if number in (1, 2, 4):
            raise RuntimeError("a fault")

    going = asyncio.create_task(rounds.every(0, round))
    await enough.wait()
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    assert done[:7] == list(range(7))
    assert len([each for each in caplog.records if each.name == "realtime.rounds"]) == 2  # one for each row of failures
