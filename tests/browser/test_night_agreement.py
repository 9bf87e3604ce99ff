"""A night of three, in which no two screens contradict each other: Alice leads, Bob helps, Dora is the next shift.

They work at desks and on phones, with two walls. After each step everything that the screens say is compared. With NIGHT_PICTURES
set to a folder, each step is also kept there as pictures, in both themes.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from board.accounts import live_changes
from board.alarms.escalation import Escalation
from board.notifications.sender import Sender
from models.times import format_utc, now
from tests.browser.test_alarm_line import PHONE, TAKEN
from tests.browser.test_alarms_together import take
from tests.browser.test_handover import prepare, sign
from tests.browser.test_urgent_night import choice, take_call
from tests.support.browser_window import Window, wait_until
from tests.support.browsers import Browsers, create_accounts
from tests.support.display_page import open_display
from tests.support.mail_server import MailServer, running_mail_server
from tests.support.people import PASSWORD, running_server
from tests.support.screen_claims import Desk, Screen
from tests.support.screen_pictures import take_pictures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ON_PHONE: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
# An e-mail goes to who leads the search soon; nobody else is asked in this night.
RULES = """
[ladders.short]
steps = [
    { after_min = 0, ask = ["desk"], ways = ["screen"] },
    { after_min = 0.02, ask = ["lead"], ways = ["screen", "email"] },
    { after_min = 60, ask = ["coordinators"], ways = ["screen"] },
]
[[rules]]
key = "urgent_sighting"
when = "sighting_urgent"
ladder = "short"
"""


@dataclass
class Night(Desk):
    """Windows of the night, by name, and the mail server."""

    mail: MailServer | None = None

    async def step(self, name: str) -> None:
        """Compare all screens, and keep their pictures if they are wanted."""
        await self.agree()
        await take_pictures(self.screens, name)


@pytest.fixture
async def night(browser: Browser, tmp_path: Path) -> AsyncIterator[Night]:
    (tmp_path / "alarms.toml").write_text(RULES)
    async with running_mail_server() as mail, running_server(tmp_path, files_path=str(tmp_path)) as server:
        await create_accounts(server)
        await live_changes.add_account(server.service, "dora@desk.example", "Dora", "coordinator", PASSWORD)
        service = server.service
        ways = {
            "smtp_url": f"smtp://127.0.0.1:{mail.port}",
            "mail_from": "board@example.org",
            "public_url": "https://board.example.org",
        }
        sender = Sender(service.database, service.settings.model_copy(update=ways), service.alarm_rules)
        working = [asyncio.create_task(Escalation(service).run()), asyncio.create_task(sender.run())]
        async with Browsers(browser, server.url) as browsers:
            browsers.server = server
            yield await begun(browsers, mail)
        for task in working:
            task.cancel()


async def begun(browsers: Browsers, mail: MailServer) -> Night:
    """Open two searches and all windows; Alice holds the shift."""
    ids = {name: await (await browsers.person(name)).own_id() for name in ("Alice", "Bob", "Dora")}
    await (await browsers.person("Alice")).command("operations", "shift.take", {"reason": "The night begins"})
    mila = await browsers.search(
        person={"first_name": "Mila", "last_name": "Voorbeeld", "age": 14, "sex": "f"}, lead=ids["Alice"]
    )
    lucas = await browsers.search(person={"first_name": "Lucas", "age": 15}, lead=ids["Dora"])
    made = Night(browsers, [mila, lucas], {id: name for name, id in ids.items()}, mail=mail)
    places: list[tuple[str, str, dict[str, Any]]] = [
        ("Alice, board", f"/searches/{mila}", {}),
        ("Alice, all searches on a phone", "/", ON_PHONE),
        ("Alice, list", f"/searches/{mila}#list", {}),
        ("Dora, what I have", "/account", {}),
        ("Bob, phone", "/intake", ON_PHONE),
        ("Bob, unanswered", "/unanswered", {}),
        ("Dora, all searches", "/", {}),
        ("Dora, board on a phone", f"/searches/{mila}", ON_PHONE),
        ("Dora, history", f"/searches/{mila}/history", {}),
    ]
    for name, path, more in places:
        person = name.partition(",")[0]
        window = await browsers.window(person, **more)
        made.screens.append(Screen(name, window, me=ids[person]))
        if path == "/account":  # shows no board, so it is never live
            await window.page.goto(path)
            await window("[data-work]").wait_for(state="attached")
            await window.page.keyboard.press("i")
        else:
            await window.open(path)
    for profile in ("inner", "room"):
        wall, _ = await open_display(browsers, ["operations"], profile=profile)
        await wall.open("/wall")
        made.screens.append(Screen(f"wall, {profile}", wall, profile=profile))
    return made


def assignee(window: Window) -> Locator:
    return window.panel.locator("[data-field=assignee] select")


async def test_no_two_screens_contradict_each_other_through_a_night(night: Night) -> None:
    mila = night.searches[0]
    alice, bob, dora = night["Alice, board"], night["Bob, phone"], night["Dora, board on a phone"]
    await night.step("0 calm")

    await take_call(bob)
    await night.step("1 called")
    await bob.open(f"/searches/{mila}")
    await expect(bob("article.card.sighting")).to_be_visible()
    await night.step("2 nobody has it")
    await told_by_mail(night)

    await take(dora)
    await expect(dora(TAKEN)).to_contain_text("You have it")
    await night.step("3 taken")
    await assert_that_differences_are_found(night)

    await alice("article.card.sighting h3 a").click()
    await assignee(alice).select_option(label="Bob")
    await night.step("4 assigned")

    await bob("article.card.sighting h3 a").tap()
    await assignee(bob).select_option("")
    await expect(bob("[data-testid=undo]")).to_contain_text("Assignment ended · Sighting 7")
    await night.step("5 given back")
    await expect(bob.panel.locator("[data-testid=changed]", has_text="Alice")).to_have_count(0)  # she assigned it before

    await alice.panel.locator("[data-act=take]").click()
    await night.step("6 taken again")

    await choice(alice, "B").click()
    await choice(alice, "2").click()
    await alice(".panel [data-act=grade]").click()
    await night.step("7 graded")
    await choice(alice, "credible").click()
    await alice(".panel [data-act=assess]").click()
    await night.step("8 assessed")

    await alice.open("/handover")
    await prepare(alice)
    await night.step("9 handover prepared")
    await sign(alice)
    await night.step("10 handover signed")

    desk = night["Dora, all searches"]
    await desk.open("/handover")
    await desk("[data-section]").first.focus()
    for left in (2, 1):
        await expect(desk("[data-section][data-unread]")).to_have_count(left)
        await desk.page.keyboard.press("r")
    await desk("form[data-form=accept] textarea").first.fill("She was seen near the motorway with a man.")
    await desk("[data-act=accept]").click()
    await expect(desk("[data-shift] .who")).to_contain_text("Dora")
    await night.step("11 handover accepted")

    await desk.open("/")
    await alice.open(f"/searches/{mila}")
    outcome = {"found_at": format_utc(now()), "condition": "well", "how": "sighting"}
    found = {"status": "found", "reason": "The driver waited with her.", "outcome": outcome}
    await (await night.browsers.person("Dora")).command(mila, "search.set_status", found)
    await night.step("12 found")


async def told_by_mail(night: Night) -> None:
    """Compare the e-mail to who leads the search with the screens."""
    assert night.mail
    mails = night.mail.mails
    await wait_until(lambda: mails)
    (alarm,) = (await night.sentences(night.screens[0])).values()
    assert str(mails[0].message["Subject"]).endswith(f": {alarm['unnamed']}")
    assert alarm["unnamed"] == alarm["owner"]


DIFFERENCES = {
    "without an owner": "document.querySelector('article.card [data-testid=owner]').remove()",
    "with another": "document.querySelector('article.card [data-testid=owner]').textContent = 'nobody has it'",
    "with another number": "document.querySelector('article.card.sighting .kind b').textContent = 'Sighting 2'",
    "with another time": "document.querySelector('article.card.sighting .when b').textContent = 'seen 00:00'",
}


async def assert_that_differences_are_found(night: Night) -> None:
    """Change what a card says, in the page alone: the comparison must find it."""
    alice = night["Alice, board"]
    for name, change in DIFFERENCES.items():
        assert not await night.contradictions()
        await alice.page.evaluate(change)
        found = await night.contradictions()
        assert len(found) == 1, (name, found)
        assert found[0].startswith("Alice, board: card "), name
        await alice.reload()
        await alice.live()
        await night.agree()
