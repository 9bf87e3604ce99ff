"""Sightings that wait: who looks first is said by the page, a credible sighting is passed on in its panel, and one page lists
what waits on all searches."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.random_histories import HistoryGenerator

pytestmark = pytest.mark.browser

GIRL = "a girl at the tram stop"
MARK = "[data-queue]"
JUDGED = """async (states) => {
  const { loadCatalogue } = await import("/static/js/core/i18n.js");
  const { queueOf } = await import("/static/js/core/rules/queues.js");
  await loadCatalogue("/i18n/en.json");
  const earlier = ({ queue, queue_since, ...state }) => state;
  return states.map((state) => [queueOf(state), queueOf(earlier(state))]);
}"""
TYPE_AND_ENTER = """(input) => {
  input.value = "Federal police";
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  const options = { key: "Enter", bubbles: true, cancelable: true };
  input.dispatchEvent(new KeyboardEvent("keydown", { ...options, isComposing: true }));
  input.dispatchEvent(new KeyboardEvent("keydown", options));
}"""
SET_HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def sighting(browsers: Browsers, board: str, **fields: str) -> str:
    """Take a sighting in, as Alice; return its id."""
    alice = await browsers.person("Alice")
    await alice.command(board, "sighting.add", {"description": GIRL, **fields})
    found = [each for each in await alice.entities(board) if each["kind"] == "sighting"]
    return str(max(found, key=lambda each: each["state"]["number"])["id"])


async def state(browsers: Browsers, board: str, id: str) -> dict[str, object]:
    entities = await (await browsers.person("Alice")).entities(board)
    return dict(next(each["state"] for each in entities if each["id"] == id))


async def looks(browsers: Browsers, board: str) -> list[dict[str, object]]:
    events = await (await browsers.person("Alice")).events(board)
    return [event for event in events if event["type"] == "sighting.looked_at"]


async def test_three_seconds_before_an_open_sighting_are_a_look(browsers: Browsers) -> None:
    board = await browsers.search()
    id = await sighting(browsers, board)
    alice, bob = await browsers.both_at(board)
    await expect(alice.card(GIRL).locator(MARK)).to_contain_text("to look at")
    await bob.open_card(GIRL)
    await expect(bob.panel.locator("[data-testid=times]")).to_contain_text("looked at, Bob")
    for window in (alice, bob):
        await expect(window.card(GIRL).locator(".looked-at")).to_contain_text("looked at by Bob, ")
        await expect(window.card(GIRL)).not_to_have_attribute("data-changed", "")
    assert (await state(browsers, board, id))["queue"] == "judge"
    assert len(await looks(browsers, board)) == 1
    await expect(bob("[data-testid=undo]")).to_have_count(0)


@pytest.mark.slow
async def test_a_hidden_page_and_a_viewer_look_at_nothing(browsers: Browsers) -> None:
    board = await browsers.search()
    await sighting(browsers, board)
    bob, victor = await browsers.window("Bob"), await browsers.window("Victor")
    for window in (bob, victor):
        await window.open(f"/searches/{board}")
    await bob.page.evaluate(SET_HIDDEN, True)
    for window in (bob, victor):
        await window.open_card(GIRL)
        await expect(window.panel.locator("[data-testid=times] .unset:last-child")).to_contain_text("looked at")
    await bob.page.wait_for_function("""() => document.querySelector("[data-queue] time").textContent""")
    await bob.page.evaluate("() => new Promise((done) => setTimeout(done, 4_000))")  # longer than a look
    assert await looks(browsers, board) == []
    await bob.page.evaluate(SET_HIDDEN, False)
    await expect(bob.panel.locator("[data-testid=times]")).to_contain_text("looked at, Bob")


@pytest.mark.slow
async def test_a_credible_sighting_is_passed_on_and_corrected_in_its_panel(browsers: Browsers) -> None:
    board = await browsers.search()
    id = await sighting(browsers, board)
    await (await browsers.person("Alice")).command(board, "sighting.assess", {"sighting": id, "assessment": "credible"})
    alice, bob = await browsers.both_at(board)
    await expect(bob.card(GIRL).locator(MARK)).to_contain_text("to pass on")
    await bob.open_card(GIRL)
    await bob.fill("pass-on", {"passed_on.to": "Local police Ghent", "passed_on.reference": "PV 12/2026"})
    await bob("[data-act=pass-on]").click()
    await expect(bob("[data-testid=passed-on]")).to_contain_text("Local police Ghent")
    await expect(bob("[data-testid=passed-on]")).to_contain_text("PV 12/2026")
    await expect(alice.card(GIRL).locator(MARK)).to_have_count(0)
    assert (await state(browsers, board, id))["queue"] == "answered"

    await bob("[data-act=pass-on-again]").click()
    await bob.fill("pass-on", {"passed_on.to": "Federal police"})
    await bob("[data-act=pass-on]").click()
    await expect(bob("[data-testid=passed-on]")).to_contain_text("Federal police")
    await bob("[data-act=undo-last]").click()
    await expect(bob("[data-testid=passed-on]")).to_contain_text("Local police Ghent")


async def test_enter_sends_a_form_whose_button_is_not_drawn_yet(browsers: Browsers) -> None:
    board = await browsers.search()
    id = await sighting(browsers, board)
    await (await browsers.person("Alice")).command(board, "sighting.assess", {"sighting": id, "assessment": "credible"})
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await bob.open_card(GIRL)
    await bob.field("pass-on", "passed_on.to").evaluate(TYPE_AND_ENTER)
    await expect(bob("[data-testid=passed-on]")).to_contain_text("Federal police")
    events = await (await browsers.person("Alice")).events(board)
    assert [event["type"] for event in events].count("sighting.passed_on") == 1


async def test_the_list_is_walked_claimed_and_handed_on_by_keyboard(browsers: Browsers) -> None:
    board = await browsers.search()
    first = await sighting(browsers, board, priority="urgent")
    second = await sighting(browsers, board)
    bob = await browsers.window("Bob")
    await bob.page.goto("/unanswered")
    row = {id: bob(f"[data-entry='{id}']") for id in (first, second)}
    for id in row:
        await expect(row[id]).to_be_visible()
    await expect(bob("[data-chip=judge]")).to_contain_text("Looked at, to assess")  # not all that is to be assessed
    await bob.live()
    await row[first].locator("h2 a").focus()
    following = await row[first].evaluate("(row) => row.nextElementSibling.dataset.entry")
    await bob.page.keyboard.press("ArrowDown")
    await expect(bob(f"[data-entry='{following}'] h2 a")).to_be_focused()
    await bob.page.keyboard.press("ArrowUp")
    await expect(row[first].locator("h2 a")).to_be_focused()

    await row[first].locator("[data-act=claim]").press("Enter")
    await expect(row[first].locator(".assignee")).to_contain_text("You have it")  # he took its alarm
    await expect(row[first].locator("[data-act=claim]")).to_have_count(0)
    await row[second].locator("[data-act=hand-on]").press("Enter")
    await expect(bob("#hand-on-to")).to_be_focused()
    await bob("#hand-on-to").select_option(label="Charlie")
    await bob("dialog [data-act=send]").press("Enter")
    await expect(row[second].locator(".assignee")).to_contain_text("Charlie")
    await expect(row[second].locator("[data-act=hand-on]")).to_be_focused()
    await bob("[data-chip=mine]").click()
    await expect(row[second]).to_have_count(0)

    alice = await browsers.person("Alice")
    await alice.command(board, "sighting.assess", {"sighting": first, "assessment": "not_the_child"})
    await expect(row[first]).to_have_count(0)  # answered: gone without a reload


@pytest.mark.slow
async def test_numbers_of_what_waits_are_those_of_what_is_shown(browsers: Browsers) -> None:
    board, found = await browsers.search(), await browsers.search()
    bob, alice = await browsers.window("Bob"), await browsers.person("Alice")
    mine, _ = await sighting(browsers, board), await sighting(browsers, board, priority="urgent")
    await sighting(browsers, found)
    outcome = {"found_at": "2026-11-24T18:00:00Z", "condition": "well", "how": "police"}
    await alice.command(found, "search.set_status", {"status": "found", "reason": "at home", "outcome": outcome})
    await alice.command("operations", "tip.add", {"description": "a girl on a bridge"})
    await alice.command(board, "card.assign", {"card": mine, "assignee": await (await browsers.person("Bob")).own_id()})
    await bob.open("/")
    counts = (await alice.http.get("/api/v1/unanswered")).json()["counts"]
    said = str(counts["look"] + counts["judge"] + counts["pass_on"])
    await expect(bob("[data-testid=unanswered] b")).to_have_text(said)
    await bob("[data-testid=unanswered]").click()
    rows, tabs = bob("li[data-entry]"), bob("[data-chip]:has(b)")
    await expect(bob("[data-chip=all] b")).to_have_text(said)
    await expect(rows.filter(has=bob(".found")).locator(".waits")).to_have_text(re.compile("not looked at: "))  # owed no longer
    await expect(bob(f"[data-entry='{mine}'] .waits")).to_have_text(re.compile("to look at: "))
    for owner in ("mine", "nobody"):
        await bob(f"[data-chip={owner}]").click()
        for tab in await tabs.all():
            await tab.click()
            await expect(rows).to_have_count(int(await tab.locator("b").inner_text()))
    await bob("[data-chip=nobody]").click()
    await bob("[data-chip=mine]").click()
    await bob("[data-chip=all]").click()
    await expect(bob(f"[data-entry='{mine}']")).to_be_visible()


@pytest.mark.slow
async def test_a_card_does_not_move_when_someone_looks_at_its_search(browsers: Browsers) -> None:
    """The number of those who look at it has a kept place."""
    board = await browsers.search(
        person={"first_name": "Maximiliaan-Alexander"}, lead=await (await browsers.person("Alice")).own_id()
    )
    for _ in range(3):
        await sighting(browsers, board)
    alice = await browsers.window("Alice", viewport={"width": 390, "height": 844})
    await alice.open("/")
    card = alice(f"[data-search='{board}']")
    await expect(card.locator("[data-count=unassessed]")).to_have_text("3 not assessed")

    async def heights() -> list[float]:
        found = []
        for width in (390, 700, 1400):
            await alice.page.set_viewport_size({"width": width, "height": 900})
            found.append(float(await card.evaluate("(card) => card.getBoundingClientRect().height")))
        return found

    before = await heights()
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await expect(card.locator("[data-count=people]")).to_be_visible()
    assert await heights() == before


async def test_a_conflicting_claim_is_said_and_changes_nothing(browsers: Browsers) -> None:
    board = await browsers.search()
    id = await sighting(browsers, board)
    bob, alice = await browsers.window("Bob"), await browsers.person("Alice")
    await bob.page.goto("/unanswered")
    claim = bob(f"[data-entry='{id}'] [data-act=claim]")
    await expect(claim).to_be_visible()
    charlie = await browsers.person("Charlie")
    own = (await charlie.http.get("/api/v1/me")).json()["id"]
    await bob.page.route("**/api/v1/unanswered*", lambda route: route.abort())  # Bob still sees what was
    bob.may_fail("unanswered", "ERR_FAILED")
    await alice.command(board, "card.assign", {"card": id, "assignee": own})
    await claim.click()
    await expect(bob("[data-watch-line]")).to_contain_text("Not saved")
    assert (await state(browsers, board, id))["assignee"] == own


@pytest.mark.slow
async def test_a_viewer_reads_the_list_and_an_outsider_finds_nothing_in_it(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    open_id = await sighting(browsers, await browsers.search())
    secret = await sighting(browsers, await browsers.search(access="members", members=[own]))
    victor = await browsers.window("Victor")
    await victor.page.goto("/unanswered")
    await expect(victor(f"[data-entry='{open_id}']")).to_be_visible()
    await expect(victor("[data-act=claim], [data-act=hand-on]")).to_have_count(0)
    await expect(victor(f"[data-entry='{secret}']")).to_have_count(0)


@pytest.mark.slow
async def test_all_searches_lead_to_what_is_unanswered(browsers: Browsers) -> None:
    await sighting(browsers, await browsers.search())
    window: Window = await browsers.window("Alice")
    await window.open("/")
    await window("[data-testid=unanswered]").click()
    await expect(window("h1")).to_have_text("Unanswered")


@pytest.mark.slow
async def test_the_queue_of_any_history_is_the_same_in_scripts(browsers: Browsers) -> None:
    """States that an earlier version wrote have the same queue."""
    histories = await asyncio.to_thread(HistoryGenerator(commands=60, moments=1).play, 1)
    events = [event for history in histories for event in history.events]
    states = [event["state"] for event in events if event.get("kind") == "sighting" and event.get("state")]
    window = await browsers.window("Alice")
    await window.open("/")
    assert await window.page.evaluate(JUDGED, states) == [[each["queue"]] * 2 for each in states]
    assert len({each["queue"] for each in states}) > 2
