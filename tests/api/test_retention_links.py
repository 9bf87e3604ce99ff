"""Linked searches on the pages of retention and in the dry run: that of a sibling that is still kept is named."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2 as httpx
import pytest
from sqlmodel import col, update

from board.config.retention import years_after
from models.search import Search
from models.times import format_utc, now
from tests.api.test_administration import browser, hire
from tests.api.test_retention_holds import hold, reference_of
from tests.ops.test_command_line import Shell
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def cora(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(team.server, await hire(team.server, "coordinator", "Cora")) as http:
        yield http


async def close_with_sibling(team: Team, sibling: str, years_ago: int = 15) -> str:
    """Close a search whose child disappeared together with that of another search; return its id."""
    search = await team.alice.open_search()
    await team.alice.command(search, "search.link", {"search": sibling, "how": "together"})
    return await set_closed(team, search, years_ago)


async def set_closed(team: Team, search: str, years_ago: int) -> str:
    at = format_utc(years_after(now() - timedelta(days=1), -years_ago))
    change = update(Search).where(col(Search.id) == search).values(status="closed", status_at=at)
    await team.server.service.database.write(lambda session: session.connection().execute(change).rowcount)
    return search


async def linked_on_pages(http: httpx.AsyncClient, search: str) -> set[str]:
    """Return the sentences about linked searches of the list and of the pages of a search."""
    listed = (await http.get("/retention")).text.partition(f'data-search="{search}"')[2].partition("</li>")[0]
    texts = listed, (await http.get(f"/retention/{search}")).text, (await http.get(f"/retention/{search}/erasure")).text
    return {"".join(re.findall(r'data-testid="linked">([^<]+)<', text)) for text in texts}


async def test_sibling_whose_search_runs_is_named(team: Team, cora: httpx.AsyncClient) -> None:
    sibling = await team.alice.open_search()
    search, reference = await close_with_sibling(team, sibling), await reference_of(team, sibling)
    assert await linked_on_pages(cora, search) == {f"linked search that is still kept: {reference}"}
    shell = Shell({"DATABASE_URL": team.server.service.settings.database_url})
    rows = {row["id"]: row for row in json.loads(await shell.works("erase", "--dry-run", "--json"))}
    assert rows[search]["kept_links"] == [reference]
    assert f"linked and still kept: {reference}" in await shell.works("erase", "--dry-run")
    await set_closed(team, sibling, 9)
    assert await linked_on_pages(cora, search) == {f"linked search that is still kept: {reference}"}, "its retention runs"


async def test_sibling_whose_retention_has_ended_is_not_named(team: Team, cora: httpx.AsyncClient) -> None:
    sibling = await team.alice.open_search()
    search = await close_with_sibling(team, sibling)
    await set_closed(team, sibling, 12)
    assert await linked_on_pages(cora, search) == {""}
    await hold(cora, sibling)
    assert await linked_on_pages(cora, search) == {f"linked search that is still kept: {await reference_of(team, sibling)}"}


async def test_hidden_sibling_is_not_named(team: Team, cora: httpx.AsyncClient) -> None:
    sibling = await team.alice.open_search()
    search = await close_with_sibling(team, sibling)
    restrict = update(Search).where(col(Search.id) == sibling).values(access="members", members=[team.alice.account["id"]])
    await team.server.service.database.write(lambda session: session.connection().execute(restrict).rowcount)
    assert await linked_on_pages(cora, search) == {""}
