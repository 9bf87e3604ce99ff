"""Who is here: one entry for each socket that said so, to those who follow the same board, gone when it leaves."""

from typing import Any

import pytest

from tests.cast import Person
from tests.company import Company


def people(person: Person, board: str) -> list[dict[str, Any]] | None:
    """What this person last heard of who is on a board."""
    heard = [frame for frame in person.heard if frame["type"] == "presence" and frame["board"] == board]
    assert all(frame["count"] == len(frame["people"]) for frame in heard)
    return heard[-1]["people"] if heard else None


async def is_at(person: Person, board: str, card: str | None = None, editing: bool = False) -> None:
    await person.say({"type": "presence", "board": board, "card": card, "editing": editing})


async def test_who_is_where_is_told_to_those_who_follow_and_to_who_comes_later(company: Company) -> None:
    search = await company.alice.open_search()
    alice, bob = await company.again(company.alice), await company.again(company.bob)
    await alice.follow(search)
    await bob.follow(search)
    await is_at(bob, search, "some card", True)
    entry = {"account": bob.account["id"], "name": "Bob", "card": "some card", "editing": True}
    await alice.until(lambda: people(alice, search) == [entry])
    victor = await company.again(company.victor)
    await victor.follow(search)
    await victor.until(lambda: people(victor, search) == [entry])
    await is_at(bob, search)
    await alice.until(lambda: people(alice, search) == [entry | {"card": None, "editing": False}])


async def test_each_socket_is_one_entry_the_newest_last_and_is_gone_when_it_leaves(company: Company) -> None:
    search = await company.alice.open_search()
    alice, one, two = [await company.again(person) for person in (company.alice, company.bob, company.bob)]
    for person in (alice, one, two):
        await person.follow(search)
    await is_at(one, search, "a")
    await is_at(two, search, "b")
    await alice.until(lambda: [each["card"] for each in people(alice, search) or []] == ["a", "b"])
    await is_at(one, search, "c")
    await alice.until(lambda: [each["card"] for each in people(alice, search) or []] == ["b", "c"])
    await two.socket.close()
    await alice.until(lambda: [each["card"] for each in people(alice, search) or []] == ["c"])
    await one.say({"type": "unsubscribe", "board": search})
    await alice.until(lambda: people(alice, search) == [])


async def test_on_the_operations_board_nobody_is_at_a_card(company: Company) -> None:
    alice, bob = await company.again(company.alice), await company.again(company.bob)
    await alice.follow("operations")
    await bob.follow("operations")
    await is_at(bob, "operations", "a search of which nobody may know")
    entry = {"account": bob.account["id"], "name": "Bob", "editing": False}
    await alice.until(lambda: people(alice, "operations") == [entry])


async def test_one_is_only_where_one_looks(company: Company) -> None:
    search = await company.alice.open_search()
    bob = await company.again(company.bob)
    error = await bob.ask({"type": "presence", "board": search, "card": None, "editing": False}, type="error")
    assert (error["code"], error["board"]) == ("not_found", search)


@pytest.mark.parametrize("board", ["the search", "operations"])
async def test_who_looks_without_a_word_is_nobody(company: Company, board: str) -> None:
    search = await company.alice.open_search() if board == "the search" else board
    victor = await company.again(company.victor)
    await victor.follow(search)
    await victor.until(lambda: people(victor, search) is not None)
    assert victor.account["id"] not in [each["account"] for each in people(victor, search) or []]
