"""A fault of the program is told as one: logged with its trace, counted, answered as `failed`, and never as "send it again"."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlmodel import Session
from structlog.testing import capture_logs

from board.client import Refusal
from board.commands.registry import TABLE
from board.engine import snapshot
from board.telemetry import logs, metrics
from models.db.errors import DatabaseUnavailable, is_statement_error
from models.db.sqlite import library
from tests.support.people import Person, new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends

NAME = "Noor of the story"  # a typed text, which no log may contain


def fails(*_: Any) -> None:
    raise ValueError(NAME)


def asks_what_is_not_there(pen: Any, data: Any) -> None:
    pen.session.connection().execute(text("SELECT nothing FROM board"))


def is_taken_already(pen: Any, data: Any) -> None:
    pen.session.connection().execute(text("INSERT INTO board SELECT * FROM board WHERE id = 'operations'"))


def count(at: str) -> float:
    return metrics.failures.labels(at)._value.get()


def breaks(monkeypatch: pytest.MonkeyPatch, do: Callable[..., None]) -> None:
    """The command `note.add` has a fault from now on."""
    monkeypatch.setitem(TABLE, "note.add", replace(TABLE["note.add"], handler=do))


@pytest.mark.parametrize("fault", [fails, asks_what_is_not_there, is_taken_already])
async def test_internal_error_in_a_command_is_answered_failed_and_harms_no_other(
    team: Team, monkeypatch: pytest.MonkeyPatch, fault: Callable[..., None]
) -> None:
    alice, bob = team.alice, team.bob
    search, id, before = await team.alice.open_search(), new_id(), count("command")
    with monkeypatch.context() as patch, capture_logs() as logged:
        breaks(patch, fault)
        note = alice.command(search, "note.add", {"text": NAME}, id=id)
        told = await asyncio.gather(note, bob.command(search, "task.add", {"title": "call"}), return_exceptions=True)
    assert isinstance(told[0], Refusal)
    assert told[0].code == "failed"
    assert "administrator" in told[0].body["message"]
    assert isinstance(told[1], dict), "what shared its transaction was done"
    (line,) = [line for line in logged if line["event"] == "command failed"]
    assert line["log_level"] == "error"
    assert any(fault.__name__ in each for each in line["traceback"])
    assert NAME not in json.dumps(logged, default=repr)
    assert count("command") == before + 1
    assert (await alice.command(search, "note.add", {"text": NAME}, id=id))["seqs"], "mended, the same may be sent again"


async def test_over_http_a_command_that_fails_is_500_in_the_language_of_who_asks(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = await team.alice.open_search()
    said = {"id": new_id(), "name": "note.add", "data": {"text": NAME}}
    taken = {"id": new_id(), "board": search, "description": NAME}
    with monkeypatch.context() as patch:
        breaks(patch, fails)
        patch.setitem(TABLE, "sighting.add", replace(TABLE["sighting.add"], handler=fails))
        for path, body in ((f"/api/v1/boards/{search}/commands", said), ("/api/v1/intake/sightings", taken)):
            answer = await team.alice.http.post(path, json=body, headers={"Accept-Language": "fr"})
            assert (answer.status_code, answer.json()["code"], answer.json()["id"]) == (500, "failed", body["id"])
            assert "administrateur" in answer.json()["message"]
            assert "Retry-After" not in answer.headers
    assert (await team.alice.http.post(f"/api/v1/boards/{search}/commands", json=said)).status_code == 200


@pytest.mark.parametrize("at", ["call", "page"])
async def test_a_fault_in_a_call_or_a_page_is_500_and_counted(team: Team, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    search, before = await team.alice.open_search(), count(at)
    path = f"/api/v1/boards/{search}" if at == "call" else f"/searches/{search}/history"
    with monkeypatch.context() as patch, capture_logs() as logged:
        patch.setattr(snapshot, "entities", fails)
        patch.setattr("board.history.pages.can_open_board", fails)
        answer = await team.alice.http.get(path)
    assert answer.status_code == 500
    assert "administrator" in answer.text
    assert "tried again" not in answer.text
    assert "Retry-After" not in answer.headers
    assert count(at) == before + 1
    assert NAME not in answer.text + json.dumps(logged, default=repr)
    assert (await team.alice.http.get(path)).status_code == 200


async def test_impossible_read_is_failed_and_a_refused_one_unavailable(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(session: Session, *_: Any) -> None:
        session.connection().execute(text("SELECT nothing FROM board"))

    def busy(session: Session, *_: Any) -> None:
        raise TimeoutError

    search = await team.alice.open_search()
    for read, status, code in ((wrong, 500, "failed"), (busy, 503, "unavailable")):
        with monkeypatch.context() as patch:
            patch.setattr(snapshot, "entities", read)
            answer = await team.alice.http.get(f"/api/v1/boards/{search}")
        assert (answer.status_code, answer.json()["code"], "Retry-After" in answer.headers) == (status, code, status == 503)


async def test_a_board_that_can_not_be_read_by_a_fault_is_said_to_be_so(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search, bob = await team.alice.open_search(), await team.open_socket(team.bob)
    with monkeypatch.context() as patch:
        patch.setattr(team.server.service.source, "read_channel", fails)
        refused = await bob.request({"type": "subscribe", "board": search}, type="error", board=search)
    assert refused["code"] == "failed"
    assert team.server.service.hub.counters.subscribes_failed
    await bob.subscribe(search)


async def test_a_message_that_meets_a_fault_ends_its_socket_and_is_logged(
    team: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    search, bob, hub = await team.alice.open_search(), await team.open_socket(team.bob), team.server.service.hub
    before = hub.counters.sockets_failed
    with monkeypatch.context() as patch:
        patch.setattr(hub, "set_presence", fails)
        await bob.socket.send(json.dumps({"type": "presence", "board": search, "card": None, "editing": False}))
        await bob.wait_until(lambda: bob.close_code is not None)
    assert hub.counters.sockets_failed == before + 1
    assert [record.message for record in caplog.records if record.name == "realtime.delivery.connection"] == ["socket failed"]


async def test_a_handshake_that_fails_is_counted_and_refused(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    before = count("socket")
    with monkeypatch.context() as patch:
        patch.setattr("board.web.websocket._authenticate", fails)
        with pytest.raises(Exception, match="500"):
            await team.open_socket(team.bob)
    assert count("socket") == before + 1
    assert isinstance(await team.open_socket(team.bob), Person)


def test_a_trace_names_our_lines_however_deep_a_library_failed() -> None:
    def ours(depth: int) -> None:
        scope: dict[str, Any] = {}
        exec(compile("def deep(n):\n    return deep(n - 1) if n else 1 / 0", "/lib/library.py", "exec"), scope)
        scope["deep"](depth)

    with pytest.raises(ZeroDivisionError) as failed:
        ours(40)
    where = logs.exception_location(failed.value)["traceback"]
    assert isinstance(where, list)
    assert any(line.endswith(" ours") for line in where)
    assert len(where) <= 2 * logs.MAX_FRAMES


def test_a_full_disk_and_a_line_that_was_lost_are_no_faults() -> None:
    def told(code: str, kind: type[Exception]) -> bool:
        original = kind("no such column: Noor")
        original.sqlite_errorname = code  # type: ignore[attr-defined]
        unavailable = DatabaseUnavailable()
        unavailable.__cause__ = OperationalError("SELECT", None, original)
        return unavailable.is_program_error

    assert told("SQLITE_ERROR", library.OperationalError)
    assert not told("SQLITE_FULL", library.OperationalError)
    assert not told("SQLITE_BUSY", library.OperationalError)
    assert not DatabaseUnavailable().is_program_error
    assert not is_statement_error(TimeoutError())
