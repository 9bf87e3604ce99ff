"""The past of a board: at every moment what was true then; it can't be taken for now, nor changed; rights are those of now."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from board.history import diff as state_diff
from tests.support.browser_window import Window, wait_until
from tests.support.browsers import Browsers
from tests.support.people import PATIENCE_S
from tests.support.random_histories import Board, HistoryGenerator

pytestmark = pytest.mark.browser

# What the browser folds of each history, at each of its moments, in an order in which it goes forth and back; and what, as it
# finds, differs between each moment and the next. Before the first event that a reader may see there is nothing.
FOLDED = """async (histories) => {
  const { EventFold } = await import("/static/js/replay/event_fold.js");
  const { parseMoment } = await import("/static/js/replay/parse_moment.js");
  const { stateDiff } = await import("/static/js/replay/state_diff.js");
  return histories.map(({ events, head, moments }) => {
    const fold = new EventFold(events.filter(({ hidden }) => !hidden));
    const at = (moment) => {
      const { count, problem } = parseMoment(moment, fold, { head, now: new Date() });
      if (problem && problem !== "before") throw new Error(`${moment}: ${problem}`);
      return [...fold.go(count ?? 0)];
    };
    const then = moments.map(at);
    return { then, nets: then.slice(1).map((after, index) => stateDiff(then[index], after)) };
  });
}"""
AHEAD = """async (cases) => {
  const { advance } = await import("/static/js/replay/player.js");
  return cases.map((each) => Object.values(advance(...each)));
}"""
PROBLEMS = """async (asked) => {
  const { EventFold } = await import("/static/js/replay/event_fold.js");
  const { parseMoment } = await import("/static/js/replay/parse_moment.js");
  const fold = new EventFold([{ seq: 1, at: "2026-11-24T22:00:00.000Z", kind: "note", id: "n", state: {} }]);
  const problem = (text) => parseMoment(text, fold, { head: 1, now: new Date() }).problem;
  return Object.fromEntries(Object.entries(asked).map(([name, texts]) => [name, texts.map(problem)]));
}"""
# A board that is restored from a backup: its journal is another from one answer to the next, before its live board is told. What
# is shown by then: of the past at some of its moments, of the history how much, and whether it is all.
RESTORED = """async () => {
  const { Replay } = await import("/static/js/replay/replay_state.js");
  const { BoardHistory } = await import("/static/js/replay/history_entries.js");
  const event = (text, seq) => ({ seq, at: new Date(Date.UTC(2026, 10, 24) + seq).toISOString(), kind: "note", id: "n",
    type: "note.added", changes: [], state: { text } });
  const life = (epoch, count) =>
    ({ epoch, events: Array.from({ length: count }, (_, at) => event(`${epoch} ${at + 1}`, at + 1)) });
  let now = life("old", 2);
  window.fetch = async (address) => {
    const query = new URL(address, location).searchParams, limit = Number(query.get("limit"));
    const from = Number(query.get("after") ?? 0), to = Number(query.get("before") ?? Infinity);
    const between = now.events.filter(({ seq }) => seq > from && seq < to);
    const events = query.has("after") ? between.slice(0, limit) : between.slice(-limit);
    return Response.json({ epoch: now.epoch, seq: now.events.length, events });
  };
  const heard = new Set(), live = { id: "b", epoch: "old", seq: 2, freshness: { state: "live" }, watch: (fn) => heard.add(fn) };
  const past = new Replay(live, { at: "2", with: null }, () => {});
  const history = new BoardHistory({ board: () => live }, "b", () => {});
  const until = async (holds) => { while (!holds()) await new Promise((done) => setTimeout(done, 5)); };
  past.connect();
  history.connect();
  await until(() => past.length === 2 && history.state === "read");
  now = life("new", 1200);
  live.seq = 1200;
  for (const fn of heard) fn(live, []);
  await until(() => past.length >= 1200 && history.entries().length >= 1000 && history.state === "read");
  const moments = [1, 2, 1200].map((count) => (past.go(count), past.board.get("n").state.text));
  return { moments, read: [history.entries().length, history.complete] };
}"""
# Somebody looks at 22:05, between two events, compares from there on, and goes to the last event and to the other moment: the
# time at the top, and the times of the two that are compared.
BETWEEN = """async () => {
  const { Replay } = await import("/static/js/replay/replay_state.js");
  const { comparison } = await import("/static/js/pages/replay/comparison.js");
  const { pastIndicator } = await import("/static/js/pages/replay/bar.js");
  const { render } = await import("/static/vendor/lit-html/lit-html.js");
  const event = (minute, seq) => ({ seq, at: `2026-11-24T21:${minute}:00.000Z`, kind: "note", id: "n", type: "note.added",
    changes: [], state: { text: `${seq}` } });
  const events = [event("00", 1), event("10", 2)];
  window.fetch = async () => Response.json({ epoch: "e", seq: 2, events });
  const live = { id: "b", epoch: "e", seq: 2, freshness: { state: "live" }, watch: () => () => {} };
  const past = new Replay(live, { at: "2026-11-24T21:05:00Z", with: null }, () => {});
  past.connect();
  while (past.state !== "showing") await new Promise((done) => setTimeout(done, 5));
  const place = document.createElement("div");
  const shown = (template, selector) => {
    render(template, place);
    return [...place.querySelectorAll(selector)].map(({ textContent }) => /\\d\\d:\\d\\d:\\d\\d/.exec(textContent)[0]);
  };
  const replay = { past, session: { accounts: new Map() }, body: {}, compare() {}, swap() {} };
  const told = () => [...shown(pastIndicator(past), "small"), ...shown(comparison(replay), "dd")];
  past.compareWith(true);
  const here = told();
  past.go(2);
  const last = told();
  past.swap();
  return [here, last, told()];
}"""
WAYS = """(list) => [...list.querySelectorAll("[data-change]")].map((way) =>
  [way.dataset.change, [...way.querySelectorAll("[data-changed]")].map((each) => each.dataset.changed)])"""


async def at_past(window: Window, path: str) -> Window:
    """A page of the past, drawn."""
    await window.page.goto(path)
    await window("[data-testid=timeline]").wait_for()
    return window


def slider(window: Window) -> Locator:
    return window("[role=slider]")


async def stands_at(window: Window, number: int, of: int) -> None:
    await expect(slider(window)).to_have_attribute("aria-valuenow", str(number))
    await expect(window("[data-testid=happened]")).to_contain_text(f"{number} of {of}")


async def night(browsers: Browsers) -> tuple[str, str, str]:
    """A search on which something happened: its id, that of a sighting and that of a task."""
    alice = await browsers.person("Alice")
    board = await browsers.search(lead=await alice.own_id())
    columns = {each["state"].get("role"): each["id"] for each in await alice.entities(board)}
    sighting = await browsers.sighting(board, "Girl with a red coat")
    task = next(each["id"] for each in await alice.entities(board) if each["kind"] == "task")
    await alice.command(board, "sighting.grade", {"sighting": sighting, "grade": {"source": "B", "content": 2}})
    await alice.command(board, "card.move", {"card": task, "column": columns["done"]})
    await alice.command(board, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
    await alice.command(board, "sighting.update", {"sighting": sighting, "clothing": "a red coat"})
    await alice.command(board, "card.withdraw", {"card": sighting})
    await alice.command(board, "note.add", {"text": "It was another girl", "category": "decision"})
    return board, sighting, task


async def position(browsers: Browsers, board: str, type: str) -> int:
    """Return the number of the only event of a type."""
    events = await (await browsers.person("Alice")).events(board)
    (found,) = (number for number, event in enumerate(events, 1) if event["type"] == type)
    return found


@pytest.mark.slow
async def test_every_moment_is_what_was_true_then(browsers: Browsers) -> None:
    """The browser's fold, what the server says of then, and the snapshot that was kept then; by seq and by time."""
    played = HistoryGenerator(commands=30, moments=4)
    histories = await asyncio.to_thread(played.play, 6)
    charlie = await browsers.stranger()
    await charlie.page.goto("/login")
    moments = [[*reversed(each.stored), *each.stored] for each in histories]
    given = [{"events": each.events, "head": each.head, "moments": at} for each, at in zip(histories, moments, strict=True)]
    folded = await charlie.page.evaluate(FOLDED, given)
    for history, at, found in zip(histories, moments, folded, strict=True):
        boards = [by_key(entities) for entities in found["then"]]
        for moment, board in zip(at, boards, strict=True):
            assert board == history.stored[moment], moment
            assert board == history.kept.get(moment, board), moment
        for number, found_net in enumerate(found["nets"]):
            assert sorted(map(str, found_net)) == sorted(map(str, differs(boards[number], boards[number + 1])))
    assert played.is_worth_it()
    assert any(event.get("hidden") for history in histories for event in history.events)
    assert sum(len(history.kept) for history in histories) > 30


def by_key(entities: list[dict[str, Any]]) -> Board:
    return {(each["kind"], each["id"]): (each["seq"], each["state"]) for each in entities}


def differs(before: Board, after: Board) -> list[dict[str, Any]]:
    """Return the difference of two states by the server's rules, in the browser's form."""
    stands = [{key: state_diff.EntityState(*said) for key, said in each.items()} for each in (before, after)]
    changes: list[Any] = [change.to_json() for change in state_diff.diff(*stands)]  # type: ignore[arg-type]
    order = ("kind", "id", "number", "change", "fields")
    return [{name: change[name] for name in order if name in change} for change in changes]


async def test_a_board_of_the_past_is_read_and_not_written(browsers: Browsers) -> None:
    board, sighting, _ = await night(browsers)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    head = len(await (await browsers.person("Alice")).events(board))
    await bob.choose("replay")
    await bob("[data-testid=timeline]").wait_for()
    await stands_at(bob, head, head)
    sent = len(bob.frames)
    await expect(bob("[data-testid=past-mark]")).to_contain_text("Past as it was on")
    assert "Live" not in await bob("body").inner_text()
    updated = await position(browsers, board, "sighting.updated")
    for _ in range(head - updated):
        await bob("[data-act=back]").click()
    await stands_at(bob, updated, head)
    card = bob.card("Girl with a red coat")
    await expect(card).to_have_class(re.compile(r"\bchanged\b"))
    await expect(card.locator(".change-note")).to_contain_text("changed by Alice")
    await expect(card.locator(".confirmed")).to_have_text("credible")
    await bob.open_card("Girl with a red coat")
    await expect(bob.panel.locator("[data-field=clothing]")).to_have_text("a red coat")
    await expect(bob.panel.locator("[data-testid=history] > li").first).to_have_attribute("data-type", "sighting.updated")
    assert await bob("main :is(form, textarea, [draggable=true], dialog)").count() == 0
    acts = await bob("main [data-act]").evaluate_all("(some) => some.map((each) => each.dataset.act)")
    views = {"board", "map", "timeline", "log", "history", "close-card", "fold-header"}  # of a reader
    assert set(acts) <= {"now", "first", "back", "play", "on", "last", "compare"} | views
    for key in ("s", "t", "n", "m", "e", "Control+z"):
        await bob.page.keyboard.press(key)
    await expect(bob("dialog")).to_have_count(0)
    await bob("[data-act=back]").click()
    await expect(bob.panel.locator("[data-field=clothing]")).to_have_text("—")
    await expect(bob.page).to_have_url(re.compile(rf"/cards/{sighting}\?at={updated - 1}$"))
    assert not [frame for frame in bob.frames[sent:] if frame.sent and frame.body["type"] not in ("subscribe", "ping")]
    await bob.page.keyboard.press("Escape")
    await expect(bob.panel).to_have_count(0)
    await bob.page.keyboard.press("Escape")
    await bob.live()
    await expect(bob.page).to_have_url(re.compile(rf"/searches/{board}$"))


async def test_the_handle_goes_by_keys_and_by_pointer_and_the_address_follows(browsers: Browsers) -> None:
    board, _, _ = await night(browsers)
    head = len(await (await browsers.person("Alice")).events(board))
    alice = await at_past(await browsers.window("Alice"), f"/searches/{board}?at={head}")
    handle = slider(alice)
    await handle.focus()
    on, back = ("ArrowRight", "ArrowUp"), ("PageDown", "ArrowDown")
    for keys, number in (
        (("Home",), 1), (("ArrowLeft",), 1), (on, 3), (("PageUp",), 13), (back, 2), (("End",), head),
    ):  # fmt: skip
        for key in keys:
            await alice.page.keyboard.press(key)
        await stands_at(alice, number, head)
    said = await handle.get_attribute("aria-valuetext")
    assert re.search(rf"\d\d:\d\d:\d\d, {head} of {head}: Alice wrote", said or ""), said
    box = await handle.bounding_box()
    assert box
    await alice.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 10)
    await alice.page.mouse.down()
    await alice.page.mouse.move(box["x"] - 30, box["y"] + 200, steps=4)  # past the end of the line, and off it
    first = int(await handle.get_attribute("aria-valuenow") or 0)
    await alice.page.mouse.up()
    await alice.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)  # released: the handle does not follow any more
    await expect(alice.page).to_have_url(re.compile(rf"\?at={first}$"))
    events = await browsers.people["Alice"].events(board)
    opening = sum(event["at"] == events[0]["at"] for event in events)
    assert first == opening
    await alice.page.reload()
    await stands_at(alice, first, head)


@pytest.mark.slow
async def test_it_plays_to_the_end_and_what_comes_meanwhile_lies_ahead(browsers: Browsers) -> None:
    board, _, _ = await night(browsers)
    person = await browsers.person("Alice")
    head = len(await person.events(board))
    alice = await at_past(await browsers.window("Alice"), f"/searches/{board}?at={head}")
    await alice("[name=speed]").select_option("1")
    await alice("[data-act=play]").click()  # at the end, play starts again from the beginning
    await expect(alice("[data-act=play]")).to_have_attribute("aria-label", "Play")
    await stands_at(alice, head, head)
    await person.command(board, "note.add", {"text": "She is at the station"})
    await stands_at(alice, head, head + 1)
    await alice("[data-act=on]").click()
    await stands_at(alice, head + 1, head + 1)
    hour, day = 3_600_000, 86_400_000
    cases = [(0, 20, 60, 5_000), (0, 20, 1, 59_000), (0, 20, 1, 61_000), (0, 20, 600, hour), (0, 20, 600, day), (0, 20, 60, None)]
    assert await alice.page.evaluate(AHEAD, cases) == [
        [1_200, 0], [20, 0], [60_200, 60_200], [12_000, 0], [day - 480_000, day - 480_000], [1_200, 0],
    ]  # fmt: skip


@pytest.mark.slow
async def test_moment_has_the_same_time_everywhere_on_the_page(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.open("/")
    between, last = "22:05:00", "22:10:00"
    assert await alice.page.evaluate(BETWEEN) == [[between] * 3, [last, between, last], [between, between, last]]


@pytest.mark.slow
async def test_two_moments_are_compared(browsers: Browsers) -> None:
    board, sighting, task = await night(browsers)
    person = await browsers.person("Alice")
    entities = await person.entities(board)
    doing = next(each["id"] for each in entities if each["state"].get("role") == "doing")
    moved = next(each["id"] for each in entities if each["kind"] == "task" and each["id"] != task)
    await person.command(board, "card.move", {"card": moved, "column": doing})
    head, added = len(await person.events(board)), await position(browsers, board, "sighting.added")
    alice = await at_past(await browsers.window("Alice"), f"/searches/{board}?at={added - 1}")
    before = int(await slider(alice).get_attribute("aria-valuenow") or 0)
    await alice("[data-act=compare]").click()
    await alice("[data-act=last]").click()
    compared = alice("[data-testid=compared]")
    await expect(compared.locator("[data-change=removed] li[data-changed]")).to_have_count(0)
    ways = await compared.evaluate(WAYS)
    events = await person.events(board)
    note, alarm = events[-2]["id"], events[await position(browsers, board, "alarm.raised") - 1]["id"]
    assert {way: set(ids) for way, ids in ways} == {"added": {sighting, note, alarm}, "solved": {task}, "moved": {moved}}
    await expect(compared.locator(f"[data-changed='{task}'] [data-path=column]")).to_have_text("Column: To do → Done")
    await expect(alice(f"article[data-card='{task}'] .change-note")).to_have_text("dealt with")
    await expect(alice.page).to_have_url(re.compile(rf"\?at={head}&with={before}$"))
    await alice.page.reload()
    await expect(compared.locator("[data-change=solved] [data-changed]")).to_have_count(1)
    await alice("[data-act=swap]").click()
    await stands_at(alice, before, head)
    await alice("[data-act=on]").click()  # from here on the sighting is on both
    await expect(compared.locator(f"[data-change=removed] [data-changed='{sighting}']")).to_have_count(1)
    await alice("[data-act=stop-comparing]").click()
    await expect(compared).to_have_count(0)
    await expect(alice.page).to_have_url(re.compile(rf"\?at={before + 1}$"))


@pytest.mark.slow
async def test_missing_moment_is_reported_with_one_that_exists(browsers: Browsers) -> None:
    alice, board = await browsers.window("Alice"), await browsers.search()
    no_moment = alice("[data-testid=no-moment]")
    for at, problem in {"none": "unreadable", "2100-01-01T00:00:00%2B01:00": "later", "1&with=999999": "beyond"}.items():
        await alice.page.goto(f"/searches/{board}?at={at}")
        await expect(no_moment, at).to_have_attribute("data-error", problem)
    asked = {
        "unreadable": ("", "2026-11-24T22:00:00", "2026-13-45T99:00:00Z", "-1"), "beyond": ("2", "999999"),
        "before": ("0", "2020-01-01T00:00:00Z"), "later": ("2100-01-01T00:00:00 01:00",),
    }  # fmt: skip
    assert await alice.page.evaluate(PROBLEMS, asked) == {problem: [problem] * len(texts) for problem, texts in asked.items()}
    await no_moment.locator("a", has_text="first").click()
    await expect(slider(alice)).to_have_attribute("aria-valuenow", "1")


@pytest.mark.slow
async def test_restored_board_shows_no_moment_of_its_earlier_epoch(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.page.goto("/account")
    async with asyncio.timeout(PATIENCE_S):
        found = await alice.page.evaluate(RESTORED)
    assert found == {"moments": ["new 1", "new 2", "new 1200"], "read": [1200, True]}


async def test_ended_permission_removes_the_past_from_the_page(browsers: Browsers) -> None:
    board, _, _ = await night(browsers)
    alice, charlie = await browsers.person("Alice"), await browsers.person("Charlie")
    members = {"access": "members", "members": [(await alice.http.get("/api/v1/me")).json()["id"]]}
    on_search, on_all = await browsers.window("Charlie"), await browsers.window("Charlie")
    on_search.may_fail("status of 404")
    await at_past(on_search, f"/searches/{board}?at=9")
    last = (await charlie.http.get("/api/v1/boards/operations")).json()["seq"]
    await at_past(on_all, f"/?at={last}")
    await expect(on_all(f"[data-search='{board}'] a")).to_have_attribute("href", re.compile(rf"^/searches/{board}\?at=2"))
    await alice.command(board, "search.set_access", members)
    await expect(on_search("[data-testid=forbidden]")).to_be_visible()
    await expect(on_all("[data-testid=timeline]")).to_be_visible()
    await expect(on_all(f"[data-search='{board}']")).to_have_count(0)
    for window in (on_search, on_all):
        assert board not in await window("main").inner_html()
    await expect(on_search("main")).not_to_contain_text("Noor")
    await on_search.reload()
    await expect(on_search("main")).not_to_contain_text("Noor")
    await expect(on_search("[data-testid=timeline]")).to_have_count(0)
    await alice.command(board, "search.set_access", {"access": "desk", "members": []})
    await expect(on_all(f"[data-search='{board}']")).to_have_count(1)


@pytest.mark.slow
async def test_readers_of_the_past_are_not_announced(browsers: Browsers) -> None:
    board, _, _ = await night(browsers)
    bob = await at_past(await browsers.window("Bob"), f"/searches/{board}?at=5")
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")

    def told() -> list[str]:
        heard = [frame.body for frame in alice.frames if not frame.sent and frame.body["type"] == "presence"]
        return [each["name"] for body in heard for each in body["people"]]

    await wait_until(lambda: "Alice" in told())
    assert "Bob" not in told()
    assert not [frame for frame in bob.frames if frame.sent and frame.body["type"] == "presence"]
