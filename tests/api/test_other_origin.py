"""A request from a page at another address: its refusal and the log name that address and the server's own."""

from pathlib import Path

import httpx2 as httpx
import pytest
from structlog.testing import capture_logs

from tests.support.people import PASSWORD, PATIENCE_S, running_server

OWN, HERE = "https://board.example", "https://www.board.example"
FORM = {"email": "alice@desk.example", "password": PASSWORD}


async def test_refusal_and_log_name_both_addresses(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, public_url=OWN) as server,
        httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S) as http,
    ):
        with capture_logs() as logged:
            page = await http.post("/login", data=FORM, headers={"Origin": HERE, "Host": "www.board.example"})
        assert (page.status_code, HERE in page.text, OWN in page.text, "PUBLIC_URL" in page.text) == (403, True, True, True)
        (line,) = [each for each in logged if each["event"] == "origin refused"]
        assert (line["origin"], line["own"], line["reason"]) == (HERE, OWN, "PUBLIC_URL differs")
        french = await http.post("/login", data=FORM, headers={"Origin": HERE, "Accept-Language": "fr"})
        assert "l’adresse de ce Searchboard est" in french.text
        assert (await http.post("/login", data=FORM, headers={"Origin": OWN})).status_code != 403


async def test_page_of_another_site_is_not_in_the_log(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, public_url=OWN) as server,
        httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S) as http,
    ):
        with capture_logs() as logged:
            page = await http.post("/login", data=FORM, headers={"Origin": "https://evil.example"})
        assert (page.status_code, "https://evil.example" in page.text) == (403, True)
        assert [(each["origin"], each["own"]) for each in logged if each["event"] == "origin refused"] == [(None, OWN)]


@pytest.mark.parametrize("origin", ["null", "https://a<script>.example", f"https://{'a' * 300}", "javascript:alert(1)", ""])
async def test_text_that_is_no_address_is_not_repeated(tmp_path: Path, origin: str) -> None:
    async with (
        running_server(tmp_path, public_url=OWN) as server,
        httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S) as http,
    ):
        with capture_logs() as logged:
            page = await http.post("/login", data=FORM, headers={"Origin": origin})
        assert (page.status_code, "This request was not sent from a Searchboard page." in page.text) == (403, True)
        assert [each["origin"] for each in logged if each["event"] == "origin refused"] == [None]


async def test_unset_public_url_is_the_reason_in_the_log(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S) as http:
        with capture_logs() as logged:
            page = await http.post("/login", data=FORM, headers={"Origin": server.url.replace("http:", "https:")})
        assert (page.status_code, f"address of this Searchboard is {server.url}" in page.text) == (403, True)
        assert [each["reason"] for each in logged if each["event"] == "origin refused"] == ["PUBLIC_URL is not set"]
