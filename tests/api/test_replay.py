"""The page of a board's past is there for whoever may see the board, and what it is read from agrees with what readers have."""

from typing import Any

import pytest

from board.engine import erasure
from tests.support.team import Team


async def page(who: Any, path: str) -> str:
    """Return the script that draws the page at an address; "" where there is none."""
    answer = await who.http.get(path)
    assert answer.status_code in (200, 404), answer.text
    return answer.text.split('data-page="', 1)[1].split('"', 1)[0] if answer.status_code == 200 else ""


async def test_moment_in_the_address_shows_the_past_of_a_board(team: Team) -> None:
    search, secret = await team.alice.open_search(), await team.secret_search(team.bob)
    for path, live in ((f"/searches/{search}", "search"), (f"/searches/{search}/cards/any", "search"), ("/", "operations")):
        for query, drawn in (("", live), ("?at=1", "replay"), ("?at=", "replay"), ("?with=1", live)):
            assert await page(team.bob, path + query) == drawn
    assert await page(team.bob, f"/searches/{secret}?at=1") == "replay"
    assert await page(team.charlie, f"/searches/{secret}?at=1") == ""
    assert await page(team.charlie, "/searches/none?at=1") == await page(team.charlie, "/searches/operations?at=1") == ""


async def test_visitor_returns_to_the_moment_after_signing_in(team: Team) -> None:
    stranger = type(team.alice.http)(base_url=team.server.url)
    answer = await stranger.get("/?at=2026-11-24T22:00:00Z&with=3")
    await stranger.aclose()
    assert answer.status_code == 303
    assert "%3Fat%3D2026-11-24T22%3A00%3A00Z%26with%3D3" in answer.headers["location"]


@pytest.mark.both_backends
async def test_card_with_an_erased_event_shows_its_last_remaining_state(team: Team) -> None:
    """Readers who follow the events skip erased ones too, and so see this state."""
    alice = team.alice
    search = await alice.open_search()
    (added,) = (await alice.command(search, "sighting.add", {"description": "a girl", "clothing": "a red coat"}))["seqs"]
    card = next(id for kind, id in (await alice.snapshot(search))["entities"] if kind == "sighting")
    (said,) = (await alice.command(search, "sighting.update", {"sighting": card, "clothing": "of Zébulonne"}))["seqs"]
    await team.server.service.database.write(lambda session: erasure.erase(session, search, said))
    for at in (added, said):
        assert (await alice.snapshot(search, at=at))["entities"]["sighting", card]["clothing"] == "a red coat"
    assert ("sighting", card) not in (await alice.snapshot(search, at=added - 1))["entities"]
