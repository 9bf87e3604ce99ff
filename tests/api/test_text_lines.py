"""Texts of one line have no control characters, wherever they come from; earlier ones can still be read and changed."""

import httpx2 as httpx
import pytest
from sqlalchemy import text

from board.client import Refusal
from tests.api.test_administration import browser, hire, problem
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

HOSTILE = " 2026\r\nBcc: all@x \u202e\x1b[2J\x07 "
CLEAN = "2026 Bcc: all@x [2J"


async def test_reference_names_and_places_have_one_line(team: Team) -> None:
    person = {"first_name": f"Mi\nla{HOSTILE}", "description": "one\r\ntwo\tthree\x07\u202e"}
    search = await team.alice.open_search(reference=HOSTILE, person=person, last_seen={"text": "Gent\u2028Zuid"})
    state = (await team.alice.snapshot(search))["entities"]["search", search]
    assert state["reference"] == CLEAN
    assert (state["person"]["first_name"], state["last_seen"]["text"]) == (f"Mi la {CLEAN}", "Gent Zuid")
    assert state["person"]["description"] == "one\ntwo\tthree"
    await team.alice.command(search, "search.update", {"reference": "2026\n7"})
    assert (await team.alice.snapshot(search))["entities"]["search", search]["reference"] == "2026 7"


async def test_title_of_invisible_characters_is_refused(team: Team) -> None:
    with pytest.raises(Refusal) as refused:
        await team.alice.open_search(person={"first_name": "\u202e\n"})
    assert refused.value.fields == {"person.first_name": "This field is required."}


async def test_earlier_reference_is_still_read_and_can_be_changed(team: Team) -> None:
    search = await team.alice.open_search()
    old = "A\r\nB"

    change = text("UPDATE search SET reference = :old WHERE id = :id")
    await team.server.service.database.write(
        lambda session: session.connection().execute(change, {"old": old, "id": search}).rowcount
    )
    rows = (await team.alice.http.get("/api/v1/boards")).json()["boards"]
    assert next(row["reference"] for row in rows if row["board"] == search) == old
    await team.alice.command(search, "search.update", {"person": {"age": 9}})
    await team.alice.command(search, "search.update", {"reference": "A-B"})


async def test_names_of_accounts_and_tokens_have_one_line(team: Team) -> None:
    eva, tag = await hire(team.server), new_id()
    async with browser(team.server, await hire(team.server, "admin", "Ada")) as ada:
        form = {"name": f"gis{tag}\r\n\u202ex", "scope": "read", "account": eva.email, "password": PASSWORD}
        assert (await ada.post("/accounts/tokens", data=form)).status_code == 200
        assert f"gis{tag} x" in (await ada.get("/accounts/tokens")).text
        assert problem(await ada.post("/accounts/tokens", data=form | {"name": "\u202e\n"}))
        person = {"name": "Ki\nm\u202e", "email": f"kim{tag}@desk.example", "role": "viewer"}
        assert (await ada.post("/accounts", data=person)).status_code == 200
        page: httpx.Response = await ada.get(f"/accounts?q=kim{tag}")
        assert "Ki m" in page.text
        assert "\u202e" not in page.text
        assert problem(await ada.post("/accounts", data=person | {"email": "a\n@b"}))
