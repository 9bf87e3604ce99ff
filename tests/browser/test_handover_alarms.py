"""Open alarms in a handover: Alice chooses what she keeps and signs, and Dora accepts the rest."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from board.accounts import live_changes
from models.board import OPERATIONS
from tests.support.browsers import Browsers, create_accounts
from tests.support.people import PASSWORD, running_server

pytestmark = pytest.mark.browser

OPEN_NOW = "[data-testid=open-now]"
URGENT = {"description": "a girl with a red coat at the station", "priority": "urgent"}


@pytest.fixture
async def browser_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    async with running_server(tmp_path_factory.mktemp("alarms")) as server:
        await create_accounts(server)
        await live_changes.add_account(server.service, "dora@desk.example", "Dora", "coordinator", PASSWORD)
        async with Browsers(browser, server.url) as working:
            working.server = server
            yield working


async def taken_alarms(browsers: Browsers, search: str, count: int) -> list[str]:
    """Report urgent sightings, and let Alice take their alarms."""
    alice, bob = await browsers.person("Alice"), await browsers.person("Bob")
    for _ in range(count):
        await bob.command(search, "sighting.add", URGENT)
    entities = (await alice.http.get(f"/api/v1/boards/{search}")).json()["entities"]
    alarms = [entity["id"] for entity in entities if entity["state"].get("occasion") == "sighting_urgent"]
    for alarm in alarms:
        await alice.command(search, "alarm.take", {"alarm": alarm})
    return alarms


async def test_alarms_are_handed_over_and_one_is_kept_by_name(browsers: Browsers) -> None:
    search = await browsers.search(person={"first_name": "Noor", "last_name": "Vermeulen"})
    alice = await browsers.person("Alice")
    await alice.command(OPERATIONS, "shift.take", {"reason": "night"})
    kept, passed_on = await taken_alarms(browsers, search, 2)
    outgoing, incoming = await browsers.window("Alice"), await browsers.window("Dora")
    for window in (outgoing, incoming):
        await window.open("/handover")

    await outgoing("form[data-form=prepare] select").select_option(label="Dora")
    await outgoing("[data-act=prepare]").click()
    row = outgoing(f"{OPEN_NOW} [data-alarm='{kept}']")
    await expect(row).to_contain_text(re.compile(r"Noor V\. · Urgent sighting.\d"))
    await expect(row.locator("[data-testid=owner]")).to_have_text(re.compile(r"^ALAlice has it until [\w\s]*\d\d:\d\d$"))
    await expect(row.locator("select")).to_have_value("")
    await expect(outgoing("[data-testid=alarm-counts]")).to_have_text("2 that someone has · 2 pass on with the shift")
    await row.locator("select").select_option("keep")
    await expect(outgoing("[data-testid=alarm-counts]")).to_have_text("2 that someone has · 1 passes on with the shift")

    await outgoing("[data-act=sign]").click()
    await expect(outgoing("[data-testid=passing-on]")).to_contain_text("1 of your alarms passes to the person who accepts")
    await outgoing("[data-act=sign-now]").click()
    await expect(outgoing("dialog")).to_have_count(0)
    await expect(outgoing(f"{OPEN_NOW} select")).to_have_count(0)

    goes = incoming(f"{OPEN_NOW} [data-testid=goes]")
    await expect(goes).to_have_text([re.compile("^→ Dora$"), re.compile(r"^Alice keeps it until [\w\s]*\d\d:\d\d$")])
    await incoming("[data-act=mark-read]").click()
    await expect(incoming("[data-act=accept]")).to_have_text("Accept the shift and 1 open")
    await incoming("form[data-form=accept] textarea").first.fill("Noor: the station")
    await incoming("[data-act=accept]").click()
    await expect(incoming("[data-testid=holder]")).to_contain_text("You are in charge since")
    await expect(incoming(".watch-line")).to_contain_text("You have it until")

    entities = (await alice.http.get(f"/api/v1/boards/{search}")).json()["entities"]
    owners = {entity["id"]: entity["state"]["taken_by"] for entity in entities if entity["kind"] == "alarm"}
    me = (await alice.http.get("/api/v1/me")).json()["id"]
    assert owners[kept] == me
    assert owners[passed_on] not in (me, None)
    await incoming.open("/handovers/1")
    await expect(incoming(f"{OPEN_NOW} [data-testid=goes]")).to_have_text([re.compile("Dora"), re.compile("Alice keeps it")])


@pytest.mark.slow
async def test_an_alarm_about_a_tip_is_the_same_on_screen_and_paper(browsers: Browsers) -> None:
    await browsers.search(person={"first_name": "Noor", "last_name": "Vermeulen"})
    alice, bob = await browsers.person("Alice"), await browsers.person("Bob")
    await alice.command(OPERATIONS, "shift.take", {"reason": "night"})
    window = await browsers.window("Alice")
    await window.open("/handover")
    await window("form[data-form=prepare] select").select_option(label="Dora")
    await window("[data-act=prepare]").click()
    await expect(window("[data-testid=alarm-counts]")).to_have_text("No alarm is open.")
    await bob.command(OPERATIONS, "tip.add", URGENT)
    row, owner = window(f"{OPEN_NOW} [data-alarm]"), window(f"{OPEN_NOW} [data-testid=owner] > span")
    await expect(window("[data-testid=alarm-counts]")).to_have_text("1 that nobody has")
    await expect(owner).to_have_text("nobody has it")
    (alarm,) = [each["id"] for each in await alice.entities(OPERATIONS) if each["kind"] == "alarm"]
    await alice.command(OPERATIONS, "alarm.take", {"alarm": alarm})
    await expect(window("[data-testid=alarm-counts]")).to_have_text("1 that someone has · 1 passes on with the shift")
    await expect(row.locator("select")).to_have_count(0)
    await window("[data-act=sign]").click()
    await window("[data-act=sign-now]").click()
    await expect(window("dialog")).to_have_count(0)
    for path in ("/handover", "/handovers/1"):
        await window.open(path)
        await expect(row).to_contain_text(re.compile(r"Urgent tip.\d"))
        await expect(row.locator("[data-testid=goes]")).to_have_text("→ Dora")
        paper = (await alice.http.get(f"{path}.md")).text.replace("\\", "").replace("\u00a0", " ")
        (line,) = [line for line in paper.splitlines() if line.startswith("- Urgent tip")]
        assert f" · {str(await owner.text_content()).replace(chr(160), ' ')} · → Dora" in line
