"""Second factors in the browser: a passkey of Chromium's virtual authenticator, an app with codes, and step-up."""

import pytest
from playwright.async_api import expect

from board.accounts import accounts
from models.accounts import Account
from tests.browser.test_accounts import hire
from tests.browser.test_pages import TALL, WIDTHS, barriers, keep, overflow
from tests.support.browser_passkeys import at_localhost, field_asks, with_authenticator, with_passkey
from tests.support.browsers import Browsers
from tests.support.factors import code_of, give_app, set_factor_age
from tests.support.people import PASSWORD, new_id

pytestmark = pytest.mark.browser


async def account_of(browsers: Browsers, role: str = "investigator") -> Account:
    """Return a new account."""
    assert browsers.server
    id = await hire(browsers, f"Eva{new_id()}", role)
    return await browsers.server.service.database.read(
        lambda session: next(account for account in accounts.all_accounts(session) if account.id == id)
    )


async def test_passkey_is_made_named_and_signs_in_after_the_password_and_alone(browsers: Browsers) -> None:
    eva = await account_of(browsers)
    window, key = await with_passkey(browsers, eva.email)
    window.may_fail("401")
    await window("[type=checkbox]").check()
    await window("button.primary").click()
    await expect(window("[data-testid=factors]")).to_contain_text("Passkey “Desk key”")

    await window.context.clear_cookies()
    await key.set_present(False)
    await window.page.goto("/login?next=/account")
    await window.sign_in(eva.email)
    await expect(window("h1")).to_have_text("Second step")
    await key.set_present(True)
    await window("[data-passkey]").click()
    await expect(window("[data-testid=factors]")).to_contain_text("Desk key")

    await window.context.clear_cookies()
    await key.set_present(False)
    await window.page.goto("/login?next=/account")
    await field_asks(window)  # a touch before would answer it, and the page would leave under the press of the button
    await key.set_present(True)
    await window("[data-passkey]").click()
    await expect(window("[data-testid=factors]")).to_contain_text("Desk key")
    assert browsers.server
    await set_factor_age(browsers.server, eva, 11)
    await expect(window("[data-new-passkey]")).to_be_visible()  # the script that asks for the step-up has its listeners
    await window("[data-testid=factors] form[action$=remove] button").click()
    dialog = window("dialog[data-dialog=step-up]")
    await expect(dialog).to_contain_text("You are about to remove the passkey “Desk key”.")
    await dialog.locator("[data-act=passkey]").click()
    await expect(window("[data-testid=factors]")).not_to_contain_text("Desk key")


async def test_first_passkey_is_made_at_the_sign_in(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browsers.server
    monkeypatch.setattr(browsers.server.service.settings, "second_factor_grace_days", 0)
    ada = await account_of(browsers, "admin")
    window, key = await with_authenticator(browsers)
    await window.page.goto("/login?next=/account")
    await window.sign_in(ada.email)
    await expect(window("h1")).to_have_text("Set up a second step")
    await key.set_present(True)
    await window("[data-name]").fill("Desk key")
    await window("[data-passkey]").click()
    await expect(window("[data-testid=recovery-codes] li")).to_have_count(8)
    await window("[type=checkbox]").check()
    await window("button.primary").click()
    await expect(window("[data-testid=factors]")).to_contain_text("Passkey “Desk key”")


async def test_passkey_in_the_field_of_the_address_signs_in(browsers: Browsers) -> None:
    eva = await account_of(browsers)
    window, _ = await with_passkey(browsers, eva.email)
    await window.context.clear_cookies()
    await window.page.goto("/login?next=/account")  # the person chooses the passkey that the field offers
    await expect(window("[data-testid=factors]")).to_contain_text("Desk key")


async def test_step_up_keeps_the_typed_text_and_repeats_the_request(browsers: Browsers) -> None:
    assert browsers.server
    ada, name = await account_of(browsers, "admin"), f"Kim{new_id()}"
    window = await browsers.stranger(reduced_motion="reduce")
    window.may_fail("422")
    await window.page.goto("/login?next=/accounts")
    await window.sign_in(ada.email)
    form = window("form[data-form=add]")
    await form.locator("[name=name]").fill(name)
    await form.locator("[name=email]").fill(f"{name.lower()}@desk.example")
    await set_factor_age(browsers.server, ada, 11)
    await form.locator("button").click()
    dialog = window("dialog[data-dialog=step-up]")
    await expect(dialog.locator("input")).to_be_focused()
    await dialog.locator("[data-act=cancel]").click()
    await expect(dialog).to_have_count(0)
    await expect(form.locator("[name=name]")).to_have_value(name)
    await form.locator("button").click()
    await dialog.locator("input").fill("wrong horse battery")
    await dialog.locator("[data-act=send]").click()
    await expect(dialog.locator("[role=alert]")).to_be_visible()
    await dialog.locator("input").fill(PASSWORD)
    await dialog.locator("[data-act=send]").click()
    await expect(window("h1")).to_have_text(f"One-time link for {name}")


async def test_step_up_precedes_a_download_and_asks_for_the_code_of_the_app(browsers: Browsers) -> None:
    assert browsers.server
    carol = await account_of(browsers, "coordinator")
    secret, _ = await give_app(browsers.server, carol)
    window = await browsers.stranger(reduced_motion="reduce")
    await window.page.goto("/login?next=/")
    await window.sign_in(carol.email)
    await window("[name=code]").fill(code_of(secret, -1))
    await window("button.primary").click()
    await window.page.wait_for_url("**/duty")
    await window.open("/")
    await set_factor_age(browsers.server, carol, 11)
    await window("details.more-menu summary").click()
    await window("a[href$='cards.csv']").click()
    dialog = window("dialog[data-dialog=step-up]")
    await dialog.locator("input").fill(code_of(secret))
    async with window.page.expect_download() as download:
        await dialog.locator("[data-act=send]").click()
    assert (await download.value).suggested_filename.endswith("cards.csv")


async def test_page_of_administrators_leads_to_step_up_and_back(browsers: Browsers) -> None:
    assert browsers.server
    ada = await account_of(browsers, "admin")
    window = await browsers.stranger(reduced_motion="reduce")
    await window.page.goto("/login?next=/account")
    await window.sign_in(ada.email)
    await expect(window("[data-testid=set-up-by]")).to_be_visible()
    await set_factor_age(browsers.server, ada, 11)
    await window.page.goto("/accounts?q=Ada")
    await expect(window("h1")).to_have_text("Is it you?")
    await window("[name=password]").fill(PASSWORD)
    await window("button.primary").click()
    await window.page.wait_for_url("**/accounts?q=Ada")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
async def test_set_up_at_the_sign_in_fits_and_has_no_barriers(
    browsers: Browsers, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browsers.server
    monkeypatch.setattr(browsers.server.service.settings, "second_factor_grace_days", 0)
    ada, window = await account_of(browsers, "admin"), await at_localhost(browsers, language)
    await window.page.goto("/login")
    await window.sign_in(ada.email)
    await expect(window("[data-passkey]")).to_be_visible()
    await window.page.set_viewport_size(TALL)
    assert await barriers(window) == []
    for width, height in WIDTHS.items():
        await window.page.set_viewport_size({"width": width, "height": height})
        assert await overflow(window) == [], width
        await keep(window, f"set-up-{language}", width)


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
async def test_pages_of_second_factors_fit_and_have_no_barriers(browsers: Browsers, language: str) -> None:
    assert browsers.server
    eva, ada = await account_of(browsers), await account_of(browsers, "admin")
    window = await browsers.stranger(reduced_motion="reduce", locale=language)

    async def fits(name: str) -> None:
        await window.page.set_viewport_size(TALL)
        assert await barriers(window) == [], name
        for width, height in WIDTHS.items():
            await window.page.set_viewport_size({"width": width, "height": height})
            assert await overflow(window) == [], f"{name} at {width}"
            await keep(window, f"{name}-{language}", width)

    await give_app(browsers.server, eva)
    await window.page.goto("/login")
    await window.sign_in(eva.email)
    await expect(window("[name=code]")).to_be_visible()
    await fits("second-step")
    await window.context.clear_cookies()
    await window.page.goto("/login?next=/account")
    await window.sign_in(ada.email)
    await expect(window("[data-testid=factors]")).to_be_visible()
    await fits("account-factors")
    await window.page.goto("/account/factors/app")
    await fits("factor-app")
    secret = ((await window("[data-testid=secret]").text_content()) or "").replace(" ", "")
    await window("[name=code]").fill(code_of(secret))
    await window("form button.primary").click()
    await expect(window("[data-testid=recovery-codes] li")).to_have_count(8)
    await fits("recovery-codes")
    await set_factor_age(browsers.server, ada, 11)
    await window.page.goto("/accounts")
    await fits("step-up")
