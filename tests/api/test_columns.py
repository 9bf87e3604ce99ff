"""A desk arranges its columns: adds, renames, moves and removes them, and no card is ever without one."""

import asyncio

import pytest

from board.commands.cards import columns
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def from_left(scene: SearchScenario) -> list[str]:
    """The ids of the columns, as they stand."""
    entities = (await scene.team.alice.snapshot(scene.search))["entities"]
    return [id for _, id in sorted((state["rank"], id) for (kind, id), state in entities.items() if kind == "column")]


async def test_a_column_is_added_before_or_after_another_or_at_the_end(scene: SearchScenario) -> None:
    inbox, todo, doing, waiting, done = await from_left(scene)
    event = await scene.one("column.add", {"title": "At the police", "role": "waiting", "after": todo})
    assert (event["type"], event["kind"], event["changes"]) == ("column.added", "column", ["rank", "role", "title"])
    rank = event["state"].pop("rank")
    assert rank.isascii()
    assert event["state"] == {"title": "At the police", "role": "waiting"}
    second = event["id"]
    first = (await scene.one("column.add", {"title": "New", "role": "inbox", "before": inbox}))["id"]
    last = await scene.one("column.add", {"title": None, "role": "done"})
    assert last["changes"] == ["rank", "role"]
    assert await from_left(scene) == [first, inbox, todo, second, doing, waiting, done, last["id"]]
    # new cards go there from now on, and cards can be moved there
    assert (await scene.sighting())["state"]["column"] == first
    assert (await scene.task(column=second))["state"]["column"] == second


async def test_a_column_is_renamed_and_has_the_name_of_its_role_again(scene: SearchScenario) -> None:
    todo = (await scene.columns())["todo"]
    event = await scene.one("column.rename", {"column": todo, "title": "Next"})
    assert (event["type"], event["changes"], event["state"]["title"]) == ("column.renamed", ["title"], "Next")
    assert await scene.does("column.rename", {"column": todo, "title": "Next"}) == []
    event = await scene.one("column.rename", {"column": todo, "title": None})
    assert (event["changes"], event["state"]["title"]) == (["title"], None)


async def test_a_column_is_moved_before_or_after_another(scene: SearchScenario) -> None:
    inbox, todo, doing, waiting, done = await from_left(scene)
    event = await scene.one("column.move", {"column": done, "before": inbox})
    assert (event["type"], event["changes"]) == ("column.moved", ["rank"])
    assert await from_left(scene) == [done, inbox, todo, doing, waiting]
    await scene.does("column.move", {"column": done, "after": inbox})
    assert await from_left(scene) == [inbox, done, todo, doing, waiting]
    await scene.does("column.move", {"column": inbox, "after": waiting})
    assert await from_left(scene) == [done, todo, doing, waiting, inbox]
    # its present place: nothing happens
    assert await scene.does("column.move", {"column": todo, "before": doing}) == []
    assert await scene.does("column.move", {"column": inbox, "after": waiting}) == []


async def test_an_empty_column_is_removed_and_is_no_more(scene: SearchScenario) -> None:
    inbox, todo, doing, waiting, done = await from_left(scene)
    event = await scene.one("column.remove", {"column": doing})
    assert (event["type"], event["id"], event["state"], event["changes"]) == ("column.removed", doing, None, [])
    assert await from_left(scene) == [inbox, todo, waiting, done]
    sighting = await scene.sighting()
    for name, data, field in [
        ("column.remove", {"column": doing}, "column"),
        ("column.rename", {"column": doing, "title": "x"}, "column"),
        ("column.move", {"column": doing, "before": inbox}, "column"),
        ("column.move", {"column": inbox, "before": doing}, "before"),
        ("card.move", {"card": sighting["id"], "column": doing}, "column"),
        ("sighting.add", {"description": "x", "column": doing}, "column"),
    ]:
        await scene.refuses("not_found", name, data, field)
    then = await scene.team.alice.snapshot(scene.search, at=event["seq"] - 1)
    now = await scene.team.alice.snapshot(scene.search, at=event["seq"])
    assert then["entities"].keys() - now["entities"].keys() == {("column", doing)}


async def test_a_column_with_cards_is_not_removed_even_if_they_are_all_withdrawn(scene: SearchScenario) -> None:
    columns = await scene.columns()
    for card in (await scene.sighting(column=columns["waiting"]), await scene.task(column=columns["done"])):
        column = {"column": card["state"]["column"]}
        await scene.refuses("invalid", "column.remove", column, "column")
        await scene.does("card.withdraw", {"card": card["id"]})
        await scene.refuses("invalid", "column.remove", column, "column")
        await scene.does("card.move", {"card": card["id"], "column": columns["doing"]})
        assert await scene.does("column.remove", column)
        assert await scene.does("card.restore", {"card": card["id"]})


@pytest.mark.parametrize("role", ["inbox", "todo"])
async def test_the_last_inbox_and_the_last_todo_stay(scene: SearchScenario, role: str) -> None:
    column = (await scene.columns())[role]
    for number, id in enumerate(await scene.order(column)):  # the first tasks go elsewhere
        await scene.does("card.move", {"card": id, "column": (await scene.columns())["done"]}, base=number)
    await scene.refuses("invalid", "column.remove", {"column": column}, "column")
    other = (await scene.one("column.add", {"title": "Other", "role": role}))["id"]
    assert await scene.does("column.remove", {"column": column})
    await scene.refuses("invalid", "column.remove", {"column": other}, "column")
    card = await (scene.sighting() if role == "inbox" else scene.task())
    assert card["state"]["column"] == other


async def test_invalid_column_changes_are_refused(scene: SearchScenario) -> None:
    inbox, todo, *_ = await from_left(scene)
    both = {"before": inbox, "after": inbox}
    await scene.refuses("invalid", "column.add", {"title": "x"}, "role")
    await scene.refuses("invalid", "column.add", {"title": "x", "role": "later"}, "role")
    await scene.refuses("invalid", "column.add", {"title": " ", "role": "done"}, "title")
    await scene.refuses("invalid", "column.add", {"title": "x" * 201, "role": "done"}, "title")
    await scene.refuses("invalid", "column.add", {"title": "x", "role": "done", "rank": "a5"}, "rank")
    await scene.refuses("invalid", "column.add", {"title": "x", "role": "done"} | both, "after")
    await scene.refuses("not_found", "column.add", {"title": "x", "role": "done", "after": UNKNOWN_ID}, "after")
    await scene.refuses("invalid", "column.rename", {"column": todo}, "title")
    await scene.refuses("invalid", "column.rename", {"column": todo, "title": ""}, "title")
    await scene.refuses("invalid", "column.rename", {"column": todo, "title": "x", "role": "done"}, "role")
    await scene.refuses("invalid", "column.rename", {"column": None, "title": "x"}, "column")
    await scene.refuses("invalid", "column.move", {"column": todo}, "before")
    await scene.refuses("invalid", "column.move", {"column": UNKNOWN_ID, "before": None}, "before")
    await scene.refuses("invalid", "column.move", {"column": todo} | both, "after")
    await scene.refuses("invalid", "column.move", {"column": todo, "before": todo}, "before")
    await scene.refuses("invalid", "column.move", {"column": todo, "after": todo}, "after")
    await scene.refuses("not_found", "column.move", {"column": UNKNOWN_ID, "after": todo}, "column")
    await scene.refuses("not_found", "column.move", {"column": todo, "after": UNKNOWN_ID}, "after")
    await scene.refuses("invalid", "column.remove", {"column": todo, "reason": "x"}, "reason")


async def test_columns_and_cards_of_another_search_are_not_found(scene: SearchScenario) -> None:
    other = SearchScenario(scene.team, await scene.team.alice.open_search())
    foreign, own = (await other.columns())["done"], (await scene.columns())["done"]
    card = (await scene.sighting())["id"]
    await scene.refuses("not_found", "column.add", {"title": "x", "role": "done", "before": foreign}, "before")
    await scene.refuses("not_found", "column.rename", {"column": foreign, "title": "x"}, "column")
    await scene.refuses("not_found", "column.move", {"column": foreign, "before": own}, "column")
    await scene.refuses("not_found", "column.move", {"column": own, "before": foreign}, "before")
    await scene.refuses("not_found", "column.remove", {"column": foreign}, "column")
    await scene.refuses("not_found", "column.move", {"column": own, "before": card}, "before")


async def test_a_title_or_a_place_that_somebody_else_changed_is_a_conflict(team: Team, scene: SearchScenario) -> None:
    inbox, todo, doing, waiting, done = await from_left(scene)
    seq = (await team.alice.snapshot(scene.search))["seq"]
    await scene.does("column.rename", {"column": todo, "title": "Next"}, team.ada)
    await scene.does("column.move", {"column": todo, "after": done}, team.ada)
    refused = await scene.refuses("conflict", "column.rename", {"column": todo, "title": "Later"}, "title", base=seq)
    assert refused.body["current"] == await scene.state("column", todo)
    await scene.refuses("conflict", "column.move", {"column": todo, "before": inbox}, "rank", base=seq)
    assert await scene.does("column.rename", {"column": todo, "title": "Next"}, base=seq) == []
    assert await scene.does("column.rename", {"column": doing, "title": "Now"}, base=seq)
    head = (await team.alice.snapshot(scene.search))["seq"]
    assert await scene.does("column.rename", {"column": todo, "title": "Later"}, base=head)
    # a removal changes no field, but in another epoch it may be another column
    await scene.refuses("conflict", "column.remove", {"column": waiting}, "rank", "role", base=seq, epoch="another")
    await scene.does("column.rename", {"column": waiting, "title": "Nobody"}, team.ada)
    assert await scene.does("column.remove", {"column": waiting}, base=head)


async def test_columns_that_share_a_commit_know_of_each_other(scene: SearchScenario) -> None:
    """A burst: what the one made, the next one must see, though nothing of it is committed yet."""
    alice, board = scene.team.alice, scene.search
    inbox, todo, doing, waiting, done = await from_left(scene)
    work = [
        alice.command(board, "column.add", {"title": f"{number}", "role": "doing", "after": done}) for number in range(20)
    ] + [
        alice.command(board, "column.remove", {"column": doing}),
        alice.command(board, "column.move", {"column": waiting, "before": inbox}),
    ]
    await asyncio.gather(*work)
    order = await from_left(scene)
    assert order[:4] == [waiting, inbox, todo, done]
    titles = [(await scene.state("column", id))["title"] for id in order[4:]]
    assert titles == [f"{number}" for number in reversed(range(20))]
    ranks = [(await scene.state("column", id))["rank"] for id in order]
    assert len(set(ranks)) == len(ranks)


async def test_ranks_stay_short_and_columns_that_get_new_ones_say_so(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "MAX_RANK_LENGTH", 4)
    inbox, todo, doing, waiting, done = await from_left(scene)
    for turn in range(40):
        moved = (doing, waiting)[turn % 2]
        events = await scene.does("column.move", {"column": moved, "after": inbox})
        if len(events) > 1:
            break
    else:
        pytest.fail("no neighbour was moved in 40 drops at one spot")
    assert {event["type"] for event in events} == {"column.moved"}
    assert {moved} < {event["id"] for event in events[1:]}  # and some unnamed columns
    assert await from_left(scene) == [inbox, moved, {doing: waiting, waiting: doing}[moved], todo, done]
    assert max([len((await scene.state("column", id))["rank"]) for id in await from_left(scene)]) <= 4
