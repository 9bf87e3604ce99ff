"""The audit log in the browser: read by day, filtered and gone back in by keyboard, in every window; and what the bell says."""

import re

import pytest
from playwright.async_api import expect

from board.accounts import accounts
from board.audit import actor, writer
from board.audit.entries import (
    CommandRefused,
    Entry,
    FindRun,
    Overflowed,
    PreviewRead,
    RateLimited,
    ReportRead,
    RequestRefused,
    RoleSet,
    SignInFailed,
    SnapshotRead,
    TokenAdded,
)
from board.audit.log import pages
from models.accounts import Account
from tests.browser.test_accounts import hire
from tests.browser.test_pages import TALL, WIDTHS, barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD, new_id

pytestmark = pytest.mark.browser

LONG = "Administratrice-générale de la permanence de nuit, Bruxelles-Capitale"
SINCE = "2026-11-24T22:00:00Z"


@pytest.fixture
async def ada(browsers: Browsers) -> Window:
    """An administrator's window."""
    await hire(browsers, "Ada", "admin")
    return await browsers.window("Ada")


async def account(browsers: Browsers, name: str) -> Account:
    await hire(browsers, name)
    assert browsers.server
    return await browsers.server.service.database.read(lambda s: accounts.find(s, f"{name.lower()}@desk.example"))


async def happened(browsers: Browsers, admin: Account, id: str, count: int) -> None:
    """Make some audit entries: changes by administrators and failed sign-ins."""
    assert browsers.server
    by = actor.account(admin)
    for number in range(count):
        for entry, who in (
            (
                TokenAdded(
                    id=id, name="Kim Ö", token=new_id(), title=f"hotline {number}", scope="intake", boards=[], expires_at=None
                ),
                by,
            ),
            (SignInFailed(id=id, name="Kim Ö", reason="password", address="203.0.113.7", count=17), actor.NOBODY),
            (RoleSet(id=id, name=LONG, before="viewer", role="coordinator"), actor.command_line()),
        ):
            await browsers.server.service.database.write(lambda s, entry=entry, who=who: writer.write(s, entry, by=who))


async def read_and_refused(browsers: Browsers, name: str) -> Account:
    """Make entries of reads and refusals of a new account."""
    assert browsers.server
    kim, board, path = await account(browsers, name), new_id(), "/api/v1/boards/{board}/sightings/{sighting}/source"
    written: list[Entry] = [
        SnapshotRead(id=board, reference="2026-0412"), SnapshotRead(id=board, reference="2026-0412", count=12, since=SINCE),
        SnapshotRead(id="operations"), PreviewRead(id=board, reference="2026-0412", what="files", count=37),
        FindRun(id="operations", where="words", hits=7), ReportRead(id="handover/12"),
        CommandRefused(id=board, reference="2026-0412", command="search.set_access", reason="forbidden"),
        RequestRefused(id=board, reference="2026-0412", method="GET", path=path, status=403),
        RequestRefused(id="", method="SUBSCRIBE", path="/ws", status=404), RateLimited(id="server", path="/ws", count=812),
        Overflowed(id="server", of="photo.read", count=4_211, since=SINCE),
    ]  # fmt: skip
    for entry in written:
        await browsers.server.service.database.write(lambda s, entry=entry: writer.write(s, entry, by=actor.account(kim)))
    return kim


async def test_it_is_reached_from_the_accounts_and_says_what_happened(browsers: Browsers, ada: Window) -> None:
    admin, kim = await account(browsers, "Ada"), await account(browsers, f"Kim{new_id()}")
    await happened(browsers, admin, kim.id, 1)
    await ada.page.goto("/accounts")
    await ada.page.get_by_role("link", name="Audit log").click()
    await expect(ada("h1")).to_have_text("Audit log")
    await expect(ada("nav [aria-current=true]")).to_have_text("Accounts")
    lines = ada("[data-testid=entries] li .what")
    await expect(lines.nth(1)).to_have_text("Failed sign-in as Kim Ö from 203.0.113.7: wrong password (17 more times)")
    await expect(lines.nth(2)).to_have_text("Ada created the API token “hotline 0” for Kim Ö: “Add sightings only”")
    await expect(ada("[data-testid=entries] li time").first).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
    french = await browsers.window("Ada", locale="fr-BE")
    await french.page.goto("/audit")
    await expect(french("[data-testid=entries] li .what").nth(2)).to_contain_text("Ada a créé le jeton d’API")
    bob = await browsers.window("Bob")
    bob.may_fail("404")
    await bob.page.goto("/audit")
    await expect(bob("main")).not_to_contain_text("hotline")
    await expect(bob("h1")).not_to_have_text("Audit log")


async def test_it_is_filtered_by_account_and_kind_and_gone_back_in_by_keyboard(
    browsers: Browsers,
    ada: Window,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 5)
    admin, kim = await account(browsers, "Ada"), await account(browsers, f"Kim{new_id()}")
    await happened(browsers, admin, kim.id, 4)
    await ada.page.goto("/audit")
    await ada("[name=account]").select_option(kim.id)
    await ada("[name=kind]").focus()
    await ada.page.keyboard.press("Enter")  # Enter submits the form, also in a select box
    await ada("[name=account]").focus()
    await ada("form[role=search] .primary").focus()
    await ada.page.keyboard.press("Enter")
    await ada.page.wait_for_url(f"**/audit?account={kim.id}*")
    lines, more = ada("[data-testid=entries] li"), ada("[data-more] a")
    await expect(ada("[data-days=grow]")).to_be_attached()
    await expect(lines).to_have_count(5)
    await expect(ada("[data-testid=entries] h2")).to_have_count(1)
    await more.focus()
    await ada.page.keyboard.press("Enter")
    await expect(lines).to_have_count(10)
    await expect(lines.nth(5)).to_be_focused()
    await expect(ada("[data-added]")).to_have_text("5 older entries shown")
    await expect(ada("[data-testid=entries] section")).to_have_count(1)  # of one day
    await more.click()
    await expect(lines).to_have_count(13)  # including the entry of her own account
    await expect(more).to_have_count(0)
    await expect(lines.nth(12)).to_contain_text("added the account of Kim")
    seqs = [int(await each.get_attribute("data-seq") or 0) for each in await lines.all()]
    assert seqs == sorted(set(seqs), reverse=True)
    await ada("[name=kind]").select_option("sign_in")
    await ada("form[role=search] .primary").click()
    await expect(lines).to_have_count(4)
    await expect(ada("[data-days=grow]")).to_be_attached()  # before it, the fields are the browser's own
    await ada("#audit-from").fill("some day")
    await ada("form[role=search] .primary").click()
    await expect(ada("#audit-from")).to_be_focused()
    await expect(ada("#audit-from-read")).to_have_text("Not recognised as a time yet.")
    await ada("#audit-from").fill("1/1/2000 0:00")
    await ada("#audit-until").fill("2 Jan 2000 0:00")
    await ada("form[role=search] .primary").click()
    await ada.page.wait_for_url("**from=2000-01-01T00%3A00&until=2000-01-02T00%3A00")
    await expect(ada("main")).to_contain_text("No entries match. Choose another time")
    await ada.page.get_by_role("link", name="Show all").click()
    await expect(lines).to_have_count(5)


@pytest.mark.slow
async def test_reads_are_shown_by_choice_and_refusals_at_once(browsers: Browsers, ada: Window) -> None:
    kim = await read_and_refused(browsers, name := f"Kim{new_id()}")
    lines = ada("[data-testid=entries] li .what")
    await ada.page.goto(f"/audit?account={kim.id}&kind=without_reads")
    await expect(lines).to_have_text([
        f"Too many entries of {name} to list one by one: 4211 more (photo.read)",
        f"{name} sent too many requests: /ws (812 more times)",
        f"{name} was refused an unknown board",
        f"{name} was refused a page or call: GET /api/v1/boards/{{board}}/sightings/{{sighting}}/source (403)",
        f"{name} was refused the command “search.set_access” on 2026-0412 (not allowed)",
        re.compile("added the account of Kim"),
    ])  # fmt: skip
    await ada("[name=kind]").select_option(label="All: Reads")
    await ada("form[role=search] .primary").click()
    await ada.page.wait_for_url("**kind=reads**")
    await expect(lines).to_have_text([
        f"{name} read the report of handover 12", f"{name} looked for words in All searches: 7 found",
        f"{name} viewed previews of files of 2026-0412 (37 more times)", f"{name} opened All searches",
        f"{name} opened 2026-0412 (12 more times)", f"{name} opened 2026-0412",
    ])  # fmt: skip
    await ada.page.goto("/audit")
    await expect(ada("[name=kind]")).to_have_value("without_reads")
    await expect(lines.filter(has_text="opened")).to_have_count(0)


async def test_offline_audit_page_says_so_and_keeps_its_rows(
    browsers: Browsers,
    ada: Window,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 5)
    admin, kim = await account(browsers, "Ada"), await account(browsers, f"Kim{new_id()}")
    await happened(browsers, admin, kim.id, 4)
    ada.may_fail("ERR_INTERNET_DISCONNECTED", "WebSocket", "Failed to load")
    await ada.page.goto(f"/audit?account={kim.id}")
    await expect(ada("[data-days=grow]")).to_be_attached()
    await ada.context.set_offline(True)
    await ada("[data-more] a").click()
    await expect(ada("[data-added]")).to_contain_text("cannot be read now")
    await expect(ada("[data-testid=entries] li")).to_have_count(5)
    await ada.context.set_offline(False)
    await ada("[data-more] a").click()
    await expect(ada("[data-testid=entries] li")).to_have_count(10)


@pytest.mark.slow
async def test_the_file_is_that_of_what_is_shown(browsers: Browsers, ada: Window) -> None:
    admin, kim = await account(browsers, "Ada"), await account(browsers, f"Kim{new_id()}")
    await happened(browsers, admin, kim.id, 1)
    await ada.page.goto(f"/audit?account={kim.id}&kind=token")
    async with ada.page.expect_download() as started:
        await ada.page.get_by_role("link", name="Download as CSV").click()
    file = await (await started.value).path()
    assert file.read_text(encoding="utf-8-sig").count("\n") == 2
    assert "hotline 0" in file.read_text(encoding="utf-8-sig")


@pytest.mark.slow
async def test_it_fits_every_window_and_has_no_barrier(browsers: Browsers, ada: Window) -> None:
    admin, kim = await account(browsers, "Ada"), await account(browsers, f"Kim{new_id()}")
    await happened(browsers, admin, kim.id, 3)
    window = await browsers.window("Ada", viewport=TALL)
    window.may_fail("422")
    found = {}
    for name, path in {
        "audit": "/audit",
        "audit-one": f"/audit?account={kim.id}",
        "audit-reads": f"/audit?account={(await read_and_refused(browsers, f'Kim{new_id()}')).id}&kind=",
        "audit-wrong": "/audit?from=yesterday",
    }.items():
        await window.page.goto(path)
        await window.page.set_viewport_size(TALL)
        found[name] = await barriers(window)
        for width, height in WIDTHS.items():
            await window.page.set_viewport_size({"width": width, "height": height})
            assert await overflow(window) == [], f"{name} at {width}"
            await keep(window, name, width)
    assert {name: some for name, some in found.items() if some} == {}


async def test_bell_shows_account_changes_to_the_person_concerned(browsers: Browsers, ada: Window) -> None:
    name = f"Kim{new_id()}"
    kim = await account(browsers, name)
    window = await browsers.window(name)
    await window.open("/")
    await ada.page.goto("/accounts/tokens")
    await ada("form[data-form=add] [name=name]").fill(f"hotline {kim.id}")
    await ada("form[data-form=add] [name=account]").select_option(kim.email)
    await ada("form[data-form=add] [name=password]").fill(PASSWORD)
    await ada("form[data-form=add] button").click()
    await expect(window("[data-bell] summary")).to_have_attribute("aria-label", "Alerts: 1 unread")
    await window("[data-bell] summary").click()
    line = window("[data-testid=alerts] li")
    await expect(line).to_contain_text(f"Ada created an API token with your rights: “hotline {kim.id}”")
    await keep(window, "bell", 1280)
    await line.locator("a").click()
    await window.page.wait_for_url("**/account#tokens")
    await expect(window("[data-bell] summary")).to_have_attribute("aria-label", "Alerts")
    await expect(window("main")).to_contain_text(f"hotline {kim.id}")
