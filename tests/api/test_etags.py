"""ETags: a client that has the current snapshot gets an answer without a body, as long as its rights would give it the same."""

from typing import Any

import httpx2 as httpx
import pytest

from board.engine import erasure
from board.web import etags
from models.board import OPERATIONS
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.full_queue import full_queue
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


async def ask(person: Person, board: str, tag: str | None = None, **query: Any) -> httpx.Response:
    headers = {"If-None-Match": tag} if tag is not None else {}
    return await person.http.get(f"/api/v1/boards/{board}", params=query, headers=headers)


async def test_a_snapshot_is_the_same_until_something_happens_on_its_board(team: Team) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    first = await ask(team.bob, search)
    tag = first.headers["ETag"]
    await team.alice.command(other, "note.add", {"text": "elsewhere"})
    for given in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        same = await ask(team.bob, search, given)
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
        assert same.headers["Cache-Control"] == "no-store"
    assert (await ask(team.alice, search, tag)).status_code == 304, "they see the same"
    await team.alice.command(search, "note.add", {"text": "here"})
    anew = await ask(team.bob, search, tag)
    assert (anew.status_code, anew.json()["seq"]) == (200, first.json()["seq"] + 1)
    assert anew.headers["ETag"] != tag
    assert anew.json() == (await ask(team.bob, search)).json()


async def test_snapshot_of_a_moment_keeps_its_tag_until_something_is_erased(team: Team) -> None:
    search = await team.alice.open_search()
    ack = await team.alice.command(search, "sighting.add", {"description": "Noor at the station"})
    (seq,) = ack["seqs"]
    tag = (await ask(team.bob, search, at=seq)).headers["ETag"]
    await team.alice.command(search, "note.add", {"text": "later"})
    assert (await ask(team.bob, search, tag, at=seq)).status_code == 304
    assert (await ask(team.bob, search, tag)).status_code == 200
    assert (await ask(team.bob, search, tag, at=seq - 1)).status_code == 200
    await team.server.service.database.write(lambda session: erasure.erase(session, search, seq))
    erased = await ask(team.bob, search, tag, at=seq)
    assert erased.status_code == 200
    assert "Noor at the station" not in erased.text


async def test_tag_reveals_nothing_of_a_hidden_board(team: Team) -> None:
    alice, charlie = team.alice, team.charlie
    search = await alice.open_search()
    tag = (await ask(charlie, search)).headers["ETag"]
    await alice.command(search, "search.set_access", {"access": "members", "members": [alice.account["id"]]})
    nobody = await ask(charlie, UNKNOWN_ID, tag)
    for given in (tag, "*", (await ask(alice, search)).headers["ETag"]):
        hidden = await ask(charlie, search, given)
        assert (hidden.status_code, hidden.content, hidden.headers.get("ETag")) == (404, nobody.content, None)
    async with httpx.AsyncClient(base_url=team.server.url) as stranger:
        answer = await stranger.get(f"/api/v1/boards/{search}", headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers.get("ETag")) == (401, None)


async def test_tag_of_operations_depends_on_what_one_sees(team: Team) -> None:
    alice, bob, charlie = team.alice, team.bob, team.charlie
    secret = await team.secret_search(bob)
    seen, unseen = await ask(bob, OPERATIONS), await ask(charlie, OPERATIONS)
    assert seen.headers["ETag"] != unseen.headers["ETag"]
    assert (await ask(charlie, OPERATIONS, seen.headers["ETag"])).status_code == 200
    assert secret not in (await ask(charlie, OPERATIONS, seen.headers["ETag"])).text
    assert (await ask(charlie, OPERATIONS, unseen.headers["ETag"])).status_code == 304
    assert (await ask(bob, OPERATIONS, seen.headers["ETag"])).status_code == 304
    # As of a moment, too: the rights are those of now.
    at = {"at": str(seen.json()["seq"])}
    past = (await ask(bob, OPERATIONS, **at)).headers["ETag"]
    await alice.command(secret, "search.set_access", {"access": "members", "members": [alice.account["id"]]})
    anew = await ask(bob, OPERATIONS, past, **at)
    assert anew.status_code == 200
    assert secret not in anew.text


async def test_tag_over_many_events_is_a_heavy_read(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erased events are counted, and no sign-in waits for that."""
    first = await ask(team.bob, OPERATIONS)
    monkeypatch.setattr(etags, "MAX_COUNTED_EVENTS", first.json()["seq"] - 1)
    same = await ask(team.bob, OPERATIONS, first.headers["ETag"])
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (await ask(team.bob, OPERATIONS, "x")).json() == first.json()
    async with full_queue(team.server.service.queues.answers, team.bob.account["id"]):
        assert (await ask(team.bob, OPERATIONS, first.headers["ETag"])).status_code == 429


async def test_matching_tag_waits_for_no_heavy_read(team: Team) -> None:
    tag = (await ask(team.bob, OPERATIONS)).headers["ETag"]
    async with full_queue(team.server.service.queues.answers, team.bob.account["id"]):
        assert (await ask(team.bob, OPERATIONS, tag)).status_code == 304
        assert (await ask(team.bob, OPERATIONS)).status_code == 429
