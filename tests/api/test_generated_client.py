"""A client that a generator makes from the served description makes every call: all that it reads it knows by name, and can say
again as it was sent."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
import venv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from board.accounts import accounts, live_changes
from board.api.routes import CALLS, document
from board.api.tags import tag_of
from board.demo import seed
from board.engine import erasure
from models.board import Board
from models.times import format_utc, now
from tests.api.test_rights import scene
from tests.support import handover_steps, pictures_with_metadata, uploads
from tests.support.audit_scene import talked_with
from tests.support.people import PASSWORD, Server, create_token, new_id, running_server, session_cookie, settings_for
from tests.support.team import Team

GENERATOR = "openapi-python-client==0.29.1"  # in its own environment, as it needs other versions than we do
DIFFERS = '''
import importlib, json, sys, typing
from datetime import datetime
from enum import EnumMeta


def differs(said, sent, path=""):
    """Where what it says again differs from what was sent. A time may be written in another way."""
    if isinstance(sent, dict) and isinstance(said, dict):
        if set(sent) != set(said):
            return [(path, sorted(set(sent) ^ set(said)))]
        return [each for key in sent for each in differs(said[key], sent[key], f"{path}.{key}")]
    if isinstance(sent, list) and isinstance(said, list) and len(sent) == len(said):
        return [each for one, other in zip(said, sent) for each in differs(one, other, path)]
    if said == sent:
        return []
    try:
        assert datetime.fromisoformat(said) == datetime.fromisoformat(sent)
    except (AssertionError, TypeError, ValueError):
        return [(path, said, sent)]
    return []
'''
CALLS_ALL = (
    DIFFERS
    + '''

def filled(value):
    if isinstance(value, dict):
        return {name: filled(each) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    return names[value[1:-1]] if isinstance(value, str) and value[:1] == "<" else value


def as_type(type, value):
    """Return the value of a parameter as the client takes it."""
    taken = (type, *typing.get_args(type))
    choices = next((each for each in taken if isinstance(each, EnumMeta)), None)
    if choices is not None and isinstance(value, str):
        return choices(value)
    return datetime.fromisoformat(value) if isinstance(value, str) and datetime in taken else value


def built(sent, function):
    """Build the body of one of the types that the client takes."""
    takes = typing.get_type_hints(function)["body"]
    for each in typing.get_args(takes) or [takes]:
        try:
            body = each.from_dict(sent)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
        if not differs(body.to_dict(), sent):
            return body
    raise AssertionError(f"no type of a body fits {sent}")


import io

from searchboard_client import AuthenticatedClient, Client
from searchboard_client.types import File

told = json.load(sys.stdin)
url, names = told["url"], told["names"]
clients = {who: AuthenticatedClient(base_url=url, token=token) for who, token in told["tokens"].items()}
clients["session"] = Client(base_url=url, headers={"Origin": url}, cookies={"board_session": told["session"]})
clients["screen"] = Client(base_url=url, headers={"Origin": url})
for call, example in told["calls"].items():
    operation = told["operations"][call]
    made = importlib.import_module(f"searchboard_client.api.{operation['tag']}.{operation['module']}").sync_detailed
    types = typing.get_type_hints(made)
    given = {name: as_type(types[name], value) for name, value in filled(example.get("with", {})).items()}
    if "bytes" in example:
        given["body"] = File(payload=io.BytesIO(example["bytes"].encode()))
    if "body" in example:
        given["body"] = built(filled(example["body"]), made)
    answer = made(client=clients[example.get("by", "alice")], **given)
    assert int(answer.status_code) == operation["status"], (call, answer.status_code, answer.content)
    if operation["json"]:
        wrong = differs(answer.parsed.to_dict(), json.loads(answer.content))
        assert not wrong, (call, wrong[:5])
        names |= {name: getattr(answer.parsed, field) for name, field in example.get("keep", {}).items()}
    else:
        assert getattr(answer.parsed, "payload", None) or answer.parsed == answer.content.decode(), call
print(len(told["calls"]))
'''
)
READS = (
    DIFFERS
    + """
from searchboard_client import AuthenticatedClient
from searchboard_client import models
from searchboard_client.api.boards import get_boards, get_boards_board, get_boards_board_events, post_boards_board_commands
from searchboard_client.models import SearchOpenCommand, SightingAddCommand, SightingGradeCommand


url, token = sys.argv[1:3]
found = {"entities": {}, "events": {}, "boards": 0}
with AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True) as client:
    boards = get_boards.sync(client=client).boards
    for board in boards:
        answer = get_boards_board.sync_detailed(board=board.board, client=client)
        assert not (wrong := differs(answer.parsed.to_dict(), json.loads(answer.content))), wrong[:5]
        for each in answer.parsed.entities:
            assert type(each).__name__.endswith("Entity"), each
            found["entities"][each.kind] = type(each.state).__name__
        after = 0
        while True:
            answer = get_boards_board_events.sync_detailed(board=board.board, client=client, after=after, limit=1000)
            assert not (wrong := differs(answer.parsed.to_dict(), json.loads(answer.content))), wrong[:5]
            for each in answer.parsed.events:
                name = type(each).__name__
                assert name.endswith("Event"), each
                found["events"][name] = found["events"].get(name, 0) + 1
            if not answer.parsed.events:
                break
            after = answer.parsed.events[-1].seq
    found["boards"] = len(boards)

    def give(board, kind, id, name, data):
        command = kind.from_dict({"id": id, "name": name, "data": data})
        assert not (wrong := differs(command.to_dict(), {"id": id, "name": name, "data": data})), wrong[:5]
        return post_boards_board_commands.sync(board=board, client=client, body=command)

    opened = give("operations", SearchOpenCommand, "one", "search.open", {
        "kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T17:00:00.000Z",
    })
    added = give(opened.opened, SightingAddCommand, "two", "sighting.add", {"description": "Girl with a red coat"})
    snapshot = get_boards_board.sync(board=opened.opened, client=client)
    (sighting,) = [each for each in snapshot.entities if isinstance(each, models.SightingEntity)]
    assert sighting.state.description == "Girl with a red coat"
    graded = give(opened.opened, SightingGradeCommand, "three", "sighting.grade", {
        "sighting": sighting.id, "grade": {"source": "B", "content": 2},
    })
    assert graded.seqs == [max(added.seqs) + 1]
    refused = give(opened.opened, SightingGradeCommand, "four", "sighting.grade", {
        "sighting": "01a217dd-a5f8-718f-b400-000000000000", "grade": {"source": "B", "content": 2},
    })
    assert (refused.code.value if hasattr(refused.code, "value") else refused.code) == "not_found"
print(json.dumps(found))
"""
)


# By call: its example, made in this order. `by` is who asks, `<name>` stands for what is there, and `keep` for what is answered.
SCREEN = {"name": "Screen", "profile": "room", "language": "en", "shows": {"boards": ["operations"], "every_s": 20}}
EXAMPLES: dict[str, dict[str, Any]] = {
    "GET /me": {},
    "GET /me/draft-key": {"by": "session"},
    "POST /me/active": {"by": "session"},
    "POST /me/lock": {"by": "session"},
    "POST /me/unlock": {"by": "session", "body": {"password": PASSWORD}},
    "GET /accounts": {},
    "POST /accounts": {
        "by": "directory",
        "body": {"email": "generated@desk.example", "name": "Nora", "role": "viewer"},
        "keep": {"account": "id"},
    },
    "PATCH /accounts/{account}": {"by": "directory", "with": {"account": "<account>"}, "body": {"enabled": False}},
    "GET /alarms": {},
    "POST /duties/preview": {"bytes": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"},
    "GET /figures": {"with": {"year": 2026, "month": 11}},
    "GET /figures.csv": {},
    "GET /watch": {"with": {"from_": "2020-11-01T00:00:00Z", "to": "2020-11-02T00:00:00Z"}},
    "POST /boards/{board}/materials/preview.pdf": {
        "with": {"board": "<board>"},
        "body": {"what": "brief", "language": "en", "shows": ["age"]},
    },
    "POST /boards/{board}/materials/preview.png": {
        "with": {"board": "<board>"},
        "body": {"what": "poster", "language": "en", "shows": ["age"]},
    },
    "POST /boards/{board}/materials/texts": {
        "with": {"board": "<board>"},
        "body": {"languages": ["fr", "nl"], "shows": ["looks", "clothing"]},
    },
    "GET /boards/{board}/materials/{material}.pdf": {"with": {"board": "<board>", "material": "<material>"}},
    "GET /unanswered": {},
    "GET /work": {},
    "GET /boards": {"with": {"reference": "<reference>"}},
    "GET /boards/{board}": {"with": {"board": "<board>", "at": 2}},
    "GET /boards/{board}/links": {"with": {"board": "<board>"}},
    "GET /boards/{board}/events": {"with": {"board": "<board>", "after": 1, "limit": 3}},
    "POST /boards/{board}/commands": {
        "with": {"board": "<board>"},
        "body": {"id": "generated-1", "name": "sighting.update", "data": {"sighting": "<sighting>", "source_name": "Jo"}},
    },
    "PATCH /boards/{board}/uploads/{upload}": {
        "with": {"board": "<board>", "upload": "<new_upload>", "upload_offset": 0, "upload_length": 3, "upload_name": "x"},
        "bytes": "abc",
    },
    "GET /boards/{board}/uploads/{upload}": {"with": {"board": "<board>", "upload": "<new_upload>"}},
    "POST /boards/{board}/uploads/{upload}/finish": {"with": {"board": "<board>", "upload": "<new_upload>"}, "body": {}},
    "DELETE /boards/{board}/uploads/{upload}": {"with": {"board": "<board>", "upload": "<new_upload>"}},
    "GET /boards/{board}/files/{file}/thumb": {"with": {"board": "<board>", "file": "<photo>"}},
    "GET /boards/{board}/files/{file}/view": {"with": {"board": "<board>", "file": "<photo>"}},
    "GET /boards/{board}/files/{file}/original": {"with": {"board": "<board>", "file": "<photo>"}},
    "GET /boards/{board}/files/{file}/content": {"with": {"board": "<board>", "file": "<letter>"}},
    "GET /boards/{board}/sightings/{sighting}/source": {"with": {"board": "<board>", "sighting": "<sighting>"}},
    "GET /boards/{board}/talk": {"with": {"board": "<talked>"}},
    "GET /boards/{board}/earlier-talks": {"with": {"board": "<board>"}},
    "GET /boards/{board}/contacts/{contact}": {"with": {"board": "<board>", "contact": "<contact>"}},
    "GET /tips/{tip}/source": {"with": {"tip": "<tip>"}},
    "POST /reports": {
        "body": {"id": "generated-3", "source_name": "Jo", "person": {"first_name": "Noor"}},
        "keep": {"report": "report"},
    },
    "GET /reports/{report}/caller": {"with": {"report": "<report>"}},
    "GET /boards/{board}/room": {"with": {"board": "<board>"}},
    "GET /boards/{board}/look-again": {"with": {"board": "<board>"}},
    "GET /boards/{board}/contradictions": {"with": {"board": "<board>"}},
    "GET /boards/{board}/reach": {
        "with": {"board": "<board>", "from_": "<sighting>", "until": "2026-11-24T18:00:00Z", "by": "train"},
    },
    "GET /boards/{board}/chain": {"with": {"board": "<board>"}},
    "GET /boards/{board}/timeline": {"with": {"board": "<board>", "at": 2}},
    "GET /boards/{board}/places.geojson": {"with": {"board": "<board>"}},
    "GET /boards/{board}/places.gpx": {"with": {"board": "<board>"}},
    "GET /boards/{board}/places.kml": {"with": {"board": "<board>"}},
    "POST /boards/{board}/tracks/preview": {
        "with": {"board": "<board>"},
        "bytes": '{"type": "Point", "coordinates": [3.72, 51.05]}',
    },
    "GET /boards/{board}/cards.csv": {"with": {"board": "<board>"}},
    "GET /boards/{board}/cards.json": {"with": {"board": "<board>"}},
    "GET /boards/{board}/journal.csv": {"with": {"board": "<board>"}},
    "GET /boards/{board}/journal.json": {"with": {"board": "<board>"}},
    "POST /intake/sightings": {"body": {"id": "generated-2", "board": "<board>", "description": "a girl in a red coat"}},
    "GET /closed": {"with": {"limit": 5}},
    "GET /find": {"with": {"q": "girl", "board": "<board>", "limit": 5}},
    "POST /boards/{board}/similar": {"with": {"board": "<board>"}, "body": {"text": "a girl in a red coat"}},
    "POST /statements": {"body": {"text": "a girl in a red coat"}},
    "POST /details": {"body": {"details": [{"field": "clothing", "text": "dark green coat"}]}},
    "GET /boards/{board}/sightings/{sighting}/comparison": {"with": {"board": "<board>", "sighting": "<sighting>"}},
    "POST /earlier": {"body": {"first_name": "Noor"}},
    "GET /intake/searches": {"with": {"lat": 50.85, "lon": 4.35}},
    "GET /places": {"with": {"q": "Gent", "limit": 3}},
    "GET /documents/wait": {},
    "GET /alerts": {},
    "POST /alerts/read": {"body": {"alerts": [{"board": "<board>", "seq": 1}]}},
    "GET /since": {"with": {"board": "<board>"}},
    "GET /seen": {},
    "POST /seen": {"body": {"marks": [{"board": "<board>", "epoch": "<epoch>", "seq": 2}]}},
    "GET /handover": {},
    "GET /handovers": {"with": {"before": 100}},
    "GET /handovers/{number}": {"with": {"number": "<number>"}},
    "GET /audit": {"by": "ada", "with": {"limit": 500}},
    "GET /audit.csv": {"by": "ada"},
    "POST /wall/codes": {"by": "screen", "keep": {"code": "code"}},
    "POST /displays": {"body": SCREEN | {"code": "<code>"}, "keep": {"display": "id"}},
    "GET /wall/codes/mine": {"by": "screen"},
    "POST /wall/told": {"by": "screen", "body": {"version": "1", "current": True, "boards": {"operations": 1}}},
    "GET /displays": {},
    "PATCH /displays/{display}": {"with": {"display": "<display>"}, "body": {"sound": True}},
    "POST /displays/{display}/reload": {"with": {"display": "<display>"}},
    "DELETE /displays/{display}": {"with": {"display": "<display>"}},
    "GET /openapi.json": {},
    "GET /asyncapi.json": {},
}


def test_every_call_has_an_example() -> None:
    assert set(EXAMPLES) == {f"{method} {path}" for method, path in CALLS}


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the generator and what its clients need."""
    folder = tmp_path_factory.mktemp("tools") / "venv"
    venv.create(folder, with_pip=True, symlinks=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "-q", GENERATOR], check=True)
    return folder / "bin"


def _erase(session: Session) -> None:
    for board in session.exec(select(Board.id).where(Board.kind == "search")).all():
        erasure.erase(session, board, 30)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Server]:
    """The demo's searches, with something erased."""
    await seed.create(settings_for(tmp_path))
    async with running_server(tmp_path) as server:
        await server.service.database.write(_erase)
        yield server


@pytest.fixture(scope="module")
def client(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated client."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(json.dumps(document()))
    paths = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
    command: list[str | Path] = [
        tools / "openapi-python-client", "generate", "--path", "openapi.json", "--output-path", "client",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, env={"PATH": paths}, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Warning" not in said, said
    assert "Unable" not in said, said
    return folder / "client"


async def run(tools: Path, client: Path, script: str, *arguments: str, given: str = "") -> Any:
    """Run a script with the client; return what it prints."""
    command = [str(tools / "python"), "-c", script, *arguments]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        env={"PYTHONPATH": str(client)}, input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
async def test_a_generated_client_makes_every_call(team: Team, tools: Path, client: Path) -> None:
    search, names = await scene(team)
    email = f"{new_id()}@desk.example"
    await live_changes.add_account(team.server.service, email, "Cora", "coordinator", PASSWORD)
    await team.bob.command(search, "note.add", {"text": "@Alice look"})
    seen = {"place": {"lat": 51.05, "lon": 3.72}, "seen_at": "2026-11-24T16:00:00Z"}
    await team.bob.command(search, "sighting.update", {"sighting": names["sighting"]} | seen)
    snapshot = (await team.alice.http.get(f"/api/v1/boards/{search}")).json()
    reference = next(each["state"]["reference"] for each in snapshot["entities"] if each["kind"] == "search")
    number = await handover_steps.hand_to_sign(team.alice)
    given = {
        "url": team.server.url,
        "tokens": {
            "alice": team.alice.token,
            "ada": team.ada.token,
            "directory": await create_token(team.server.service, "Directory", "admin", "accounts"),
        },
        "session": await session_cookie(team.server.service, email),
        "names": names
        | {
            "new_upload": str(uuid.uuid4()),
            "photo": await uploads.attach(team.alice, search, pictures_with_metadata.jpeg(40, 30)),
            "letter": await uploads.attach(team.alice, search, b"Dear Sir", "letter.txt"),
            "board": search,
            "talked": await talked_with(team.alice, await team.alice.open_search()),
            "epoch": snapshot["epoch"],
            "reference": reference,
            "number": number,
        },
        "calls": EXAMPLES,
        "operations": {
            f"{method} {path}": {
                "module": document()["paths"][f"/api/v1{path}"][method.lower()]["operationId"].strip("_"),
                "tag": tag_of(path),
                "status": call.status,
                "json": call.media.endswith("json"),  # that of places too
            }
            for (method, path), call in CALLS.items()
        },
    }
    assert await run(tools, client, CALLS_ALL, given=json.dumps(given)) == len(CALLS)


@pytest.mark.slow
async def test_a_generated_client_reads_all_that_there_is_and_sends_commands(demo: Server, tools: Path, client: Path) -> None:
    told: dict[str, dict[str, Any]] = {}
    for email in ("alice@demo.example", "nadia@demo.example"):

        def add(session: Session, email: str = email) -> str:
            own = accounts.find(session, email).id  # a token that somebody else makes waits for consent
            return accounts.add_token(session, email, "write", email, format_utc(now()), made_by=own)

        token = await live_changes.apply_change(demo.service, add)
        told[email] = await run(tools, client, READS, demo.url, token)
    found = told["alice@demo.example"]
    assert found["boards"] > 10
    kinds = ("search", "column", "sighting", "task", "note", "shift")
    assert {kind: found["entities"].get(kind) for kind in kinds} == {kind: f"{kind.capitalize()}State" for kind in kinds}
    assert {"SearchEvent", "SightingEvent", "TaskEvent", "NoteEvent", "ShiftEvent", "ErasedEvent"} <= set(found["events"])
    assert "HiddenEvent" in told["nadia@demo.example"]["events"]  # one of the searches is hidden from her
