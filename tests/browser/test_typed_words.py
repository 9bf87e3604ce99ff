"""Typed words, which may be a name, are in no address that the browser asks for or keeps."""

import pytest
from playwright.async_api import expect

from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

WORD = "zebulonne"  # of the child
PLACE = "brugg"


async def test_typed_words_are_in_no_address(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": WORD.title()})
    alice = await browsers.window("Alice")
    asked: list[str] = []
    alice.page.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer')}"))

    await alice.open("/")
    async with alice.page.expect_response("**/api/v1/find"):
        await alice.page.keyboard.press("Control+k")
        await alice.page.keyboard.type(WORD)
    await expect(alice("[role=option]").filter(has_text=WORD.title()).first).to_be_visible()
    await alice.page.keyboard.press("Escape")
    async with alice.page.expect_response("**/api/v1/find"):
        await alice.page.keyboard.press("/")
        await alice.page.keyboard.type(WORD)
    await expect(alice("[data-hit]")).to_have_count(1)

    await alice.open("/intake")
    async with alice.page.expect_response("**/api/v1/intake/searches"):
        await alice("#search").fill(WORD)

    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-sighting]").click()
    async with alice.page.expect_response("**/api/v1/places"):
        await alice.field("add-sighting", "place.text").fill(PLACE)

    await alice.page.goto("/closed")
    await alice("[name=q]").fill(WORD)
    await alice.page.keyboard.press("Enter")
    await alice.page.wait_for_url("**/closed?words=*")
    await expect(alice("[name=q]")).to_have_value(WORD)
    await alice.page.reload()
    await expect(alice("[name=q]")).to_have_value(WORD)

    assert len(asked) > 20, "the requests are seen"
    assert [address for address in asked if WORD in address.casefold() or PLACE in address.casefold()] == []
