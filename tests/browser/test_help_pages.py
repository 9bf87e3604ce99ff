"""The documentation in a browser: for a stranger, on a phone, in both themes, by keyboard, on paper, and found by the palette."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.browser.test_pages import TALL, barriers, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
WIDEST = (
    "/help",
    "/help/reference/contract",
    "/help/reference/contract/searches",
    "/help/reference/contract/socket",
    "/help/reference/command-line",
    "/help/explanation/architecture",
    "/help/how-to/install",
    "/help/guides/coordinator",
    "/help/guides/wall",
)


async def show(window: Window, path: str) -> None:
    await window.page.goto(path)
    await window.page.wait_for_load_state("networkidle")
    await expect(window("[data-testid=document] h1")).to_have_count(1)


@pytest.mark.slow
async def test_strangers_read_help_on_a_phone_in_each_language(browsers: Browsers) -> None:
    for language in ("en", "fr", "nl", "de"):
        stranger = await browsers.stranger(viewport=PHONE, locale=language)
        for path in WIDEST:
            await show(stranger, path)
            assert await overflow(stranger) == [], f"{path} {language}"
        assert await stranger.page.locator("html").get_attribute("lang") == language
        await expect(stranger(".noscript, [data-load-warning]:visible")).to_have_count(0)
        await stranger.page.context.close()


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_help(browsers: Browsers) -> None:
    stranger = await browsers.stranger(viewport=TALL)
    found = {}
    for path in ("/help", "/help/how-to/install", "/help/reference/settings", "/help/guides/hotline"):
        await show(stranger, path)
        found[path] = await barriers(stranger)
    assert {path: some for path, some in found.items() if some} == {}


@pytest.mark.slow
async def test_help_is_read_by_keyboard_alone(browsers: Browsers) -> None:
    stranger = await browsers.stranger(viewport=PHONE)
    await show(stranger, "/help/reference/settings")
    await stranger.page.evaluate("() => { document.querySelector('.wide table').style.minWidth = '900px'; }")  # fonts differ
    box = stranger(".wide").first
    await box.focus()
    await stranger.page.keyboard.press("ArrowRight")
    await stranger.page.wait_for_function("() => document.querySelector('.wide').scrollLeft > 0")
    await stranger("a[href='#contents']").focus()
    await stranger.page.keyboard.press("Enter")
    await stranger.page.keyboard.press("Tab")
    await expect(stranger("#contents a").first).to_be_focused()
    await stranger("a[rel=next]").focus()
    name = await stranger("a[rel=next]").text_content()
    await stranger.page.keyboard.press("Enter")
    await expect(stranger("h1")).to_have_text(str(name).strip(" →"))


async def test_words_are_found_by_keyboard_on_a_phone_without_another_server(browsers: Browsers) -> None:
    stranger = await browsers.stranger(viewport=PHONE)
    asked: list[str] = []
    stranger.page.on("request", lambda request: asked.append(request.url))
    await show(stranger, "/help/reference/settings")
    await stranger("a.skip").focus()
    await stranger.page.keyboard.press("Enter")
    await stranger.page.keyboard.press("Tab")
    await expect(stranger("input[type=search]")).to_be_focused()
    await stranger.page.keyboard.type("morning pairing")
    await stranger.page.keyboard.press("Enter")
    await stranger.page.wait_for_url("**/help?q=morning+pairing")
    assert await overflow(stranger) == []
    result = stranger("article a[href='/help/guides/wall#every-morning']")
    await expect(result).to_be_in_viewport()
    await result.focus()
    await stranger.page.keyboard.press("Enter")
    await expect(stranger("#every-morning")).to_be_in_viewport()
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(browsers.url).netloc}


@pytest.mark.slow
async def test_paper_has_the_text_and_no_navigation(browsers: Browsers) -> None:
    stranger = await browsers.stranger()
    await show(stranger, "/help/how-to/install")
    await stranger.page.emulate_media(media="print")
    await expect(stranger("h1")).to_be_visible()
    for hidden in (".contents", ".beside", ".top"):
        await expect(stranger(hidden).first).to_be_hidden()


async def test_the_palette_finds_a_heading_and_goes_there(browsers: Browsers) -> None:
    victor = await browsers.window("Victor")
    await victor.open("/")
    await victor.page.keyboard.press("Control+k")
    await victor.page.keyboard.type("roll back")
    option = victor("[role=option]", has_text="Help: Upgrade and roll back · Roll back")
    await expect(option).to_have_count(1)
    await option.click()
    await victor.page.wait_for_url("**/help/how-to/upgrade#roll-back")
    await expect(victor("h1")).to_have_text("Upgrade and roll back")


@pytest.mark.slow
async def test_the_menu_and_the_api_page_lead_to_it(browsers: Browsers) -> None:
    victor = await browsers.window("Victor")
    await victor.open("/")
    await victor("details.account-menu > summary").click()
    await victor("details.account-menu a[href='/help']").click()
    await expect(victor("h1")).to_have_text("Searchboard help")
    await victor("#contents a[href='/api']").click()
    await victor("main a[href='/help/how-to/write-client']").click()
    await expect(victor("h1")).to_have_text("Write a client")


@pytest.mark.slow
async def test_the_sign_in_page_leads_to_it(browsers: Browsers) -> None:
    stranger = await browsers.stranger()
    await stranger.page.goto("/login")
    await stranger("header a[href='/help']").click()
    await expect(stranger("h1")).to_have_text("Searchboard help")


async def test_guides_are_reached_by_keyboard_and_their_pictures_load(browsers: Browsers) -> None:
    stranger = await browsers.stranger(locale="de")
    await show(stranger, "/help")
    first = stranger("article a[href^='/help/guides/']").first
    await first.focus()
    await stranger.page.keyboard.press("Enter")
    await expect(stranger("h1")).to_have_text("Anleitung für die Koordination")
    await stranger.page.wait_for_function(
        "() => [...document.querySelectorAll('article img')].every((each) => each.complete && each.naturalWidth >= 390)"
    )
    await expect(stranger("article img")).to_have_count(2)
    for link in await stranger("#contents a[href^='/help/guides/']").all():
        assert await link.get_attribute("lang") == "de"
    await stranger("a[rel=next]").focus()
    await stranger.page.keyboard.press("Enter")
    await expect(stranger("h1")).to_have_text("Anleitung für die Ermittlung")


@pytest.mark.slow
async def test_empty_pages_and_the_list_of_keys_lead_to_a_guide(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    for path, role in (("/", "coordinator"), ("/intake", "hotline"), ("/displays", "wall")):
        await alice.open(path)
        await expect(alice(f"main a[href='/help/guides/{role}']")).to_have_text("How this works")
    await alice.page.keyboard.press("?")
    await expect(alice("dialog[open] a[href='/help']")).to_have_text("Guides for each role")
