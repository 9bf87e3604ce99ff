"""Two searches of one reference, of which one was hidden: who sees both is told, where the reference stands."""

import pytest
from playwright.async_api import expect

from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SAME = "[data-testid=same-reference]"


@pytest.mark.slow
async def test_duplicate_references_are_pointed_out_to_who_sees_both(browsers: Browsers) -> None:
    alice, bob = await browsers.person("Alice"), await browsers.person("Bob")
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    hidden = await browsers.search(person={"first_name": "Mila"}, reference="TWICE-1", access="members", members=[own])
    shown = await browsers.search(person={"first_name": "Wout"})
    await bob.command(shown, "search.update", {"reference": "TWICE-1"})
    hers, his = await browsers.window("Alice"), await browsers.window("Bob")
    for window in (hers, his):
        await window.open("/")
    await expect(hers(f"[data-search='{hidden}'] {SAME}")).to_have_text("not unique")
    await expect(hers(f"[data-search='{shown}'] {SAME}")).to_have_text("not unique")
    await expect(his(f"[data-search='{shown}'] .reference")).to_have_text("TWICE-1")
    await expect(his(SAME)).to_have_count(0)
    # it becomes visible
    await alice.command(hidden, "search.set_access", {"access": "desk", "members": []})
    await expect(his(SAME)).to_have_count(2)
    await his.open(f"/searches/{shown}")
    await his(f"{SAME} a").click()
    await expect(his("[data-testid=person]")).to_have_text("Mila")
    await his.live()
    await expect(his(f"{SAME} a")).to_have_attribute("href", f"/searches/{shown}")
    # and is unique again
    await alice.command(hidden, "search.update", {"reference": "TWICE-2"})
    await expect(his(SAME)).to_have_count(0)
