"""Whoever does too much at once is told so, for how long, and has everything kept."""

import pytest
from playwright.async_api import expect

from board.rate_limit import Taken
from tests.office import Office

pytestmark = pytest.mark.browser


async def test_what_was_too_much_is_kept_and_sent_when_the_server_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert office.server is not None
    limits = office.server.desk.limits
    board = await office.search()
    alice, bob = await office.both_at(board)
    with monkeypatch.context() as patch:
        asked: list[str] = []

        def refuse(account: str) -> Taken:
            asked.append(account)
            return Taken(limits.account, False, 0, 3.0)

        patch.setattr(limits, "said", refuse)
        await alice.add_sighting("A girl on tram 3")
        told = alice("[data-testid=too-many]")
        await expect(told).to_have_text("Too many changes at once: 1 is kept, and sent again in 3 s")
        card = alice.column("inbox").locator(".card.pending", has_text="A girl on tram 3")
        await expect(card).to_contain_text("waiting to be sent…")
        before = len(asked)
        await alice.add_sighting("A boy with a scooter")  # and waits with the first one
        await expect(told).to_have_text("Too many changes at once: 2 are kept, and sent again in 3 s")
        assert await bob.card("A girl on tram 3").count() == 0
    assert len(asked) <= before + 2  # nothing is sent over and over meanwhile
    for text in ("A girl on tram 3", "A boy with a scooter"):
        await expect(bob.card(text)).to_have_count(1)
        await expect(alice.column("inbox").locator(".card:not(.pending)", has_text=text)).to_have_count(1)
    await expect(told).to_have_count(0)
    await office.same(alice, bob, board)
