"""Display health: the server judges which displays are current, by the same rule on the command line, in the metrics and in the
list."""

from datetime import timedelta

import httpx2 as httpx
from sqlmodel import Session, select

from board.displays import health as display_standing
from models.display import Display
from models.times import format_utc, now
from tests.ops.test_command_line import Shell
from tests.ops.test_metrics import Told
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import Person, Server

SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


async def test_display_is_current_when_it_reports_so_and_is_up_to_date(server: Server, alice: Person) -> None:
    board = str((await alice.command("operations", "search.open", SEARCH))["opened"])
    seq = (await alice.command(board, "sighting.add", {"description": "Girl with a red coat"}))["seqs"][0]
    happened = now()

    async def state(after_s: float, *, heard_s: float, current: bool = True, has: int = seq, revoked: str | None = None) -> str:
        """Return the health so long after a change, of a display that reported so long after it."""
        contact = format_utc(happened + timedelta(seconds=heard_s))
        screen = Display(id="d", name="Room", language="en", digest="", paired_by="", paired_at="", contact_at=contact)
        screen.current, screen.told, screen.revoked_at = current, {"boards": {board: has}}, revoked
        at = happened + timedelta(seconds=after_s)
        return await server.service.database.read(lambda database: display_standing.status_of(database, screen, at))

    assert await state(21, heard_s=20) == "current"
    assert await state(21, heard_s=20, current=False) == "not_current"
    assert await state(21, heard_s=20, has=seq - 1) == "not_current"  # too old: it reports every few seconds
    assert await state(9, heard_s=8, has=seq - 1) == "current"  # a recent event may still be on its way
    assert await state(29, heard_s=20) == "current"
    assert await state(31, heard_s=20) == "silent"
    assert await state(21, heard_s=20, revoked=format_utc(happened)) == "revoked"


async def test_a_line_of_a_display_is_one_line_whatever_it_is_called(server: Server, alice: Person) -> None:
    screen = DisplayBrowser(server)
    await pair_browser(alice, screen, ["operations"], name="Front\nroom\x1b[2J")
    told = {"version": "1\n2", "current": True, "boards": {}}
    assert (await screen.request("POST", "/api/v1/wall/told", json=told)).status_code == 200
    (found,) = await server.service.database.read(lambda database: display_standing.table(database, now()))
    line = found.as_line
    assert (line.split()[0], line.split("  ")[-1], found.state) == ("current", "Front room[2J", "current")
    assert line.isprintable()
    await screen.close()


def heard_of_in_a_minute(database: Session) -> None:
    for screen in database.exec(select(Display)):
        screen.contact_at = format_utc(now() + timedelta(minutes=1))
        database.add(screen)


async def test_command_line_metrics_and_list_name_the_display_that_is_behind(server: Server, alice: Person) -> None:
    shell = Shell({"DATABASE_URL": server.service.settings.database_url})
    assert await shell.works("displays") == ""
    well, ill = DisplayBrowser(server), DisplayBrowser(server)
    for screen, name in ((well, "Front room"), (ill, "Back room")):
        await pair_browser(alice, screen, ["operations"], name=name)
    at = format_utc(now())
    for screen, current in ((well, True), (ill, False)):
        told = {"version": "1", "current": current, "boards": {}, "since": at, "screen": "1920x1080", "rows": 3}
        assert (await screen.request("POST", "/api/v1/wall/told", json=told)).status_code == 200
    listed = {each["name"]: each for each in (await alice.http.get("/api/v1/displays")).json()["displays"]}
    assert {name: each["standing"] for name, each in listed.items()} == {"Front room": "current", "Back room": "not_current"}
    async with httpx.AsyncClient(base_url=server.url) as http:
        metrics = Told((await http.get("/metrics")).text)
    assert metrics("board_display_current", display=listed["Front room"]["id"]) == 1
    assert metrics("board_display_current", display=listed["Back room"]["id"]) == 0
    assert len([each for each in metrics.samples if each.name == "board_display_current"]) == 2
    assert not {"Front room", "Back room"} & set(metrics.words())
    await server.service.database.write(heard_of_in_a_minute)  # as the command starts slowly
    code, out, fault = await shell("displays", "status")
    assert (code, fault, [line.split()[0] for line in out.splitlines()]) == (1, "", ["not_current", "current"])
    assert [line.split("  ")[-1] for line in out.splitlines()] == ["Back room", "Front room"]  # by name
    await alice.http.delete(f"/api/v1/displays/{listed['Back room']['id']}")
    assert (await shell.works("displays")).count("\n") == 1
    for screen in (well, ill):
        await screen.close()
