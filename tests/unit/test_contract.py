"""Contract: each promise exists, is documented, and is tested by one test that does it and one that is refused it.

Walks the guide `board/contract.md` and its reference, and the promises made to other programs from the beginning.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from board import app
from board.api import routes
from board.api.routes import CALLS, document
from board.bootstrap import ROOT
from board.command_line import cli
from board.commands.registry import TABLE
from board.config.settings import Settings
from board.engine import kinds
from board.errors import MESSAGES
from board.web.http import BASE
from board.web.refusals import STATUS
from tests.api.test_bad_input import WHOLE
from tests.api.test_rights import TRIES
from tests.support import contract_reference, contract_types, readme_blocks

GUIDE = (ROOT / "board/contract.md").read_text(encoding="utf-8").partition("\n## Changes\n")[0]
CONTRACT = "\n".join((GUIDE, *contract_reference.pages().values()))
SETTINGS_PAGE, COMMAND_LINE_PAGE = readme_blocks.document("reference/settings"), readme_blocks.document("reference/command-line")
REFUSES = re.compile(r"raises|[Rr]efus|Wrong|Unusable|\b4\d\d\b|\b503\b|returncode|exit|_fail|\.code\b")

# Promised to other programs from the first version on. A table may have more, and never less.
COMMANDS = [
    "search.open",
    "search.update",
    "search.set_status",
    "search.set_worrying",
    "search.set_appeal",
    "search.set_access",
    "column.add",
    "column.rename",
    "column.move",
    "column.remove",
    "sighting.add",
    "sighting.update",
    "sighting.grade",
    "sighting.assess",
    "task.add",
    "task.update",
    "card.move",
    "card.assign",
    "card.withdraw",
    "card.restore",
    "note.add",
    "undo",
]
PROMISED_CALLS = """GET /me|GET /accounts|GET /boards|GET /boards/{board}|GET /boards/{board}/events|
    POST /boards/{board}/commands|    GET /boards/{board}/sightings/{sighting}/source|POST /intake/sightings|GET /openapi.json"""
CODES = [
    "invalid",
    "unknown_command",
    "not_found",
    "forbidden",
    "conflict",
    "closed",
    "too_large",
    "rate_limited",
    "unavailable",
    "failed",
    "unauthenticated",
]
OTHER_CALLS = ["/login", "/logout", "/healthz", "/readyz", "/metrics"]
SETTINGS = [
    "DATABASE_URL",
    "REDIS_URL",
    "HOST",
    "PORT",
    "WORKERS",
    "PUBLIC_URL",
    "SECRET_KEY",
    "FILES_PATH",
    "LOG_LEVEL",
    "MAX_SOCKETS_PER_ACCOUNT",
    "MAX_MESSAGES_PER_SECOND",
    "MAX_INTAKE_PER_MINUTE",
]
VERBS = [
    "demo", "demo --live", "serve", "migrate", "account add", "account list", "account disable", "account enable",
    "account set-role", "account set-password", "search members", "token add", "token list", "token revoke", "verify", "test",
    "bench",
]  # fmt: skip

# Known gaps, with reasons. An entry that is no longer needed fails too.
NOT_YET: dict[str, str] = {}


@cache
def scenes() -> list[tuple[str, str]]:
    """Each test, as (file, text); with the text of the file outside of its tests, which says what they are tried with."""
    found = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        source = file.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                found.append((file.name, "\n".join(lines[start - 1 : node.end_lineno])))
    return found


def naming(*patterns: str) -> list[str]:
    """The tests that name something."""
    literals = [(_literal(pattern), re.compile(pattern)) for pattern in patterns]
    return [text for _, text in scenes() if any(literal in text and pattern.search(text) for literal, pattern in literals)]


def _literal(pattern: str) -> str:
    """Return the longest word of a pattern without alternatives. Looking for it first takes a tenth of the time."""
    return max(re.findall(r"\w+", re.sub(r"\\.", " ", pattern)), key=len)


def tried(*patterns: str) -> Iterator[str]:
    """Return the promises without a test that does it, or without one that is refused it."""
    tests = naming(*patterns)
    if not tests:
        yield "is named by no test"
    elif not any(REFUSES.search(text) for text in tests):
        yield "is refused in no test"


def in_command_line() -> set[str]:
    group = typer.main.get_group(cli.app)
    found = set()
    for name, command in group.commands.items():
        below = getattr(command, "commands", {})
        found |= {f"{name} {sub}" for sub in below}
        found |= {name} if not below or getattr(command, "invoke_without_command", False) else set()
    return found


def calls() -> set[str]:
    return {f"{method} {path}" for method, path in CALLS}


@cache
def missing() -> list[tuple[str, str]]:
    """Every promise that is not kept, with what is wrong."""
    return [*commands(), *fields(), *codes(), *all_calls(), *settings(), *verbs()]


def commands() -> Iterator[tuple[str, str]]:
    described = document()["components"]["schemas"]["Command"]["discriminator"]["mapping"]
    for name in {*COMMANDS, *TABLE}:
        for wrong, holds in {
            "is not there": name in TABLE,
            "is not in the contract": f"### `{name}`\n" in CONTRACT,
            "is not in OpenAPI": name in described,
            "is not tried by each role": name in TRIES,
            "is not tried with each wrong value": name in WHOLE,
        }.items():
            if not holds:
                yield f"command {name}", wrong


def fields() -> Iterator[tuple[str, str]]:
    for kind in [kind.model for kind in kinds.every()]:
        properties = document()["components"]["schemas"][kind.KIND]["properties"]
        told = CONTRACT.partition(f"\n### The kind `{kind.KIND}`\n")[2].partition("\n### ")[0]
        for name in kind.STATE:
            if name not in properties:
                yield f"field {kind.KIND}.{name}", "is not in OpenAPI"
            if f"\n| `{name}` |" not in told:
                yield f"field {kind.KIND}.{name}", "is not in the contract"
            if not any(name in data for data in WHOLE.values()) and not naming(rf"\b{name}\b"):
                yield f"field {kind.KIND}.{name}", "is named by no test"


def codes() -> Iterator[tuple[str, str]]:
    for code in {*CODES, *MESSAGES}:
        if code not in MESSAGES or code not in STATUS:
            yield f"code {code}", "is not there"
        if f"\n| `{code}` |" not in GUIDE:
            yield f"code {code}", "is not in the contract"
        if not naming(rf'"{code}"', rf"\b{STATUS.get(code)}\b"):
            yield f"code {code}", "is named by no test"


def all_calls() -> Iterator[tuple[str, str]]:
    there = {f"{method} {route.path}" for route in routes.routes for method in route.methods or () if "rest" not in route.path}
    for call in {*map(str.strip, PROMISED_CALLS.split("|")), *calls(), *(each for each in there if not each.startswith("HEAD"))}:
        method, path = call.split()
        if call not in there:
            yield f"call {call}", "is not there"
        if method.lower() not in document()["paths"].get(BASE + path, {}) or call not in calls():
            yield f"call {call}", "is not in OpenAPI"  # used by test_openapi for valid and invalid requests
        if f"### `{method} {BASE}{path}`\n" not in CONTRACT:
            yield f"call {call}", "is not in the contract"
    for path in OTHER_CALLS:
        if not any(getattr(route, "path", None) == path for route in app_routes()):
            yield f"call {path}", "is not there"
        if f"{path}`" not in CONTRACT and f"{path} " not in CONTRACT:
            yield f"call {path}", "is not in the contract"
        for wrong in tried(rf'"{path}\b'):
            yield f"call {path}", wrong


def settings() -> Iterator[tuple[str, str]]:
    for name in {*SETTINGS, *map(str.upper, Settings.model_fields)}:
        if name.lower() not in Settings.model_fields:
            yield f"setting {name}", "is not there"
        if f"`{name}`" not in SETTINGS_PAGE:
            yield f"setting {name}", "is not in the reference"
        for wrong in tried(rf"\b{name}\b", rf"\b{name.lower()}\b"):
            yield f"setting {name}", wrong


def verbs() -> Iterator[tuple[str, str]]:
    for verb in {*VERBS, *in_command_line()}:
        _, *rest = verb.split()
        if verb not in in_command_line() and not (rest and rest[0].startswith("--")):
            yield f"verb {verb}", "is not there"
        if not any(each in COMMAND_LINE_PAGE for each in (f"`{verb}", f"[{rest[0]}]" if rest else verb)):
            yield f"verb {verb}", "is not in the reference"
        words = r'"\W+"'.join(map(re.escape, verb.split()))
        for wrong in tried(rf'"{words}"', rf"\b{re.escape(verb)}\b"):
            yield f"verb {verb}", wrong


@cache
def app_routes() -> list[object]:
    from unittest.mock import MagicMock

    return list(app.create_app(MagicMock()).routes)


def test_every_promise_exists_is_documented_and_tested() -> None:
    left = [f"{what} {wrong}" for what, wrong in missing() if f"{what} {wrong}" not in NOT_YET]
    assert not left


def test_list_of_untested_promises_has_only_untested_ones() -> None:
    assert set(NOT_YET) <= {f"{what} {wrong}" for what, wrong in missing()}, "take out what is there now"


@pytest.mark.parametrize("name", ["note.sing"])
def test_undocumented_word_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document()  # cached without the patch
    monkeypatch.setitem(TABLE, name, TABLE["note.add"])
    assert {wrong for what, wrong in commands() if what == f"command {name}"} == {
        "is not in the contract", "is not in OpenAPI", "is not tried by each role", "is not tried with each wrong value"
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["account set-password nobody@desk.example --password-stdin", "account enable nobody@desk.example", "account list more",
     "bench nothing", "dev postgres more", "dev redis more", "dev web more"],
)  # fmt: skip
def test_the_command_line_refuses_in_a_sentence(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/board.db")
    monkeypatch.setattr(sys, "argv", ["board", *words.split()])
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse battery\n"))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, fault = capfd.readouterr()
    assert ended.value.code in (1, 2)
    assert out == ""
    assert len(fault.splitlines()) == 1, fault


def test_types_for_scripts_are_those_of_the_schemas() -> None:
    assert contract_types.FILE.read_text() == contract_types.contract_types(), "run python -m tests.support.contract_types"
