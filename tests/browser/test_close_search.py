"""A coordinator qualifies a disappearance, sets an appeal, is told "found", and closes. Others see it, and decide none of it."""

import json

import pytest
from playwright.async_api import expect
from sqlalchemy import text

from board.accounts import live_changes
from tests.browser.test_pages import TALL, barriers
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD

pytestmark = pytest.mark.browser

CRITERIA = {
    "under_13": {"answer": "yes", "basis": "Identity card"},
    "medication": {"answer": "no", "basis": "The family doctor"},
    "out_of_character": {"answer": "yes", "basis": "Her mother"},
}
SUGGESTION = "2 of 6 criteria apply. A coordinator decides. 3 still unknown."


async def decide(window: Window, act: str) -> None:
    """Open a dialog from the toolbar, or from the facts."""
    await window.choose(act)
    await window("dialog").wait_for()


async def send(window: Window) -> None:
    await window("dialog [data-act=send]").click()
    await expect(window("dialog")).to_have_count(0)


async def test_the_criteria_suggest_and_alice_decides_and_bob_reads_it(browsers: Browsers) -> None:
    board = await browsers.search(criteria=CRITERIA)
    alice, bob = await browsers.both_at(board)
    await expect(bob("[data-testid=worrying]")).to_have_text("Worrying?")
    for window in (alice, bob):
        await window("[data-act=log]").click()
        await expect(window("[data-testid=suggestion]")).to_have_text(SUGGESTION)
        await expect(window("[data-testid=decision]")).to_have_text("Not decided")
        await expect(window("[data-criterion]")).to_have_count(6)
        await expect(window("[data-criterion=under_13]")).to_have_text("Yes · Identity card")
        await expect(window("[data-criterion=medication]")).to_have_text("No · The family doctor")
        await expect(window("[data-criterion=disability]")).to_have_text("Unknown")
    await expect(bob("[data-act=qualify]")).to_have_count(0)
    await decide(alice, "qualify")
    await expect(alice("dialog input[value=null]")).to_be_checked()
    await expect(alice("dialog .applicable li")).to_have_text(
        ["Younger than 13 · Identity card", "Absence contrary to usual behaviour · Her mother"]
    )
    await alice("dialog input[value=true]").check()
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog .error")).to_have_text("This field is required.")
    await alice.fill("worrying", {"basis": "The prosecutor, by phone at 22:10"})
    await send(alice)
    for window in (alice, bob):
        await expect(window("[data-testid=worrying]")).to_have_text("Worrying")
        await expect(window("[data-testid=decision]")).to_have_text("Worrying · The prosecutor, by phone at 22:10")
    await decide(alice, "qualify")
    await alice("dialog input[value=false]").check()
    await alice.fill("worrying", {"basis": "She called her mother"})
    await send(alice)
    await expect(bob("[data-testid=worrying]")).to_have_count(0)
    await expect(bob("[data-testid=decision]")).to_have_text("Not worrying · She called her mother")
    await expect(bob("[data-testid=history] > li").first).to_contain_text("Worrying: Worrying → Not worrying")


@pytest.mark.slow
async def test_a_criterion_alone_is_said_in_the_singular_and_decides_nothing(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await expect(alice("[data-testid=worrying]")).to_have_count(0)
    await (await browsers.person("Bob")).command(board, "search.update", {"criteria": {"danger_to_life": {"answer": "yes"}}})
    await expect(alice("[data-testid=worrying]")).to_have_text("Worrying?")
    await alice("[data-act=log]").click()
    await expect(alice("[data-testid=suggestion]")).to_contain_text("1 of 6 criteria applies")
    search = next(each for each in await (await browsers.person("Alice")).entities(board) if each["kind"] == "search")
    assert search["state"]["worrying"] is None


@pytest.mark.slow
async def test_retired_criterion_shows_its_old_answer_and_is_asked_nowhere(browsers: Browsers) -> None:
    board, other = await browsers.search(criteria=CRITERIA), await browsers.search()
    assert browsers.server
    criteria = next(each for each in await (await browsers.person("Alice")).entities(board) if each["kind"] == "search")["state"][
        "criteria"
    ]
    answers = json.dumps(criteria | {"danger_to_others": {"answer": "yes", "basis": "The school"}})
    await browsers.server.service.database.write(
        lambda session: session.connection().execute(
            text("UPDATE search SET criteria = :answers WHERE id = :id"), {"answers": answers, "id": board}
        )
    )
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=log]").click()
    await expect(alice("[data-criterion=danger_to_others]")).to_have_text("Yes · The school")
    await expect(alice("[data-testid=suggestion]")).to_contain_text("3 of 7 criteria apply")
    await decide(alice, "edit-search")
    former = alice("dialog [data-former]")
    await expect(former).to_have_text("May endanger others Yes · The school no longer asked")
    await expect(former.locator("input, select")).to_have_count(0)
    await alice.fill("facts", {"person.last_name": "Voorbeeld"})
    await send(alice)
    await expect(alice("[data-testid=person]")).to_contain_text("Voorbeeld")
    await expect(alice("[data-criterion=danger_to_others]")).to_have_text("Yes · The school")
    await alice.open(f"/searches/{other}")
    await alice("[data-act=log]").click()
    await expect(alice("[data-criterion]")).to_have_count(6)
    await decide(alice, "edit-search")
    await expect(alice("dialog .criterion")).to_have_count(6)


async def test_two_coordinators_who_decide_at_once_see_each_other(browsers: Browsers) -> None:
    board = await browsers.search(criteria=CRITERIA)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=log]").click()
    await decide(alice, "qualify")
    await alice("dialog input[value=true]").check()
    await alice.fill("worrying", {"basis": "The prosecutor"})
    assert browsers.server
    await live_changes.add_account(browsers.server.service, "dora@desk.example", "Dora", "coordinator", PASSWORD)
    dora = await browsers.person("Dora")
    await dora.command(board, "search.set_worrying", {"worrying": False, "basis": "The duty officer"})
    await expect(alice("dialog [data-theirs=worrying]")).to_contain_text("Dora changed this")
    await expect(alice("dialog [data-theirs=worrying] [data-value=theirs]")).to_have_text("Not worrying")
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog [data-conflict=worrying]")).to_be_visible()
    await alice("dialog [data-act=keep-mine]").click()
    await expect(alice("dialog")).to_have_count(0)
    await expect(alice("[data-testid=decision]")).to_have_text("Worrying · The prosecutor")


@pytest.mark.slow
async def test_discreet_appeal_says_that_outsiders_must_not_see_it(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await expect(bob("[data-testid=appeal]")).to_have_count(0)
    await expect(bob("[data-act=appeal]")).to_have_count(0)
    await decide(alice, "appeal")
    await expect(alice("dialog input[value=none]")).to_be_checked()
    await expect(alice.field("appeal", "appeal.until")).to_have_count(0)
    await alice("dialog input[value=discreet]").check()
    await alice.fill(
        "appeal", {"appeal.from": "2026-11-24T10:00", "appeal.until": "2026-11-23T10:00", "reason": "With the police"}
    )
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog [data-field='appeal.until'] .error")).to_have_text("The end must be after the start.")
    await expect(alice.field("appeal", "reason")).to_have_value("With the police")
    await alice.fill("appeal", {"appeal.until": "2036-11-26T10:00"})
    await send(alice)
    await expect(bob("[data-testid=appeal]")).to_contain_text("discreet, until Wed 26 Nov 2036 10:00")
    await expect(bob("[data-testid=appeal]")).to_contain_text("Do not show to outsiders.")
    await decide(alice, "appeal")
    await alice("dialog input[value=posters]").check()
    await send(alice)
    await expect(bob("[data-testid=appeal]")).to_have_text("posters, until Wed 26 Nov 2036 10:00")
    await decide(alice, "appeal")
    await alice("dialog input[value=none]").check()
    await send(alice)
    await expect(bob("[data-testid=appeal]")).to_have_count(0)
    await bob("[data-act=log]").click()
    await expect(bob("[data-testid=history] > li").nth(2)).to_contain_text("With the police")


@pytest.mark.slow
async def test_an_appeal_that_is_to_come_and_one_that_is_over_say_so(browsers: Browsers) -> None:
    board = await browsers.search()
    bob, alice = await browsers.window("Bob"), await browsers.person("Alice")
    await bob.open(f"/searches/{board}")
    await alice.command(
        board, "search.set_appeal", {"level": "public", "from": "2036-11-26T09:00:00Z", "until": "2036-11-28T09:00:00Z"}
    )
    await expect(bob("[data-testid=appeal]")).to_have_text("public, from Wed 26 Nov 2036 10:00")
    await alice.command(board, "search.set_appeal", {"level": "public", "until": "2016-11-26T09:00:00Z"})
    await expect(bob("[data-testid=appeal]")).to_have_text("public, ended Sat 26 Nov 2016 10:00")


async def test_found_says_what_it_will_do_and_does_it_and_the_search_is_closed(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await (await browsers.person("Alice")).command(board, "search.set_appeal", {"level": "posters"})
    await decide(alice, "set-status")
    await alice("dialog input[value=found]").check()
    await expect(alice("dialog [data-testid=means]")).to_contain_text(
        "The running appeal (posters) ends, and tasks to take it down are added."
    )
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog .error")).to_have_count(3)  # in which condition, how, and what happened
    await alice.fill(
        "status",
        {
            "outcome.place": "Oostende",
            "outcome.condition": "well",
            "outcome.how": "police",
            "outcome.confirmed_by": "Inspector Maes",
            "reason": "Seen by a patrol, she went with them",
        },
    )
    await alice.field("status", "outcome.family_told").check()
    await send(alice)
    for window in (alice, bob):
        await expect(window("[data-testid=status]")).to_have_text("Found")
        await expect(window("[data-testid=appeal]")).to_have_count(0)
        await expect(window("[data-testid=outcome]")).to_contain_text("Oostende · alive and well · found by the police")
        await expect(window("[data-testid=outcome]")).to_contain_text("family told · police not told")
        await expect(window.column("todo").locator("h3", has_text="Posters: have them taken down")).to_be_visible()
    await browsers.same(alice, bob, board)
    await alice("[data-act=status-menu]").click()
    await alice("#status-menu [data-to=closed]").click()
    await expect(alice("dialog input[value=closed]")).to_be_focused()  # the one that is chosen, not the first
    await alice.fill("status", {"reason": "The family has her back", "acknowledge": "The police were there"})
    await send(alice)
    await expect(bob("[data-testid=status]")).to_have_text("Closed")
    for act in ("appeal", "access", "column-menu", "add-task", "edit-search"):
        await expect(alice(f"[data-act={act}]")).to_have_count(0)


@pytest.mark.slow
async def test_found_without_an_appeal_adds_the_tasks_after_it_alone(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await decide(alice, "set-status")
    await alice("dialog input[value=found]").check()
    await expect(alice("dialog [data-testid=means]")).to_contain_text("No appeal is running, so there is nothing to take down.")
    await expect(alice("dialog [data-testid=means]")).to_contain_text("Tasks for the time after are added.")
    tasks = await alice("article.task").count()
    await alice.fill("status", {"outcome.condition": "well", "outcome.how": "came_back", "reason": "She rang the bell"})
    await send(alice)
    await expect(alice("[data-testid=status]")).to_have_text("Found")
    await expect(alice("article.task")).to_have_count(tasks + 4)
    await alice.same_as_server(board)


@pytest.mark.parametrize("name", ["Bob", "Victor"])
async def test_other_roles_read_the_decisions_and_are_offered_none(browsers: Browsers, name: str) -> None:
    board = await browsers.search(criteria=CRITERIA)
    window = await browsers.window(name)
    await window.open(f"/searches/{board}")
    await window("[data-act=log]").click()
    await expect(window("[data-testid=suggestion]")).to_have_text(SUGGESTION)
    await expect(window("[data-testid=appeal-facts]")).to_contain_text("Nobody is asked to look out for the child.")
    for act in ("qualify", "appeal", "set-status", "access"):
        await expect(window(f"[data-act={act}]")).to_have_count(0)


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_what_is_decided(browsers: Browsers) -> None:
    board = await browsers.search(criteria=CRITERIA)
    await (await browsers.person("Alice")).command(
        board, "search.set_appeal", {"level": "discreet", "until": "2036-11-26T09:00:00Z"}
    )
    alice = await browsers.window("Alice", viewport=TALL)
    await alice.open(f"/searches/{board}")
    await alice("[data-act=log]").click()
    await alice("[data-testid=history]").wait_for()
    found = await barriers(alice)
    for act in ("qualify", "appeal"):
        await decide(alice, act)
        found += await barriers(alice, "dialog")
        await alice.page.keyboard.press("Escape")
        await expect(alice("dialog")).to_have_count(0)
    assert found == []
