"""Photos and files in the browser: added by choice, drop and paste, kept while the line is down, seen by others, and gone at
once."""

import base64
import io
import random
import re
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Route, expect

from board.child_process.parent import NoMemory
from board.files import pictures
from tests.browser.test_pages import keep, overflow
from tests.support.browser_window import PATIENCE_MS, Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display
from tests.support.pictures_with_metadata import LAT, LON, TAKEN_AT, jpeg

pytestmark = pytest.mark.browser

HINT = "[data-testid=files-hint]"
SEEN = "Girl at the tram stop"
LARGE = 900_000  # bytes: several pieces
# Drop or paste files, as the browser would tell the page.
GIVES = """async ([selector, type, files]) => {
  const data = new DataTransfer();
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  for (const [name, kind, text] of files) data.items.add(new File([bytes(text)], name, { type: kind }));
  const target = selector ? document.querySelector(selector) : document.body;
  const of = type === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
  target.dispatchEvent(of);
  return of.defaultPrevented;
}"""
MADE_MS = 4 * PATIENCE_MS  # a process makes the pictures, and others do so at the same time
IS_SHOWN = "(image) => image.complete && image.naturalWidth > 0"


def photo(name: str = "tram.jpg", content: bytes | None = None) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content or jpeg()}


def large_photo() -> dict[str, Any]:
    """Return a photo that needs several pieces: noise cannot be compressed."""
    noise = Image.frombytes("RGB", (600, 600), random.Random(20).randbytes(600 * 600 * 3))
    output = io.BytesIO()
    noise.save(output, "JPEG", quality=100, subsampling=0)
    assert output.tell() > LARGE
    return photo("noise.jpg", output.getvalue())


async def give(window: Window, kind: str, selector: str | None, *files: dict[str, Any]) -> bool:
    said = [[each["name"], each["mimeType"], base64.b64encode(each["buffer"]).decode()] for each in files]
    return bool(await window.page.evaluate(GIVES, [selector, kind, said]))


async def agree(window: Window) -> None:
    await window(f"{HINT} [data-act=files-continue]").click()


async def choose(window: Window, *files: dict[str, Any], within: str = ".panel") -> None:
    """Choose files in a strip, without the picker."""
    await window(f"{within} [data-choose]").first.set_input_files(list(files))  # type: ignore[arg-type]


async def at_card(browsers: Browsers, *names: str) -> tuple[str, str, list[Window]]:
    """Open a search with one sighting, whose card is open in each window."""
    search, alice = await browsers.search(), await browsers.person("Alice")
    await alice.command(search, "sighting.add", {"description": SEEN})
    card = next(each["id"] for each in await alice.entities(search) if each["kind"] == "sighting")
    windows = [await browsers.window(name) for name in names]
    for window in windows:
        await window.open(f"/searches/{search}/cards/{card}")
        await window.panel.wait_for()
    return search, card, windows


async def test_chosen_photo_is_on_the_cards_of_both_after_the_hint(browsers: Browsers) -> None:
    _, card, (alice, bob) = await at_card(browsers, "Alice", "Bob")
    await choose(alice, photo())
    await expect(alice(HINT)).to_contain_text("stopchildporno.be")
    await expect(alice(".upload")).to_have_count(0)  # nothing is sent before the hint is read
    await agree(alice)
    for window in (alice, bob):
        await expect(window(".panel .pictures .thumb")).to_have_js_property("complete", True, timeout=MADE_MS)
        await expect(window(".panel .pictures .thumb")).to_have_attribute("alt", re.compile(r"^Photo of Sighting\s\d+$"))
        await expect(window(f"article[data-card='{card}'] .card-picture")).to_be_visible()
        assert await window(".panel .pictures .thumb").evaluate(IS_SHOWN)
    await expect(alice("[data-testid=undo]")).to_contain_text("File attached")
    await choose(alice, photo("second.jpg"))  # the hint is said once
    await expect(bob(".panel .pictures .thumb")).to_have_count(2, timeout=MADE_MS)
    await alice("[data-act=undo-last]").click()
    for window in (alice, bob):
        await expect(window(".panel .pictures .thumb")).to_have_count(1, timeout=MADE_MS)


@pytest.mark.slow
async def test_files_are_dropped_on_a_card_and_pasted_into_the_open_one(browsers: Browsers) -> None:
    _, card, (alice,) = await at_card(browsers, "Alice")
    await alice.close_card()
    target = f"article[data-card='{card}']"
    assert await give(alice, "dragover", target, photo())
    await expect(alice(target)).to_have_attribute("data-file-over", "")
    assert await give(alice, "drop", target, photo("one.jpg"), photo("two.jpg"))
    await expect(alice.panel).to_be_visible()  # the card opens, as the hint stands in it
    await agree(alice)
    await expect(alice(".panel .pictures .thumb")).to_have_count(2, timeout=MADE_MS)
    assert await give(alice, "paste", None, photo("image.png"))
    await expect(alice(".panel .pictures .thumb")).to_have_count(3, timeout=MADE_MS)
    assert await give(alice, "drop", ".header-bar", photo())  # beside a target: the page stays
    await expect(alice(".upload")).to_have_count(0)
    await expect(alice(".panel .pictures .thumb")).to_have_count(3, timeout=MADE_MS)


async def test_an_upload_goes_on_after_a_lost_line_and_a_reload(browsers: Browsers) -> None:
    search, _, (alice,) = await at_card(browsers, "Alice")
    alice.may_fail("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    sent: list[str] = []

    async def cut(route: Route) -> None:
        sent.append(route.request.headers.get("upload-offset", ""))
        await (route.continue_() if len(sent) == 1 else route.abort("internetdisconnected"))

    await alice.context.route("**/uploads/*", cut)
    await choose(alice, large_photo())
    await agree(alice)
    upload = alice(".upload")
    await expect(upload).to_have_attribute("data-state", "waiting")
    await expect(upload).to_contain_text("waiting for connection…")
    await expect(upload).to_have_attribute("data-kept", "")
    id = await upload.get_attribute("data-upload")
    stored = await alice.http.get(f"/api/v1/boards/{search}/uploads/{id}")
    offset = stored.json()["offset"]
    assert 0 < offset < LARGE
    await alice.reload()
    await alice.live()
    await expect(upload).to_have_attribute("data-upload", id or "")
    sent.clear()
    await alice.context.unroute("**/uploads/*")
    asked: list[int] = []
    alice.page.on("request", lambda each: asked.append(int(each.headers["upload-offset"])) if each.method == "PATCH" else None)
    await expect(alice(".panel .pictures .thumb")).to_have_count(1, timeout=MADE_MS)
    await expect(upload).to_have_count(0, timeout=MADE_MS)
    assert asked[0] == offset, "it went on where the server was"
    files = [each for each in await (await browsers.person("Alice")).entities(search) if each["kind"] == "file"]
    assert [each["state"]["size"] for each in files] == [len(large_photo()["buffer"])]


@pytest.mark.slow
async def test_photo_that_met_a_lack_of_memory_says_so_and_is_sent_again(
    browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, (alice,) = await at_card(browsers, "Alice")
    alice.may_fail("503")
    make, refused = pictures.make, list[bool]()

    async def first_without_memory(*given: Any) -> pictures.Pictures:
        if not refused:
            refused.append(True)
            raise NoMemory
        return await make(*given)

    monkeypatch.setattr(pictures, "make", first_without_memory)
    await choose(alice, photo())
    await agree(alice)
    await expect(alice(".upload")).to_contain_text("does not have enough memory")
    await expect(alice(".upload")).to_contain_text("The file is sent again automatically.")
    await expect(alice(".panel .pictures .thumb")).to_have_count(1, timeout=MADE_MS)
    assert refused


@pytest.mark.slow
async def test_withdrawn_file_leaves_the_viewer_of_the_other_at_once(browsers: Browsers) -> None:
    search, card, (alice, bob) = await at_card(browsers, "Alice", "Bob")
    await choose(bob, photo())
    await agree(bob)
    for window in (alice, bob):
        await window(".panel [data-act=open-file]").click(timeout=MADE_MS)
        await expect(window("dialog .viewed")).to_be_visible()
    address = await bob("dialog .viewed").get_attribute("src")
    await alice("dialog [data-act=withdraw-file]").click()
    await alice.fill("withdraw-file", {"reason": "Shows somebody else"})
    await alice("dialog [data-act=send]").click()
    said = bob("[data-testid=file-withdrawn]")
    await expect(said).to_contain_text("Alice withdrew this file")
    await expect(said).to_contain_text("Shows somebody else")
    await expect(bob("dialog .viewed")).to_have_count(0)
    await bob.page.keyboard.press("Escape")
    for window in (alice, bob):
        await expect(window(".panel .thumb")).to_have_count(0)
        await expect(window(f"article[data-card='{card}'] .card-picture")).to_have_count(0)
    assert (await bob.http.get(str(address))).status_code == 404
    assert search in str(address)


@pytest.mark.slow
async def test_viewer_role_sees_photos_and_adds_none(browsers: Browsers) -> None:
    _, card, (alice, victor) = await at_card(browsers, "Alice", "Victor")
    await choose(alice, photo())
    await agree(alice)
    await expect(victor(".panel .pictures .thumb")).to_have_count(1, timeout=MADE_MS)
    await expect(victor("[data-act=add-files], [data-act=take-photo], [data-choose]")).to_have_count(0)
    await give(victor, "drop", f"article[data-card='{card}']", photo())
    await expect(victor(HINT)).to_have_count(0)
    await expect(victor(".upload")).to_have_count(0)
    await victor(".panel [data-act=open-file]").click()
    await expect(victor("dialog .viewed")).to_be_visible()
    await expect(victor("dialog :is([data-act=withdraw-file], [data-act=set-photo], [data-act=original], form)")).to_have_count(0)


@pytest.mark.slow
async def test_photos_of_a_new_sighting_are_attached_to_its_card(browsers: Browsers) -> None:
    search = await browsers.search()
    alice, bob = await browsers.both_at(search)
    await alice("[data-act=add-sighting]").click()
    await choose(alice, photo(), within="dialog")
    await agree(alice)
    await expect(alice("dialog .upload")).to_have_attribute("data-state", "ready", timeout=MADE_MS)
    await alice.fill("add-sighting", {"description": SEEN})
    await alice("dialog [data-act=send]").click()
    for window in (alice, bob):
        await expect(window.card(SEEN).locator(".card-picture")).to_be_visible(timeout=MADE_MS)
    await alice("[data-act=add-sighting]").click()
    await expect(alice("dialog .upload")).to_have_count(0)


@pytest.mark.slow
async def test_viewer_walks_zooms_and_takes_a_caption_by_keyboard(browsers: Browsers) -> None:
    _, _, (alice, bob) = await at_card(browsers, "Alice", "Bob")
    await choose(alice, photo("one.jpg"), photo("two.jpg"))
    await agree(alice)
    await expect(alice(".panel .pictures .thumb")).to_have_count(2, timeout=MADE_MS)
    first = alice(".panel [data-act=open-file]").first
    await first.focus()
    await alice.page.keyboard.press("Enter")
    stage, shown = alice("dialog .stage"), alice("dialog .viewed")
    await expect(stage).to_be_focused()
    before = await shown.get_attribute("src")
    await alice.page.keyboard.press("+")
    await expect(stage).to_have_attribute("data-zoomed", "")
    await alice.page.keyboard.press("0")
    await expect(stage).not_to_have_attribute("data-zoomed", "")
    await alice.page.keyboard.press("ArrowRight")
    await expect(shown).not_to_have_attribute("src", str(before))
    await alice.page.keyboard.press("ArrowLeft")
    await expect(shown).to_have_attribute("src", str(before))
    await alice.fill("file-caption", {"caption": "From the tram"})
    await alice("dialog [data-act=save-caption]").click()
    await expect(bob(".panel .pictures .caption")).to_have_text("From the tram")
    await expect(bob(".panel .pictures .thumb").first).to_have_attribute("alt", "From the tram")
    await alice.page.keyboard.press("Escape")
    await expect(alice("dialog")).to_have_count(0)


@pytest.mark.slow
async def test_time_and_place_in_a_photo_are_offered_to_who_added_it(browsers: Browsers) -> None:
    search, card, (alice, bob) = await at_card(browsers, "Alice", "Bob")
    await choose(alice, photo())
    await agree(alice)
    await expect(bob(".panel .pictures .thumb")).to_have_count(1, timeout=MADE_MS)
    await expect(bob("[data-testid=found-offer]")).to_have_count(0)
    await alice("[data-testid=found-offer] [data-act=use-time]").click()
    await alice("[data-testid=found-offer] [data-act=use-place]").click()
    await expect(alice("[data-testid=found-offer]")).to_have_count(0)
    await expect(alice.card(SEEN).locator(".sending")).to_have_count(0)
    await alice.same_as_server(search)
    state = next(each["state"] for each in await (await browsers.person("Alice")).entities(search) if each["id"] == card)
    assert state["seen_at"] == TAKEN_AT
    assert abs(state["place"]["lat"] - LAT) < 0.0001
    assert abs(state["place"]["lon"] - LON) < 0.0001


@pytest.mark.slow
async def test_photo_of_the_child_is_in_every_head_and_on_walls_while_public(browsers: Browsers) -> None:
    search, _, (alice, bob) = await at_card(browsers, "Alice", "Bob")
    wall, _ = await open_display(browsers, [search])
    await wall.page.goto("/wall")
    await wall(f".single-search[data-search='{search}']").wait_for()
    await choose(alice, photo())
    await agree(alice)
    await alice(".panel [data-act=open-file]").click(timeout=MADE_MS)
    await alice("dialog [data-act=set-photo]").click()
    await expect(bob(".search-header .photo-over[data-shown]")).to_be_visible()
    desk = await browsers.window("Bob")
    await desk.open("/")
    await expect(desk(f"[data-search='{search}'] .photo-over[data-shown]")).to_be_visible()
    on_wall = wall(f"[data-search='{search}'] [data-testid=wall-photo]")
    await expect(on_wall).to_have_count(0)
    person = await browsers.person("Alice")
    await person.command(search, "search.set_appeal", {"level": "public"})
    await expect(on_wall.locator("img[data-shown]")).to_be_visible()
    await person.command(search, "search.set_appeal", {"level": "none"})
    await expect(on_wall).to_have_count(0)
    await alice("dialog [data-act=unset-photo]").click()
    await expect(bob(".search-header .photo-over")).to_have_count(0)
    await expect(bob(".search-header .portrait")).to_be_visible()


@pytest.mark.slow
async def test_photo_of_the_child_is_in_the_handover_and_among_closed_searches(browsers: Browsers) -> None:
    search, _, (alice,) = await at_card(browsers, "Alice")
    await choose(alice, photo())
    await agree(alice)
    await alice(".panel [data-act=open-file]").click(timeout=MADE_MS)
    await alice("dialog [data-act=set-photo]").click()
    await expect(alice(".search-header .photo-over[data-shown]")).to_be_visible()
    person, bob = await browsers.person("Alice"), await browsers.window("Bob")
    await bob.open("/handover")
    over = bob(f"[data-section='{search}'] .photo-over")
    await expect(over).to_have_attribute("data-shown", "")
    assert await over.evaluate(IS_SHOWN)
    await person.command(search, "search.set_status", {"status": "closed", "reason": "home", "acknowledge": "as it is"})
    await bob.page.goto("/closed")
    listed = bob(f"[data-search='{search}'] .photo")
    await listed.scroll_into_view_if_needed()
    await bob.page.wait_for_function(IS_SHOWN, arg=await listed.locator("img").element_handle())
    file = await listed.locator("img").get_attribute("data-photo")
    await person.command(search, "file.withdraw", {"file": file, "reason": "another child"})
    await bob.page.reload()
    await expect(listed.locator("img")).to_have_count(0)
    await expect(listed).not_to_be_empty()  # its initials
    await person.command(search, "search.set_status", {"status": "open", "reason": "missing again"})
    await bob.open("/handover")
    await expect(bob(f"[data-section='{search}'] .photo")).not_to_be_empty()
    await expect(over).to_have_count(0)


async def test_refused_file_says_why_and_is_not_kept(browsers: Browsers) -> None:
    _, _, (alice,) = await at_card(browsers, "Alice")
    alice.may_fail("400|413|422|409")
    await choose(alice, photo("broken.jpg", jpeg()[:2_000]), photo("empty.jpg", b"x") | {"buffer": b""})
    await agree(alice)
    failed = alice(".upload.failed")
    await expect(failed).to_have_count(2, timeout=MADE_MS)
    await expect(failed.locator("[role=alert]").filter(has_text="This file is empty.")).to_have_count(1)
    await expect(failed.locator("[data-act=retry-upload]")).to_have_count(0)
    await alice.reload()
    await alice.live()
    await expect(alice(".panel")).to_be_visible()
    await expect(alice(".upload")).to_have_count(0)


@pytest.mark.slow
async def test_program_file_is_named_and_downloaded_after_a_second_click(browsers: Browsers) -> None:
    _, _, (alice, bob) = await at_card(browsers, "Alice", "Bob")
    program = {"name": "photos.jpg.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\0" + bytes(200)}
    plain = {"name": "timetable.txt", "mimeType": "text/plain", "buffer": b"22:05 Bruges"}
    await choose(alice, program, plain)
    await agree(alice)
    rows = bob(".panel .other-files li")
    await expect(rows).to_have_count(2, timeout=MADE_MS)
    await expect(bob(".panel [data-testid=program-file]")).to_have_text(["Program file: do not open"])
    await expect(rows.filter(has_text="photos.jpg.exe").locator("[data-testid=program-file]")).to_have_count(1)
    await rows.filter(has_text="photos.jpg.exe").locator("[data-act=open-file]").click()
    download = bob("dialog [data-act=download]")
    await expect(download).to_be_hidden()  # the first click shows what may happen
    await bob("dialog [data-act=download-program]").click()
    await expect(bob("dialog .program-download")).to_contain_text("can take over your computer")
    for width in (390, 1280):
        await bob.page.set_viewport_size({"width": width, "height": 844})
        assert await overflow(bob) == []
        await keep(bob, "program-file-dialog", width)
        await keep(alice, "program-file-strip", width)
    async with bob.page.expect_download() as started:
        await download.click()
    assert (await started.value).suggested_filename == "photos.jpg.exe"
    await bob("dialog [data-act=previous-file], dialog [data-act=next-file]").and_(bob.page.locator(":enabled")).first.click()
    await expect(bob("dialog")).to_contain_text("timetable.txt")
    await expect(bob("dialog [data-act=download]")).to_be_visible()
    await expect(bob("dialog [data-act=download-program]")).to_have_count(0)
