"""Files of a call: they wait in its form, go with it to its search, and are on its sighting; none gets into another call."""

import re
from typing import Any

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from tests.browser.test_files import HINT, MADE_MS, agree, choose, give, large_photo, photo
from tests.browser.test_intake import offered, taken
from tests.browser.test_pages import barriers, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

FORM = "form[data-form=intake]"
UPLOADS = f"{FORM} .upload"
# What is kept on the device comes back late.
SLOW_STORE = """const decrypt = SubtleCrypto.prototype.decrypt;
SubtleCrypto.prototype.decrypt = async function (...given) {
  await new Promise((done) => setTimeout(done, 500));
  return decrypt.apply(this, given);
};"""
CLOSE = {"status": "closed", "reason": "came home", "acknowledge": "as it is"}


async def at_the_phone(browsers: Browsers, **more: Any) -> Window:
    bob = await browsers.window("Bob", **more)
    await bob.open("/intake")
    return bob


async def choose_search(bob: Window, name: str) -> None:
    await bob("#search").fill(name.lower())
    await offered(bob, "search", name)
    await bob("#search").press("ArrowDown")  # an earlier test may have left a child of that name
    await bob("#search").press("Enter")


async def ready(bob: Window, count: int) -> None:
    await expect(bob(f"{UPLOADS}[data-state=ready]")).to_have_count(count, timeout=MADE_MS)


async def attached(bob: Window, says: str) -> None:
    await expect(bob("[data-recent-call]").first).to_contain_text(says, timeout=MADE_MS)


async def on_board(browsers: Browsers, board: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the sightings, and the states of the files."""
    entities = await (await browsers.person("Alice")).entities(board)
    return [each for each in entities if each["kind"] == "sighting"], [
        each["state"] for each in entities if each["kind"] == "file"
    ]


@pytest.mark.slow
async def test_files_of_a_call_are_on_its_sighting(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Odette"})
    bob = await at_the_phone(browsers)
    await choose_search(bob, "Odette")
    await bob("#text").fill("A girl at the tram stop")
    await choose(bob, photo(), {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear Sir"}, within=FORM)
    await expect(bob(HINT)).to_contain_text("stopchildporno.be")
    await expect(bob(UPLOADS)).to_have_count(0)
    await agree(bob)
    await ready(bob, 2)
    assert await give(bob, "paste", None, photo("pasted.jpg"))
    assert await give(bob, "drop", FORM, photo("dropped.jpg"))
    await ready(bob, 4)
    await bob.page.keyboard.press("Control+Enter")
    await taken(bob, 1)
    await attached(bob, "4 files attached")
    await expect(bob(".upload")).to_have_count(0)
    (sighting,), files = await on_board(browsers, board)
    assert {each["name"] for each in files} == {"tram.jpg", "letter.txt", "pasted.jpg", "dropped.jpg"}
    assert {each["card"] for each in files} == {sighting["id"]}
    assert {each["added_by"] for each in files} == {await (await browsers.person("Bob")).own_id()}


@pytest.mark.slow
async def test_files_follow_the_search_that_is_chosen_last(browsers: Browsers) -> None:
    wrong = await browsers.search(person={"first_name": "Pauline"})
    right = await browsers.search(person={"first_name": "Quirine"})
    bob = await at_the_phone(browsers)
    bob.may_fail("404")
    sent: list[str] = []
    bob.page.on("request", lambda each: sent.append(each.url) if each.method == "PATCH" else None)
    await choose(bob, photo(), within=FORM)
    await agree(bob)
    await expect(bob(UPLOADS)).to_contain_text("sent once a search is chosen")
    assert sent == []
    await choose_search(bob, "Pauline")
    await ready(bob, 1)
    first = await bob(UPLOADS).get_attribute("data-upload")
    await choose_search(bob, "Quirine")
    await expect(bob(UPLOADS)).not_to_have_attribute("data-upload", first or "")
    await ready(bob, 1)
    await bob("#text").fill("A girl alone")
    await bob.page.keyboard.press("Control+Enter")
    await attached(bob, "1 file attached")
    assert (await bob.http.get(f"/api/v1/boards/{wrong}/uploads/{first}")).status_code == 404, "it was given up there"
    assert await on_board(browsers, wrong) == ([], [])
    (sighting,), (file,) = await on_board(browsers, right)
    assert file["card"] == sighting["id"]


@pytest.mark.slow
async def test_files_of_a_call_survive_a_lost_line_and_a_reload(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Rosalie"})
    bob = await at_the_phone(browsers)
    bob.may_fail("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "404")  # the server is asked what it has of it

    async def cut(route: Route) -> None:
        await route.abort("internetdisconnected")

    await bob.context.route("**/uploads/*", cut)
    await choose_search(bob, "Rosalie")
    await bob("#text").fill("A girl at the harbour")
    await choose(bob, large_photo(), within=FORM)
    await agree(bob)
    await expect(bob(UPLOADS)).to_have_attribute("data-kept", "")
    await bob.reload()
    await bob.live()
    await expect(bob("#text")).to_have_value("A girl at the harbour")
    await expect(bob(UPLOADS)).to_contain_text("waiting for connection…")
    await bob.page.keyboard.press("Control+Enter")
    await taken(bob, 1)
    await expect(bob("[data-recent-call] .upload")).to_have_attribute("data-kept", "")
    await bob.reload()
    await bob.live()
    await expect(bob("[data-recent-call] .upload")).to_contain_text("noise.jpg")
    await expect(bob(UPLOADS)).to_have_count(0)
    await bob.context.unroute("**/uploads/*")
    await attached(bob, "1 file attached")
    (sighting,), (file,) = await on_board(browsers, board)
    assert (file["card"], file["name"]) == (sighting["id"], "noise.jpg")


@pytest.mark.slow
async def test_tip_takes_no_files_and_says_so(browsers: Browsers) -> None:
    await browsers.search(person={"first_name": "Sabien"})
    bob = await at_the_phone(browsers)
    await choose(bob, photo(), within=FORM)
    await agree(bob)
    await bob("[data-act=no-search]").click()
    row = bob("[data-row=files]")
    await expect(row).to_contain_text("A tip takes no files. Choose a search, or remove them here")
    await expect(row.locator("[data-act=add-files]")).to_have_count(0)
    assert await give(bob, "drop", FORM, photo("second.jpg"))  # the page stays, and takes none
    await expect(bob(UPLOADS)).to_have_count(1)
    await bob("#text").fill("A boy on a bicycle")
    await bob.page.keyboard.press("Control+Enter")
    await expect(bob("#files")).to_be_focused()
    await expect(bob("[data-recent-call]")).to_have_count(0)
    await bob("[data-act=cancel-upload]").click()
    await expect(row).to_contain_text("A tip takes no files. Add them once it is placed on a search.")
    await expect(bob("#send")).to_be_focused()
    await bob.page.keyboard.press("Control+Enter")
    await taken(bob, 1)
    await expect(bob("[data-recent-call]")).to_contain_text("Tip")


@pytest.mark.slow
async def test_refused_call_comes_back_with_its_files(browsers: Browsers) -> None:
    board, other = await browsers.search(person={"first_name": "Tamara"}), await browsers.search(person={"first_name": "Ulrike"})
    bob, is_cut = await browsers.window("Bob"), True

    def without_commands(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda frame: None if is_cut and '"type":"command"' in str(frame) else server.send(frame))

    await bob.page.route_web_socket("**/ws**", without_commands)
    await bob.open("/intake")
    await choose_search(bob, "Tamara")
    await bob("#text").fill("On the beach")
    await choose(bob, photo(), within=FORM)
    await agree(bob)
    await ready(bob, 1)
    await bob.page.keyboard.press("Control+Enter")
    await expect(bob("[data-recent-call] .upload")).to_contain_text("attached once the card is saved")
    await (await browsers.person("Alice")).command(board, "search.set_status", CLOSE)
    is_cut = False
    await bob.context.add_init_script(SLOW_STORE)
    await bob.reload()
    await expect(bob("[data-recent-call] .error")).to_contain_text("This search is closed")
    await bob("[data-act=mend]").click()  # the call is back, and its files are not yet
    await expect(bob("#text")).to_have_value("On the beach")
    await expect(bob(UPLOADS)).to_contain_text("tram.jpg")
    await choose_search(bob, "Ulrike")
    await ready(bob, 1)
    await bob.page.keyboard.press("Control+Enter")
    await attached(bob, "1 file attached")
    (sighting,), (file,) = await on_board(browsers, other)
    assert file["card"] == sighting["id"]
    assert await on_board(browsers, board) == ([], [])


@pytest.mark.slow
async def test_escape_brings_files_back_and_the_next_call_has_none_of_them(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Valerie"})
    bob = await at_the_phone(browsers)
    await choose_search(bob, "Valerie")
    await choose(bob, photo("first.jpg"), within=FORM)
    await bob.page.keyboard.press("Escape")  # leaves the hint alone
    await expect(bob(HINT)).to_have_count(0)
    await expect(bob("#search")).to_have_value(re.compile("Valerie"))
    await choose(bob, photo("first.jpg"), within=FORM)
    await agree(bob)
    await ready(bob, 1)
    await bob("#text").focus()
    await bob.page.keyboard.press("Escape")
    await expect(bob(UPLOADS)).to_have_count(0)
    await bob.page.keyboard.press("Escape")
    await expect(bob(UPLOADS)).to_contain_text("first.jpg")
    await bob.page.keyboard.press("Escape")
    await choose_search(bob, "Valerie")
    await bob("#text").fill("Another call")
    await choose(bob, photo("second.jpg"), within=FORM)
    await ready(bob, 1)
    await bob.page.keyboard.press("Control+Enter")
    await attached(bob, "1 file attached")
    _, files = await on_board(browsers, board)
    assert [each["name"] for each in files] == ["second.jpg"]
    waiting = await bob.page.evaluate("(async () => (await indexedDB.databases()).map(({ name }) => name))()")
    assert any("searchboard-uploads" in name for name in waiting)
    assert await bob.page.evaluate(KEPT) == 0, "what was cleared is not kept"


KEPT = """async () => {
  const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith("searchboard-uploads"));
  const database = await new Promise((done, fail) => Object.assign(indexedDB.open(name), {
    onsuccess: (event) => done(event.target.result), onerror: fail,
  }));
  const asked = database.transaction("items").objectStore("items").count();
  return new Promise((done) => { asked.onsuccess = () => done(asked.result); });
}"""


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1400])
async def test_files_of_a_call_fit_and_have_no_barrier(browsers: Browsers, width: int) -> None:
    await browsers.search(person={"first_name": "Wendela"})
    bob = await at_the_phone(browsers, viewport={"width": width, "height": 1800}, has_touch=width == 390, locale="de-BE")
    await choose_search(bob, "Wendela")
    await choose(bob, photo("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk.jpg"), photo("b.jpg"), within=FORM)
    assert await overflow(bob) == []
    assert await barriers(bob) == []
    await agree(bob)
    await ready(bob, 2)
    assert await overflow(bob) == []
    assert await barriers(bob) == []
