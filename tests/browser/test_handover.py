"""Handover in the browser: one person hands a night's work over, the other takes it, and at each step every screen shows who
holds the shift."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, expect

from board.accounts import live_changes
from board.commands.registry import Command
from models.board import OPERATIONS
from tests.support.browser_window import PATIENCE_MS, Window
from tests.support.browsers import Browsers, create_accounts
from tests.support.people import PASSWORD, new_id, running_server

pytestmark = pytest.mark.browser

SAYS = "(text) => document.querySelector('body > [data-announcer]').textContent === text"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtin"
SEARCHES, EVENTS = 8, 300  # events of the night, beside those that create a search


@pytest.fixture(scope="module")
async def browser_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    """The cast, with Dora, who leads as Alice does, after a night."""
    async with running_server(tmp_path_factory.mktemp("desk")) as server:
        await create_accounts(server)
        await live_changes.add_account(server.service, "dora@desk.example", "Dora", "coordinator", PASSWORD)
        async with Browsers(browser, server.url) as working:
            working.server = server
            await night(working)
            yield working


async def night(browsers: Browsers) -> None:
    """Events on eight searches: sightings, given by Bob."""
    assert browsers.server
    service, bob = browsers.server.service, await browsers.person("Bob")
    caller = await live_changes.caller_for(service, (await bob.http.get("/api/v1/me")).json()["id"])
    boards = [await browsers.search(person={"first_name": f"Child {at}"}, reference=f"N-{at}") for at in range(SEARCHES)]
    await asyncio.gather(
        *(
            service.execute(
                caller, Command(new_id(), boards[at % SEARCHES], "sighting.add", {"description": f"seen at corner {at}"})
            )
            for at in range(EVENTS)
        )
    )


async def at_handover(browsers: Browsers, *names: str) -> list[Window]:
    windows = [await browsers.window(name) for name in names]
    for window in windows:
        await window.open("/handover")
    return windows


async def takes(browsers: Browsers, name: str) -> None:
    """Let someone take the shift from another, which ends a handover that waits."""
    for taker in ("Dora" if name == "Alice" else "Alice", name):
        await (await browsers.person(taker)).command(OPERATIONS, "shift.take", {"reason": "to hold it"})


async def holds(browsers: Browsers, name: str, *windows: Window) -> None:
    """Check that every screen shows the same holder of the shift: in the header, and on the page."""
    id = (await (await browsers.person(name)).http.get("/api/v1/me")).json()["id"]
    for window in windows:
        await expect(window("[data-shift] .who")).to_have_text(re.compile(f"^Shift: {name} since "))
        await expect(window("[data-testid=holder]")).to_have_count(1)
        await expect(window("[data-testid=holder]")).to_have_attribute("data-holder", id)


async def important(browsers: Browsers, board: str) -> None:
    """Make an event that nobody may sign, or take over, without having seen it."""
    await (await browsers.person("Bob")).command(board, "sighting.add", {"description": "at the port", "priority": "urgent"})


def first(window: Window) -> Locator:
    return window("[data-section]").first


async def board_of(section: Locator) -> str:
    return str(await section.get_attribute("data-section"))


async def current(browsers: Browsers, window: Window, board: str, name: str = "Alice") -> None:
    """The report on the screen has come to where the board is, as this person sees it."""
    person = await browsers.person(name)
    seq = (await person.http.get(f"/api/v1/boards/{board}")).json()["seq"]
    await expect(window(f"[data-section='{board}']")).to_have_attribute("data-seq", str(seq))


async def prepare(window: Window) -> None:
    await window("form[data-form=prepare] select").select_option(label="Dora")
    await window("[data-act=prepare]").click()
    await window("[data-act=sign]").wait_for()


async def sign(window: Window) -> None:
    await window("[data-act=sign]").click()
    await window("[data-act=sign-now]").click()
    await expect(window("dialog")).to_have_count(0)


async def test_a_night_is_handed_over_refused_and_handed_over_again(browsers: Browsers) -> None:
    alice, dora = await at_handover(browsers, "Alice", "Dora")
    for window in (alice, dora):
        await expect(window("[data-shift]")).to_have_text(re.compile("Nobody in charge of the shift"))
        await expect(window("[data-section]")).to_have_count(SEARCHES)

    await alice("[data-act=take]").click()
    await alice.fill("take", {"reason": "the first night"})
    await alice("dialog [data-act=send]").click()
    await holds(browsers, "Alice", alice, dora)
    await expect(dora("[data-notice=passed]")).to_have_text("Alice took the shift without a handover.")
    await expect(dora("[data-testid=holder]")).to_contain_text("without a handover: the first night")

    await prepare(alice)
    await expect(first(alice).locator("[data-field=assessment] textarea")).to_be_focused()  # where she continues
    await expect(dora("[data-shift] .open")).to_have_text("Handover 1: started")
    board = await board_of(first(alice))
    assessment = first(alice).locator("[data-field=assessment] textarea")
    await assessment.fill("on the tram")
    await alice.reload()
    await expect(assessment).to_have_value("on the tram")  # not sent yet, and not lost
    await dora(f"[data-section='{board}'] [data-field=assessment] textarea").fill("on the bus")
    await first(alice).locator("[data-act=save]").click()
    theirs = dora(f"[data-section='{board}'] [data-theirs=assessment]")
    await expect(theirs.locator("[data-value=theirs]")).to_have_text("on the tram")
    await expect(theirs.locator("[data-value=mine]")).to_have_text("on the bus")
    await theirs.locator("[data-act=take-theirs]").click()
    await first(alice).locator(".pin-more summary").click()
    await first(alice).locator("[data-act=pin]").select_option(index=1)
    await expect(dora(f"[data-section='{board}'] [data-pinned]")).to_have_count(1)

    await current(browsers, alice, board)
    await alice("[data-act=sign]").click()
    empty = alice("[data-testid=nothing-written]")
    await expect(empty).to_contain_text(f"Nothing is written about {SEARCHES - 1} searches: ")
    await expect(empty).not_to_contain_text(await first(alice).locator("h2 a").inner_text())
    await important(browsers, board)  # while she reads what she is about to sign
    await alice("[data-act=sign-now]").click()
    await expect(alice("[data-testid=stale]")).to_contain_text("Sighting added")
    await holds(browsers, "Alice", alice, dora)
    await current(browsers, alice, board)
    await alice("[data-act=look-again]").click()
    await alice("[data-act=sign-now]").click()
    await expect(dora("[data-shift] .open")).to_have_text("Handover 1: signed")
    await holds(browsers, "Alice", alice, dora)
    await expect(alice("[data-act=accept], [data-act=mark-read], form[data-form=briefing]")).to_have_count(0)

    await important(browsers, board)  # while she writes
    await expect(dora(f"[data-section='{board}'] [data-testid=after]")).to_contain_text("1 of them important")
    await dora("[data-act=refuse]").click()
    await dora.fill("refuse", {"reason": "the port has to be in it"})
    await dora("dialog [data-act=send]").click()
    await expect(alice("[data-testid=earlier] [data-status=refused]")).to_contain_text("Dora refused handover 1")
    for window in (alice, dora):
        await expect(window("[data-testid=not-accepted]")).to_contain_text("Dora refused handover 1")
        await expect(window("[data-testid=not-accepted] q")).to_have_text("the port has to be in it")
        await expect(window("[data-shift] .open")).to_have_text("Handover 1: refused")
    await alice("[data-bell] summary").click()
    await expect(alice("[data-testid=alerts] [data-kind=handover] .sentence").first).to_have_text(
        "Dora refused handover 1: the port has to be in it"
    )
    await alice.page.keyboard.press("Escape")
    await holds(browsers, "Alice", alice, dora)
    await important(browsers, board)  # both see the present report again
    for window in (alice, dora):
        await current(browsers, window, board)
        await expect(window("a[href='/handover.md']")).to_have_count(1)

    await prepare(alice)
    for window in (alice, dora):
        await expect(window("[data-testid=not-accepted] q")).to_have_text("the port has to be in it")
    await expect(assessment).to_have_value("on the tram")  # goes on from one to the next
    old = first(alice).locator("form [data-author=assessment]")
    await expect(old).to_contain_text("not confirmed for this handover: Alice, ")
    await expect(first(dora).locator("form [data-author=assessment]")).to_contain_text("not confirmed for this handover")
    pips = alice(f"[data-contents='{board}'] [data-testid=pips]")
    await expect(pips).to_have_text("not written")
    await alice("[data-act=sign]").click()
    await expect(alice("[data-testid=carried-over]")).to_contain_text("1 search has texts that nobody confirmed")
    await alice("dialog [data-act=cancel]").click()
    await old.locator("[data-act=confirm]").click()
    await expect(old).to_contain_text("still true: Alice, ")
    await expect(alice("[data-act=confirm][data-path=assessment]")).to_have_count(0)
    await expect(pips).to_have_text("5 not written")
    await current(browsers, alice, board)
    await sign(alice)
    await holds(browsers, "Alice", alice, dora)
    call = dora("[data-testid=call]")
    await expect(call).to_have_text(f"Alice hands over to you: read {SEARCHES} searches")
    await expect(dora("main button.primary:visible")).to_have_count(1)
    await dora("[data-act=read-on]").click()
    await expect(first(dora)).to_be_focused()
    await dora("form[data-form=accept] textarea").first.fill("The port, then the tram.")
    await dora("[data-act=accept]").click()
    await expect(dora("form[data-form=accept] [data-testid=problem]")).to_contain_text("Some searches have not been read")
    await expect(dora("form[data-form=accept] [data-field=reason] textarea")).to_be_focused()
    await holds(browsers, "Alice", alice, dora)
    unread, folded = dora("[data-section][data-unread]"), dora("[data-section].folded")
    await expect(folded).to_have_count(0)
    await first(dora).focus()
    for left in range(SEARCHES, 0, -1):
        await expect(unread).to_have_count(left)
        await dora.page.keyboard.press("r")  # marks this search, and goes to the next
    await expect(unread).to_have_count(0)
    await expect(folded).to_have_count(SEARCHES)
    await expect(first(dora).locator(".words")).to_be_hidden()
    await first(dora).locator("[data-act=unfold]").click()
    await expect(first(dora).locator(".words")).to_be_visible()
    await important(browsers, board)
    await expect(dora("[data-testid=blocked]")).to_contain_text("1 search not read yet")
    await dora("[data-act=mark-read]").click()
    await expect(dora("[data-testid=ready]")).to_be_visible()
    await expect(call).to_have_text("Alice hands over to you: everything is read, accept the shift")
    await dora("[data-act=read-on]").click()
    await expect(dora("form[data-form=accept] textarea").first).to_be_focused()
    readers = f"[data-section='{board}'] [data-testid=after]"
    for window in (alice, dora):  # what is printed is the same for both
        await expect(window(f"{readers} .on-paper")).to_have_text(re.compile("^Read by Dora"))
        await window.page.emulate_media(media="print")
        await expect(window(f"{readers} :is(.on-screen, .read)").first).to_be_hidden()
        await expect(window(f"{readers} .on-paper")).to_be_visible()
        await window.page.emulate_media(media="screen")
    told = "Dora accepted handover 2 and is now in charge of the shift."
    said = asyncio.create_task(alice.page.wait_for_function(SAYS, arg=told))  # before anything else is announced
    await dora("[data-act=accept]").click()
    await holds(browsers, "Dora", alice, dora)
    await expect(alice("[data-notice=passed]")).to_have_text(told)
    await said
    await expect(alice("[data-shift] .open")).to_have_count(0)
    await important(browsers, board)  # her own page continues with the present state
    for window in (alice, dora):
        await current(browsers, window, board)

    await alice.open("/handovers/2")
    await expect(alice("[data-testid=holder]")).to_contain_text("The port, then the tram.")
    await expect(alice("[data-section]")).to_have_count(SEARCHES)
    await expect(first(alice).locator("[data-text=assessment]")).to_have_text("on the tram")
    await expect(alice("[data-act=take], form[data-form], [data-act=mark-read]")).to_have_count(0)
    handovers = (await (await browsers.person("Alice")).http.get("/api/v1/handovers/2")).json()
    await expect(alice("[data-testid=holder] code")).to_have_text(handovers["handover"]["digest"])


async def test_viewer_sees_all_of_a_handover_and_can_do_nothing(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    me = (await alice.http.get("/api/v1/me")).json()["id"]
    await browsers.search(person={"first_name": "Secret"}, access="members", members=[me])
    await alice.command(OPERATIONS, "shift.take", {"reason": "Dora is gone"})
    await alice.command(OPERATIONS, "handover.prepare", {})
    victor = await browsers.window("Victor", viewport={"width": 390, "height": 844})
    await victor.open("/")
    await expect(victor("[data-shift] .short")).to_have_text("AL")
    await expect(victor("[data-shift]")).to_have_attribute("title", re.compile(r"^Shift: Alice since .*\. Handover 3: started$"))
    await victor("[data-shift]").click()
    await victor.live()
    await expect(victor("[data-testid=withheld]")).to_have_text(
        "Some members-only searches are not shown. Their members see who is responsible for them."
    )
    await expect(victor("[data-section]")).to_have_count(SEARCHES)
    await expect(victor("main")).not_to_contain_text("Secret")
    await expect(victor("main :is(textarea, select), [data-act=take], [data-act=sign], [data-act=withdraw]")).to_have_count(0)
    await expect(victor("[data-testid=step]")).to_contain_text("Alice is in charge of the shift and has to sign.")


async def test_a_shift_is_taken_from_who_vanished_and_what_was_open_is_withdrawn(browsers: Browsers) -> None:
    (dora,) = await at_handover(browsers, "Dora")
    await holds(browsers, "Alice", dora)
    await dora("[data-act=take]").click()
    await expect(dora("dialog")).to_contain_text("This withdraws the handover in progress.")
    await dora("dialog [data-act=send]").click()
    await expect(dora("dialog .error")).to_have_text("This field is required.")
    await dora.fill("take", {"reason": "Alice does not answer"})
    await dora("dialog [data-act=send]").click()
    await holds(browsers, "Dora", dora)
    await expect(dora("[data-testid=holder]")).to_contain_text("Taken from Alice without a handover: Alice does not answer")
    withdrawn = dora("[data-testid=earlier] [data-status=withdrawn] a")
    await expect(withdrawn).to_have_text("Dora withdrew handover 3")
    await expect(dora("[data-shift] .open")).to_have_count(0)
    dora.allowed.append("status of 404")  # the report, which does not exist
    await withdrawn.click()  # though it was never signed
    await expect(dora("[data-testid=holder]")).to_contain_text("Dora withdrew handover 3")
    await expect(dora("[data-testid=holder]")).to_contain_text("Prepared by Alice")
    await expect(dora("[data-testid=holder] q")).to_have_text("Alice does not answer")
    await expect(dora(".papers")).to_have_count(0)
    await expect(dora("[data-testid=earlier] [aria-current=page]")).to_have_text("Dora withdrew handover 3")
    await dora.open("/handovers/99")
    await expect(dora("[data-testid=holder]")).to_have_text("There is no signed handover with this number.")


@pytest.mark.slow
async def test_search_hidden_from_the_successor_needs_a_decision(browsers: Browsers) -> None:
    person = await browsers.person("Dora")
    me = (await person.http.get("/api/v1/me")).json()["id"]
    data = {"kind": "runaway", "person": {"first_name": "Hidden"}, "missing_since": "2026-11-24T15:10:00Z"}
    board = (await person.command(OPERATIONS, "search.open", data | {"access": "members", "members": [me]}))["opened"]
    await takes(browsers, "Dora")
    dora, alice = await at_handover(browsers, "Dora", "Alice")
    await dora("form[data-form=prepare] select").select_option(label="Alice")
    await dora("[data-act=prepare]").click()
    await expect(dora("[data-testid=step] [data-testid=undecided]")).to_contain_text("Alice does not have access to 1 search.")
    await dora("[data-act=sign]").click()
    await expect(dora("dialog [data-act=sign-now]")).to_be_disabled()
    await dora("dialog [data-testid=undecided] a").click()
    await expect(dora("dialog")).to_have_count(0)
    outside = dora(f"[data-section='{board}'] [data-testid=outside]")
    await expect(outside).to_contain_text("Alice does not have access to this search. Choose who is responsible for it")
    await outside.locator("[data-act=keep]").click()
    await expect(outside).to_contain_text("Dora is responsible for it.")
    await expect(dora("[data-testid=undecided]")).to_have_count(0)
    await current(browsers, dora, board, "Dora")
    await sign(dora)
    await expect(alice("[data-testid=withheld]")).to_be_visible()
    await expect(alice("main")).not_to_contain_text("Hidden")

    await alice("[data-act=refuse]").click()
    await alice.fill("refuse", {"reason": "let me see it"})
    await alice("dialog [data-act=send]").click()
    await expect(dora("[data-testid=not-accepted]")).to_contain_text("Alice refused handover")
    await expect(outside).to_have_count(0)  # she holds the shift, and sees it
    responsible = dora(f"[data-section='{board}'] [data-testid=responsible]")
    await expect(responsible).to_have_text("Only members see this search. Dora is responsible for it.")
    await dora("form[data-form=prepare] select").select_option(label="Alice")
    await dora("[data-act=prepare]").click()
    await expect(outside).to_contain_text("Choose who is responsible for it")
    await outside.locator("[data-act=let-in]").click()
    await dora("dialog [data-act=cancel]").click()
    await expect(outside).to_be_visible()
    await outside.locator("[data-act=let-in]").click()
    await expect(dora("dialog")).to_contain_text("Alice becomes a member of the search for Hidden, and sees everything in it.")
    await dora("dialog [data-act=let-in-now]").click()
    await expect(outside).to_have_count(0)
    await expect(dora("[data-testid=access-given]")).to_contain_text("Alice has access since ")
    await expect(responsible).to_contain_text("Alice becomes responsible for it with the shift.")
    await expect(alice(f"[data-section='{board}']")).to_contain_text("Hidden")
    await current(browsers, dora, board, "Dora")
    await sign(dora)
    await expect(alice(f"[data-section='{board}'] [data-act=mark-read]")).to_be_visible()


@pytest.mark.slow
async def test_reader_is_told_that_the_shift_holder_cannot_see_a_search(browsers: Browsers) -> None:
    person = await browsers.person("Alice")
    me = (await person.http.get("/api/v1/me")).json()["id"]
    board = await browsers.search(person={"first_name": "Alone"}, access="members", members=[me])
    await takes(browsers, "Dora")
    (alice, dora) = await at_handover(browsers, "Alice", "Dora")
    await holds(browsers, "Dora", alice, dora)
    told = alice("[data-testid=unanswered]")
    await expect(told).to_contain_text("and nobody is responsible for")
    await expect(told).to_contain_text("Alone")
    await expect(alice(f"[data-section='{board}'] [data-testid=outside]")).to_contain_text(
        "Dora does not have access to this search."
    )
    await expect(dora("[data-testid=unanswered], [data-testid=outside]")).to_have_count(0)
    await expect(dora("main")).not_to_contain_text("Alone")


@pytest.mark.slow
async def test_events_before_the_shift_are_new_to_who_has_not_seen_them(browsers: Browsers) -> None:
    person, board = await browsers.person("Alice"), await browsers.search(person={"first_name": "Earlier"})
    epoch = (await person.http.get(f"/api/v1/boards/{board}")).json()["epoch"]
    await person.http.post("/api/v1/seen", json={"board": board, "epoch": epoch, "seq": 1})
    await important(browsers, board)
    await person.command(OPERATIONS, "shift.take", {"reason": "Dora is gone"})
    (alice,) = await at_handover(browsers, "Alice")
    section = alice(f"[data-section='{board}'] .news")
    await expect(section).to_contain_text("Since the shift began: no events")
    await expect(section.locator("[data-testid=reader]")).to_contain_text("1 of them important")
    await expect(section.locator("[data-testid=reader] li")).to_contain_text("Sighting added")


@pytest.mark.slow
async def test_text_saves_itself_and_empty_answers_are_said(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": LONG, "age": 9})
    await (await browsers.person("Alice")).command(OPERATIONS, "shift.take", {"reason": "to write"})
    alice, victor = await at_handover(browsers, "Alice", "Victor")
    await prepare(alice)
    section, contents = alice(f"[data-section='{board}']"), alice(f"[data-contents='{board}']")
    await expect(section.locator(".child-summary h2")).to_have_text(f"{LONG}, 9")
    await expect(contents.locator("[data-testid=pips]")).to_have_text("not written")
    await expect(section.locator("textarea")).to_have_count(1)
    await section.locator("[data-path=hypotheses]").click()
    await expect(section.locator("[data-field=hypotheses] textarea")).to_be_focused()
    await alice.page.keyboard.type("by train")
    await expect(section.locator("[data-testid=saved]")).to_have_count(0)
    await expect(section.locator("[data-testid=saved]")).to_be_visible(timeout=3 * PATIENCE_MS)  # nobody pressed Save
    await expect(contents.locator("[data-testid=pips]")).to_have_text("5 not written")
    await expect(victor(f"[data-section='{board}'] [data-text=hypotheses]")).to_have_text("by train")
    await expect(victor(f"[data-section='{board}'] [data-testid=unwritten]")).to_contain_text("Not filled in: Situation")
    await expect(victor("[data-act=add-text], [data-testid=saved]")).to_have_count(0)
    for width in (390, 1400):
        await alice.page.set_viewport_size({"width": width, "height": 900})
        assert await alice.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
