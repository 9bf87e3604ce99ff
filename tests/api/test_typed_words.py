"""Typed words, which may be a name, are in no address: calls read them from a header, and pages encrypt them."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest

from board.accounts import live_changes
from board.bootstrap import ROOT
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, new_id, session_cookie
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

HEADER = "Search-Query"
NAME = "Zéphirine"
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.S)
TYPED = re.compile(r'<input (?![^>]*(type="(hidden|date|datetime-local|number|checkbox)"|name="reference"))')
PUBLIC_WORDS = {"help.html"}  # the documentation names nobody; references stand for names


def forms_with_words(folder: Path) -> Iterator[str]:
    """Yield the templates with a form whose typed text goes into an address."""
    for path in sorted(folder.glob("*.html")):
        for form in FORM.findall(path.read_text(encoding="utf-8")):
            is_typed = TYPED.search(form) is not None
            if 'method="post"' not in form and is_typed and path.name not in PUBLIC_WORDS:
                yield path.name


async def browser(team: Team) -> httpx.AsyncClient:
    """Return the client of a browser in which a new colleague is signed in."""
    service, email = team.server.service, f"lea-{new_id()}@desk.example"
    await live_changes.add_account(service, email, "Lea", "coordinator", PASSWORD)
    headers = {"Cookie": f"board_session={await session_cookie(service, email)}", "Origin": team.server.url}
    return httpx.AsyncClient(base_url=team.server.url, headers=headers)


async def find_closed(http: httpx.AsyncClient, **fields: str) -> str:
    """Send the form of closed searches; return the address that it leads to."""
    answer = await http.post("/closed", data=fields)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_no_form_puts_words_into_an_address() -> None:
    assert list(forms_with_words(ROOT / "templates")) == []


def test_form_with_words_in_its_address_is_found(tmp_path: Path) -> None:
    (tmp_path / "people.html").write_text('<form action="/people"><input type="search" name="q"></form>')
    (tmp_path / "days.html").write_text('<form action="/days"><input type="date" name="day"></form>')
    assert list(forms_with_words(tmp_path)) == ["people.html"]


async def test_calls_read_their_query_from_a_header(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": NAME})
    query = str(httpx.QueryParams({"q": "zephirine", "limit": 1}))
    for path, key in (("find", "hits"), ("intake/searches", "searches")):
        answer = (await team.bob.http.get(f"/api/v1/{path}?q=nobody", headers={HEADER: query})).json()
        assert [each["board"] for each in answer[key]].count(search) == 1, path
    places = (await team.bob.http.get("/api/v1/places", headers={HEADER: "q=Gent&limit=1"})).json()["places"]
    assert [place["name"] for place in places] == ["Gent"]


async def test_wrong_header_is_refused_like_a_wrong_address(team: Team) -> None:
    for query in ("limit=x", "q=" + "x" * 201):
        answer = await team.bob.http.get("/api/v1/find", headers={HEADER: query})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_words_of_a_page_are_encrypted_in_its_address(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": NAME})
    await team.alice.command(search, "search.set_status", {"status": "closed", "reason": "home", "acknowledge": "as it is"})
    async with await browser(team) as bob:
        address = await find_closed(bob, q=NAME, year="", kind="runaway")
        assert parse_qs(urlsplit(address).query).keys() == {"words", "kind"}
        assert NAME not in address
        page = (await bob.get(address)).text
        assert f'value="{NAME}"' in page
        assert search in page
        assert await find_closed(bob, q=" ") == "/closed"


async def test_words_of_another_account_are_not_read(team: Team) -> None:
    async with await browser(team) as bob:
        address = await find_closed(bob, q=NAME)
    async with await browser(team) as charlie:
        for wrong in (address, "/closed?words=x", "/closed?words=" + "A" * 5_000):
            page = await charlie.get(wrong)
            assert page.status_code == 200
            assert f'value="{NAME}"' not in page.text


async def test_form_of_another_site_leads_nowhere(team: Team) -> None:
    async with await browser(team) as bob:
        answer = await bob.post("/closed", data={"q": NAME}, headers={"Origin": "https://other.example"})
        assert answer.status_code == 403
