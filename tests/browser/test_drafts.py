"""Drafts in the browser: nothing can be read without the person's session, and the caller is never kept."""

from typing import Any

import pytest
from playwright.async_api import expect

from board.accounts import accounts, live_changes
from tests.browser.test_bad_network import NO_LINE, SIGNED_OUT
from tests.browser.test_intake import taken, tell
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

CALLER, NUMBER, SEEN = "Quirinus Canary", "+32 470 99 88 77", "A girl with a canary coat"
SECRETS = (CALLER, NUMBER, SEEN)

# Everything that a page of this origin can read in this browser, as one text.
EVERYTHING = """async () => {
  const answered = (asked) => new Promise((done) => Object.assign(asked, { onsuccess: () => done(asked.result) }));
  const found = [Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, history.state, window.name];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found.push(request.url, await (await cache.match(request)).text());
  }
  for (const { name } of await indexedDB.databases()) {
    const base = await answered(indexedDB.open(name));
    for (const store of base.objectStoreNames) found.push(await answered(base.transaction(store).objectStore(store).getAll()));
  }
  return JSON.stringify(found);
}"""
RECORDS = "JSON.stringify(Object.entries(localStorage).filter(([key]) => key.includes(':draft:')))"
KEPT = "Object.keys(localStorage).filter((key) => /:(draft|outbox):/.test(key))"


async def everything(window: Window) -> str:
    """Return all stored data; fail where it would not find what it looks for."""
    await window.page.evaluate("""() => {
      localStorage.setItem("probe", "probe-1"); sessionStorage.setItem("probe", "probe-2");
    }""")
    found = str(await window.page.evaluate(EVERYTHING))
    assert "probe-1" in found
    assert "probe-2" in found
    await window.page.evaluate("() => { localStorage.removeItem('probe'); sessionStorage.removeItem('probe'); }")
    return found


async def hides_all(window: Window) -> None:
    found = await everything(window)
    assert [secret for secret in SECRETS if secret in found] == []


async def kept(window: Window) -> list[str]:
    return [str(key) for key in await window.page.evaluate(KEPT)]


async def keeps(window: Window, count: int) -> None:
    """Wait until so many things are on the disk."""
    await window.page.wait_for_function(f"(count) => {KEPT}.length === count", arg=count)


async def record_changes(window: Window, before: str) -> None:
    """Wait until the stored data differ from before."""
    await window.page.wait_for_function(f"(before) => {RECORDS} !== before", arg=before)


async def take_a_call(window: Window, search: str) -> None:
    """Fill in a call up to the caller, without sending it."""
    await window.open("/intake")
    await tell(window.page, search, SEEN, "Brugge", "now", CALLER)
    await window.page.keyboard.type(NUMBER)
    await expect(window("#contact")).to_have_value(NUMBER)


async def sign_out(window: Window, choice: str) -> None:
    await window("details.account-menu summary").click()
    await window("[data-sign-out] button").click()
    await window(f"dialog [data-act={choice}]").click()


@pytest.fixture
async def noor(browsers: Browsers) -> str:
    """The reference of a search, as several children of one name would have to be told apart."""
    board = await browsers.search(person={"first_name": "Noor"})
    return str((await (await browsers.person("Bob")).entities(board))[0]["state"]["reference"])


async def test_caller_is_kept_nowhere_and_the_rest_is_encrypted(browsers: Browsers, noor: str) -> None:
    bob = await browsers.window("Bob")
    await take_a_call(bob, noor)
    await keeps(bob, 1)
    await hides_all(bob)
    await bob.page.reload()
    await bob.live()
    await expect(bob("#text")).to_have_value(SEEN)
    await expect(bob("#where")).to_have_value("Brugge")
    for field in ("name", "contact"):
        await expect(bob(f"#{field}")).to_have_value("")
        await expect(bob(f"#{field}-hint")).to_contain_text("Not kept when the page was reloaded")
    await hides_all(bob)
    await bob("#name").fill(CALLER)
    await expect(bob("#name-hint")).to_be_empty()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["add-sighting", "facts"])
async def test_nor_is_it_kept_by_the_forms_of_a_board(browsers: Browsers, form: str) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "Seen before")
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    if form == "add-sighting":
        await bob("[data-act=add-sighting]").click()
        await bob("dialog details.more summary, dialog details summary").first.click()
    else:
        await bob.open_card("Seen before")
        await bob.panel.locator("[data-act=edit]").click()
    await bob.fill(form, {"description": SEEN, "source_name": CALLER, "source_contact": NUMBER})
    await keeps(bob, 1)
    await hides_all(bob)
    await bob.reload()
    await bob.live()
    if form == "add-sighting":
        await bob("[data-act=add-sighting]").click()
    await expect(bob.field(form, "description")).to_have_value(SEEN)
    await expect(bob.field(form, "source_name")).to_have_value("")
    await expect(bob(f"form[data-form={form}] [data-field=source_name] [data-not-kept]")).to_be_attached()
    await expect(bob(f"form[data-form={form}]")).to_have_attribute("autocomplete", "off")  # nor does the browser's own autofill


async def test_unsent_call_outlives_the_page_and_is_unreadable_on_disk(browsers: Browsers, noor: str) -> None:
    async with proxy_to(browsers.url) as line:
        bob = await browsers.window("Bob", url=line.url)
        bob.may_fail(*NO_LINE)
        await take_a_call(bob, noor)
        line.cut()
        await bob("html:not([data-freshness=live])").wait_for(state="attached")
        await bob.page.keyboard.press("Control+Enter")
        await expect(bob("[data-recent-call][data-pending]")).to_contain_text("waiting for connection")
        await keeps(bob, 2)  # the command, and the list of accepted calls
        await hides_all(bob)
        await bob.page.goto("about:blank")
        line.heal()
        await bob.open("/intake")
        await taken(bob, 1)
        await keeps(bob, 1)
        assert [key.rpartition(":draft:")[2] for key in await kept(bob)] == ["intake:taken"]
        board, sighting = (await bob("[data-recent-call] a").get_attribute("href") or "").split("/")[2::2]
        source = await (await browsers.person("Bob")).http.get(f"/api/v1/boards/{board}/sightings/{sighting}/source")
        assert (source.json()["name"], source.json()["contact"]) == (CALLER, NUMBER)
        await hides_all(bob)


async def test_a_command_is_on_the_disk_before_it_is_on_the_wire(browsers: Browsers) -> None:
    board = await browsers.search()
    bob = await browsers.window("Bob")
    await bob.page.add_init_script("""
      const send = WebSocket.prototype.send;
      window.sent = [];
      WebSocket.prototype.send = function (text) {
        const { type, id } = JSON.parse(text);
        if (type === "command") window.sent.push(Object.keys(localStorage).some((key) => key.endsWith(`:outbox:${id}`)));
        return send.call(this, text);
      };""")
    await bob.open(f"/searches/{board}")
    await bob.add_task("Call the school")
    await bob.card("Call the school").and_(bob("[data-card]:not([data-pending])")).wait_for()
    assert await bob.page.evaluate("window.sent") == [True]


async def test_unsent_texts_are_named_before_signing_out_and_deleted_or_kept(browsers: Browsers, noor: str) -> None:
    board = await browsers.search()
    bob = await browsers.window("Bob")
    await take_a_call(bob, noor)
    await bob.open(f"/searches/{board}")
    await bob("[data-act=add-task]").click()
    await bob.field("add-task", "title").fill("Half a task")
    await bob.page.keyboard.press("Escape")
    await sign_out(bob, "stay")
    await expect(bob("dialog")).to_have_count(0)
    await bob.live()
    assert len(await kept(bob)) == 2

    await bob("details.account-menu summary").click()
    await bob("[data-sign-out] button").click()
    assert await bob("dialog .buttons button").all_inner_texts() == [
        "Stay signed in",
        "Delete them and sign out",
        "Keep them and sign out",
    ]
    await expect(bob("dialog [data-act=keep]")).to_be_focused()  # never what deletes
    named = bob("[data-testid=unsent-texts] li")
    assert sorted(await named.all_inner_texts()) == ["Draft: New task: Half a task", f"Draft: Take a call: {SEEN}"]
    await bob("dialog [data-act=keep]").click()
    await bob.page.wait_for_url("**/login")
    await expect(bob("form.sign-in [data-kept-drafts]")).to_contain_text("2 unsent texts are kept")
    await hides_all(bob)
    assert "Half a task" not in await everything(bob)
    await bob.page.go_back()
    await expect(bob("form.sign-in")).to_be_visible()  # neither the browser's copy nor a new one from the server

    await bob.sign_in("bob@desk.example")
    await browsers.people["Bob"].sign_in()  # for the following tests
    await bob.open(f"/searches/{board}")
    await bob("[data-act=add-task]").click()
    await expect(bob.field("add-task", "title")).to_have_value("Half a task")
    await bob.page.keyboard.press("Escape")
    await sign_out(bob, "delete")
    await bob.page.wait_for_url("**/login")
    assert await kept(bob) == []
    await hides_all(bob)
    await browsers.people["Bob"].sign_in()


@pytest.mark.slow
async def test_signing_out_names_what_waits_and_asks_nothing_when_it_is_sent(browsers: Browsers, noor: str) -> None:
    async with proxy_to(browsers.url) as line:
        bob = await browsers.window("Bob", url=line.url)
        bob.may_fail(*NO_LINE)
        await take_a_call(bob, noor)
        line.cut()
        await bob("html:not([data-freshness=live])").wait_for(state="attached")
        await bob.page.keyboard.press("Control+Enter")
        await bob("details.account-menu summary").click()
        await bob("[data-sign-out] button").click()
        assert await bob("[data-testid=unsent-texts] li").all_inner_texts() == [f"New sighting: {SEEN}"]
        await expect(bob("dialog [data-act=delete]")).to_have_text("Delete it and sign out")
        await bob("dialog [data-act=stay]").click()
        line.heal()
        await taken(bob, 1)
        await bob("details.account-menu summary").click()
        await bob("[data-sign-out] button").click()
        await bob.page.wait_for_url("**/login")
        assert await kept(bob) == []
    await browsers.people["Bob"].sign_in()


@pytest.mark.slow
async def test_drafts_of_a_disabled_account_are_readable_by_nobody(browsers: Browsers, noor: str) -> None:
    assert browsers.server
    charlie = await browsers.window("Charlie")
    charlie.may_fail(*SIGNED_OUT, *NO_LINE)
    await take_a_call(charlie, noor)

    service = browsers.server.service

    def enable(enabled: bool) -> Any:
        return live_changes.apply_change(
            service, lambda database: accounts.set_enabled(database, "charlie@desk.example", enabled)
        )

    await enable(False)
    await charlie.page.wait_for_url("**/login?next=*")
    assert len(await kept(charlie)) == 1
    await hides_all(charlie)
    assert await charlie.page.evaluate("fetch('/api/v1/me/draft-key').then((answer) => answer.status)") == 401
    await charlie.page.go_back()
    await expect(charlie("form.sign-in")).to_be_visible()
    await enable(True)
    await charlie.sign_in("charlie@desk.example")
    await browsers.people["Charlie"].sign_in()
    await charlie.open("/intake")
    await expect(charlie("#text")).to_have_value(SEEN)


async def test_two_people_at_one_browser_do_not_read_each_other(browsers: Browsers, noor: str) -> None:
    bob = await browsers.window("Bob")
    bob.may_fail("401")  # a request beside signing out
    await take_a_call(bob, noor)
    await keeps(bob, 1)  # so the key is there: without it, nothing can be kept
    await sign_out(bob, "keep")
    await bob.page.wait_for_url("**/login")
    await bob.sign_in("alice@desk.example")
    await bob.open("/intake")
    await expect(bob("#text")).to_have_value("")
    await bob("#text").fill("Alice's own")
    await keeps(bob, 2)
    alice = await bob("body").get_attribute("data-account-id")
    # Bob's record under her key: it decrypts neither by her secret nor at this place. No page of hers is open, which might
    # save again.
    await bob.page.goto(f"{browsers.url}/static/css/header.css")
    await bob.page.evaluate(
        """(alice) => {
      const [hers, his] = [...Object.keys(localStorage)].filter((key) => key.endsWith(":draft:intake"))
        .sort((a) => (a.includes(alice) ? -1 : 1));
      localStorage.setItem(hers, localStorage.getItem(his));
    }""",
        alice,
    )
    await bob.open("/intake")
    await expect(bob("#text")).to_have_value("")
    for name in ("Alice", "Bob"):
        await browsers.people[name].sign_in()


async def test_drafts_wait_unread_without_the_key_and_none_is_lost(browsers: Browsers) -> None:
    board = await browsers.search()
    bob = await browsers.window("Bob")
    bob.may_fail("503")
    await bob.open(f"/searches/{board}")
    await bob("[data-act=add-task]").click()
    await bob.fill("add-task", {"title": "Half a task"})
    await keeps(bob, 1)
    before = str(await bob.page.evaluate(RECORDS))
    assert "sealed" in before

    is_down = True
    await bob.page.clock.install()

    async def answer(route: Any) -> None:
        await (route.fulfill(status=503, json={"code": "unavailable"}) if is_down else route.continue_())

    await bob.page.route("**/api/v1/me/draft-key", answer)
    await bob.reload()
    await bob.live()
    await expect(bob("[data-notice=cannot-keep]")).to_contain_text("cannot be read yet")
    await bob("[data-act=add-task]").click()
    await expect(bob.field("add-task", "title")).to_have_value("")
    await bob("dialog details summary").click()
    await bob.fill("add-task", {"instruction": "Typed meanwhile"})
    assert (
        await bob.page.evaluate("JSON.stringify(Object.entries(localStorage).filter(([key]) => key.includes(':draft:')))")
        == before
    )
    is_down = False
    await bob.page.clock.run_for(6_000)
    await expect(bob.field("add-task", "title")).to_have_value("Half a task")
    await expect(bob.field("add-task", "instruction")).to_have_value("Typed meanwhile")
    await expect(bob("[data-notice=cannot-keep]")).to_have_count(0)
    await record_changes(bob, before)
    assert "Typed meanwhile" not in await everything(bob)
    await bob.reload()
    await bob.live()
    await bob("[data-act=add-task]").click()
    await expect(bob.field("add-task", "title")).to_have_value("Half a task")
    await expect(bob.field("add-task", "instruction")).to_have_value("Typed meanwhile")


@pytest.mark.slow
@pytest.mark.parametrize("cleared", [True, False])
async def test_call_waiting_for_the_key_is_not_lost_by_another_one(browsers: Browsers, noor: str, cleared: bool) -> None:
    bob = await browsers.window("Bob")
    bob.may_fail("503")
    await bob.open("/intake")
    await tell(bob.page, noor, SEEN)
    await keeps(bob, 1)
    is_down = True
    await bob.page.clock.install()

    async def answer(route: Any) -> None:
        await (route.fulfill(status=503, json={"code": "unavailable"}) if is_down else route.continue_())

    await bob.page.route("**/api/v1/me/draft-key", answer)
    await bob.reload()
    await bob.live()
    await bob("#text").fill("Another call")
    if cleared:
        await bob("[data-act=clear]").click()
    is_down = False
    await bob.page.clock.run_for(6_000)
    await expect(bob("[data-notice=cannot-keep]")).to_have_count(0)
    if not cleared:
        await expect(bob("#text")).to_have_value("Another call")
        await keeps(bob, 2)
        await bob("[data-act=clear]").click()
        await bob("[data-act=undo]").click()
        await expect(bob("#text")).to_have_value("Another call")
        await tell(bob.page, noor)
        await bob.page.keyboard.press("Control+Enter")
        await taken(bob, 1)
        await bob("[data-act=undo]").click()
    await expect(bob("#text")).to_have_value(SEEN)
    await bob.reload()
    await bob.live()
    await expect(bob("#text")).to_have_value(SEEN)


async def test_nothing_is_kept_where_encryption_is_missing_and_the_page_says_so(browsers: Browsers, noor: str) -> None:
    bob = await browsers.window("Bob")
    await bob.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")  # as over plain http
    await take_a_call(bob, noor)
    await expect(bob("[data-notice=cannot-keep]")).to_contain_text("does not use https")
    assert await kept(bob) == []
    await hides_all(bob)
    await bob.page.keyboard.press("Control+Enter")
    await taken(bob, 1)
    await hides_all(bob)


@pytest.mark.slow
async def test_drafts_of_an_earlier_version_are_taken_over_once(browsers: Browsers) -> None:
    board = await browsers.search()
    bob = await browsers.window("Bob")
    await bob.page.goto("/account")
    await expect(bob("[data-kept-drafts]")).to_have_text("nothing")
    await bob.page.evaluate(
        """([board, caller, number, seen]) => {
          const start = `searchboard:${document.body.dataset.accountId}:draft:`;
          const keep = (key, value) => localStorage.setItem(start + key, JSON.stringify(value));
          const began = "2026-11-24T21:34:00.000Z", field = (path, raw) => [path, { raw, was: null }];
          keep("intake", { board, search: "Noor", text: seen, name: caller, contact: number, began });
          keep(`${board}:add-sighting`, { mine: [field("description", seen), field("source_name", caller)], start: {} });
        }""",
        [board, *SECRETS],
    )
    stranger = await bob.context.new_page()
    await stranger.goto("/password")  # without an account anybody may open the page: the caller's details are deleted
    await stranger.close()
    found = await everything(bob)
    assert SEEN in found
    assert CALLER not in found
    assert NUMBER not in found
    await bob.open("/intake")
    await expect(bob("#text")).to_have_value(SEEN)
    await expect(bob("#name-hint")).to_contain_text("Not kept")
    await bob.page.wait_for_function("() => !Object.entries(localStorage).some(([, kept]) => kept.includes('canary'))")
    await hides_all(bob)
    assert len(await kept(bob)) == 2
    await bob.open(f"/searches/{board}")
    await bob("[data-act=add-sighting]").click()
    await expect(bob.field("add-sighting", "description")).to_have_value(SEEN)
    await expect(bob.field("add-sighting", "source_name")).to_have_value("")


@pytest.mark.slow
async def test_sent_and_emptied_forms_are_no_drafts(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    add, keys = alice("[data-act=add-sighting]"), alice.page.keyboard
    for field in ("seen_at", "description"):
        await add.click()
        await alice.fill("add-sighting", {"description": SEEN})
        await alice.field("add-sighting", "seen_at").focus()
        await keys.type("20 minutes ago")
        await alice.field("add-sighting", field).focus()
        await keys.press("Control+Enter")  # the field that has the focus goes with its dialog
        await expect(alice("dialog")).to_have_count(0)
        await expect(add.locator(".dot")).to_have_count(0)
    await add.click()
    await keys.type("  ")
    await keys.press("Escape")
    await expect(alice("dialog")).to_have_count(0)
    await expect(add.locator(".dot")).to_have_count(0)
    await alice.page.keyboard.press("Control+k")
    await alice("[data-testid=palette]").fill("set status found")
    await keys.press("ArrowDown")
    await expect(alice("[role=option][aria-selected=true]")).to_contain_text("Found")
    await keys.press("Enter")
    await expect(alice("dialog[data-dialog=status]")).to_be_visible()
    await keys.press("Escape")
    await expect(alice("dialog")).to_have_count(0)
    await keeps(alice, 0)


@pytest.mark.slow
async def test_new_search_that_was_created_leaves_no_draft(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    await alice.fill("open-search", {"person.first_name": "Zita", "kind": "runaway"})
    await alice.field("open-search", "missing_since").focus()
    await alice.page.keyboard.type("yesterday 14:30")
    await alice.page.keyboard.press("Control+Enter")
    await alice.page.wait_for_url("**/searches/*")
    await alice.open("/")
    await expect(alice("[data-act=open-search]")).to_contain_text("New search")
    await keeps(alice, 0)
