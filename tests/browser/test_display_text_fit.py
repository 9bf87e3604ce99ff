"""Text fit of displays: text is cut only with an ellipsis, and a number never, with long words, in each language, and large
numbers."""

import json
from typing import Any

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display

pytestmark = pytest.mark.browser

SCREENS = [{"width": 1920, "height": 1080}, {"width": 1080, "height": 1920}, {"width": 3840, "height": 2160}]
LANGUAGES = ["en", "fr", "nl", "de"]
LONG = {"first_name": "Maximiliaan-Alexander", "age": 11}
PROMISE = {"occasion": "sighting_urgent", "name": "Maximiliaan", "until": "2026-11-26T03:04:05Z"}
# Clipped texts: words without an ellipsis, and numbers in any case. Titles of tasks are words.
CUT = """() => {
  const wall = document.querySelector(".display-root"), cut = [];
  const texts = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: node } = texts;
    if (!node.data.trim() || !node.parentElement.checkVisibility() || !node.parentElement.getClientRects().length) continue;
    const number = !node.parentElement.closest(".title");
    const parts = [[/\\S.*\\S|\\S/s, false], ...(number ? [[/\\d[\\d.,:\\s\\u202f]*\\d|\\d/g, true]] : [])];
    for (const [part, isNumber] of parts) {
      for (const { 0: text, index } of [...node.data.matchAll(new RegExp(part, "g"))]) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + text.length);
        const { left, top, bottom, height } = range.getBoundingClientRect();
        let { right } = range.getBoundingClientRect();
        for (let within = node.parentElement; within !== document.body; within = within.parentElement) {
          const style = getComputedStyle(within), sight = within.getBoundingClientRect(), hides = style.overflowX !== "visible";
          if (!hides) continue;
          const low = bottom > sight.bottom + height / 6 || top < sight.top - height / 6;
          const wide = right > sight.right + 1 || left < sight.left - 1;
          const dotted = style.textOverflow === "ellipsis" && within.scrollWidth > within.clientWidth + 1;
          const dots = dotted && right > sight.right - parseFloat(style.fontSize);
          if (low || (isNumber ? wide || dots : wide && !dotted)) cut.push(`${text} in ${within.className}`);
          right = Math.min(right, sight.right); // what an ellipsis stands for is out of sight
        }
      }
    }
  }
  return cut;
}"""
WORDS = """(what) => [...document.querySelectorAll(what)].map((each) => each.textContent.trim())"""


class Crowded:
    """A display whose server counts much, and says long names."""

    def __init__(self) -> None:
        self.sockets: list[WebSocketRoute] = []

    async def listen(self, window: Window) -> None:
        await window.page.route_web_socket("**/ws**", self._opened)

    def _opened(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self.sockets.append(socket)
        server.on_message(lambda frame: socket.send(self._told(frame)))

    def _told(self, frame: Any) -> Any:
        told = json.loads(frame)
        if told["type"] == "shift":
            told["shift"] = {"number": 1, "name": "Bartholomeus Vandenbroucke-Desmedt", "since": "2026-11-26T03:04:05Z"}
        for summary in told["searches"].values() if told["type"] == "summary" else ():
            summary["promise"] = summary["promise"] and summary["promise"] | PROMISE
        return json.dumps(told)

    def counts(self, count: int, promise: dict[str, str] | None, searches: list[str]) -> None:
        many = {
            "open_tasks": count, "overdue_tasks": count, "overdue_open": count, "promised": [], "unassessed_sightings": count,
            "last": None, "promise": promise, "unanswered": {"late_open": {"look": 0, "judge": 0, "pass_on": 0}},
        }  # fmt: skip
        self.sockets[-1].send(json.dumps({"type": "summary", "board": "operations", "searches": dict.fromkeys(searches, many)}))


@pytest.fixture(scope="module")
async def searches(browser_server: Browsers) -> list[str]:
    """Three searches of which there is much to say, and long names in them. Of the first one there are alarms: nobody leads it,
    and of the others Alice took note by what she did."""
    browsers = browser_server
    alice = await browsers.person("Alice")
    searches: list[str] = []
    for kind in ("runaway", "unaccompanied_minor", "parental_abduction"):
        own = (await alice.http.get("/api/v1/me")).json()["id"]
        search = await browsers.search(kind=kind, person=LONG, **({"lead": own} if searches else {}))
        await alice.command(search, "search.set_worrying", {"worrying": True, "basis": "needs medicine"})
        await alice.command(search, "search.set_appeal", {"level": "public", "until": "2027-12-26T12:00:00Z"})
        for text in ("one", "two"):
            await alice.command(search, "sighting.add", {"description": text, "priority": "urgent"})
        for number in range(12):
            await alice.command(search, "task.add", {"title": f"Something to do {number}", "due": "2026-01-01T10:00:00Z"})
        searches.append(search)
    return searches


async def shows(wall: Window, size: Any) -> None:
    await wall.page.set_viewport_size(size)
    await wall.page.evaluate("() => new Promise((done) => setTimeout(done, 1100))")  # it draws once a second
    assert await wall.page.evaluate(CUT) == [], size


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_all_searches_view_cuts_no_number_and_no_word_without_an_ellipsis(
    browsers: Browsers, searches: list[str], language: str
) -> None:
    wall, _ = await open_display(browsers, ["operations"], language=language)
    crowded = Crowded()
    await crowded.listen(wall)
    await wall.page.goto("/wall")
    await expect(wall(f"[data-search='{searches[0]}']")).to_be_visible()
    for count, promise in ((4, None), (1234, None), (1234, PROMISE)):
        crowded.counts(count, promise, searches)
        for size in SCREENS:
            await shows(wall, size)
            numbers = await wall.page.evaluate(WORDS, f"[data-search='{searches[-1]}'] .count:is(.over, .new)")
            assert len(numbers) == 2
    assert await wall.page.evaluate(WORDS, ".display-header .count") != []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_single_search_view_cuts_no_number_and_no_word_without_an_ellipsis(
    browsers: Browsers, searches: list[str], language: str
) -> None:
    search = searches[1]
    wall, _ = await open_display(browsers, [search, "operations"], language=language, every_s=3600)  # its turn outlasts the test
    await wall.page.goto("/wall")
    for size in SCREENS:
        await expect(wall(f".single-search[data-search='{search}']")).to_be_visible()
        await shows(wall, size)
        await expect(wall(".open-cards")).to_be_visible()
        lines = await wall.page.evaluate(WORDS, ".open-cards li:not(.rest)")
        left = "".join(await wall.page.evaluate(WORDS, ".open-cards .rest"))  # none where there is room for all
        assert int("".join(filter(str.isdigit, left)) or 0) + len(lines) >= 14, left


# By how much the box of a name is narrower than its letters, and whether the sentence beside it is cut. Browsers draw an ellipsis
# for the smallest part of a pixel, which no rounded width tells.
LACKS = """() => {
  const [name, text] = [".alarm-name", ".alarm-text"].map((each) => document.querySelector(`.alarm-row ${each}`));
  const letters = document.createRange();
  letters.selectNodeContents(name);
  const row = document.querySelector(".news-line").getBoundingClientRect(), says = text.getBoundingClientRect();
  const isCut = text.scrollWidth > text.clientWidth || says.top < row.top || says.bottom > row.bottom;
  return [letters.getBoundingClientRect().width - name.getBoundingClientRect().width, isCut];
}"""


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_alarm_names_the_child_and_says_all_on_an_upright_screen(browsers: Browsers, language: str) -> None:
    board, bob = await browsers.search(person={"first_name": "Noor", "age": 11}), await browsers.person("Bob")
    await bob.command(board, "sighting.add", {"description": "at the tram stop", "priority": "urgent"})
    wall, _ = await open_display(browsers, [board], language=language, profile="inner")
    await wall.page.set_viewport_size({"width": 1080, "height": 1920})
    await wall.page.goto("/wall")
    await expect(wall(".alarm-row .alarm-name")).to_contain_text("Noor")
    lacks, is_cut = await wall.page.evaluate(LACKS)
    assert not is_cut
    assert lacks <= 0
