"""Steps that bring a page into the state of a picture."""

from playwright.async_api import FilePayload, Page, Route

from tests.tools.pictures.shot import Steps

INTO_VIEW = """(element) => {
  let box = element.parentElement;
  const scrolls = (each) => each.scrollHeight > each.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(each).overflowY);
  while (box && !scrolls(box)) box = box.parentElement;
  box ??= document.scrollingElement;
  box.scrollTop += element.getBoundingClientRect().top - Math.max(0, box.getBoundingClientRect().top) - 130;
}"""  # below the heads of dialogs and pages; nothing else moves


def click(*selectors: str) -> Steps:
    """Click one thing after the other, also in menus that are closed."""

    async def steps(page: Page) -> None:
        for each in selectors:
            found = page.locator(each).first
            await found.wait_for(state="attached")
            await found.evaluate("element => element.click()")
            await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    return steps


def in_sheet(*selectors: str) -> Steps:
    """Click, on a phone in the sheet of "More", and wait until a popover is open."""

    async def steps(page: Page) -> None:
        if await page.locator("[data-act=more]").first.is_visible():
            await click("[data-act=more]")(page)
        await click(*selectors)(page)
        await page.locator("[popover]:popover-open").first.wait_for()

    return steps


def popup(*selectors: str) -> Steps:
    """Click, and wait until a popover is open."""

    async def steps(page: Page) -> None:
        await click(*selectors)(page)
        await page.locator("[popover]:popover-open").first.wait_for()

    return steps


def keys(*pressed: str, shows: str = "dialog[open]") -> Steps:
    """Press keys, and wait for what they show."""

    async def steps(page: Page) -> None:
        for each in pressed:
            await (page.keyboard.press(each) if len(each) == 1 or "+" in each or each.isalnum() else page.keyboard.type(each))
        await page.locator(shows).first.wait_for()

    return steps


def typed(selector: str, text: str, shows: str) -> Steps:
    """Type into a field, and wait for what that shows."""

    async def steps(page: Page) -> None:
        field = page.locator(selector).first
        if not await field.is_visible():
            await click("[data-act=more]")(page)  # on a phone it is in the sheet of more actions
        await field.fill(text)
        await page.locator(shows).first.wait_for()

    return steps


async def locked(page: Page) -> None:
    """Lock the screen, on this page only: the person's other pictures are taken at the same time."""
    await page.route("**/api/v1/me/lock", lambda route: route.fulfill(json={"locked_at": "2026-11-24T21:24:00.000Z"}))
    await click("[data-lock]")(page)


async def another_person(page: Page) -> None:
    """Lock the screen, and ask another person to sign in."""
    await locked(page)
    await click("dialog.lock-bar [data-act=another-person]")(page)


def open_menu(selector: str, shows: str) -> Steps:
    async def steps(page: Page) -> None:
        await page.locator(selector).first.evaluate("element => element.open = true")
        await page.locator(shows).first.wait_for()

    return steps


def all_of(*given: Steps) -> Steps:
    """Do one thing after the other."""

    async def steps(page: Page) -> None:
        for each in given:
            await each(page)

    return steps


def at(selector: str) -> Steps:
    """Wait for something, and scroll to it."""

    async def steps(page: Page) -> None:
        found = page.locator(selector).first
        await found.wait_for()
        await found.evaluate(INTO_VIEW)

    return steps


def write(selector: str, text: str) -> Steps:
    """Type into a field, key after key."""

    async def steps(page: Page) -> None:
        field = page.locator(selector).first
        await field.wait_for()
        await field.focus()
        await page.keyboard.type(text)

    return steps


def attach(*files: FilePayload, within: str = ".panel") -> Steps:
    """Choose files in a strip, and answer what is said before the first."""

    async def steps(page: Page) -> None:
        await page.locator(f"{within} [data-choose]").first.set_input_files(list(files))
        await page.locator(f"{within} [data-act=files-continue]").first.click()

    return steps


def stalled(name: str) -> Steps:
    """Let the upload of a file with this name stop after its first piece."""

    async def hold(route: Route) -> None:
        headers = route.request.headers
        if headers.get("upload-name") == name and headers.get("upload-offset") != "0":
            return  # no answer, until the page is closed
        await route.continue_()

    async def steps(page: Page) -> None:
        await page.route("**/uploads/*", hold)

    return steps


async def step_up_asked(page: Page) -> None:
    """Ask for a factor before a download, as if the last one was long ago."""
    await page.route("**/step-up/ways", lambda route: route.fulfill(json={"recent": False, "app": True, "passkey": False}))
    await click("a[href$='/cards.csv']")(page)


def select(field: str, value: str) -> Steps:
    """Choose from a list in a dialog."""

    async def steps(page: Page) -> None:
        await page.locator(f"dialog :is([data-field={field}] select, select[name={field}])").select_option(value)

    return steps


async def tour_offered(page: Page) -> None:
    """Open the page as an account does for the first time."""
    await page.add_init_script("localStorage.removeItem('searchboard:tours-closed')")
    await page.reload()
    await page.locator("[data-testid=tour]").wait_for()


async def words_typed(page: Page) -> None:
    """Type a word that people think of into the quick menu."""
    await page.keyboard.press("Control+k")
    word = FOUND[str(await page.evaluate("document.body.dataset.language"))]
    async with page.expect_response(lambda answer: "/api/v1/find" in answer.url):
        await write("[data-testid=palette]", word)(page)


FOUND = {"en": "found", "fr": "retrouvé", "nl": "gevonden", "de": "gefunden"}
CALL = {
    "en": "A girl in a red coat with a man at the motorway service area, about six years old",
    "fr": "Une fille en manteau rouge avec un homme sur l’aire d’autoroute, six ans environ",
    "nl": "Een meisje in een rode jas met een man op de parking langs de autosnelweg, ongeveer zes jaar",
    "de": "Ein Mädchen in rotem Mantel mit einem Mann an der Raststätte, etwa sechs Jahre alt",
}


async def call_noted(page: Page) -> None:
    """Fill in a call, without sending it."""
    await page.locator("#search").click()
    await page.keyboard.type("Mila")
    await page.locator("#search-list [role=option]").first.wait_for()
    await page.keyboard.press("Enter")
    call = CALL[str(await page.evaluate("document.body.dataset.language"))]
    async with page.expect_response(lambda answer: answer.url.endswith("/similar")):
        await page.keyboard.type(call)
