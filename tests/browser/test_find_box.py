"""Find box: people find by remembered words, see what a filter hides, and find both again by the address."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Route, expect

from tests.browser.test_pages import barriers, keep, overflow
from tests.support.browser_window import PATIENCE_MS, Window, wait_until
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

FIND = "**/api/v1/find"
PHONE = {"width": 390, "height": 844}


async def own_id(browsers: Browsers, name: str) -> str:
    return str((await (await browsers.person(name)).http.get("/api/v1/me")).json()["id"])


async def seek(window: Window, text: str) -> None:
    await window.page.keyboard.press("/")
    await expect(window("#find")).to_be_focused()
    await window.page.keyboard.type(text)


async def count(window: Window, text: str) -> None:
    await expect(window("[data-testid=found-count]")).to_contain_text(text)


async def hidden(window: Window, text: str) -> None:
    await expect(window("[data-testid=filtered] > b")).to_have_text(text)


async def choose(window: Window, name: str, value: str) -> None:
    """Choose in the menu of filters, which stays open until it is closed."""
    if not await window("#filters").is_visible():
        await window("[data-filter=menu]").click()
    await window(f"#filters select[data-filter={name}]").select_option(value)


async def searches(window: Window, column: str, *ours: str) -> list[str]:
    """Return our searches in a column of the operations board, in order."""
    shown: list[str] = await window(f"[data-column={column}] [data-search]").evaluate_all(
        "all => all.map((each) => each.dataset.search)"
    )
    return [each for each in shown if each in ours]


async def test_find_box_on_any_page_finds_only_visible_things(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    secret = await browsers.search(
        person={"first_name": "Xanthippe"}, access="members", members=[await own_id(browsers, "Alice")]
    )
    here = await browsers.search()
    card = await browsers.sighting(secret, "A red zeppelin, 🙂 over the <b>harbour</b>")
    await alice.command(secret, "note.add", {"text": "The zeppelin is still there"})
    await browsers.sighting(here, "Nothing but a Kíte")

    window, outsider = await browsers.window("Alice"), await browsers.window("Charlie")
    await outsider.open("/")
    await seek(outsider, "zeppelin")
    await count(outsider, "Nothing found in all searches. Try fewer letters, a number or a reference.")
    await expect(outsider("[role=option]")).to_have_count(0)
    own, hers = await own_id(browsers, "Alice"), await own_id(browsers, "Charlie")
    await outsider("#find").fill("")
    await outsider("h1").click()
    await alice.command(secret, "search.set_access", {"access": "members", "members": [own, hers]})
    await expect(outsider(f"[data-search='{secret}']")).to_be_visible()
    await seek(outsider, "zeppelin")
    await expect(outsider("[role=option]")).to_have_count(2)
    await alice.command(secret, "search.set_access", {"access": "members", "members": [own]})
    await expect(outsider("[role=option]")).to_have_count(0)  # the list is open while the right ends

    await window.open("/")
    await seek(window, "zepp harb")
    await count(window, "1 result in all searches")
    assert await window("[data-hit] mark").all_inner_texts() == ["zeppelin", "harbour"]
    await expect(window("[data-hit]")).to_contain_text("Xanthippe · Sighting")
    await expect(window("[data-hit] .snippet")).to_contain_text("🙂 over the <b>harbour</b>")
    await window("#find").fill("zeppelin")
    await count(window, "2 results in all searches")
    for _ in range(2):
        await window.page.keyboard.press("ArrowDown")
    sighting = window(f"[data-hit='{card}']")
    await expect(sighting).to_have_attribute("aria-selected", "true")
    await expect(window("#find")).to_have_attribute("aria-activedescendant", str(await sighting.get_attribute("id")))
    assert await barriers(window, ".operations-header") == []
    await keep(window, "find", 1400)
    await window.page.keyboard.press("Enter")
    await window.page.wait_for_url(f"**/searches/{secret}/cards/{card}")
    await expect(window.panel.locator("[data-testid=title]")).to_contain_text("zeppelin")

    await window.open(f"/searches/{here}")
    await window.card("Kíte").locator("a").focus()
    await seek(window, "zeppelin")
    await count(window, "Nothing found in this search. Try fewer letters, or all searches.")
    await expect(window("article.card")).to_have_count(0)
    await expect(window("[data-testid=filtered] > b")).to_contain_text("cards hidden")
    await window.page.keyboard.press("Enter")
    await count(window, "2 results in all searches")
    await window.page.keyboard.press("Escape")
    await expect(window("[data-testid=found]")).to_be_hidden()
    await window.page.keyboard.press("c")
    await expect(window.card("Kíte")).to_be_visible()
    await expect(window("[data-testid=filtered]")).to_have_count(0)
    await window.card("Kíte").locator("a").focus()
    await seek(window, "kite")
    await count(window, "1 result in this search")
    await expect(window("article.card")).to_have_count(1)  # typed without its accent
    await expect(window.card("Kíte")).to_be_visible()
    await window.page.keyboard.press("Escape")
    await expect(window.card("Kíte").locator("a")).to_be_focused()
    await window("#find").fill("zeppelin")
    await window("[data-act=widen]").click()
    await window("[data-hit][data-kind=note]").click()
    await window.page.wait_for_url(f"**/searches/{secret}#log")
    await expect(window("[data-testid=details-and-log]")).to_contain_text("The zeppelin is still there")


@pytest.mark.slow
async def test_the_last_question_is_answered_and_a_lost_line_is_said(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "A tricycle")
    window = await browsers.window("Alice")
    window.may_fail("Failed to load resource")
    held: list[Route] = []
    await window.allow_late_routes()
    await window.open(f"/searches/{board}")

    async def hold(route: Route) -> None:
        if held:
            return await route.continue_()
        return held.append(route)

    await window.page.route(FIND, hold)
    await seek(window, "tri")
    await wait_until(lambda: len(held) == 1)
    await window.page.keyboard.type("umph")
    await count(window, "Nothing found in this search. Try fewer letters, or all searches.")
    await wait_until(lambda: held[0].request.failure)  # the previous request is aborted
    await window.page.unroute(FIND)
    await window.page.route(FIND, lambda route: route.abort())
    await window("#find").fill("tricycle")
    await count(window, "Cannot reach the server. Check the connection and try again.")
    await expect(window("[data-testid=filtered]")).to_have_count(1)
    await window.page.unroute(FIND)
    await window.page.keyboard.press("Enter")
    await count(window, "1 result in this search")
    await window.page.route(FIND, lambda route: route.fulfill(status=429, json={"code": "rate_limited", "message": "Too much."}))
    await window("#find").fill("tricyc")
    await count(window, "Too much.")


async def test_enter_opens_the_only_hit_and_none_of_several(browsers: Browsers) -> None:
    board = await browsers.search()
    card = await browsers.sighting(board, "A bassoon on a bench")
    for place in ("a bench", "a train"):
        await browsers.sighting(board, f"A trombone on {place}")
    window = await browsers.window("Alice")
    await window.open("/")
    await seek(window, "bassoon")
    await window.page.keyboard.press("Enter")  # before the answer is there
    await window.page.wait_for_url(f"**/searches/{board}/cards/{card}")
    await window.open("/")
    await seek(window, "bassoon trombone")
    await count(window, "Nothing found in all searches")
    await window.page.keyboard.press("Enter")
    await expect(window("#find")).to_be_focused()
    await window("#find").fill("trombone")
    await count(window, "2 results in all searches")
    await window.page.keyboard.press("Enter")
    await expect(window("[data-testid=found]")).to_be_visible()
    await window.page.keyboard.press("ArrowDown")
    chosen = window("[data-hit][aria-selected=true]")
    second = await chosen.get_attribute("data-hit")
    await window.page.keyboard.press("Enter")
    await window.page.wait_for_url(f"**/searches/{board}/cards/{second}")


@pytest.mark.slow
async def test_filters_are_in_the_address_and_say_what_they_hide(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.person("Alice"), await own_id(browsers, "Bob")
    graded, doubtful, plain = [await browsers.sighting(board, each) for each in ("Graded", "Doubtful", "Plain")]
    for sighting, content in ((graded, 2), (doubtful, 5)):
        await alice.command(board, "sighting.grade", {"sighting": sighting, "grade": {"source": "A", "content": content}})
    await alice.command(board, "sighting.assess", {"sighting": graded, "assessment": "credible"})
    await alice.command(board, "task.add", {"title": "Bob's", "assignee": bob, "due": "2026-01-01T10:00:00Z"})
    await alice.command(board, "task.add", {"title": "Nobody's"})
    cards = [each for each in await alice.entities(board) if each["kind"] in ("sighting", "task")]
    first_tasks = {each["id"] for each in cards} - {graded, doubtful, plain}
    whole = f"{browsers.url}/searches/{board}"
    window = await browsers.window("Alice")
    await window.open(f"/searches/{board}")
    shown = window("article.card")
    await expect(shown).to_have_count(len(cards))
    await expect(window("[data-testid=filtered]")).to_have_count(0)

    await choose(window, "kind", "sighting")
    await hidden(window, f"{len(first_tasks)} of {len(cards)} cards hidden")
    assert window.page.url == f"{whole}?kind=sighting"
    await window.reload()
    await hidden(window, f"{len(first_tasks)} of {len(cards)} cards hidden")
    await expect(shown).to_have_count(3)
    other = await browsers.window("Bob")
    await other.open(window.page.url)
    await hidden(other, f"{len(first_tasks)} of {len(cards)} cards hidden")
    await window.open_card("Plain")
    assert window.page.url == f"{whole}/cards/{plain}?kind=sighting"
    await choose(window, "grade", "B2")
    await window.page.keyboard.press("Escape")
    await expect(window("#filters")).to_be_hidden()
    await expect(window.panel).to_be_visible()  # Escape closed the menu only
    await window.page.go_back()
    await window.page.wait_for_url(f"{whole}?kind=sighting&grade=B2")
    await hidden(window, f"{len(cards) - 1} of {len(cards)} cards hidden")
    await expect(shown).to_contain_text("Graded")

    for name, value, titles in (
        ("grade", "F6", ["Plain"]),
        ("assessment", "credible", ["Graded"]),
        ("assignee", bob, ["Bob's"]),
    ):
        await window.open(f"/searches/{board}?{name}={value}&kind=nonsense")
        await expect(shown.locator("h3")).to_have_text(titles)
        await expect(window(f"[data-filter={name}]")).to_have_value(value)
    await window("[data-active-filter=assignee]").click()
    await expect(shown).to_have_count(len(cards))
    await window("[data-chip=overdue]").click()
    await expect(shown.locator("h3")).to_have_text(["Bob's"])
    assert window.page.url == f"{whole}?overdue=yes"
    await choose(window, "assignee", bob)
    assert await barriers(window, ".tools, .filtered") == []
    await keep(window, "filter", 1400)
    await window("[data-filter=done]").click()
    await window.page.keyboard.press("c")
    await expect(shown).to_have_count(len(cards))
    assert window.page.url == whole

    later = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    await window.open(f"/searches/{board}?changed={later}")
    await hidden(window, f"{len(cards)} of {len(cards)} cards hidden")
    await (await browsers.person("Bob")).command(board, "note.add", {"card": plain, "text": "Seen again"})
    await expect(shown.locator("h3")).to_have_text(["Plain"])
    await window.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await overflow(window) == []
    await keep(window, "filter", 390)


@pytest.mark.slow
async def test_changed_since_filter_reads_one_event(browsers: Browsers) -> None:
    board = await browsers.search()
    old = await browsers.sighting(board, "Seen before")
    alice = await browsers.person("Alice")
    at = (await alice.events(board))[-1]["at"]
    while datetime.now(UTC).isoformat() <= at.replace("Z", "+00:00"):  # another millisecond
        await browsers.person("Alice")
    await browsers.sighting(board, "Seen after")
    window = await browsers.window("Bob")
    read: list[str] = []
    window.page.on("response", lambda answer: read.append(answer.url) if f"/boards/{board}" in answer.url else None)
    async with window.page.expect_response(lambda answer: "at=" in answer.url) as answered:
        await window.open(f"/searches/{board}?changed={at}")
    assert len((await (await answered.value).json())["events"]) == 1
    await expect(window("article.card h3")).to_have_text(["Seen after"])
    await expect(window(f"article[data-card='{old}']")).to_have_count(0)
    assert [url for url in read if url.partition("?")[0].endswith(board)] == []  # no snapshot beside that of the socket


@pytest.mark.slow
async def test_searches_are_sorted_as_the_address_says(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    criteria = {"under_13": {"answer": "yes", "basis": "Her mother"}}
    worrying = await browsers.search(missing_since="2026-11-01T10:00:00Z")
    undecided = await browsers.search(missing_since="2026-11-02T10:00:00Z", criteria=criteria)
    newest = await browsers.search(missing_since="2026-11-03T10:00:00Z")
    oldest = await browsers.search(missing_since="2026-10-01T10:00:00Z", person={"first_name": "Zoë"})
    await alice.command(worrying, "search.set_worrying", {"worrying": True, "basis": "The prosecutor"})
    orders = {
        "gravity": [worrying, undecided, newest, oldest],
        "missing": [oldest, worrying, undecided, newest],
        "event": [worrying, oldest, newest, undecided],
    }
    window = await browsers.window("Alice")
    await window.open("/")

    async def stand(wanted: list[str]) -> None:
        inside = ", ".join(f"[data-search='{each}']" for each in wanted)
        await window.page.wait_for_function(
            "([inside, wanted]) => [...document.querySelectorAll(inside)].map((each) => each.dataset.search).join() === wanted",
            arg=[inside, ",".join(wanted)],
            timeout=PATIENCE_MS,
        )
        assert await searches(window, "open", *wanted) == wanted

    await stand(orders["gravity"])
    await window("#find").fill("zoe")
    await expect(window(f"[data-search='{newest}']")).to_be_hidden()
    await expect(window(f"[data-column] [data-search='{oldest}']")).to_be_visible()
    await window("#find").fill("")
    await stand(orders["gravity"])
    for sort in ("missing", "event"):
        await window("[name=sort]").select_option(sort)
        await stand(orders[sort])
        assert window.page.url == f"{browsers.url}/?sort={sort}"
        await window.reload()
        await window.live()
        await stand(orders[sort])
    await window(f"[data-search='{undecided}'] a").focus()
    await browsers.sighting(undecided, "Something new")
    await stand([undecided, worrying, oldest, newest])
    await expect(window(f"[data-search='{undecided}'] a").first).to_be_focused()
    await expect(window(f"[data-search='{undecided}'] [data-count=news]")).to_have_count(0)  # it was she who added it
    await window("[name=sort]").select_option("gravity")
    await stand(orders["gravity"])
    assert window.page.url == f"{browsers.url}/"
