"""Every page and dialog in a language that nobody speaks, a third longer: no English is left on it, and nothing is cut off."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, TimeoutError, expect
from starlette.routing import Route

from board import app
from board.accounts import live_changes
from tests.browser.test_pages import overflow, shown
from tests.support.browser_window import PATIENCE_MS, Window
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD, running_server
from tests.support.pseudo_locale import CODE, CUT, TEXTS, pseudo_locale_installed, texts_of, untranslated_words

pytestmark = pytest.mark.browser

WIDTHS = {390: 844, 1400: 900}
ALONE = ("discard", "let-go", "seen", "all-seen", "close", "close-card", "later", "cancel", "take", "unassign")  # open no dialog
DIALOGS = {"open-search", "add-sighting", "add-task", "edit-search", "access", "appeal", "set-status", "move", "withdraw"}
MENUS = ":is([role=menu], [data-testid=card-menu])"
SEEN = "Дівчина в червоному пальті"
NO_PAGES = {  # for programs, and downloads
    "/healthz", "/readyz", "/metrics", "/handover.pdf", "/handover.md", "/handover/briefing.pdf",
    "/accounts/access.csv",
    "/help/titles.json", "/map/tiles.json", "/.well-known/security.txt",
}  # fmt: skip
CODES = {"/api", "/help"}  # names of fields as programs send them; and the documentation, which is in English
NO_PAGE = "Failed to load resource: the server responded with a status of 40"


@pytest.fixture(scope="module")
async def pseudo_browsers(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    """A server that speaks a language of its own, to people who type in another script than ours."""
    with pseudo_locale_installed(tmp_path_factory.mktemp("locales")):
        async with running_server(tmp_path_factory.mktemp("desk")) as server:
            for name, shown_as, role in (("Alice", "Аліса", "admin"), ("Bob", "Боб", "investigator")):
                await live_changes.add_account(server.service, f"{name.lower()}@desk.example", shown_as, role, PASSWORD)
            async with Browsers(browser, server.url) as browsers:
                browsers.server = server
                yield browsers


async def test_no_word_is_left_in_english_and_nothing_is_cut_off(pseudo_browsers: Browsers) -> None:
    board, typed = await worked_on(pseudo_browsers)
    stranger, alice = await pseudo_browsers.stranger(locale=CODE), await pseudo_browsers.window("Alice", locale=CODE)
    for window in (stranger, alice):
        window.may_fail(NO_PAGE)
    faults = await judged(stranger, "/login", typed)
    await stranger.page.locator("input[name=email]").fill("nobody@desk.example")
    await stranger.page.locator("input[name=password]").fill("nothing that fits")
    await stranger.page.locator("form button.primary").click()
    await expect(stranger("[data-testid=sign-in-error]")).to_contain_text("⟦")
    faults += await judged(stranger, None, typed)
    sighting, task = [await card_of(pseudo_browsers, board, kind) for kind in ("sighting", "task")]
    search = f"/searches/{board}"
    own = (await (await pseudo_browsers.person("Bob")).http.get("/api/v1/me")).json()["id"]
    some = [search, f"{search}/cards/{sighting}", f"{search}/cards/{task}", f"/accounts/{own}", "/searches/none", "/nothing/here"]
    leads = await pseudo_browsers.person("Alice")
    await leads.command("operations", "shift.take", {"reason": typed[0]})
    await leads.command("operations", "handover.prepare", {})
    for path in (*pages(pseudo_browsers), *some):
        faults += await judged(alice, path, typed)
    assert faults == [], "\n".join(faults)


@pytest.mark.slow
async def test_nor_in_any_dialog(pseudo_browsers: Browsers) -> None:
    board, typed = await worked_on(pseudo_browsers)
    alice = await pseudo_browsers.window("Alice", locale=CODE)
    sighting = await card_of(pseudo_browsers, board, "sighting")
    alice.page.set_default_navigation_timeout(6 * PATIENCE_MS)  # the same page dozens of times, one after the other
    seen: set[str] = set()
    faults: list[str] = []
    for path in ("/", f"/searches/{board}/cards/{sighting}"):
        await shown(alice, path)
        acts = await alice.page.evaluate(
            "[...new Set([...document.querySelectorAll('button[data-act]')].map((each) => each.dataset.act))]"
        )
        for act in (each for each in acts if each not in ALONE):
            button = alice(f"button[data-act='{act}']:enabled:visible").first
            if await button.count():
                await button.click()
            elif await alice(f"{MENUS} button[data-act='{act}']:enabled:not(.phone-only)").count():
                await alice.choose(act)
            else:
                continue
            if await opened(alice, PATIENCE_MS if act in DIALOGS else 1_000):
                seen.add(act)
                for more in await alice("dialog details:not([open]) summary").all():
                    await more.click()
                for choice in await alice("dialog input[name=status]").all():
                    await choice.check()
                    faults += [f"{act}: {fault}" for fault in await judged(alice, None, typed)]
                faults += [f"{act}: {fault}" for fault in await judged(alice, None, typed)]
                await alice.page.keyboard.press("Escape")
                await expect(alice("dialog[open]")).to_have_count(0)
            else:  # a menu, or another place on the page
                faults += [f"{act}: {fault}" for fault in await judged(alice, None, typed)]
                await shown(alice, path)
        for key in ("?", "Control+k"):
            await alice.page.keyboard.press(key)
            await alice("dialog[open]").wait_for()
            faults += [f"{key}: {fault}" for fault in await judged(alice, None, typed)]
            await alice.page.keyboard.press("Escape")
    assert seen >= DIALOGS
    assert faults == [], "\n".join(faults)


async def opened(window: Window, within_ms: float) -> bool:
    """Return whether a dialog opens."""
    try:
        await window("dialog[open]").wait_for(timeout=within_ms)
    except TimeoutError:
        return False
    return True


def pages(browsers: Browsers) -> list[str]:
    """Every page there is whose address has no name of something in it, whoever made it."""
    assert browsers.server
    routes = [route for route in app.create_app(browsers.server.service).routes if isinstance(route, Route)]
    paths = {route.path for route in routes if "GET" in (route.methods or ()) and "{" not in route.path}
    assert paths >= {"/", "/account", "/login"} | NO_PAGES
    return sorted(paths - NO_PAGES - CODES)


async def judged(window: Window, path: str | None, typed: list[str]) -> list[str]:
    """Open a page, if one is named; return what of it is in English, or cut off at a width."""
    if path is not None:
        await shown(window, path)
    where = path or window.page.url
    texts = await window.page.evaluate(TEXTS)
    assert any("⟦" in text for text, _ in texts), f"{where} is not in this language at all"
    faults = [
        f"{where}: {untranslated_words(text, typed)!r} in {place}" for text, place in texts if untranslated_words(text, typed)
    ]
    for width, height in WIDTHS.items():
        await window.page.set_viewport_size({"width": width, "height": height})
        faults += [f"{where} at {width}: {each}" for each in await overflow(window) + await window.page.evaluate(CUT)]
    return faults


async def card_of(browsers: Browsers, board: str, kind: str) -> str:
    alice = await browsers.person("Alice")
    cards = [each for each in await alice.entities(board) if each["kind"] == kind and not each["state"]["withdrawn"]]
    return str(max(cards, key=lambda each: len(str(each["state"])))["id"])


async def worked_on(browsers: Browsers) -> tuple[str, list[str]]:
    """A search on which all has happened that shows; its id, and all that was typed by anybody, the longest first."""
    alice, bob = await browsers.person("Alice"), await browsers.person("Bob")
    person = {"first_name": "Олена", "last_name": "Шевченко", "age": 11, "sex": "f", "description": "Руде волосся"}
    board = await browsers.search(
        person=person, last_seen={"text": "Вокзал"}, criteria={"under_13": {"answer": "yes", "basis": "Мати"}}
    )
    for outcome in ("credible", "confirmed", "not_the_child", "unverifiable", "duplicate"):
        card = await browsers.sighting(board, f"{SEEN} {outcome.translate(CYRILLIC)}")
        place = {"text": "Площа", "lat": 51.05, "lon": 3.72, "radius_m": 1500}
        await bob.command(
            board, "sighting.update", {"sighting": card, "place": place, "direction": "Захід", "source_name": "Іван"}
        )
        await bob.command(board, "sighting.grade", {"sighting": card, "grade": {"source": "B", "content": 2}})
        link = {"duplicate_of": await card_of(browsers, board, "sighting")} if outcome == "duplicate" else {}
        if link.get("duplicate_of") != card:
            await bob.command(board, "sighting.assess", {"sighting": card, "assessment": outcome, "reason": "Плащ"} | link)
    gone = await browsers.sighting(board, f"{SEEN} тут")
    await bob.command(board, "card.withdraw", {"card": gone, "reason": "Помилка"})
    me = (await alice.http.get("/api/v1/me")).json()["id"]
    task = {"title": "Спитати на поромі", "due": "2026-11-20T10:00:00Z", "priority": "urgent", "assignee": me}
    items = {"a": {"text": "Перше", "done": True, "rank": "a0"}, "b": {"text": "Друге", "done": False, "rank": "a1"}}
    await alice.command(board, "task.add", task | {"checklist": items, "instruction": "Т" * 60})
    late = await card_of(browsers, board, "task")
    for category in ("comment", "decision", "contact"):
        await bob.command(
            board, "note.add", {"text": f"Слово {category.translate(CYRILLIC)}", "category": category, "card": late}
        )
        await bob.command(board, "note.add", {"text": f"Усе {category.translate(CYRILLIC)}", "category": category})
    found = await browsers.search(person={"first_name": "Тарас"})
    ended = {"found_at": "2026-11-25T08:00:00Z", "condition": "well", "how": "sighting"}
    await alice.command(found, "search.set_status", {"status": "found", "reason": "Вдома", "outcome": ended})
    closed = await browsers.search(person={"first_name": "Петро"}, access="members", members=[me])
    await alice.command(closed, "search.set_status", {"status": "closed", "reason": "Кінець", "acknowledge": "as it is"})
    boards = [each["board"] for each in (await alice.http.get("/api/v1/boards")).json()["boards"]]
    typed = {text for each in boards for entity in await alice.entities(each) for text in texts_of(entity["state"])}
    people = ["alice@desk.example", "bob@desk.example", "nobody@desk.example"]
    parts = {line.strip() for text in typed for line in text.splitlines()}
    return board, people + sorted((each for each in typed | parts if " " in each or not each.isascii()), key=len, reverse=True)


# Codes in the script of those who type, so that none of them is taken for English.
CYRILLIC = str.maketrans("abcdefghijklmnoprstuvwxy_", "абцдефгхійклмноррстуввхи ")


async def test_a_word_in_english_and_one_that_is_cut_off_would_be_noticed(pseudo_browsers: Browsers) -> None:
    stranger = await pseudo_browsers.stranger(locale=CODE)
    assert await judged(stranger, "/login", []) == []
    await stranger.page.evaluate(
        """() => {
          const button = Object.assign(document.createElement("button"), {textContent: "Plain words"});
          Object.assign(button.style, {width: "10px", whiteSpace: "nowrap", overflow: "hidden"});
          document.querySelector("main").append(button);
        }"""
    )
    faults = await judged(stranger, None, [])
    assert [fault for fault in faults if "'Plain words' in" in fault]
    assert [fault for fault in faults if "at 390: Plain words |" in fault]
