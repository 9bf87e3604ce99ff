"""Each user's path, from its beginning to its end, in each language: and in one that nobody speaks, in which no English is left.

A coordinator opens a search, appeals, is told "found", and closes it. An investigator works without a mouse. A hotline operator
takes three calls in a row. A viewer can do nothing and sees all they may. An administrator removes an account while it is
signed in elsewhere.
"""

import json
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from board.accounts import live_changes
from board.i18n import translate
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD, new_id, running_server
from tests.support.pseudo_locale import CODE, TEXTS, pseudo_locale_installed, texts_of, untranslated_words

pytestmark = pytest.mark.browser

# Each run takes the paths in English and in an invented language, which shows more than real ones do.
LANGUAGES = ("en", CODE, "fr", "nl", "de")
CAST = {
    "Alice": ("Аліса", "coordinator"),
    "Bob": ("Боб", "investigator"),
    "Victor": ("Віктор", "viewer"),
    "Ada": ("Ада", "admin"),
}
# Typed texts are in another script, so that none of them is taken for English.
NOOR, COAT, BUS, HARBOUR, REASON = "Олена", "Дівчина в червоному", "Вона в автобусі", "Хлопець у порту", "Її бачили вдома"
TYPED = [NOOR, COAT, BUS, HARBOUR, REASON, "Острів", "Тарас", *(name for name, _ in CAST.values())]
EMAILS = [f"{name.lower()}@desk.example" for name in CAST]


class Abroad(Browsers):
    """A desk whose people read one language."""

    language: str
    said: list[str]

    async def at(self, name: str) -> Window:
        return await self.window(name, locale=self.language)

    def words(self, text: str) -> str:
        """A text of ours, as these people read it."""
        return translate(text, self.language)

    async def learn(self, board: str) -> None:
        """Collect texts that the server wrote on a board in these people's names, such as first tasks."""
        alice = await self.person("Alice")
        for each in (board, "operations"):
            self.said += [text for entity in await alice.entities(each) for text in texts_of(entity["state"])]

    async def read(self, window: Window) -> None:
        """A look at the whole screen: it is in this language, and where nobody speaks it no word of English is left."""
        await expect(window("html")).to_have_attribute("lang", self.language)
        if self.language == CODE:
            typed = sorted([*TYPED, *EMAILS, *self.said], key=len, reverse=True)
            texts = await window.page.evaluate(TEXTS)
            left = [(untranslated_words(text, typed), place) for text, place in texts]
            assert [f"{words} in {place}" for words, place in left if words] == []


@pytest.fixture(scope="module", params=LANGUAGES)
async def abroad(request: Any, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Abroad]:
    language = request.param
    with pseudo_locale_installed(tmp_path_factory.mktemp("locales")) if language == CODE else nullcontext():
        async with running_server(tmp_path_factory.mktemp("desk")) as server:
            for name, (shown_as, role) in CAST.items():
                await live_changes.add_account(server.service, f"{name.lower()}@desk.example", shown_as, role, PASSWORD)
            async with Abroad(browser, server.url) as browsers:
                browsers.server, browsers.language, browsers.said = server, language, []
                yield browsers


@pytest.fixture
async def desk(abroad: Abroad) -> AsyncIterator[Abroad]:
    yield abroad
    await abroad.clear()


async def test_a_coordinator_opens_a_search_appeals_is_told_found_and_closes(desk: Abroad) -> None:
    alice, bob = await desk.at("Alice"), await desk.at("Bob")
    await bob.open("/")
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    await alice.fill(
        "open-search",
        {"kind": "runaway", "person.first_name": NOOR, "person.age": "11", "missing_since": "2026-11-24T15:10"},
    )
    await desk.read(alice)
    await send(alice)
    await alice.page.wait_for_url("**/searches/*")
    await alice.live()
    board = alice.page.url.rpartition("/")[2]
    await desk.learn(board)
    await expect(alice("article.task").first).to_be_visible()
    await expect(bob(f"[data-search='{board}']")).to_contain_text(NOOR)
    await desk.read(bob)

    await alice.choose("appeal")
    await alice("dialog input[value=posters]").check()
    await desk.read(alice)
    await send(alice)
    await bob.open(f"/searches/{board}")
    await expect(bob("[data-testid=appeal]")).to_be_visible()

    await alice.choose("set-status")
    await alice("dialog input[value=found]").check()
    outcome = {"outcome.place": "Острів", "outcome.condition": "well", "outcome.how": "police", "reason": REASON}
    await alice.fill("status", outcome)
    await alice.field("status", "outcome.family_told").check()
    await desk.read(alice)
    await send(alice)
    for window in (alice, bob):
        await expect(window("[data-testid=status]")).to_have_text(desk.words("Found"))
        await expect(window("[data-testid=appeal]")).to_have_count(0)
    await desk.learn(board)
    await desk.read(bob)

    await alice.choose("set-status")
    await alice("dialog input[value=closed]").check()
    await desk.read(alice)
    await alice.fill("status", {"reason": REASON, "acknowledge": REASON})
    await send(alice)
    await expect(bob("[data-testid=status]")).to_have_text(desk.words("Closed"))
    await expect(bob("[data-testid=acknowledge]")).to_contain_text(REASON)
    for act in ("appeal", "access", "add-task", "add-sighting", "edit-search"):
        await expect(alice(f"[data-act={act}]")).to_have_count(0)
    for window in (alice, bob):
        await window("[data-act=log]").click()
        await expect(window("[data-testid=history] > li").first).to_contain_text(REASON)
        await desk.read(window)


@pytest.mark.slow
async def test_an_investigator_works_without_a_mouse(desk: Abroad) -> None:
    board = await desk.search(person={"first_name": NOOR}, reference="2026-8001")
    await desk.learn(board)
    bob = await desk.at("Bob")
    keys = bob.page.keyboard
    await bob.open("/")
    await tab_to(bob, f"[data-search='{board}'] a")
    await keys.press("Enter")
    await bob.page.wait_for_url(f"**/searches/{board}")
    await bob.live()

    await keys.press("s")
    await expect(bob.field("add-sighting", "description")).to_be_focused()
    await keys.type(COAT)
    await keys.press("Control+Enter")
    await expect(bob("dialog")).to_have_count(0)
    card = await bob.id_of(COAT)
    await tab_to(bob, f"[data-card='{card}'] a")
    await keys.press("Enter")
    await bob.panel.wait_for()
    await tab_to(bob, "form[data-form=grade] [data-field='grade.source'] input:checked")
    await keys.press("B")
    await tab_to(bob, "form[data-form=grade] [data-field='grade.content'] input:checked")
    await keys.press("2")
    await tab_to(bob, "[data-act=grade]")
    await keys.press("Enter")
    await expect(bob.card(COAT).locator(".grade")).to_have_text("B2")
    await tab_to(bob, "form[data-form=note] textarea")
    await keys.type(REASON)
    await keys.press("Control+Enter")
    await expect(bob("li.note")).to_contain_text(REASON)
    await desk.read(bob)

    await keys.press("Escape")
    await keys.press("Escape")
    await expect(bob.panel).to_have_count(0)
    await tab_to(bob, f"[data-card='{card}'] a")
    await keys.press("m")
    await bob("dialog").wait_for()
    await desk.read(bob)
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(bob.column("todo").locator(f"[data-card='{card}']")).to_have_count(1)
    await bob.same_as_server(board)


async def test_a_hotline_operator_takes_three_calls_in_a_row(desk: Abroad) -> None:
    for number, name in ((8101, NOOR), (8102, "Тарас")):
        await desk.learn(await desk.search(person={"first_name": name}, reference=f"2026-{number}"))
    bob = await desk.at("Bob")
    keys = bob.page.keyboard
    await bob.open("/intake")
    await desk.read(bob)
    for number, said in ((8101, COAT), (8102, HARBOUR), (8101, BUS)):
        await expect(bob("#search")).to_be_focused()
        await keys.type(str(number))
        await bob(f"#search-list:visible [role=option]:has-text('{number}')").first.wait_for()
        for line in ("", said, "", "14:30"):  # the search that is offered, what was seen, no place, when
            await keys.type(line)
            await keys.press("Enter")
        await keys.press("Control+Enter")
        await expect(bob("[data-recent-call] a").filter(has_text=str(number)).first).to_be_visible()
    await expect(bob("[data-recent-call][data-number]")).to_have_count(3)
    await desk.read(bob)
    alice = await desk.person("Alice")
    boards = (await alice.http.get("/api/v1/boards")).json()["boards"]
    taken = {
        each["reference"]: [
            card["state"]["description"] for card in await alice.entities(each["board"]) if card["kind"] == "sighting"
        ]
        for each in boards
        if each.get("reference") in ("2026-8101", "2026-8102")
    }
    assert {reference: sorted(said) for reference, said in taken.items()} == {
        "2026-8101": sorted([COAT, BUS]),
        "2026-8102": [HARBOUR],
    }


COMMAND = """async ([path, body]) =>
  (await fetch(path, {method: "POST", body, headers: {"content-type": "application/json"}})).status"""
# Buttons that change nothing for other people.
LOOKING = {
    "all-read", "log", "board", "to-board", "close-card", "all-seen", "seen", "close", "history", "replay", "whats-new",
    "fold-header", "child", "more", "search-menu", "copy-link", "pages",
    "files", "campaign", "list", "map", "timeline",
}  # fmt: skip


async def test_a_viewer_sees_all_they_may_and_can_do_nothing(desk: Abroad) -> None:
    members = [(await (await desk.person(name)).http.get("/api/v1/me")).json()["id"] for name in ("Alice", "Bob")]
    secret = await desk.search(person={"first_name": "Тарас"}, access="members", members=members)
    board = await desk.search(person={"first_name": NOOR})
    card = await desk.sighting(board, COAT)
    bob = await desk.person("Bob")
    await bob.command(board, "note.add", {"text": REASON, "card": card})
    await desk.learn(board)
    victor = await desk.at("Victor")
    victor.may_fail("status of 40[34]")
    await victor.open("/")
    await expect(victor(f"[data-search='{board}']")).to_contain_text(NOOR)
    await expect(victor(f"[data-search='{secret}']")).to_have_count(0)
    await desk.read(victor)
    await victor.open(f"/searches/{board}/cards/{card}")
    await expect(victor("li.note")).to_contain_text(REASON)
    await expect(victor("[data-testid=history] > li").first).to_be_visible()
    acts = set(await victor.page.evaluate("[...document.querySelectorAll('[data-act]')].map((each) => each.dataset.act)"))
    assert acts <= LOOKING
    assert await victor("main form").count() == 0
    await desk.read(victor)
    for key in ("s", "t", "m", "e", "n"):
        await victor.page.keyboard.press(key)
    await expect(victor("dialog")).to_have_count(0)
    await bob.command(board, "card.move", {"card": card, "column": await victor.column("done").get_attribute("data-column")})
    await expect(victor.column("done").locator(f"[data-card='{card}']")).to_have_count(1)  # as it happens
    body = {"id": new_id(), "name": "note.add", "data": {"text": REASON}}
    assert await victor.page.evaluate(COMMAND, [f"/api/v1/boards/{board}/commands", json.dumps(body)]) == 403
    assert await victor.page.evaluate(COMMAND, [f"/api/v1/boards/{secret}/commands", json.dumps(body)]) == 404
    assert [(await victor.page.goto(path)).status for path in ("/intake", "/accounts")] == [403, 404]  # type: ignore[union-attr]
    await desk.read(victor)


@pytest.mark.slow
async def test_an_administrator_removes_an_account_that_is_signed_in_elsewhere(desk: Abroad) -> None:
    assert desk.server
    email = f"olga{new_id()}@desk.example"
    await live_changes.add_account(desk.server.service, email, "Ольга", "investigator", PASSWORD)
    desk.said += ["Ольга", email]
    board = await desk.search(person={"first_name": NOOR})
    await desk.sighting(board, COAT)
    olga, ada = await desk.stranger(locale=desk.language), await desk.at("Ada")
    olga.may_fail("401", "WebSocket")
    await olga.page.goto(f"/login?next=/searches/{board}")
    await olga.sign_in(email)
    await expect(olga.card(COAT)).to_be_visible()

    await ada.page.goto("/accounts")
    await ada("[name=q]").fill("Ольга")
    await ada.page.keyboard.press("Enter")
    await desk.read(ada)
    await ada("[data-testid=accounts] a", has_text="Ольга").last.click()
    await ada("form[data-form=enabled] button").click()
    await expect(ada("[data-testid=enabled]")).to_have_text(desk.words("No"))
    await desk.read(ada)

    await olga.page.wait_for_url("**/login?next=*")
    await expect(olga("[data-ended]")).to_be_visible()
    await expect(olga("body")).not_to_contain_text(COAT)
    await desk.read(olga)
    await olga.sign_in(email)
    await expect(olga("[data-testid=sign-in-error]")).to_be_visible()
    await desk.read(olga)


async def send(window: Window) -> None:
    await window("dialog [data-act=send]").click()
    await expect(window("dialog")).to_have_count(0)


async def tab_to(window: Window, selector: str) -> None:
    """Tab, as often as it takes: what can't be come to by it can't be worked without a mouse."""
    for _ in range(200):
        if await window.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        await window.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")
