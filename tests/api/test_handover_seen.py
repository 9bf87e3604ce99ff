"""A board that was read for a handover has been seen: by who signed it, and by who took it over."""

from models.board import OPERATIONS
from tests.api.test_unseen import news
from tests.support import handover_steps
from tests.support.people import Person
from tests.support.team import Team


async def events(who: Person, board: str) -> tuple[int, bool]:
    """Return how many events are new to a person on a board, and whether they have seen it before."""
    there = (await news(who))[board]
    return there["events"], there["seen"] is not None


async def test_reading_for_a_handover_is_seeing(team: Team) -> None:
    alice, ada, bob = team.alice, team.ada, team.bob
    search, other = await bob_opens(alice, ada), await alice.open_search()
    number = await handover_steps.prepare_handover(alice, incoming=ada.account["id"])
    assert await events(alice, search) == ((await news(alice))[search]["seq"], False)
    positions = await handover_steps.current_positions(alice)
    await alice.command(OPERATIONS, "handover.sign", {"handover": number, "positions": positions})
    assert (await events(alice, search))[1], "who signs it has seen it"
    assert (await news(alice))[search]["seen"]["seq"] >= positions[search]
    assert await events(ada, other) == ((await news(ada))[other]["seq"], False)
    at = (await ada.snapshot(other))["seq"]
    await ada.command(other, "handover.read", {"handover": number, "seq": at})
    assert await events(ada, other) == (0, True)
    assert await events(bob, other) == ((await news(bob))[other]["seq"], False), "nobody else has"
    # Marked only up to the position that was read.
    await bob.command(other, "note.add", {"text": "later"})
    assert await events(ada, other) == (1, True)
    await ada.command(other, "handover.read", {"handover": number, "seq": at})
    assert await events(ada, other) == (1, True)
    await handover_steps.take_shift(alice)


async def bob_opens(alice: Person, opener: Person) -> str:
    """A search that Alice has not looked at."""
    data = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
    return str((await opener.command(OPERATIONS, "search.open", data))["opened"])
