"""Sign-out: one press away on every page of a signed-in person."""

import httpx2 as httpx

from board.config.page_table import PAGES
from tests.api.test_administration import browser, hire
from tests.support.people import Server

FORM = 'action="/logout"'


async def test_every_page_offers_to_sign_out(server: Server) -> None:
    async with browser(server, await hire(server, "admin", "Ada")) as http:
        for page in PAGES:
            answer = await http.get(page.path or "/searches/unknown")
            assert answer.status_code == (200 if page.path else 404), page.name
            assert FORM in answer.text, page.name


async def test_pages_of_strangers_offer_no_sign_out(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        for path in ("/login", "/help", "/password"):
            assert FORM not in (await http.get(path)).text, path
