"""Accounts in the browser: somebody is let in and sent away by an administrator, and each person looks after their own."""

import re
from functools import partial

import pytest
from playwright.async_api import expect

from board.accounts import accounts, live_changes
from models.times import format_utc, now
from tests.browser.test_pages import TALL, WIDTHS, barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD, new_id

pytestmark = pytest.mark.browser

NEW = "four words that nobody guesses"
LINES_OF_TEXTS = """(each) => [...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((text) => {
  const range = new Range();
  range.selectNode(text);
  return range.getClientRects().length;
})"""
NIGHT, DAY = "rgb(15, 18, 22)", "rgb(238, 240, 242)"


@pytest.fixture
async def ada(browsers: Browsers) -> Window:
    """An administrator's window."""
    await hire(browsers, "Ada", "admin")
    return await browsers.window("Ada")


async def hire(browsers: Browsers, name: str, role: str = "investigator") -> str:
    """Create an account if it is not there yet; return its id."""
    assert browsers.server
    service, email = browsers.server.service, f"{name.lower()}@desk.example"
    people = {each.email: each.id for each in await service.database.read(accounts.all_accounts)}
    return people.get(email) or await live_changes.add_account(service, email, name, role, PASSWORD)


async def test_disabled_account_leaves_the_screen_where_it_is_signed_in(browsers: Browsers, ada: Window) -> None:
    name = f"Olga{new_id()}"
    await hire(browsers, name)
    board = await browsers.search()
    await browsers.sighting(board, "Girl with a red coat")
    olga = await browsers.window(name)
    olga.may_fail("401", "WebSocket")
    await olga.open(f"/searches/{board}")
    await expect(olga.card("Girl with a red coat")).to_be_visible()

    await ada.page.goto("/accounts")
    await ada("[name=q]").fill(name)
    await ada.page.keyboard.press("Enter")
    await ada.page.wait_for_url("**/accounts?words=*")
    await ada("[data-testid=accounts] a").click()
    await ada("form[data-form=enabled] button").click()
    await expect(ada("[data-testid=enabled]")).to_have_text("No")

    await olga.page.wait_for_url("**/login?next=*")
    await expect(olga("[data-ended]")).to_contain_text("You have been signed out on this screen")
    await expect(olga("body")).not_to_contain_text("Girl with a red coat")
    await olga.sign_in(f"{name.lower()}@desk.example")
    await expect(olga("[data-testid=sign-in-error]")).to_be_visible()
    await expect(olga("[data-ended]")).to_be_hidden()


@pytest.mark.slow
async def test_sign_in_page_mentions_no_ended_session_to_a_new_visitor(browsers: Browsers) -> None:
    stranger = await browsers.stranger()
    await stranger.page.goto("/login")
    await expect(stranger("h1")).to_have_text("Sign in")
    await stranger.page.wait_for_load_state("networkidle")
    await expect(stranger("[data-ended]")).to_be_hidden()


async def test_somebody_new_is_let_in_by_a_link_that_works_once(browsers: Browsers, ada: Window) -> None:
    name = f"Kim{new_id()}"
    await ada.page.goto("/accounts")
    form = ada("form[data-form=add]")
    await form.locator("[name=name]").fill(name)
    await form.locator("[name=email]").fill(f"{name.lower()}@desk.example")
    await form.locator("[name=role]").select_option("Coordinator")
    await form.locator("button").click()
    link = await ada("[data-secret]").input_value()

    kim = await browsers.stranger()
    await kim.page.goto(link)
    await expect(kim("[name=new]")).to_be_focused()
    assert kim.page.url == f"{browsers.url}/password"  # without the code, which a bystander or the history would show
    await expect(kim("[data-code]")).to_be_hidden()
    await kim("[name=new]").fill(NEW)
    await kim.page.keyboard.press("Enter")
    await kim.live()
    await expect(kim(".account-menu .name")).to_have_text(name)
    await expect(kim("[data-act=open-search]")).to_be_visible()  # a coordinator

    late = await browsers.stranger()
    late.may_fail("422")
    await late.page.goto("/password")
    await late("[name=code]").fill(link)  # the whole link, typed
    await late("[name=new]").fill("another horse battery")
    await late.page.keyboard.press("Enter")
    await expect(late("[data-testid=problem]")).to_contain_text("was already used")


@pytest.mark.slow
async def test_link_page_says_how_many_tokens_end_and_the_next_how_many_did(browsers: Browsers, ada: Window) -> None:
    assert browsers.server
    name = f"Kim{new_id()}"
    id, email = await hire(browsers, name), f"{name.lower()}@desk.example"
    for scope in ("read", "write"):
        add = partial(accounts.add_token, name=f"{name} {scope}", scope=scope, email=email, now=format_utc(now()))
        await live_changes.apply_change(browsers.server.service, add)
    await ada.page.goto(f"/accounts/{id}")
    await expect(ada("form[data-form=link]").locator("xpath=preceding-sibling::p[1]")).to_contain_text(
        "2 tokens of this account end"
    )
    await ada("form[data-form=link] button").click()
    await expect(ada("[data-testid=ends]")).to_contain_text("2 tokens of this account end")
    kim = await browsers.stranger()
    await kim.page.goto(await ada("[data-secret]").input_value())
    await expect(kim("[data-revocation-hint]")).to_have_text("A new password ends all sessions and 2 tokens of your account.")
    await kim("[name=new]").fill(NEW)
    await kim.page.keyboard.press("Enter")
    await expect(kim("[data-testid=changed]")).to_contain_text("2 tokens have ended.")
    await expect(kim("[data-token][data-state=revoked]")).to_have_count(2)


@pytest.mark.slow
async def test_one_time_secret_is_copied_by_a_button(browsers: Browsers, ada: Window) -> None:
    await ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await ada.page.goto("/accounts/tokens")
    await ada("form[data-form=add] [name=name]").fill(f"hotline {new_id()}")
    await ada("form[data-form=add] [name=account]").select_option("alice@desk.example")
    await ada("form[data-form=add] [name=scope]").select_option(label="Add sightings only")
    await ada("form[data-form=add] [name=password]").fill(PASSWORD)
    await ada("form[data-form=add] button").click()
    await ada("[data-copy]").click()
    await expect(ada("[data-copy]")).to_have_text("Copied")
    assert await ada.page.evaluate("navigator.clipboard.readText()") == await ada("[data-secret]").input_value()
    await ada.page.goto("/accounts/tokens")
    await expect(ada("[data-token^=hotline] [title=intake]").first).to_have_text("Add sightings only")


async def test_token_that_waits_is_agreed_to_with_the_password(browsers: Browsers, ada: Window) -> None:
    name, title = f"Kim{new_id()}", f"gis {new_id()}"
    await hire(browsers, name)
    kim = await browsers.window(name)
    await ada.page.goto("/accounts/tokens")
    await ada("form[data-form=add] [name=name]").fill(title)
    await ada("form[data-form=add] [name=account]").select_option(f"{name.lower()}@desk.example")
    await ada("form[data-form=add] [name=password]").fill(PASSWORD)
    await ada("form[data-form=add] button").click()
    await expect(ada("[data-testid=waits]")).to_contain_text("It does not work yet.")
    await kim.page.goto("/account#tokens")
    row = kim(f"[data-token='{title}']")
    await expect(row).to_contain_text("waits for consent")
    for width, height in WIDTHS.items():
        await kim.page.set_viewport_size({"width": width, "height": height})
        assert await overflow(kim) == []
        await row.scroll_into_view_if_needed()
        await keep(kim, "token-consent", width)
    await row.locator("[name=password]").fill(PASSWORD)
    await row.locator("form[data-form=agree] button").click()
    await expect(kim("[data-testid=changed]")).to_have_text("The token now acts with your rights.")
    await expect(row).not_to_contain_text("waits for consent")
    await row.get_by_role("button", name="End").click()
    await expect(kim("[data-testid=changed]")).to_have_text("The token has ended.")


@pytest.mark.slow
async def test_everybody_has_it_light_or_dark(browsers: Browsers) -> None:
    bob = await browsers.window("Bob", color_scheme="light")
    await bob.page.goto("/account")
    for theme, ground in (("dark", NIGHT), ("light", DAY), ("", DAY)):
        await bob(f"form[data-form=theme] [value='{theme}']").click()
        await expect(bob(f"form[data-form=theme] [value='{theme}'][aria-pressed=true]")).to_be_visible()
        await expect(bob("body")).to_have_css("background-color", ground)
    await bob("form[data-form=theme] [value=dark]").click()
    await bob.open("/")
    await expect(bob("body")).to_have_css("background-color", NIGHT)
    await bob.page.goto("/account")
    await bob("form[data-form=theme] [value='']").click()
    await bob("form[data-form=theme] [value=''][aria-pressed=true]").wait_for()


async def test_a_password_is_changed_by_keyboard_and_ends_the_other_sessions(browsers: Browsers) -> None:
    name = f"Eva{new_id()}"
    await hire(browsers, name)
    here = await browsers.window(name)
    there = await browsers.stranger()
    there.may_fail("401", "WebSocket")
    await there.page.goto("/login?next=/account")
    await there.sign_in(f"{name.lower()}@desk.example")
    await there("h1", has_text=name).wait_for()
    await here.page.goto("/account")
    await expect(here("[data-testid=sessions] li")).to_have_count(2)
    await expect(here("[data-testid=sessions] li", has=here("[data-testid=own]"))).to_have_count(1)
    await expect(here("[data-testid=sessions] time").first).to_have_text(re.compile(r"^\d\d:\d\d$"))
    await here("[name=old]").focus()
    await here.page.keyboard.type(PASSWORD)
    await here.page.keyboard.press("Tab")
    await here.page.keyboard.type(NEW)
    await here.page.keyboard.press("Enter")
    await expect(here("[data-testid=changed]")).to_contain_text("signed out everywhere else")
    await expect(here("[data-testid=sessions] li")).to_have_count(1)
    await there.page.wait_for_url("**/login?next=*")


@pytest.mark.slow
async def test_the_pages_fit_every_window_and_have_no_barrier(browsers: Browsers, ada: Window) -> None:
    bob, found = await hire(browsers, "Bob"), {}
    window, stranger = await browsers.window("Ada", viewport=TALL), await browsers.stranger(viewport=TALL)
    window.may_fail("422")
    pages = {"accounts": "/accounts", "one": f"/accounts/{bob}", "tokens": "/accounts/tokens", "own": "/account"}
    for name in [*pages, "once", "problem", "password"]:
        at = stranger if name == "password" else window
        if name == "once":
            await at.page.goto(pages["one"])
            await at("form[data-form=link] button").click()
            await at("[data-testid=secret]").wait_for()
        elif name == "problem":
            await at.page.goto("/accounts/tokens")
            for _ in range(2):
                await at.page.goto("/accounts/tokens")
                await at("form[data-form=add] [name=name]").fill("wall")
                await at("form[data-form=add] [name=account]").select_option("alice@desk.example")
                await at("form[data-form=add] [name=password]").fill(PASSWORD)
                await at("form[data-form=add] button").click()
                await at("[data-testid=secret], [data-testid=problem]").first.wait_for()
            await at("[data-testid=problem]").wait_for()
        else:
            await at.page.goto(pages.get(name, "/password"))
        await at.page.set_viewport_size(TALL)
        found[name] = await barriers(at)
        for width, height in WIDTHS.items():
            await at.page.set_viewport_size({"width": width, "height": height})
            assert await overflow(at) == [], f"{name} at {width}"
            await keep(at, name, width)
    assert {name: some for name, some in found.items() if some} == {}


@pytest.mark.slow
async def test_no_form_is_lower_than_what_is_in_it(browsers: Browsers, ada: Window) -> None:
    bob = await hire(browsers, "Bob")
    for path in ("/accounts", "/accounts/tokens", f"/accounts/{bob}", "/account"):
        await ada.page.goto(path)
        for width, height in WIDTHS.items():
            await ada.page.set_viewport_size({"width": width, "height": height})
            lower = await ada.page.evaluate(
                """() => [...document.querySelectorAll("form.inline-form")].filter((form) =>
                  [...form.children].some((each) => each.getBoundingClientRect().bottom > form.getBoundingClientRect().bottom + 1)
                ).length"""
            )
            assert lower == 0, f"{path} at {width}"


@pytest.mark.slow
async def test_a_program_that_takes_in_is_offered_no_work(browsers: Browsers) -> None:
    assert browsers.server
    service, email = browsers.server.service, "line@desk.example"
    await live_changes.add_account(service, email, "Hotline", "coordinator", PASSWORD)
    add = partial(accounts.add_token, name="The hotline's software", scope="intake", email=email, now=format_utc(now()))
    await live_changes.apply_change(service, add)
    board = await browsers.search()
    await browsers.sighting(board, "A girl by the ferry")
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice.open_card("A girl by the ferry")
    offered = alice.panel.locator("[data-field=assignee] option")
    await expect(offered.filter(has_text="Bob")).to_have_count(1)
    await expect(offered.filter(has_text="Hotline")).to_have_count(0)
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    lead = alice("form[data-form=open-search] [data-field=lead] option")
    await expect(lead.filter(has_text="Bob")).to_have_count(1)
    await expect(lead.filter(has_text="Hotline")).to_have_count(0)
    await expect(alice("[data-field=members] label").filter(has_text="Hotline")).to_have_count(1)  # it may see a search


@pytest.mark.slow
async def test_an_email_address_does_not_break_within_a_word_on_a_phone(browsers: Browsers, ada: Window) -> None:
    robin = await hire(browsers, "Robin")
    for language in ("en-GB", "fr-BE", "nl-BE", "de-BE"):
        window = await browsers.window("Ada", viewport={"width": 390, "height": 844}, locale=language)
        for path in ("/account", f"/accounts/{robin}"):
            await window.page.goto(path)
            address = window(".facts dd").first
            await expect(address).to_contain_text("@desk.example")
            lines = await address.evaluate(LINES_OF_TEXTS)
            assert lines == [1, 1], (language, path)  # one for what is before the @, one for the rest
        await window.context.close()
