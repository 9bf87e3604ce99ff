"""Signing in with a provider in a real browser: the button, the pages of a real provider, and the way back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.test_pages import WIDTHS, barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers, create_accounts
from tests.support.oidc_provider import CLIENT, EVA, SECRET, OidcProvider, running_provider
from tests.support.people import PASSWORD, running_server

pytestmark = pytest.mark.browser

PROVIDER = f"""\
[[provider]]
key = "police"
name = "Police account (CSAM)"
issuer = "{{issuer}}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
create_accounts = true

[[provider.role]]
claim = "groups"
value = "board-lead"
role = "coordinator"
"""
PASSWORDS_OFF = """\
[password]
enabled = false
break_glass = "alice@desk.example"

"""
CONSOLE_OF_PROVIDER = ("Refused to", "violates", "favicon", "404", "ERR_NAME_NOT_RESOLVED", "ERR_INTERNET")  # a font of its pages


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[OidcProvider]:
    """Provider shared by all of these tests."""
    async with running_provider() as running:
        yield running


@pytest.fixture
async def office(
    browser: Browser, provider: OidcProvider, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Browsers]:
    """Windows on a server whose people sign in with the provider."""
    text = getattr(request, "param", "") + PROVIDER.format(issuer=provider.issuer)
    (tmp_path / "sign_in.toml").write_text(text, encoding="utf-8")
    async with running_server(tmp_path, files_path=str(tmp_path)) as server:
        await provider.configure(server.url)
        await create_accounts(server)
        async with Browsers(browser, server.url) as working:
            working.server = server
            yield working


async def sign_in(window: Window, person: str) -> None:
    """Press the button, and sign in on the pages of the provider."""
    window.may_fail(*CONSOLE_OF_PROVIDER)
    await window.page.goto("/login?next=/handover")
    await window("[data-testid=provider]").click()
    await window("[name=login]").fill(person)
    await window("[name=password]").fill("x")
    await window("button.login-submit").click()
    await window("button[type=submit]").click()


async def test_person_signs_in_with_a_provider_and_reaches_the_page(office: Browsers, provider: OidcProvider) -> None:
    await provider.set_person("eva", EVA)
    eva = await office.stranger()
    await sign_in(eva, "eva")
    await eva.page.wait_for_url("**/handover")
    await eva.live()
    await expect(eva("body")).to_contain_text("Eva Peeters")


async def test_person_without_a_role_sees_why(office: Browsers, provider: OidcProvider) -> None:
    await provider.set_person("max", {**EVA, "email": "max@police.example", "groups": []})
    stranger = await office.stranger()
    stranger.may_fail("403")
    await sign_in(stranger, "max")
    await expect(stranger("[data-testid=sign-in-error]")).to_contain_text("gives you no role here")
    await expect(stranger("[data-testid=provider]")).to_be_visible()


@pytest.mark.parametrize("office", ["", PASSWORDS_OFF], indirect=True, ids=["with passwords", "without"])
async def test_page_fits_every_window_and_has_no_barrier(office: Browsers, request: pytest.FixtureRequest) -> None:
    stranger = await office.stranger()
    for width, height in WIDTHS.items():
        await stranger.page.set_viewport_size({"width": width, "height": height})
        await stranger.page.goto("/login")
        await expect(stranger("[data-testid=provider]")).to_be_visible()
        assert await overflow(stranger) == []
        await keep(stranger, f"sign-in-{request.node.callspec.id.replace(' ', '-')}", width)
    assert await barriers(stranger) == []


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
async def test_page_is_in_the_language_of_the_browser(office: Browsers, language: str) -> None:
    stranger = await office.stranger(locale=language)
    await stranger.page.goto("/login")
    words = {"fr": "Se connecter avec un mot de passe", "nl": "Aanmelden met een wachtwoord", "de": "Mit Passwort anmelden"}
    await expect(stranger("form.sign-in > button:not([type=button])")).to_have_text(words[language])
    for width, height in WIDTHS.items():
        await stranger.page.set_viewport_size({"width": width, "height": height})
        assert await overflow(stranger) == [], width
        await keep(stranger, f"sign-in-{language}", width)


async def test_password_still_signs_in(office: Browsers) -> None:
    alice = await office.stranger()
    await alice.page.goto("/login")
    await alice("[name=email]").fill("alice@desk.example")
    await alice("[name=password]").fill(PASSWORD)
    await alice("form.sign-in > button:not([type=button])").click()
    await alice.page.wait_for_url("**/duty")
