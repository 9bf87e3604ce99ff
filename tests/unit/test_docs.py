"""Documentation matches the code: every command line, setting, permission, file and drawing is as the code has it."""

import ast
import itertools
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from board.bootstrap import ROOT
from board.command_line import cli
from board.commands.cards import cards
from board.commands.registry import TABLE
from board.config.settings import Settings
from board.labels import EVENTS, VALUES
from board.paths import DOCS
from models.accounts import ROLES, SCOPES
from models.db.releases import RELEASED
from models.db.schema import versions
from models.search import AppealLevel
from tests.support.readme_blocks import README, code_blocks, document
from tests.unit import test_architecture, test_js_layers

NOUNS = (
    "board|search|column|sighting|tip|task|card|note|contact|file|material|distribution|alarm|wake|report|duty|planned_duty"
    "|shift|handover|handed"
)
AUDITED = ("contact.read", "report.read")  # types of audit entries
CONTRACT = (ROOT / "board/contract.md").read_text(encoding="utf-8")
SETTINGS, COMMAND_LINE = document("reference/settings"), document("reference/command-line")
PERMISSIONS = document("reference/permissions")


def names(text: str) -> set[str]:
    """Return the words that are set as code: `like this`."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S)))


def table(page: str, head: str) -> dict[str, list[str]]:
    """Return the rows of the table whose first column has this head, by their first cell."""
    (rows,) = re.findall(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", page, flags=re.M)
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows.splitlines()]
    return {first: rest for first, *rest in cells}


def dotted(folder: Path) -> dict[str, str]:
    """Texts of the form `noun.word` in the Python files below a folder, with the file of each: commands and event types."""
    found = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)) if re.fullmatch(rf"({NOUNS})\.(?!html|db|json)[a-z_]+", text):
                    found[text] = path.relative_to(folder).as_posix()
    return found


def test_every_command_and_event_type_is_declared() -> None:
    events = {type for type in EVENTS if not type.endswith(".erased")}
    used = dotted(ROOT / "board")
    made = {name for kind in cards.declared_kinds() for name in (*kind.events, *cards.commands_of(kind))}  # by declarations
    assert (events | set(TABLE)) - {"undo"} - (made - cards.EVENTS.keys()) <= set(used), "this check does not look where they are"
    assert {name: path for name, path in used.items() if name not in {*EVENTS, *TABLE, *VALUES, *AUDITED}} == {}


def test_an_event_type_in_a_folder_is_seen(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "new.py").write_text('TYPE = "note.sung"\n')
    assert dotted(tmp_path) == {"note.sung": "people/new.py"}


def test_every_setting_with_its_default() -> None:
    rows = table(SETTINGS, "setting")
    assert rows.keys() == {f"`{name.upper()}`" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = rows[f"`{name.upper()}`"][0]
        assert default.strip("`") == ("unset" if field.default is None else str(field.default)), name


def test_the_example_of_settings_has_each_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    told = dict(line.removeprefix("# ").split("=", 1) for line in lines if re.match(r"(# )?[A-Z_]+=", line))
    assert told.keys() == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        assert told[name.upper()] == ("" if field.default is None else str(field.default)), name


def commands() -> dict[str, Any]:
    """Return the commands of the command line by their words."""
    group = typer.main.get_group(cli.app)
    found = {
        name: command
        for name, command in group.commands.items()
        if not command.hidden and getattr(command, "invoke_without_command", True)
    }
    for name, above in group.commands.items():
        found |= {f"{name} {word}": command for word, command in getattr(above, "commands", {}).items()}
    return found


def documented_commands() -> dict[str, str]:
    """Return the calls that the reference lists, by their words."""
    calls = [call.strip("`") for call in table(COMMAND_LINE, "command")]
    return {" ".join(itertools.takewhile(re.compile(r"[a-z][a-z-]*").fullmatch, call.split())): call for call in calls}


def test_every_command_of_the_command_line() -> None:
    assert documented_commands().keys() == commands().keys()


def test_every_option_of_the_command_line() -> None:
    for words, command in commands().items():
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        told = set(re.findall(r"--[a-z-]+", documented_commands()[words]))
        assert told == options - {"--help", "--json"}, words


def test_the_least_role_of_each_command() -> None:
    rows = table(PERMISSIONS, "command")
    told = {name.strip("`"): cells for name, cells in rows.items()}
    assert told == {name: [rule.board_kind, rule.role, "yes" if rule.while_closed else "no"] for name, rule in TABLE.items()}


def test_the_roles_in_their_order() -> None:
    assert [name.strip("`") for name in table(PERMISSIONS, "role")] == list(ROLES)
    assert [name.strip("`") for name in table(PERMISSIONS, "scope")] == list(SCOPES)


def test_every_file_and_folder_that_the_docs_name() -> None:
    pages = [ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")]
    pages += [ROOT / "board/contract.md", *sorted(DOCS.rglob("*.md"))]
    assert len(pages) > 30
    for page in pages:
        text = page.read_text(encoding="utf-8")
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", re.sub(r"```.*?```", "", text, flags=re.S))
        files = [name for name in names(text) if re.fullmatch(r"(board|realtime|models|tests|static|docs)/[\w./]*", name)]
        modules = [name for name in names(text) if re.fullmatch(r"\w+\.py", name)]  # in a list that names the folder once
        assert [link for link in links if not (page.parent / link).exists()] == [], page
        assert [name for name in files if not (ROOT / name).exists()] == [], page
        assert [name for name in modules if not any((ROOT / "board").rglob(name))] == [], page


@pytest.mark.parametrize("page", ["add-field", "add-card-kind", "translate"])
def test_names_of_the_code_in_a_how_to_exist(page: str) -> None:
    code = "".join(file.read_text(encoding="utf-8") for package in ("board", "models") for file in (ROOT / package).rglob("*.py"))
    spoken = {
        name.removesuffix("()") for name in names(document(f"how-to/{page}")) if re.fullmatch(r"[A-Z_]{3,}|[a-z_]+\(\)", name)
    }
    assert spoken
    assert {name for name in spoken if not re.search(rf"\b{name}\b", code)} == set()


def test_the_how_to_extracts_messages_as_the_catalogues_were_made() -> None:
    (recipe,) = re.findall(
        r"^#   (pybabel extract .+)$", (ROOT / "board/locales/babel.cfg").read_text(encoding="utf-8"), flags=re.M
    )
    assert recipe in document("how-to/translate")


def test_the_changes_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    changes = CONTRACT.split("\n## Changes\n", 1)[1]
    for text, pattern in ((changelog, r"^## \[(\d+\.\d+\.\d+)\]"), (changes, r"^- (\d+\.\d+\.\d+)")):
        told = re.findall(pattern, text, flags=re.M)
        assert told[0] == version
        assert told == sorted(told, key=lambda each: [*map(int, each.split("."))], reverse=True)


def test_each_release_states_its_tables() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^## \[(\d+\.\d+\.\d+)\].*\n\nTables: (\d{4})\.$", changelog, flags=re.M))
    assert told == RELEASED
    assert set(told) == set(re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, flags=re.M))
    assert list(told.values()) == sorted(told.values(), reverse=True)
    assert set(told.values()) <= set(versions())


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("drawn", ["layers", "layers-js"])
def test_the_drawing_of_the_layers_is_that_of_the_code(drawn: str) -> None:
    assert rows_of(drawing(drawn)) == of_code(drawn)


@pytest.mark.parametrize("drawn", ["layers", "layers-js"])
def test_a_drawing_with_two_rows_exchanged_is_found(drawn: str) -> None:
    lines = drawing(drawn).splitlines()
    exchanged = [lines[0], *lines[:2:-1], lines[2], lines[1]]
    assert rows_of("\n".join(exchanged)) != of_code(drawn)


@pytest.mark.parametrize("drawn", ["layers", "layers-js"])
def test_a_drawing_without_one_part_is_found(drawn: str) -> None:
    name = next(iter(of_code(drawn)[-1]))
    assert rows_of(re.sub(rf"\b{name}\b", "", drawing(drawn))) != of_code(drawn)


def test_the_drawing_in_the_readme_has_the_layers_in_their_order() -> None:
    (drawn,) = [block for block in code_blocks("## Code", "text") if block.startswith("command_line/ ")]
    rows = [set(re.findall(r"\w+", re.split(r" {4,}", line)[0])) for line in drawn.splitlines()]
    assert len(rows) == len(test_architecture.LAYERS)
    for row, layer in zip(rows, test_architecture.LAYERS, strict=True):
        assert row <= set(layer)


def drawing(name: str) -> str:
    (found,) = re.findall(rf"^```{name}\n(.*?)^```$", document("explanation/architecture"), flags=re.S | re.M)
    return str(found)


def rows_of(drawing: str) -> list[set[str]]:
    """Return the names in each row of a drawing, from top to bottom."""
    rows: list[set[str]] = [set()]
    for line in drawing.splitlines():
        if line.startswith("├"):
            rows.append(set())
        elif line.startswith("│"):
            rows[-1] |= set(line.split("│")[1].split())
    return rows


def of_code(name: str) -> list[set[str]]:
    """Return the layers that the tests of the imports hold, from top to bottom."""
    if name == "layers":
        return [set(layer) for layer in test_architecture.LAYERS]
    top = [{"display", "pages"}]  # beside each other: neither may import the other
    return top + [{layer} for layer in reversed(test_js_layers.LAYERS) if layer not in top[0]]


def test_first_tasks_and_criteria_are_whole() -> None:
    from board.config import predefined_tasks
    from board.paths import DATA

    kinds = re.findall(r"\[\[(\w+)\]\]", (Path(DATA) / "first_tasks.toml").read_text())
    assert {kind: 4 <= kinds.count(kind) <= 7 for kind in kinds} == dict.fromkeys(
        ("runaway", "parental_abduction", "unaccompanied_minor", "third_party_abduction", "undefined"), True
    )
    assert len(predefined_tasks.criteria()) == 6
    taken_down = tomllib.loads((Path(DATA) / "take_down.toml").read_text(encoding="utf-8"))["take_down"]
    assert {level for task in taken_down for level in task["levels"]} == set(get_args(AppealLevel)) - {"none"}
