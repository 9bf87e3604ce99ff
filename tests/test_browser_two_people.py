"""Two people work one search in two browsers: each sees at once what the other does, and can trust what they see."""

import pytest

from tests.office import Office

pytestmark = pytest.mark.browser


async def test_alice_adds_a_sighting_and_a_task_and_bob_sees_both_at_once(office: Office) -> None:
    board = await office.search()
    alice, bob = await office.both_at(board)
    await alice.add_sighting("Girl with a red coat at the Graslei", **{"place.text": "Graslei, Gent"})
    await bob.column("inbox").locator("article.sighting", has_text="red coat").wait_for()
    await bob.add_task("Ask the ferry for its pictures")
    await alice.column("todo").locator("article.task", has_text="ferry").wait_for()
    assert await alice.same_as_server(board) == await bob.same_as_server(board)
