"""History in the browser: events as sentences, found by words and filters, opened by address, however many there are."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from board.accounts import live_changes
from board.commands.registry import Command
from tests.support.browser_window import Window
from tests.support.browsers import Browsers, SignedInUser
from tests.support.people import PASSWORD, new_id

pytestmark = pytest.mark.browser

NOTES = 1_200
ROWS = "ol.events > li"


async def history(browsers: Browsers, name: str, path: str, **more: Any) -> Window:
    """A window on a history, read to its end."""
    window = await browsers.window(name, **more)
    await window.open(path)
    await expect(window("[data-testid=count]")).to_contain_text("event")
    return window


async def many(browsers: Browsers, board: str, notes: int) -> None:
    """Add as many notes as a search has after weeks."""
    assert browsers.server
    alice = await browsers.person("Alice")
    caller = await live_changes.caller_for(browsers.server.service, (await alice.http.get("/api/v1/me")).json()["id"])
    told = [Command(new_id(), board, "note.add", {"text": f"Call n{number:04} of the night"}) for number in range(notes)]
    for start in range(0, notes, 100):
        await asyncio.gather(*(browsers.server.service.execute(caller, each) for each in told[start : start + 100]))


async def coordinator(browsers: Browsers, name: str) -> SignedInUser:
    """Add another coordinator."""
    assert browsers.server
    if name not in browsers.people:
        await live_changes.add_account(browsers.server.service, f"{name.lower()}@desk.example", name, "coordinator", PASSWORD)
    return await browsers.person(name)


def row(window: Window, seq: int) -> Locator:
    return window(f"{ROWS}[data-seq='{seq}']")


async def told(window: Window, seq: int) -> str:
    """The sentence of an event."""
    return " ".join((await row(window, seq).locator(".event-text").inner_text()).split())


async def head(person: SignedInUser, board: str) -> int:
    return int((await person.http.get(f"/api/v1/boards/{board}")).json()["seq"])


async def test_every_event_is_a_sentence_with_what_was_before_and_why(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.person("Alice"), await browsers.person("Bob")
    sighting = await browsers.sighting(board, "Girl at the bakery")
    number = (await alice.events(board))[-1]["state"]["number"]
    doing = next(each["id"] for each in await alice.entities(board) if each["state"].get("role") == "doing")
    me = (await bob.http.get("/api/v1/me")).json()["id"]
    expected = {}

    async def does(name: str, sentence: str, **data: Any) -> int:
        seq = int((await bob.command(board, name, data))["seqs"][-1])
        expected[seq] = sentence.replace("{card}", f"Sighting {number}")
        return seq

    await does(
        "sighting.grade", "Bob graded {card}: B2. Reason: the shopkeeper knows her",
        sighting=sighting, grade={"source": "B", "content": 2}, reason="the shopkeeper knows her",
    )  # fmt: skip
    await does("card.move", "Bob moved {card} from “New” to “Doing”", card=sighting, column=doing)
    taken = await does("card.assign", "Bob took on {card}", card=sighting, assignee=me)
    await does("sighting.update", "Bob filled in “clothing” on {card}: blue coat", sighting=sighting, clothing="blue coat")
    await does(
        "sighting.update",
        "Bob changed “clothing” on {card} from “blue coat” to “red coat”",
        sighting=sighting,
        clothing="red coat",
    )
    await does("undo", "Bob undid: Card assigned · {card}", seq=taken)
    await does("note.add", "Bob wrote a note on {card}: Called back", card=sighting, text="Called back")
    late = await does("note.add", "Bob wrote in the log: The aunt rang", text="The aunt rang", happened_at="2026-01-24T15:10:00Z")
    victor = await history(browsers, "Victor", f"/searches/{board}/history")
    for seq, sentence in expected.items():
        assert await told(victor, seq) == sentence
    await expect(row(victor, late).locator("[data-testid=late]")).to_contain_text(re.compile(r"late: happened .*24 Jan.* 16:10"))
    await expect(victor("[data-testid=late]")).to_have_count(1)
    shown = [int(seq) for seq in await victor(ROWS).evaluate_all("all => all.map((each) => each.dataset.seq)")]
    assert shown == sorted(shown, reverse=True)
    assert await row(victor, late).locator(".then").get_attribute("href") == f"/searches/{board}?at={late}"
    # of one card, from the card itself
    await victor.open(f"/searches/{board}/cards/{sighting}")
    await victor.panel.locator("[data-act=history]").click()
    await expect(victor(ROWS)).to_have_count(8)  # all events above except the note in the log and its addition
    await expect(victor("[data-testid=asked]")).to_contain_text(f"Sighting {number}")


@pytest.mark.slow
async def test_thousands_of_events_are_walked_found_and_opened_by_their_address(browsers: Browsers) -> None:
    board = await browsers.search()
    await many(browsers, board, NOTES)
    seqs = await head(await browsers.person("Alice"), board)
    alice = await history(browsers, "Alice", f"/searches/{board}/history")
    await expect(alice("[data-testid=count]")).to_have_text(f"{seqs:,} events")
    assert await alice(ROWS).count() < 100
    await row(alice, seqs).focus()
    await alice.page.keyboard.press("End")
    await expect(row(alice, 1)).to_be_focused()
    await expect(row(alice, 1)).to_be_in_viewport()
    assert [await row(alice, 1).get_attribute(f"aria-{name}") for name in ("posinset", "setsize")] == [str(seqs)] * 2
    assert await alice(ROWS).count() < 100
    await alice.page.keyboard.press("ArrowUp")
    await expect(row(alice, 2)).to_be_focused()
    await alice.page.keyboard.press("Home")
    await expect(row(alice, seqs)).to_be_focused()

    await alice.page.keyboard.press("/")
    await alice.page.keyboard.type("NIGHT n0007")
    await expect(alice(ROWS)).to_have_count(1)
    await expect(alice("[data-testid=count]")).to_have_text(f"1 event of {seqs:,}")
    seq = int(str(await alice(ROWS).get_attribute("data-seq")))
    await alice.reload()
    await expect(alice(ROWS)).to_have_count(1)
    assert "n0007" not in await alice.page.evaluate("location.pathname + location.search")  # the words are not sent to the server
    await alice.page.keyboard.press("c")
    await expect(alice("[data-testid=count]")).to_have_text(f"{seqs:,} events")

    bob = await history(browsers, "Bob", f"/searches/{board}/history#{seq}")
    await expect(row(bob, seq)).to_be_in_viewport()
    await expect(row(bob, seq)).to_have_attribute("aria-current", "true")
    await row(bob, seq - 3).locator("a.seq").click()
    await expect(row(bob, seq - 3)).to_have_attribute("aria-current", "true")
    place = await row(bob, seq - 3).evaluate("each => each.getBoundingClientRect().top")
    await (await browsers.person("Alice")).command(board, "note.add", {"text": "while one reads"})
    await expect(bob("[data-act=newest]")).to_have_text("1 new event above")
    assert abs(await row(bob, seq - 3).evaluate("each => each.getBoundingClientRect().top") - place) < 2
    await bob("[data-act=newest]").click()
    await expect(row(bob, seqs + 1)).to_be_in_viewport()
    await (await browsers.person("Alice")).command(board, "note.add", {"text": "at the top"})
    await expect(row(bob, seqs + 2)).to_be_in_viewport()
    await expect(bob("[data-act=newest]")).to_have_count(0)


async def test_filters_are_in_the_address_and_missing_events_are_reported(browsers: Browsers) -> None:
    board = await browsers.search()
    sighting = await browsers.sighting(board, "Girl at the bakery")
    bob = await browsers.person("Bob")
    me = (await bob.http.get("/api/v1/me")).json()["id"]
    graded = (await bob.command(board, "sighting.grade", {"sighting": sighting, "grade": {"source": "B", "content": 2}}))["seqs"][
        -1
    ]
    await bob.command(board, "note.add", {"text": "in the log"})
    alice = await history(browsers, "Alice", f"/searches/{board}/history?person={me}&field=grade")
    await expect(alice(ROWS)).to_have_count(1)
    await expect(row(alice, graded)).to_have_count(1)
    await alice("[data-filter=menu]").click()
    await alice("[data-filter=field]").select_option("")
    await alice("[data-filter=kind]").select_option("note")
    await expect(alice(ROWS)).to_have_count(1)
    await expect(alice(ROWS)).to_contain_text("in the log")
    assert await alice.page.evaluate("location.search") == f"?person={me}&kind=note"
    await alice("[data-filter=none]").click()
    assert await alice.page.evaluate("location.search") == ""
    seqs = await head(bob, board)
    await expect(alice("[data-testid=count]")).to_have_text(f"{seqs} events")
    for query, sentence in {
        f"#{seqs + 1}": "This event does not exist.",
        f"?kind=note#{graded}": "This event is hidden by the filters.",
        "?card=none": "This card is not on this board.",
        "?from=2040-01-01T00:00:00Z": "No events match the filters. Remove a filter, or choose “Show all”.",
    }.items():
        await alice.page.goto("about:blank")
        await alice.open(f"/searches/{board}/history{query}")
        await expect(alice("[data-testid=notices]")).to_contain_text(sentence)


@pytest.mark.slow
async def test_it_stands_under_the_shift_in_which_it_happened(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob, dora = await browsers.person("Alice"), await browsers.person("Bob"), await coordinator(browsers, "Dora")
    taken = (await alice.command("operations", "shift.take", {"reason": "Nobody was here"}))["seqs"][-1]
    await bob.command(board, "note.add", {"text": "on her watch"})
    window = await history(browsers, "Bob", f"/searches/{board}/history")
    groups = window("[data-testid=group]")
    await expect(groups).to_have_count(2)  # before the first shift: the day
    await expect(groups.first).to_have_text(re.compile(r"Shift 1: Alice, since .*\d\d:\d\d"))
    await expect(window(ROWS).first.locator("h2")).to_have_count(1)
    await window.open("/history")
    sentence = window(f"{ROWS}[data-key='operations/{taken}'] .event-text")
    await expect(sentence).to_have_text("Alice took the shift without a handover. Reason: Nobody was here")
    taken = (await dora.command("operations", "shift.take", {"reason": "Alice went home"}))["seqs"][-1]
    await expect(row(window, taken).locator("h2")).to_have_text(re.compile("Shift 2: Dora, since"))


JOURNAL = """async ([board, seq]) => {
  const { JournalReader } = await import("/static/js/replay/journal_reader.js");
  const journal = new JournalReader(board), said = [];
  const isWhole = () => journal.events.every((event, at) => event.seq === journal.from + at);
  journal.onEvents([]);
  await journal.readTail(2);
  said.push(journal.events.length, journal.complete, isWhole());
  await journal.readBack(1);
  said.push(journal.events.length, isWhole());
  await journal.readAll();
  said.push(journal.complete, isWhole(), journal.head === journal.events.length);
  const { head } = journal;
  const event = (seq) => ({ seq, at: "", kind: "note", id: "n", state: {} });
  for (const events of [[event(head), event(head + 1)], [event(head + 3)]]) {
    said.push(journal.onEvents(events), journal.head - head);
  }
  said.push(journal.before(journal.at(seq)).kind, journal.before(journal.at(seq)).type);
  return said;
}"""


@pytest.mark.slow
async def test_history_reads_from_the_end_and_distinguishes_equal_ids(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    await alice.command("operations", "shift.take", {"reason": "Nobody was here"})
    await alice.command("operations", "handover.prepare", {})
    number = (await alice.http.get("/api/v1/handover")).json()["handover"]["number"]
    withdrawn = (await alice.command("operations", "handover.withdraw", {"handover": number}))["seqs"][-1]
    dora = await coordinator(browsers, "Dora")
    taken = (await dora.command("operations", "shift.take", {"reason": "Alice went home"}))["seqs"][-1]
    victor = await history(browsers, "Victor", "/history")
    said = await victor.page.evaluate(JOURNAL, ["operations", withdrawn])
    assert said == [2, False, True, 3, True, True, True, True, False, 1, True, 1, "handover", "handover.prepared"]
    assert (await victor.page.evaluate(JOURNAL, ["operations", taken]))[-2:] == ["shift", "shift.taken"]


async def test_printed_history_is_complete_and_names_its_authors(browsers: Browsers) -> None:
    board = await browsers.search()
    await many(browsers, board, 150)
    alice = await history(browsers, "Alice", f"/searches/{board}/history")
    seqs = await head(await browsers.person("Alice"), board)
    assert await alice(ROWS).count() < seqs
    await alice.page.evaluate("""() => addEventListener("afterprint", () => 0) ?? addEventListener("beforeprint", () => {
      window.printed = [document.querySelectorAll("ol.events > li").length, document.querySelector(".printed").textContent];
    })""")
    paper = await alice.page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") > 2
    count, says = await alice.page.evaluate("window.printed")
    assert count == seqs
    assert re.fullmatch(r"Printed by Alice, .*\d\d:\d\d", says)


async def test_everywhere_is_all_that_one_may_see_by_time_and_goes_on_live(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    first, second = (
        await browsers.search(reference="EV-1"),
        await browsers.search(reference="EV-2", person={"first_name": "Wout"}),
    )
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    secret = await browsers.search(reference="EV-3", access="members", members=[own])
    for board, text in ((first, "one"), (second, "two"), (secret, "three"), (first, "four")):
        await alice.command(board, "note.add", {"text": f"everywhere {text}"})
    await alice.command("operations", "note.add", {"text": "everywhere five"})
    charlie = await history(browsers, "Charlie", "/history#q=everywhere")
    await expect(charlie(ROWS)).to_contain_text([f"everywhere {text}" for text in ("five", "four", "two", "one")])
    await expect(charlie(ROWS)).to_have_count(4)
    await expect(charlie(f"{ROWS} a.of")).to_have_text(["Noor · EV-1", "Wout · EV-2", "Noor · EV-1"])
    await alice.command(second, "note.add", {"text": "everywhere six"})
    await expect(charlie(ROWS).first).to_contain_text("everywhere six")
    await alice.command(first, "search.set_access", {"access": "members", "members": [own]})
    await expect(charlie(ROWS)).to_have_count(3)
    await expect(charlie("body")).not_to_contain_text("EV-1")

    one = await history(browsers, "Charlie", f"/searches/{second}/history")
    await alice.command(second, "search.set_access", {"access": "members", "members": [own]})
    await expect(one("[data-testid=forbidden]")).to_be_visible()
    await expect(one("main")).not_to_contain_text("everywhere")
