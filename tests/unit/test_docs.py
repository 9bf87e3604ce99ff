"""What stands in the docs is what the code does: every command, event, frame, refusal, call and setting is named there."""

import ast
import inspect
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
import typer

from board import cli, errors
from board.api import routes
from board.audit.entries import ENTRIES
from board.bootstrap import ROOT
from board.commands import appeals
from board.commands.registry import TABLE
from board.commands.schemas import KINDS
from board.documents.labels import EVENTS
from board.settings import Settings
from realtime import protocol

NOUNS = "search|column|sighting|task|card|note|shift|handover|handed"
CONTRACT = (ROOT / "board/contract.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def names(text: str) -> set[str]:
    """What is set as code: `like this`."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S)))


def section(title: str) -> str:
    return CONTRACT.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]


def test_every_command_and_no_other() -> None:
    told = names(section("Commands").split("Event types:")[0])
    assert {name for name in told if re.fullmatch(rf"({NOUNS})\.\w+|undo", name)} == set(TABLE)


def test_every_command_with_who_may() -> None:
    for name, rule in TABLE.items():
        row = next(line for line in section("Commands").splitlines() if line.startswith("|") and f"`{name}`" in line)
        assert row.rstrip(" |").endswith(rule.role), name


def dotted(folder: Path) -> dict[str, str]:
    """Texts of the form `noun.word` in the Python files below a folder, with the file of each: commands and event types."""
    found = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)) if re.fullmatch(rf"({NOUNS})\.(?!html)[a-z_]+", text):
                    found[text] = path.relative_to(folder).as_posix()
    return found


def test_every_event_type() -> None:
    listed = section("Commands").split("Event types:")[1].split(".\n`card.moved`")[0]
    assert names(listed) == set(EVENTS)
    used = dotted(ROOT / "board")
    assert set(EVENTS) | set(TABLE) - {"undo"} <= set(used), "this check does not look where they are"
    assert {name: path for name, path in used.items() if name not in EVENTS and name not in TABLE} == {}


def test_an_event_type_in_a_folder_is_seen(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "new.py").write_text('TYPE = "note.sung"\n')
    assert dotted(tmp_path) == {"note.sung": "people/new.py"}


@pytest.mark.parametrize("model", KINDS)
def test_every_field_of_every_state(model: type) -> None:
    line = next(part for part in section("States").split("\n- ") if part.startswith(f"`{model.KIND}`"))  # type: ignore[attr-defined]
    missing = set(model.STATE) - set(re.findall(r"`(\w+)`", line))  # type: ignore[attr-defined]
    assert not missing


def test_every_frame() -> None:
    sent = set(re.findall(r'_frame\("(\w+)"', inspect.getsource(protocol)))
    read = set(re.findall(r'case "(\w+)"', inspect.getsource(protocol.parse)))
    told = set(re.findall(r'\{"type":"(\w+)"', section("Socket: `GET /ws`")))
    assert told == sent | read


def test_every_refusal() -> None:
    assert set(errors.MESSAGES) <= names(CONTRACT)


def test_every_call() -> None:
    assert routes.routes
    for route in routes.routes:
        if "rest" not in route.path:
            assert f"/api/v1{route.path}" in CONTRACT, route.path


def test_every_entry_of_the_audit_journal_with_its_fields() -> None:
    table = CONTRACT.split("### The audit journal")[1].split("\n### ")[0]
    rows = {type: row for row in table.splitlines() if row.startswith("| `") for type in names(row.split("|")[1])}
    assert rows.keys() - {"kind"} == ENTRIES.keys()
    for type, entry in ENTRIES.items():
        _, _, kind, about, _ = rows[type].split("|")
        assert kind.strip() == entry.KIND, type
        assert names(about) >= set(entry.sent_fields()), type


def test_every_setting_with_its_default() -> None:
    table = README.split("### Settings")[1].split("### Command line")[0]
    for name, field in Settings.model_fields.items():
        assert f"`{name.upper()}`" in table, name
        row = next(line for line in table.splitlines() if f"`{name.upper()}`" in line)
        if field.default is not None:
            assert str(field.default) in row, row


def test_every_command_of_the_command_line() -> None:
    told = README.split("### Command line")[1].split("## For other programs")[0]
    group = typer.main.get_group(cli.app)
    for name, command in group.commands.items():
        assert f"`{name}" in told, name
        for sub in getattr(command, "commands", {}):
            assert re.search(rf"`(?:{name} )?{sub}\b", told), f"{name} {sub}"


def test_every_file_and_folder_that_the_docs_name() -> None:
    pages = {page: page.read_text(encoding="utf-8") for page in sorted((ROOT / "board/docs").glob("*.md"))}
    assert pages
    for text, base in ((README, ROOT), (CONTRACT, ROOT / "board"), *((text, page.parent) for page, text in pages.items())):
        links = re.findall(r"\]\(([^)#]+)\)", text)
        files = [name for name in names(text) if re.fullmatch(r"(board|realtime|models|tests|static|docs)/[\w./]*", name)]
        assert links
        assert files
        assert [link for link in links if not (base / link).exists()] == []
        assert [name for name in files if not (ROOT / name).exists()] == []
        modules = [name for name in names(text) if re.fullmatch(r"\w+\.py", name)]  # in a list that names the folder once
        assert [name for name in modules if not any((ROOT / "board").rglob(name))] == []


def test_the_changes_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for text in (README, CONTRACT):
        told = re.findall(r"^(?:- |\*\*)(\d+\.\d+\.\d+)", text.split("\n## Changes\n", 1)[1], flags=re.M)
        assert told[0] == version
        assert told == sorted(told, key=lambda each: [*map(int, each.split("."))], reverse=True)


def test_the_readme_stays_short() -> None:
    to_read = re.sub(r"```.*?```", "", README, flags=re.S)  # beside what is only to be copied
    assert len(to_read.splitlines()) < 200


def test_first_tasks_and_criteria_are_whole() -> None:
    from board import predefined_tasks
    from board.paths import DATA

    kinds = re.findall(r"\[\[(\w+)\]\]", (Path(DATA) / "first_tasks.toml").read_text())
    assert {kind: 4 <= kinds.count(kind) <= 7 for kind in kinds} == dict.fromkeys(
        ("runaway", "parental_abduction", "unaccompanied_minor", "third_party_abduction", "undefined"), True
    )
    assert len(predefined_tasks.criteria()) == 6
    taken_down = tomllib.loads((Path(DATA) / "take_down.toml").read_text(encoding="utf-8"))["take_down"]
    assert {level for task in taken_down for level in task["levels"]} == set(get_args(appeals.Level)) - {"none"}
