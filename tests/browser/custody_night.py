"""Windows of a night of three: Alice leads and has the shift, Bob helps, Charlie takes over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, expect

from board.accounts import live_changes
from board.alarms.escalation import Escalation
from board.duty.duty_ends import DutyEnds
from models.board import OPERATIONS
from models.times import format_utc, now
from tests.browser.test_alarm_line import PHONE
from tests.browser.test_what_i_have import open_page
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display
from tests.support.people import PASSWORD, running_server
from tests.support.screen_claims import Desk, Screen
from tests.support.screen_pictures import SIZES, take_pictures

TEAM = {"Alice": "coordinator", "Bob": "investigator", "Charlie": "coordinator"}
ON_PHONE: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
PLACES: list[tuple[str, str, dict[str, Any]]] = [
    ("Alice, board", "/searches/{search}", {}),
    ("Alice, unanswered", "/unanswered", {}),
    ("Bob, phone", "/intake", ON_PHONE),
    ("Bob, what I have", "/account", {}),
    ("Charlie, all searches", "/", {}),
    ("Charlie, handover", "/handover", {}),
    ("Charlie, history", "/searches/{search}/history", {}),
]
WALLS = [("wall", [OPERATIONS], "inner"), ("wall, one search", ["{search}"], "inner"), ("wall, visitors", [OPERATIONS], "room")]
OWN = "dialog[data-dialog=what-i-have]"
ASKED_ALONE_S = 20.0  # instead of two minutes, after a promise that lapsed
# The ladder of the program, with seconds instead of minutes.
RULES = """
[ladders.short]
steps = [
    { after_min = 0, ask = ["desk"], ways = ["screen"] },
    { after_min = 0.05, ask = ["coordinators_all"], ways = ["screen"] },
]
repeat_min = 2
[[rules]]
key = "urgent_sighting"
when = "sighting_urgent"
ladder = "short"
promise_min = 10
[[rules]]
key = "credible_sighting"
when = "sighting_credible"
ladder = "short"
promise_min = 30
"""


@dataclass
class Night(Desk):
    """Windows of the night, by name. `began`: its beginning."""

    began: str = ""

    async def step(self, name: str) -> None:
        """Compare all screens, and keep their pictures if they are wanted."""
        await self.agree()
        await take_pictures(self.screens, name, SIZES)

    async def show(self, name: str, path: str) -> Window:
        """Open another page in a window."""
        window = self[name]
        await window.open(path)
        return window


@asynccontextmanager
async def running_night(browser: Browser, tmp_path: Path) -> AsyncIterator[Night]:
    """Run a server with the tasks that escalate alarms and end duties, and open all windows on it."""
    (tmp_path / "alarms.toml").write_text(RULES)
    async with running_server(tmp_path, files_path=str(tmp_path)) as server:
        for name, role in TEAM.items():
            await live_changes.add_account(server.service, f"{name.lower()}@desk.example", name, role, PASSWORD)
        service = server.service
        working = [asyncio.create_task(Escalation(service).run()), asyncio.create_task(DutyEnds(service).run())]
        async with Browsers(browser, server.url) as browsers:
            browsers.server = server
            yield await begun(browsers)
        for task in working:
            task.cancel()


async def begun(browsers: Browsers) -> Night:
    """Open two searches and all windows. Alice has the shift; she and Bob are on duty."""
    ids = {name: await (await browsers.person(name)).own_id() for name in TEAM}
    began, until = format_utc(now()), format_utc(now() + timedelta(hours=8))
    await (await browsers.person("Alice")).command(OPERATIONS, "shift.take", {"reason": "The night begins"})
    for name in ("Alice", "Bob"):
        await (await browsers.person(name)).command(OPERATIONS, "duty.begin", {"until": until})
    mila = await browsers.search(person={"first_name": "Mila", "last_name": "Voorbeeld", "age": 14}, lead=ids["Alice"])
    lucas = await browsers.search(person={"first_name": "Lucas", "age": 15}, lead=ids["Alice"])
    night = Night(browsers, [mila, lucas], {id: name for name, id in ids.items()}, began=began)
    for name, path, more in PLACES:
        person = name.partition(",")[0]
        window = await browsers.window(person, **more)
        night.screens.append(Screen(name, window, me=ids[person]))
        await open_page(window, path.format(search=mila))
    await show_own(night["Bob, what I have"])
    for name, boards, profile in WALLS:
        wall, _ = await open_display(browsers, [mila if board == "{search}" else board for board in boards], profile=profile)
        await wall.open("/wall")
        night.screens.append(Screen(name, wall, profile=profile))
    return night


async def show_own(window: Window) -> Locator:
    """Open the list of own items by its key; return it."""
    await window.page.keyboard.press("i")
    await expect(window(OWN)).to_be_visible()
    return window(f"{OWN} [data-work]")
