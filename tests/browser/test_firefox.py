"""Main paths in Firefox: signing in, live changes, adding, moving by keys, handover, replay, a wall, and a call."""

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from tests.support import firefox as driver
from tests.support.browsers import SignedInUser, create_accounts
from tests.support.firefox import Firefox, running_firefox
from tests.support.people import PASSWORD, Server, running_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(driver.PROGRAM is None, reason="Firefox is not installed (on Debian: apt install firefox-esr)"),
]
NOOR = {"kind": "runaway", "person": {"first_name": "Noor", "age": 11}, "missing_since": "2026-11-24T15:10:00Z"}
CARD = "article.card"


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running_server(tmp_path_factory.mktemp("desk")) as server:
        await create_accounts(server)
        yield server


@pytest.fixture(scope="module")
async def alice(desk: Server) -> AsyncIterator[SignedInUser]:
    """Coordinator who works by the API."""
    alice = SignedInUser("Alice", desk.url, "desk.example", PASSWORD)
    await alice.sign_in()
    yield alice
    await alice.http.aclose()


@pytest.fixture(scope="module")
async def started(desk: Server) -> AsyncIterator[Firefox]:
    async with running_firefox(desk.url) as firefox:
        await firefox.resize(1400, 900)
        yield firefox


@pytest.fixture
async def firefox(started: Firefox, alice: SignedInUser) -> Firefox:
    """Firefox, signed in as Alice."""
    await started.goto("/login")
    await started.call("DeleteAllCookies")
    await started.cookie("board_session", alice.cookie)
    return started


@pytest.fixture
async def noor(alice: SignedInUser) -> str:
    return str((await alice.command("operations", "search.open", NOOR))["opened"])


async def test_signing_in(started: Firefox) -> None:
    await started.goto("/login")
    await started.call("DeleteAllCookies")
    await started.goto("/login")
    await started.click("[name=email]")
    await started.type("bob@desk.example")
    await started.click("[name=password]")
    await started.type("a wrong password")
    await started.press("Enter")
    await started.shows("[role=alert]")
    await started.click("[name=password]")
    await started.type(PASSWORD)
    await started.press("Enter")
    await started.until("document.documentElement.dataset.freshness === 'live'")
    await started.until("document.body.dataset.accountName === 'Bob'")


async def test_a_change_of_another_person_is_seen_live(firefox: Firefox, alice: SignedInUser, noor: str) -> None:
    await firefox.open(f"/searches/{noor}")
    await alice.command(noor, "sighting.add", {"description": "Girl in a red coat at the Graslei"})
    await firefox.shows(f"{CARD} h3", "Girl in a red coat at the Graslei")


async def test_a_sighting_is_added_by_keys(firefox: Firefox, alice: SignedInUser, noor: str) -> None:
    await firefox.open(f"/searches/{noor}")
    await firefox.press("s")
    await firefox.shows("dialog[open] form[data-form=add-sighting]")
    await firefox.type("Boy on the train to Oostende")
    await firefox.click("dialog [data-act=send]")
    await firefox.shows(f"{CARD}:not([data-pending]) h3", "Boy on the train to Oostende")
    assert [each["state"]["description"] for each in await alice.entities(noor) if each["kind"] == "sighting"] == [
        "Boy on the train to Oostende"
    ]


async def test_a_card_is_moved_by_keys(firefox: Firefox, alice: SignedInUser, noor: str) -> None:
    await alice.command(noor, "sighting.add", {"description": "Girl at the stop of bus 5"})
    await firefox.open(f"/searches/{noor}")
    await firefox.shows(f"section[data-role=inbox] {CARD} h3", "bus 5")
    await firefox.js("document.querySelector('section[data-role=inbox] article.card a[data-part=open]').focus()")
    await firefox.press("m")
    await firefox.until("document.activeElement?.matches('dialog[open] input[type=radio]:checked')")
    await firefox.press("ArrowDown", "Enter")
    await firefox.shows(f"section[data-role=todo] {CARD}:not([data-pending]) h3", "bus 5")


async def test_the_handover_page_opens(firefox: Firefox, alice: SignedInUser, noor: str) -> None:
    await alice.command("operations", "shift.take", {"reason": "nobody was here"})
    await firefox.open("/handover")
    await firefox.shows("main", "Noor")
    await firefox.shows("[data-shift]", "Alice")


async def test_the_past_is_shown(firefox: Firefox, alice: SignedInUser, noor: str) -> None:
    await alice.command(noor, "sighting.add", {"description": "Girl in a red coat at the Graslei"})
    before = (await alice.events(noor))[-1]["seq"] - 1
    await firefox.goto(f"/searches/{noor}?at={before}")
    await firefox.shows("html[data-freshness=past] section[data-role=inbox]")
    assert await firefox.js(f"return document.querySelectorAll('section[data-role=inbox] {CARD}').length") == 0
    await firefox.goto(f"/searches/{noor}?at={before + 1}")
    await firefox.shows(f"html[data-freshness=past] section[data-role=inbox] {CARD} h3", "red coat")


async def test_a_wall_shows_a_search(firefox: Firefox, alice: SignedInUser, desk: Server, noor: str) -> None:
    await firefox.call("DeleteAllCookies")
    await firefox.goto("/wall")
    await firefox.until("/^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(document.querySelector('[data-testid=code]')?.textContent)")
    code = await firefox.js("return document.querySelector('[data-testid=code]').textContent")
    data = {"code": code, "name": "Room", "language": "en", "shows": {"boards": [noor]}}
    answer: httpx.Response = await alice.http.post("/api/v1/displays", json=data)
    assert answer.status_code == 201, answer.text
    await firefox.shows(f"[data-display-content] [data-search='{noor}'] .name", "Noor")
    await firefox.until("document.documentElement.dataset.freshness === 'live'")


async def test_a_call_is_taken_by_keys(firefox: Firefox, alice: SignedInUser, noor: str) -> None:
    await firefox.open("/intake")
    await firefox.until("document.activeElement?.id === 'search'")
    await firefox.type("noor")
    await firefox.shows("#search-list [role=option]", "Noor")
    await firefox.press("Enter")
    await firefox.until("document.activeElement?.id !== 'search'")
    await firefox.type("A girl in a blue coat")
    await firefox.press("Control+Enter")
    await firefox.shows("[data-recent-call][data-number]")


async def test_scroll_bars_have_no_light_track_in_the_dark(firefox: Firefox, alice: SignedInUser, noor: str) -> None:
    """The column's track has to be transparent: Firefox draws a light one on dark pages by default."""
    await firefox.open(f"/searches/{noor}")
    colour = await firefox.js("return getComputedStyle(document.querySelector('[data-list]')).scrollbarColor")
    assert colour.endswith(("transparent", "rgba(0, 0, 0, 0)"))
