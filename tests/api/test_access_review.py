"""Review of access: who can see what, by person and by search, as a page and as a file, for administrators only."""

import csv
import io

import pytest

from board.accounts import access_pages
from models.accounts import ROLES
from tests.api.test_administration import browser, hire
from tests.api.test_tokens import give
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.limited_callers import add_guest
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


async def reference_of(team: Team, search: str) -> str:
    return str((await team.alice.snapshot(search))["entities"]["search", search]["reference"])


def of(rows: list[dict[str, str]], **cells: str) -> list[dict[str, str]]:
    """Return the rows with these cells; `_` stands for a space."""
    return [row for row in rows if all(row[name.replace("_", " ")] == value for name, value in cells.items())]


@pytest.mark.parametrize("by", ["person", "search"])
async def test_review_lists_each_way_to_see_a_search(team: Team, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_pages, "BATCH_SIZE", 2)
    server, eva = team.server, await hire(team.server, name="=Eva")
    search, shown = await team.secret_search(team.bob), await team.alice.open_search()
    secret, open_one = await reference_of(team, search), await reference_of(team, shown)
    await team.alice.command(shown, "search.update", {"lead": team.bob.account["id"]})
    guest, (title, _) = await add_guest(server, search), await give(server, eva, "read", searches=[shown])
    await pair_browser(team.alice, screen := DisplayBrowser(server), [shown])
    await screen.close()
    async with browser(server, await hire(server, "admin", "Ada")) as http:
        answer = await http.get("/accounts/access.csv", params={"by": by})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        rows = rows_of(answer.text)
        assert of(rows, Name="Bob", Search=secret, Access_through="Member")
        assert of(rows, Name="Bob", Search=open_one, Access_through="In charge")
        assert [row["Ends"] for row in of(rows, Name="Gustine", Search=secret, Access_through="Guest")] == [guest.guest_until]
        (token,) = of(rows, API_token=title)
        assert (token["Name"], token["Search"], token["Scope"]) == ("'=Eva", open_one, "View only")
        assert of(rows, Search=open_one, Access_through="Display")
        assert not of(rows, Search=secret, Access_through="Display")
        assert of(rows, Access_through="All users", **({"Name": "Victor"} if by == "person" else {"Search": open_one}))
        assert "Noor" not in answer.text
        entries = (await http.get("/api/v1/audit?kind=export.read")).json()["entries"]
        assert entries[0]["about"]["file"] == f"access-by-{by}.csv"


async def test_page_shows_the_review_a_page_at_a_time(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_pages, "PAGE_SIZE", 3)
    server = team.server
    async with browser(server, await hire(server, "admin", "Ada")) as http:
        address, seen = "/accounts/access?by=person", ""
        while address:
            page = (await http.get(address)).text
            seen += page
            address = page.partition('data-testid="next"')[0].rpartition('href="')[2].partition('"')[0] if "next" in page else ""
            address = f"/accounts/access{address.replace('&amp;', '&')}" if address else ""
        assert all(name in seen for name in ("Alice", "Bob", "Charlie", "Victor", "Ada"))
        for query in ("by=nothing", "by=person&after=%00", f"after={'x' * 64}"):
            assert (await http.get(f"/accounts/access?{query}")).status_code == 200
        assert (await http.get(f"/accounts/access?after={'x' * 65}")).status_code == 422


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
async def test_review_does_not_exist_for_other_roles(team: Team, role: str) -> None:
    async with browser(team.server, await hire(team.server, role)) as http:
        for path in ("/accounts/access", "/accounts/access.csv"):
            assert (await http.get(path)).status_code == 404
            assert (await team.ada.http.get(path)).status_code == 404  # a token
