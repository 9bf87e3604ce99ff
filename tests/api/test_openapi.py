"""The description that the server gives of its calls is exact: what it says is taken is taken, what it says is refused is
refused, and nothing is answered that it does not say. Asked as each role, by each scope of token, and by cookie."""

import asyncio
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import httpx2 as httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth

from board.accounts import live_changes
from board.api import routes
from board.api.routes import CALLS, document, socket_document
from board.commands import schemas
from board.commands.registry import TABLE
from board.documents import pdf
from board.engine import kinds, recent_factor
from board.errors import MESSAGES
from board.web.endpoint import QUERY_HEADER, Call
from board.web.http import BASE
from board.web.refusals import STATUS
from models.accounts import ROLES
from realtime.wire.protocol import is_id
from tests.api.test_bad_input import WHOLE
from tests.api.test_rights import filled, scene
from tests.support import handover_steps, pictures_with_metadata, uploads
from tests.support.audit_scene import talked_with
from tests.support.people import PASSWORD, create_token, new_id
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team

# The server, in the thread of the tests, draws numbers while a strategy does.
BESIDE_A_LOOP = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
pytestmark = BESIDE_A_LOOP
Caller = tuple[str, str]  # role, and kind of authentication
CallerHeaders = dict[Caller, dict[str, str]]
load_all_checks()
EXAMPLES, SOME, MANY = 2, 20, 100  # generated requests for each call and each kind of data; many of the most privileged caller
FUZZ = settings(deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
CALLERS = [*((role, "write") for role in ROLES), ("coordinator", "cookie"), ("coordinator", "read"), ("investigator", "intake")]
MOST = ("coordinator", "write")
INTAKE = ("POST", "/intake/sightings")
REPORT = ("POST", "/reports")
TELLING = [
    ("POST", "/boards/{board}/commands"), INTAKE, ("GET", "/boards/{board}/sightings/{sighting}/source"),
    ("GET", "/tips/{tip}/source"), REPORT, ("GET", "/reports/{report}/caller"), ("GET", "/boards/{board}/contacts/{contact}"),
]  # fmt: skip
WRITING = [("POST", "/boards/{board}/commands"), INTAKE, REPORT, ("POST", "/alerts/read"), ("POST", "/seen")]
MINE = ("GET", "/wall/codes/mine")
DESCRIPTIONS = [("GET", "/openapi.json"), ("GET", "/asyncapi.json")]
TAKING_IN = [INTAKE, ("GET", "/me"), ("GET", "/places"), *DESCRIPTIONS, MINE]  # calls of an intake token
OF_SESSIONS = [("GET", "/me/draft-key"), ("POST", "/me/active")]  # tokens have none
LOCKS = [("POST", "/me/lock"), ("POST", "/me/unlock")]  # of sessions too; each locks its own, which would lock later calls out
SCREENS = [(method, path) for method, path in CALLS if path.startswith("/wall/")]  # with their own cookie, from any page
DISPLAYS = [(method, path) for method, path in CALLS if path.startswith("/displays")]
UPLOADS = [(method, path) for method, path in CALLS if "{upload}" in path]  # of investigators; each one's own
ORIGINAL = ("GET", "/boards/{board}/files/{file}/original")
PROVISIONING = [(method, path) for method, path in CALLS if method != "GET" and path.startswith("/accounts")]
PREVIEW, TRACK = ("POST", "/duties/preview"), ("POST", "/boards/{board}/tracks/preview")
WATCH = ("GET", "/watch")
PERIOD = {"from": "2020-11-01T00:00:00Z", "to": "2020-11-02T00:00:00Z"}  # of the watch: a made-up one is rarely valid
AUDIT = [(method, path) for method, path in CALLS if path.startswith("/audit")]
PLACED = "on the platform"  # a sighting with a point and a time
SENT = ("id", "name", "data", "base", "epoch")  # of a command
_sent: set[str] = set()
# Refusals that no schema can describe, as they depend on the board: (field, sentence).
DEPENDS = [
    (r"phones\.\d+\.number", "This is not a telephone number.*"),  # no pattern describes the numbers of all countries
    (r"email", "Enter an e-mail address like .*"),
    (r"reference", "Another search already has this reference."),
    (r"members", "At least one member must be a coordinator who can sign in."),
    (r"base", "This board does not have that event yet."),
    (r"last_seen|place|data", "Enter both a latitude and a longitude."),
    (r"checklist\.\w+\.text|details\.\d+\.text", "This field is required."),
    (r"checklist", "At most 50 items."),
    (r"earlier\.\w+\.search", "This is not a closed search that everyone can see."),
    (
        r"outcome\.\w+|(person\.)?first_name|description|name|recipients\.\d+",
        "This field is required.",
    ),  # of control characters alone
    (r"[\w.]+", "This is in the future."),
    (r"sighting", "Only a sighting that was assessed as credible or confirmed is passed on."),
    (r"until", "The end must be after the start."),
    (r"id", "This id was used for another (command|sighting)."),
    (r"before|after", "A (card|column) can't be placed beside itself."),
    (r"column", "There are cards in this column.*|New cards go here.*"),
    (r"password|credential", "This password is wrong.|This passkey was not accepted. Try again."),
    (r"at", "Enter a time before now."),
    (r"seq", ".*"),
    (r"size", "This upload was started with a different size."),
    (r"offset", "This goes beyond the end of the file."),
    (r"sha256", "The file arrived damaged. Send it again."),
    (r"upload-name", "Give the name of the file, percent-encoded."),
    (r"outcome", "This child has not been found.*"),
    (r"tip", "This tip is a sighting now.*"),
    (r"source_name", "Enter a name, or a way to call back."),
    (r"paper|language", "Choose one of the options."),  # of the material
    (r"until", "The end must be in the future.|The appeal ends before that.|Choose a time within the next 24 hours."),
    (r"what", "The search is not open.*|.* needs an appeal.*"),
    (r"shows", "Date of birth and needs are for the police alone.*"),
    (r"texts\.\w+", "At most .* characters."),
    (r"faults|remarks|incoming", "Unknown field."),  # on a search
    (r"positions\..*|pinned", ".*"),
    (r"text", "This field is required."),  # of characters that no text keeps
]
TALK = ("GET", "/boards/{board}/talk")
# for people who work on searches
WORKING = (("GET", "/boards/{board}/earlier-talks"), ("GET", "/figures"), ("GET", "/figures.csv"))
NO_VALUE = re.compile(r"[?&](year|account|until|at)=(&|$)")  # fields of a form without a value; an empty list looks the same


def depends(fields: dict[str, str]) -> bool:
    return all(
        any(re.fullmatch(path, name) and re.fullmatch(said, sentence) for path, said in DEPENDS)
        for name, sentence in fields.items()
    )


def judge(case: Case[Any], response: Any, without: list[Any]) -> None:
    """All checks but these; where data that fits is refused, it is for what is on the board."""
    try:
        case.validate_response(response, excluded_checks=without)
    except FailureGroup as group:
        left = [each for each in group.exceptions if not _excused(case, response, each)]
        if left:
            raise AssertionError(f"{case.method} {response.request.url} {case.body!r} {response.text}: {left}") from group


def _excused(case: Case[Any], response: Any, failure: Exception) -> bool:
    if "AcceptedNegative" in type(failure).__name__:
        return response.status_code == 413 or bool(NO_VALUE.search(response.request.url))  # too large is a refusal too
    if "positive" not in type(failure).__name__.lower():
        return False
    if case.path.endswith((PREVIEW[1], TRACK[1])):
        return response.status_code in (413, 422)  # no schema describes a calendar or a track
    if response.status_code == 413:
        return case.path.endswith("{upload}")  # the largest file is a setting
    return response.status_code == 422 and depends(response.json().get("fields", {"": ""}))


@cache
def description() -> Any:
    read = schemathesis.openapi.from_dict(document())
    read.config.generation.update(allow_x00=False)  # U+0000 is accepted nowhere, which no schema needs to repeat
    return read


def explore(url: str, headers: dict[str, str], names: dict[str, str], call: tuple[str, str], many: int) -> dict[int, int]:
    """Send many variants of a call, right and wrong; return how often each status was answered."""
    answered: dict[int, int] = {}
    operation = description()[BASE + call[1]][call[0]]
    without: list[Any] = []
    sent = {name: value for name, value in headers.items() if name != "Cookie"}
    cookies = dict(pair.split("=", 1) for pair in headers.get("Cookie", "").split("; ") if pair)

    def ask(case: Case[Any]) -> None:
        _aim(case, names)
        _once(case.body)
        left_out = [QUERY_HEADER]  # it replaces the parameters in the address, which are tested here
        if cookies:
            left_out.append("Authorization")  # any other than a bearer token belongs to a proxy
        for name in left_out:
            (case.headers or {}).pop(name, None)  # type: ignore[call-overload]
        response = case.call(base_url=url, headers=sent, cookies=cookies, timeout=pdf.TIMEOUT_S)
        answered[response.status_code] = answered.get(response.status_code, 0) + 1
        judge(case, response, without)
        if many == EXAMPLES:  # three more requests each without authentication: done for the first one only
            without[:] = [ignored_auth]

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
            continue  # no request can be invalid
        cases = operation.as_strategy(generation_mode=mode)
        seed(1)(settings(FUZZ, max_examples=many)(given(case=cases)(ask)))()
    return answered


def _once(body: Any) -> None:
    """Sent again, an id gets its first answer, whatever is sent along by then: so no id is sent twice."""
    if isinstance(body, dict) and is_id(body.get("id")):
        if body["id"] in _sent:
            body["id"] = new_id()
        _sent.add(body["id"])


def _aim(case: Case[Any], names: dict[str, str]) -> None:
    """Aim a valid request at existing things: replace made-up ids."""
    right = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if not right:
        return
    if case.path.endswith("/watch"):
        case.query = dict(PERIOD)
    if case.path.endswith("/talk"):
        names = names | {"board": names["talked"]}
    if case.path.endswith("/reach"):
        case.query = (case.query or {}) | {"from": names["placed"]}
    for name in case.path_parameters or {}:
        case.path_parameters[name] = names["letter" if case.path.endswith("/content") and name == "file" else name]
    if isinstance(case.body, dict) and case.body.get("name") in TABLE:
        case.path_parameters["board"] = "operations" if TABLE[case.body["name"]].board_kind == "operations" else names["board"]  # type: ignore[index]
        case.body = {name: value for name, value in case.body.items() if name in SENT}  # others are not checked
        case.body["id"] = new_id()
        data = case.body.get("data")
        for name in ("sighting", "task", "card", "column") if isinstance(data, dict) else ():
            if isinstance(data.get(name), str):  # type: ignore[union-attr]
                data[name] = names[name]  # type: ignore[call-overload, index]
    elif isinstance(case.body, dict) and isinstance(case.body.get("board"), str):
        case.body["board"] = names["board"]


@pytest.fixture(scope="module")
async def names(team: Team) -> dict[str, str]:
    """Existing ids on a search that is asked about."""
    search, found = await scene(team)
    place = {"text": "Gent-Sint-Pieters", "lat": 51.0359, "lon": 3.7108, "radius_m": 50.0}
    await team.alice.command(search, "sighting.add", {"description": PLACED, "seen_at": "2026-11-24T16:00:00Z", "place": place})
    entities = (await team.alice.snapshot(search))["entities"]
    return found | {
        "board": search,
        "talked": await talked_with(team.alice, await team.alice.open_search()),
        "placed": next(id for (_, id), state in entities.items() if state.get("description") == PLACED),
        "number": await handover_steps.hand_to_sign(team.alice),
        "card": found["sighting"],
        "column": found["done"],
        "display": UNKNOWN_ID,
        "account": await live_changes.add_account(team.server.service, "eva@desk.example", "Eva", "viewer", PASSWORD),
        "file": await uploads.attach(team.alice, search, pictures_with_metadata.jpeg(40, 30)),
        "letter": await uploads.attach(team.alice, search, b"Dear Sir", "letter.txt"),
    }


@pytest.fixture(autouse=True)
def recent_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask nobody for a second proof of identity: the tests of one session may take longer than ten minutes."""
    monkeypatch.setattr(recent_factor, "MAX_AGE", timedelta(days=1))


@pytest.fixture(scope="module")
def caller_headers() -> CallerHeaders:
    """The headers of each caller who was there already."""
    return {}


async def headers_of(team: Team, role: str, scope: str) -> dict[str, str]:
    if scope != "cookie":
        return {"Authorization": f"Bearer {await create_token(team.server.service, role.title(), role, scope)}"}
    email, url = f"{new_id()}@desk.example", team.server.url
    await live_changes.add_account(team.server.service, email, "Cora", role, PASSWORD)
    async with httpx.AsyncClient(base_url=url) as browser:
        await browser.post("/login", data={"email": email, "password": PASSWORD})
        return {"Cookie": f"board_session={browser.cookies['board_session']}", "Origin": url}


async def holds(
    team: Team, names: dict[str, str], caller_headers: CallerHeaders, caller: Caller, call: tuple[str, str], many: int
) -> None:
    if call in LOCKS:
        caller_headers = {}
    if caller not in caller_headers:
        caller_headers[caller] = await headers_of(team, *caller)
    if call in UPLOADS:
        names = names | {"upload": await uploads.begin(team.server.url, caller_headers[caller], names["board"])}
    answered = await asyncio.to_thread(explore, team.server.url, caller_headers[caller], names, call, many)
    assert answered
    done = CALLS[call].status
    if not may(caller, call):
        assert done not in answered
    elif call in (*SCREENS, *DISPLAYS, *UPLOADS, PREVIEW, TRACK, *LOCKS) and call[0] != "GET":
        pass  # they need two clients, the right bytes, a calendar or a password: see test_displays, test_uploads, test_duty_plan
    elif call[0] == "GET" or many == MANY:
        assert done in answered, "some of what fits is done"


def may(caller: Caller, call: tuple[str, str]) -> bool:
    role, scope = caller
    if scope == "intake":
        return call in TAKING_IN
    if call in (*OF_SESSIONS, *LOCKS):
        return scope == "cookie"
    if call in SCREENS:
        return call == MINE or scope == "cookie"
    if call in DISPLAYS and (role not in ("coordinator", "admin") or (scope == "read" and call[0] != "GET")):
        return False
    if scope == "read" and call in (*WRITING, *UPLOADS, TRACK):
        return False
    if call in PROVISIONING:
        return scope == "accounts"
    if call in (ORIGINAL, PREVIEW, WATCH):
        return role in ("coordinator", "admin")
    if call in AUDIT:
        return role == "admin"
    if call == TALK:
        return role in ("coordinator", "admin")
    return role != "viewer" or call not in (*TELLING, *UPLOADS, TRACK, *WORKING)


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
async def test_description_holds_for_the_most_privileged_caller(
    team: Team, names: dict[str, str], caller_headers: CallerHeaders, call: tuple[str, str]
) -> None:
    await holds(team, names, caller_headers, MOST, call, EXAMPLES)


@pytest.mark.parametrize("call", PROVISIONING, ids=" ".join)
async def test_description_of_provisioning_holds_for_its_scope(
    team: Team, names: dict[str, str], caller_headers: CallerHeaders, call: tuple[str, str]
) -> None:
    await holds(team, names, caller_headers, ("admin", "accounts"), call, EXAMPLES)


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_call_has_a_tag_and_examples_that_fit(call: tuple[str, str]) -> None:
    described = document()
    operation = described["paths"][BASE + call[1]][call[0].lower()]
    assert set(operation["tags"]) < {tag["name"] for tag in described["tags"]}
    answer = operation["responses"][str(CALLS[call].status)]
    contents = [answer["content"], operation.get("requestBody", {}).get("content", {})]
    for media, content in (item for each in contents for item in each.items()):
        if media == "application/json":
            schema = content["schema"] | {"components": described["components"]}
            jsonschema_rs.validate(schema, content["example"])
        elif not media.startswith("text/") and not media.endswith("+json"):
            assert content["schema"] == {"type": "string", "format": "binary"}


def test_every_tag_is_used_and_explained() -> None:
    described = document()
    used = {tag for path in described["paths"].values() for operation in path.values() for tag in operation["tags"]}
    assert used == {tag["name"] for tag in described["tags"]}
    assert all(tag["description"].endswith(".") for tag in described["tags"])


@pytest.mark.parametrize("call", AUDIT, ids=" ".join)
async def test_description_of_the_audit_journal_holds_for_administrators(
    team: Team, names: dict[str, str], caller_headers: CallerHeaders, call: tuple[str, str]
) -> None:
    await holds(team, names, caller_headers, ("admin", "write"), call, EXAMPLES)


@pytest.mark.parametrize("call", [*OF_SESSIONS, *LOCKS], ids=" ".join)
async def test_description_of_sessions_holds_for_them(
    team: Team, names: dict[str, str], caller_headers: CallerHeaders, call: tuple[str, str]
) -> None:
    await holds(team, names, caller_headers, ("coordinator", "cookie"), call, EXAMPLES)


@pytest.mark.sample
@pytest.mark.parametrize("call", TELLING, ids=" ".join)
@pytest.mark.parametrize("caller", [caller for caller in CALLERS if caller != MOST], ids="-".join)
async def test_description_holds_for_every_caller(
    team: Team, names: dict[str, str], caller_headers: CallerHeaders, caller: Caller, call: tuple[str, str]
) -> None:
    await holds(team, names, caller_headers, caller, call, EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
@pytest.mark.parametrize("caller", CALLERS, ids="-".join)
async def test_description_holds_for_generated_requests(
    team: Team, names: dict[str, str], caller_headers: CallerHeaders, caller: Caller, call: tuple[str, str]
) -> None:
    await holds(team, names, caller_headers, caller, call, MANY if caller == MOST else SOME)


# -- content --------------------------------------------------------------------------------------------------------------


def test_each_call_has_its_line_and_no_other() -> None:
    there = {
        (method, route.path)
        for route in routes.routes
        if "rest" not in route.path
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert there == set(CALLS)
    assert all(call.summary for call in CALLS.values())


def test_every_call_with_a_body_may_find_it_too_large() -> None:
    assert [call for call, declared in CALLS.items() if declared.body is not None and "too_large" not in declared.refusals] == []


def test_every_declared_call_is_served() -> None:
    declared = {
        id(value)
        for name, module in sys.modules.items()
        if name.startswith("board.")
        for value in vars(module).values()
        if isinstance(value, Call)
    }
    assert declared == set(map(id, CALLS.values()))


def test_each_command_is_there_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = document()["components"]["schemas"]["Command"]["discriminator"]["mapping"]
    assert set(commands) == set(TABLE)
    document.cache_clear()
    monkeypatch.setitem(TABLE, "note.sing", TABLE["note.add"])
    try:
        assert "note.sing" in document()["components"]["schemas"]
    finally:
        document.cache_clear()


def test_an_open_type_says_what_it_is_a_patch_on() -> None:
    for name, rule in TABLE.items():
        assert (rule.data.model_config.get("extra") == "allow") == bool(rule.patches), name
        assert schemas.data_of(name).get("additionalProperties") is False, name


def test_each_refusal_is_there_by_its_code() -> None:
    assert set(document()["components"]["schemas"]["Refusal"]["properties"]["code"]["enum"]) == set(MESSAGES)
    assert set(STATUS) == set(MESSAGES)


@pytest.mark.parametrize("described", [document, socket_document])
def test_no_enumeration_names_a_value_twice(described: Callable[[], Any]) -> None:
    """JSON Schema forbids it, and generators of clients stop at it."""
    todo, enumerations = [described()], 0
    while todo:
        part = todo.pop()
        todo += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
        if isinstance(part, dict) and isinstance(values := part.get("enum"), list):
            enumerations += 1
            assert len(set(map(repr, values))) == len(values), [value for value in values if values.count(value) > 1]
    assert enumerations > 10


async def test_it_is_read_without_signing_in_and_says_nothing_of_anybody(team: Team) -> None:
    async with httpx.AsyncClient(base_url=team.server.url) as stranger:
        response = await stranger.get(f"{BASE}/openapi.json")
    assert response.status_code == 200
    assert response.json() == document()


@pytest.mark.parametrize("name", WHOLE)
def test_accepted_requests_match_the_description(name: str) -> None:
    fits = jsonschema_rs.validator_for(schemas.data_of(name))
    at = "2026-11-24T15:10:00Z"
    entry = {"id": None, "account": "x", "uid": None, "starts_at": at, "ends_at": at}
    others = {"graded": 7, "handover": 7, "positions": {}, "distributions": ["x"], "restated_at": at, "entries": [entry]}
    data = filled(WHOLE[name], defaultdict(lambda: "x", others))
    assert fits.is_valid(data), [error.message for error in fits.iter_errors(data)]
    assert not fits.is_valid(data | {"unknown": 1})


async def test_every_state_and_event_fits_what_it_says(team: Team) -> None:
    search, names = await scene(team)
    number = await handover_steps.prepare_handover(team.alice)
    for name, data in WHOLE.items():
        if TABLE[name].board_kind != "operations":
            person = team.ada if name == "file.confirm_removal" else team.alice  # who proposed it may not confirm it
            answer = await person.start_command(
                {"type": "command", "id": new_id(), "board": search, "name": name, "data": filled(data, names)}
            )
            assert answer["type"] == "ack" or answer["code"] in ("invalid", "closed", "not_found", "conflict"), answer
    for name in ("duty.begin", "duty.plan"):
        await team.alice.command("operations", name, filled(WHOLE[name], names))
    await team.alice.command(search, "handover.write", {"handover": number, "assessment": "nothing new"})
    await handover_steps.sign_handover(team.alice, number)
    await team.ada.command(search, "handover.read", {"handover": number, "seq": 1})
    await team.ada.command(search, "handover.restate", {"handover": number, "text": "nothing new"})
    whole = {"$ref": "#/components/schemas/Event", "components": document()["components"]}
    fits = jsonschema_rs.validator_for(whole)
    for board in (search, "operations"):
        told = (await team.alice.http.get(f"{BASE}/boards/{board}/journal.json")).json()["events"]
        for event in told:
            assert fits.is_valid(event), [event, [error.message for error in fits.iter_errors(event)]]
            if event["state"] is not None:
                assert not fits.is_valid(event | {"state": event["state"] | {"unknown": 1}})
                less = dict(list(event["state"].items())[1:])
                assert not fits.is_valid(event | {"state": less})
    seen = {event["kind"] for event in told} | {each["kind"] for each in await _entities(team, search)}
    assert seen == {kind.name for kind in kinds.every()}


async def _entities(team: Team, board: str) -> list[dict[str, Any]]:
    return list((await team.alice.http.get(f"{BASE}/boards/{board}")).json()["entities"])


async def test_a_whole_number_is_one_however_it_is_written(team: Team, names: dict[str, str]) -> None:
    body = '{"id":"%s","name":"search.update","base":0.0,"data":{"person":{"age":%s}}}'
    url = f"{BASE}/boards/{names['board']}/commands"
    assert (await team.alice.http.post(url, content=body % (new_id(), "11.0"))).status_code == 200
    state = (await team.alice.snapshot(names["board"]))["entities"]["search", names["board"]]
    assert state["person"]["age"] == 11
    assert isinstance(state["person"]["age"], int)
    assert (await team.alice.http.post(url, content=body % (new_id(), "11.5"))).status_code == 422


# -- the page for people --------------------------------------------------------------------------------------------------


async def test_the_page_shows_each_call_command_field_and_code(team: Team) -> None:
    headers = await headers_of(team, "viewer", "cookie")
    async with httpx.AsyncClient(base_url=team.server.url, headers=headers) as reader:
        shown = (await reader.get("/api")).text
        assert 'href="/api"' in (await reader.get("/account")).text
    for method, path in CALLS:
        assert f'data-call="{method} {BASE}{path}"' in shown
    for name in TABLE:
        part = shown.split(f'data-command="{name}"', 1)[1].split("</details>", 1)[0]
        for field, each in schemas.data_of(name)["properties"].items():
            assert f"<code>{field}" in part, (name, field)
            assert all(f"<code>{code}</code>" in part for code in each.get("enum", ()))
    for code in MESSAGES:
        assert f'id="code-{code}"' in shown


async def test_the_page_is_for_who_is_signed_in(team: Team) -> None:
    async with httpx.AsyncClient(base_url=team.server.url) as stranger:
        response = await stranger.get("/api")
    assert (response.status_code, response.headers["location"]) == (303, "/login?next=%2Fapi")
