"""Photos on displays: the one of a search whose appeal is public, and no other byte of any file."""

import httpx2 as httpx
import pytest

from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.appeals import set_child_alert
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SIZES = ("thumb", "view", "original", "content")


async def fetched(screen: httpx.AsyncClient, board: str, file: str) -> list[int]:
    return [(await screen.get(uploads.file_path(board, file, size))).status_code for size in SIZES]


async def test_a_display_gets_the_public_photo_of_what_it_shows_and_no_other(team: Team) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    photo = await uploads.attach(team.bob, search, pictures.jpeg(), "MARKER-photo.jpg", caption="MARKER caption")
    second = await uploads.attach(team.bob, search, pictures.png(), "MARKER-second.png")
    letter = await uploads.attach(team.bob, search, b"MARKER letter", "MARKER.txt")
    foreign = await uploads.attach(team.bob, other, pictures.jpeg())
    for board, file in ((search, photo), (other, foreign)):
        await team.alice.command(board, "search.set_photo", {"file": file})
    browser = DisplayBrowser(team.server)
    await pair_browser(team.alice, browser, [search])
    screen = await browser.connect()
    shown = await screen.subscribe(search)
    assert await fetched(browser.http, search, photo) == [404, 404, 401, 401], "its appeal is not public"
    assert (shown.of_kind("search")[search]["public_photo"], shown.of_kind("file")) == (None, {})
    await team.alice.command(search, "search.set_appeal", {"level": "public"})
    await team.alice.command(other, "search.set_appeal", {"level": "public"})
    await screen.wait_until(lambda: shown.of_kind("search")[search]["public_photo"] == photo)
    assert "photo" not in shown.of_kind("search")[search]
    response = await browser.request("GET", uploads.file_path(search, photo, "view"))
    assert (response.status_code, response.content[8:12]) == (200, b"WEBP")
    tag = {"If-None-Match": response.headers["etag"]}
    assert (await browser.request("GET", uploads.file_path(search, photo, "view"), headers=tag)).status_code == 304
    assert await fetched(browser.http, search, photo) == [200, 200, 401, 401]
    for board, file in ((search, second), (search, letter), (other, foreign), (other, photo), (search, foreign)):
        assert await fetched(browser.http, board, file) == [404, 404, 401, 401]
    await team.alice.command(search, "search.set_appeal", {"level": "none"})
    for size in ("thumb", "view"):
        assert (await browser.request("GET", uploads.file_path(search, photo, size), headers=tag)).status_code == 404
    await screen.wait_until(lambda: shown.of_kind("search")[search]["public_photo"] is None)
    assert not any(b"MARKER" in each for each in browser.received)
    assert "MARKER" not in str(screen.frames)
    await screen.close()
    await browser.close()


async def test_a_display_of_all_searches_gets_their_public_photos(team: Team) -> None:
    search, secret = await team.alice.open_search(), await team.secret_search()
    files = {}
    for board in (search, secret):
        files[board] = await uploads.attach(team.alice, board, pictures.jpeg())
        await team.alice.command(board, "search.set_photo", {"file": files[board]})
        await set_child_alert(team.alice, board)
    browser = DisplayBrowser(team.server)
    display = await pair_browser(team.alice, browser, ["operations"])
    assert await fetched(browser.http, search, files[search]) == [200, 200, 401, 401]
    assert await fetched(browser.http, secret, files[secret]) == [404, 404, 401, 401]
    await team.alice.command(search, "file.withdraw", {"file": files[search], "reason": "the family asked"})
    assert await fetched(browser.http, search, files[search]) == [404, 404, 401, 401]
    await team.alice.http.delete(f"/api/v1/displays/{display['id']}")
    assert await fetched(browser.http, search, files[search]) == [401] * 4, "it is no display any more"
    await browser.close()
