"""The contract: its reference is what the declarations say, has each of them once, and the guide says nothing else."""

import inspect
import re
from typing import Any, get_args, get_type_hints

import pytest

from board import errors
from board.api import openapi, routes
from board.audit.entries import ENTRIES
from board.commands.registry import TABLE
from board.commands.undo import undoable
from board.config.settings import Settings
from board.engine import kinds
from board.paths import CONTRACT
from board.rate_limit import Limiter, Rule
from board.rate_limit.account_limits import Limits
from board.web.refusals import STATUS
from models.accounts import ROLES, SCOPES
from realtime.wire import protocol
from tests.support import contract_docs, contract_reference
from tests.support.contract_reference import PAGES, blocks, pages, written
from tests.support.contract_schemas import rows, type_text

GUIDE, _, CHANGES = CONTRACT.read_text(encoding="utf-8").partition("\n## Changes\n")
MAX_WORDS = 3_200


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def section(title: str, text: str = GUIDE) -> str:
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def coded(text: str) -> set[str]:
    """Return the words that are set as code: `like this`."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S)))


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of all tables in a text, without their heads."""
    tables = re.findall(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, flags=re.M)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for lines in tables for row in lines.splitlines()]


def first_cells(text: str) -> list[str]:
    return [name for row in table_rows(text) for name in re.findall(r"`([^`]+)`", row[0])]


# -- the reference --------------------------------------------------------------------------------------------------------


def test_reference_is_what_the_declarations_say() -> None:
    stale = [file.name for file, text in pages().items() if written(text) != text]
    assert stale == [], "run python -m tests.support.contract_reference"


def test_changed_docstring_makes_the_reference_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    contract_reference._block.cache_clear()
    monkeypatch.setattr(TABLE["tip.dismiss"].data, "__doc__", "Dismiss a tip for good.")
    assert [file.stem for file, text in pages().items() if written(text) != text] == ["cards"]
    contract_reference._block.cache_clear()


def test_each_frame_is_there_once() -> None:
    frames = [frame.__name__ for frame in (*get_args(protocol.ClientFrame), *get_args(protocol.ServerFrame))]
    assert sorted(blocks("frames")) == sorted(frames)
    read = {_type(frame) for frame in get_args(protocol.ClientFrame)}
    assert read == set(re.findall(r'case "(\w+)"', inspect.getsource(protocol.parse)))


def test_each_kind_is_there_once() -> None:
    assert sorted(blocks("kinds")) == sorted(kind.name for kind in kinds.every())


def test_each_call_is_there_once() -> None:
    assert sorted(blocks("calls")) == sorted({path for _, path in routes.CALLS})


def test_each_command_is_there_once() -> None:
    headings = re.findall(r"^### `([a-z_]+\.[a-z_]+|undo)`$", "\n".join(pages().values()), flags=re.M)
    assert sorted(headings) == sorted(TABLE)


def test_each_entry_of_the_audit_journal_has_its_fields() -> None:
    told = {row[0].strip("`"): row for row in table_rows(page("audit")) if row[0].strip("`") in ENTRIES}
    assert told.keys() == ENTRIES.keys()
    for type, entry in ENTRIES.items():
        assert told[type][1] == entry.KIND, type
        assert re.findall(r"(?:^|, )`(\w+)`", re.sub(r"\(.*?\)", "", told[type][2])) == entry.sent_fields(), type


def test_each_event_that_can_be_undone_says_so() -> None:
    told = {
        name: row for text in pages().values() for row in table_rows(text) if (name := row[0].strip("`")) in kinds.event_specs()
    }
    assert told.keys() == kinds.event_specs().keys()
    assert {name for name, row in told.items() if row[2] == "yes"} == set(undoable())


def test_each_significant_event_is_named() -> None:
    significant = {type for type, spec in kinds.event_specs().items() if spec.significant is not None}
    assert {name for name in coded(section("Significant events", page("handover"))) if name in kinds.event_specs()} == significant


def test_each_limit_has_its_default() -> None:
    rules = {rule.name: rule for rule in vars(Limits(Settings(), Limiter())).values() if isinstance(rule, Rule)}
    told = {row[0].strip("`"): row[2] for row in table_rows(page("limits").split("\n## ", 1)[0]) if row[0]}
    assert told.keys() == rules.keys()
    for text in told.values():
        for name, number in re.findall(r"`(MAX_\w+)`, (\d+) in a", text):
            assert int(number) == Settings.model_fields[name.lower()].default
    assert f"{rules['account'].limit:,}" in told["account"]
    assert str(rules["accounts"].limit) in told["accounts"]


def test_sizes_of_frames_are_those_of_the_protocol() -> None:
    assert f"at most {protocol.MAX_CLIENT_FRAME_BYTES:,} bytes from a client" in page("socket")
    assert protocol.MAX_SERVER_FRAME_BYTES == 2**20
    assert "at most 1 MiB from the server" in page("socket")


# -- how it is written ----------------------------------------------------------------------------------------------------


def test_docstring_explains_fields_one_by_one() -> None:
    docs = contract_docs.parse("Move a card.\n\n`before`: the card\nbefore which it goes.\n`a.b`: text.\n\nMore.")
    assert docs.fields == {"before": "the card before which it goes.", "a.b": "text."}
    assert docs.text == "Move a card.\n\nMore."


def test_field_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    contract_reference._block.cache_clear()
    monkeypatch.setattr(TABLE["tip.dismiss"].data, "__doc__", "Dismiss a tip.\n\n`becuase`: why.")
    with pytest.raises(AssertionError, match="becuase"):
        [written(text) for text in pages().values()]
    contract_reference._block.cache_clear()


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string", "maxLength": 200}, "text, at most 200"),
        ({"anyOf": [{"format": "date-time", "type": "string"}, {"type": "null"}]}, "time | null"),
        ({"type": "array", "items": {"enum": ["fr", "nl"]}, "maxItems": 4}, "list of `fr`, `nl`, at most 4"),
        ({"type": "integer", "minimum": 1, "maximum": 500, "default": 50}, "integer, 1 to 500, 50 if not given"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "integer by key"),
        ({}, "any"),
    ],
)
def test_type_is_in_words(schema: dict[str, Any], text: str) -> None:
    assert type_text(schema) == text


def test_group_and_list_are_followed_to_their_fields() -> None:
    leaf = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    schema = {
        "properties": {"a": leaf, "b": {"type": "array", "items": leaf}, "c": {"type": "object", "additionalProperties": leaf}}
    }
    assert [path for path, _, _ in rows(schema, nested=True)] == ["a", "a.id", "b", "b[].id", "c", "c.*.id"]
    assert [path for path, _, _ in rows(schema, nested=False)] == ["a", "b", "c"]


def test_one_of_two_objects_has_the_fields_of_both() -> None:
    id, text = {"type": "integer"}, {"type": "string"}
    schema = {
        "oneOf": [{"properties": {"id": id, "a": text}, "required": ["id", "a"]}, {"properties": {"id": id}, "required": ["id"]}]
    }
    assert [name for _, name, _ in rows(schema, nested=True)] == ["`id`", "`a`?"]


# -- the guide ------------------------------------------------------------------------------------------------------------


def test_guide_stays_short() -> None:
    assert len(GUIDE.split()) <= MAX_WORDS


def test_guide_leads_to_each_page() -> None:
    assert re.findall(r"^\| \[.*?\]\(docs/reference/contract/(\w+)\.md\)", GUIDE, flags=re.M)
    assert {f"{name}.md" for name in re.findall(r"^\| \[.*?\]\(docs/reference/contract/(\w+)\.md\)", GUIDE, flags=re.M)} == {
        file.name for file in pages()
    }


def test_guide_has_each_refusal_with_its_status() -> None:
    told = {row[0].strip("`"): int(row[1]) for row in table_rows(section("Refusals"))}
    assert told == {code: STATUS[code] for code in errors.MESSAGES}


def test_guide_has_the_close_codes() -> None:
    codes = {value for name, value in vars(protocol).items() if name.startswith("CLOSE_")}
    told = {int(code) for row in table_rows(section("Frames and their order")) for code in re.findall(r"\d{4}", row[0])}
    assert told == codes | {1001, 1009}  # these two are of the WebSocket protocol


def test_guide_has_the_fields_of_an_event() -> None:
    fields = {*get_type_hints(openapi.SharedEventFields), "kind", "state"}
    assert set(first_cells(section("Boards, events, state"))) == fields


def test_guide_has_the_fields_of_a_command() -> None:
    fields = set(get_type_hints(protocol.CommandFrame)) - {"type", "board"}
    assert set(first_cells(section("Commands"))) == fields


def test_guide_names_only_frames_commands_and_codes_that_exist() -> None:
    frames = {_type(frame) for frame in (*get_args(protocol.ClientFrame), *get_args(protocol.ServerFrame))}
    assert set(re.findall(r'"type": "(\w+)"', section("Frames and their order"))) <= frames
    nouns = {command.partition(".")[0] for command in TABLE} - {"undo"}
    used = {name for name in coded(GUIDE) if re.fullmatch(rf"({'|'.join(nouns)})\.[a-z_]+", name)}
    assert used
    assert used <= {*TABLE, *kinds.event_specs()}


def test_guide_has_the_roles_in_their_order_and_the_scopes() -> None:
    told = re.findall(r"`(\w+)`", section("Connecting").partition("Roles, each")[2])
    assert [name for name in told if name in ROLES] == list(ROLES)
    assert set(SCOPES) <= set(told)


def test_guide_has_the_order_in_which_commands_are_checked() -> None:
    """Compare the guide with what tests of commands with two faults show."""
    (order,) = re.findall(r"in this order: (.*?)\.\n", section("Commands"), flags=re.S)
    assert re.findall(r"`(\w+)`", order) == [
        "not_found", "unknown_command", "forbidden", "closed", "invalid", "not_found", "conflict",
    ]  # fmt: skip


def test_event_of_the_guide_is_an_event() -> None:
    assert '{"seq": 118, "hidden": true}' in GUIDE
    assert set(get_type_hints(openapi.HiddenEvent)) == {"seq", "hidden"}


def test_changes_stay_in_the_contract() -> None:
    assert re.findall(r"^- (\d+\.\d+\.\d+)", CHANGES, flags=re.M)[-1] == "0.1.0"


def _type(frame: Any) -> str:
    return str(get_args(get_type_hints(frame)["type"])[0])
