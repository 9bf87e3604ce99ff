"""Regular expressions: every one of the program is found in its source, has the bound of its input in a list, and takes at most
20 ms for it, in a time that grows with the length alone. Scanners written by hand are listed here, and tested in
test_linear_time; expressions of scripts are tested in tests/js."""

import ast
import re
from typing import Annotated, Any

import pytest
from pydantic import StringConstraints, TypeAdapter, ValidationError
from starlette.routing import Mount, Route, WebSocketRoute

from board.api.tags import GROUPS
from board.config.settings import PATTERNS
from realtime.wire import protocol
from tests.support import expression_texts, expressions
from tests.support.linear_time import slowness
from tests.unit import test_linear_time
from tests.unit.test_contract import app_routes

# ruff: noqa: E501

# Largest inputs, in characters
WIRE = protocol.MAX_CLIENT_FRAME_BYTES  # of strangers: a frame, a body, all headers, an address with its query
TEXTS = 16_000  # texts of one entity that people type: a field has 4,000, and some expressions get several together
NAMES = 4_000  # names and short fields: the longest is cut to this before, as the header of an upload's name is
OWN = 65_536  # files of the program, its packages and its administrator: no stranger writes them

BOUNDS = (
    (WIRE, r"""
        board/accounts/devices.py: f'[\\w-]{{22}}(\\.[\\w-]{{22}}){{1,{MAX_ACCOUNTS}}}'
        board/files/http/api.py: UUID
        board/files/http/api.py: [0-9]{1,16}
        board/files/http/api.py: [0-9a-f]{64}
        board/commands/read_ahead.py: [0-9a-f-]{36}
        board/commands/searches/search_details.py: [a-z0-9]{1,16}\Z
        board/commands/cards/tasks.py: [a-z0-9]{1,16}\Z
        board/documents/event_text.py: restatements\.([^.]+)\.
        board/documents/shown_changes.py: (?:checklist|criteria|earlier)\.\w+
        board/documents/shown_changes.py: ([\w.]+)\.(?:lat|lon)
        board/engine/display_identity.py: [0-9a-f]{32}
        board/files/stored.py: (uploads|files)/[0-9A-Za-z_-]{1,64}/[0-9a-z][0-9a-z-]{0,63}
        board/files/store.py: (uploads|files)/([0-9A-Za-z_-]{1,64}/?)?
        board/lookup/closed_pages.py: [\s-]+
        board/maps/tiles_api.py: bytes=(\d{1,16})-(\d{1,16})
        board/lookup/closed_searches.py: f'([0-9]{{4}}(?:-[0-9]{{2}}){{2}}T[0-9]{{2}}(?::[0-9]{{2}}){{2}}\\.[0-9]{{3}}Z)_({UUID})'
        board/lookup/fuzzy_names.py: [^a-z0-9]+
        board/lookup/place_query.py: e?s[ht]?a{1,2}t?[cstz]{0,2}i(?:e|on|oen)|ba{1,2}h?nh?o{1,2}f{1,2}
        board/telemetry/logs.py: [A-Za-z0-9_-]{1,64}\Z
        board/web/same_origin.py: https?://[a-z0-9.:\[\]-]{1,200}
        models/fields.py: \d{4}-\d\d-\d\d
        models/ids.py: [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
        realtime/http/request_framing.py: \r\n[ \t]
        realtime/http/request_framing.py: (?<!\r)\n|\r(?!\n)
        realtime/http/request_framing.py: \r\n(content-length|transfer-encoding)[ \t]*:([^\r\n]*)
        realtime/http/request_framing.py: \AGET [\x21-\x7e]+ HTTP/1\.1\r\n
        realtime/http/request_framing.py: (?i)\r\nhost:
        realtime/http/request_framing.py: (?i)\r\nupgrade: *websocket *(\r\n|\Z)
        realtime/http/request_framing.py: (?i)\r\nconnection:[^\r\n]*\bupgrade\b
        realtime/wire/protocol.py: [A-Za-z0-9_-]{1,64}\Z
        realtime/wire/strict_json.py: [\u0000\ud800-\udfff]
    """),
    (TEXTS, r"""
        board/disclosure/masking.py: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}
        board/disclosure/paper.py: \d{4}-\d\d-\d\dT[\d:.]+Z
        board/disclosure/paper.py: colleague (\d+)|this person|withheld
        board/disclosure/person_match.py: \D
        board/disclosure/person_match.py: \d(?:[\s./()\-\u00a0]{0,3}\d){5,}
        board/accounts/own_words.py: [\W_]+
        board/commands/cards/mentions.py: (?<![\w.@])@(?=\w)
        board/commands/cards/mentions.py: \w(?!\w|-\w)
        board/commands/cards/mentions.py: \w(?:.*\w)?
        board/commands/reports/caller_contact.py: [,;\n]
        board/documents/content.py: ([\\`*_{}\[\]<>#|~!&$@^])
        board/documents/content.py: ^(\s*)([-+=:]|\d+(?=[.)]))
        board/documents/content.py: (?<=[\d→]) |(?<=\d\.) |(?<=\(±) | (?=[·→] )| (?=\d+(?: ·|$))| (?=\d{1,2}\.?\s\w{3,5}\.?\s)| (?=\d{4} \d)| (?=\d\d:\d\d)
        board/documents/content.py: \d\d:\d\d
        board/documents/content.py: [\x00-\x08\x0b-\x1f\x7f]
        board/documents/event_text.py: \{(\w+)\}
        board/documents/field_values.py:  (?=\d)
        board/documents/field_values.py: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}
        board/documents/field_values.py: \d{4}-\d\d-\d\dT[\d:.]+Z
        board/exports/exports.py: (\A|[;\t\r\n])(?=[" \u00a0]*[=+\-@\t\r＝＋－＠])
        board/geo_files/xml_text.py: [^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]
        board/vocabulary/folding.py: [!?;\n\r…]|\.(?=[\s\"'”’)]|$)
        board/vocabulary/folding.py: [,:()\[\]·•|]|\s[-–—]+\s|\s[—–]|[—–]\s
        board/vocabulary/folding.py: [\u00ad\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufeff]
        board/vocabulary/folding.py: [^\W_]+
        board/vocabulary/folding.py: [“„\"«‹]
        board/vocabulary/folding.py: [“„\"«‹]$|«\s$
        board/vocabulary/folding.py: [”“\"»›]|\s»
        board/vocabulary/folding.py: [^\s,\-–—]|\n
        board/vocabulary/folding.py: \S+
        models/searchable.py: [^\W_]+
    """),
    (NAMES, r"""
        board/lookup/place_query.py: e?s[ht]?a{1,2}t?[cstz]{0,2}i(?:e|on|oen)|ba{1,2}h?nh?o{1,2}f{1,2}
        board/documents/material_api.py: [^A-Za-z0-9_-]+
        board/documents/pages.py: [^A-Za-z0-9_-]+
        board/documents/poster.py: [\s-]+
        board/exports/exports.py: [^A-Za-z0-9_-]+
        board/files/names.py: [/\\]
        board/files/names.py: \.[^.\s]{1,10}\Z
        board/files/names.py: [^A-Za-z0-9._ -]
        board/files/picture_process.py: ([+-])(\d\d):(\d\d)
        models/search.py: [^\W\d_]+|\d+
        models/contact.py: [^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+
        models/telephone.py: \+?[\d\s().\-/]+(?:(?:;ext=|ext\.?|#)\s*\d{1,8})?
    """),
    (OWN, r"""
        board/config/alarm_rules.py: [A-Za-z0-9_]{1,40}\Z
        board/config/map_tiles.py: <[^<>]*>
        board/config/map_tiles.py: [\x00-\x1f\x7f]+
        board/api/openapi.py: \{(\w+)\}
        board/api/openapi.py: [^a-z]+
        board/api/tags.py: pattern
        board/bootstrap.py: ^\| `([^`]+)` \| (.+) \|$
        board/bootstrap.py: `|\[([^][]+)\]\([^()]+\)
        board/maintenance/checks/hosts.py: \w[\w.:-]*
        board/maintenance/checks/proxy.py: https?://[^/?#]+
        board/maintenance/checks/proxy.py: data-origin="([^"]*)"
        board/maintenance/checks/proxy.py: ^board_refused_total\{[^}]*"public_url"[^}]*\} (?!0)
        board/commands/schemas.py: [._]
        board/demo/drawings.py: ([MLCZ])([^MLCZ]*)
        board/demo/drawings.py: -?[\d.]+
        board/demo/seed_data.py: (?P<sign>[+-])(?:(?P<days>\d+)d )?(?P<hours>\d+):(?P<minutes>\d\d)
        board/demo/seed_data.py: \{([^{}]*)\}
        board/dev/js_messages.py: f'(?<![\\w.$])([tnp])\\(\\s*({_TEXT})(?:\\s*,\\s*({_TEXT}))?'
        board/dev/js_messages.py: ^\s*// (translators: .*)$
        board/dev/lock.py: (?m)^(?=[A-Za-z0-9])
        board/dev/node.py: v(\d+)\.(\d+)
        board/dev/release_checks.py:  - \d{4}-\d\d-\d\d
        board/dev/release_checks.py: \d+\.\d+\.\d+
        board/dev/release_checks.py: ^## \[([^]\n]+)\](.*)\n(?:\n(Tables: \d{4}\.)\n)?
        board/dev/release_checks.py: f'^- {re.escape(version)}:'
        board/dev/server_binaries.py: pattern
        board/dev/version_bump.py: "\d+\.\d+\.\d+": "\d{4}"
        board/dev/version_bump.py: \d+\.\d+\.\d+
        board/documents/fonts.py: -(?:400|700)-normal\.woff2$
        board/documents/fonts.py: U\+([0-9A-F]+)(?:-([0-9A-F]+))?
        board/documents/pdf_process.py: class="step-0" data-steps="(\d+)"(?: data-pages="(\w+)")?
        board/engine/integrity.py: (\S{1,64}) holds: (\d{1,15}) events, head ([0-9a-f]{64}|none)
        board/config/env_file.py: [A-Z][A-Z0-9_]{1,63}
        board/config/search_keys.py: ([0-9a-f-]{36}) (AGE-SECRET-KEY-1[0-9A-Z]{58}|-[-0-9A-Z]{73})\n
        board/vocabulary/concept_rows.py: =?[a-z][a-z0-9_]*(?:[:+][a-z][a-z0-9_]*){0,5}
        board/vocabulary/concept_rows.py: [a-z][a-z0-9_]{0,39}
        board/config/toml_lines.py: (\[{1,2})([^\]]+)\]
        board/config/toml_lines.py: ([A-Za-z0-9_-]+)\s*=
        board/help/find.py: <[^<>]*>
        board/help/find.py: </?(?:a|code|em|strong|span)\b[^<>]*>
        board/help/find.py: <h[1-3] id="([^"<]*)">((?:[^<]|<(?!/?h[1-3]))*)</h[1-3]>
        board/help/markdown.py: (?![a-z][a-z0-9+.-]*:|//|#)
        board/help/markdown.py: [^\w\- ]
        board/i18n.py: (?:\w{3}\.\s)?\d{1,2}(?:er)?\s(?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)\b
        board/i18n.py: f"\\b({'|'.join((word for each in LANGUAGES.values() for word in each.before_dates))}) \\{{(\\w+)\\}}"
        board/i18n.py: ^(?:msgctxt ("[^\n]+")\n)?msgid ("[^\n]+")\nmsgstr "[^\n"]
        board/install/checkout.py: [\w.]+
        board/install/commit.py: [0-9a-f]{40,64}
        board/install/environments.py: NAME
        board/install/requirements.py: \s*([A-Za-z0-9][A-Za-z0-9._-]*)
        board/install/requirements.py: [-_.]+
        board/config/notification_settings.py: [A-Za-z0-9.-]+|\[[0-9A-Fa-f.:]+\]
        board/config/settings.py: (mailto:[^\s@]+@|https://|tel:\+?\d)[^\s]+
        board/config/settings.py: pattern
        board/config/settings.py: https?://[^/\s]+/?
        models/db/migrations/versions/0021_references.py: \d{4}-\d{1,6}
        models/db/statement.py: \bIN :([a-z_]\w*)
        models/db/statement.py: (?<![:\w]):([a-z_]\w*)
    """),
)  # fmt: skip

LISTED = {line.strip(): bound for bound, lines in BOUNDS for line in lines.strip().splitlines()}

# Patterns of expressions whose pattern is a parameter
PARAMETERS = {
    "board/api/tags.py: pattern": tuple(pattern for pattern, _, _ in GROUPS),
    "board/dev/release_checks.py: f'^- {re.escape(version)}:'": (r"^- 1\.2\.3:",),
    "board/dev/server_binaries.py: pattern": (r" v=(\d+)", r" (\d+)"),
    "board/config/settings.py: pattern": tuple(pattern for pattern, _ in PATTERNS.values()),
}

# Patterns of types and schemas. pydantic's engine has no backtracking; those of schemas are for other programs, which the program
# itself never runs.
OF_TYPES = {
    r"board/accounts/api.py: StringConstraints ^[!-?A-~]+@[!-?A-~]+$",
    r"board/config/sign_in.py: StringConstraints ^[a-z0-9][a-z0-9-]{0,39}$",
    r"board/config/sign_in.py: StringConstraints ^[!-~]+$",
    r"board/displays/displays.py: StringConstraints ^\d{1,5}x\d{1,5}$",
    r"models/task.py: StringConstraints ^[0-9A-Za-z]{1,64}$",
    r"models/search.py: StringConstraints ^[a-z0-9_]{1,40}$",
    r"board/config/appeal_rules.py: StringConstraints ^[0-9+][0-9 +]{2,19}$",
}
OF_SCHEMAS = {
    r"board/api/openapi.py: schema f'^{UUID}$'",
    r"board/files/http/api.py: Shape ^[0-9a-f]{64}$",
    r"board/commands/schemas.py: schema \S",
    r"board/commands/schemas.py: schema ^[A-Za-z0-9_-]{1,64}$",
    r"board/commands/schemas.py: schema ^[a-z0-9]{1,16}$",
    r"board/commands/schemas.py: schema ^\d{4}-\d\d-\d\d$",
    r"board/lookup/closed_searches.py: schema f'^({_CURSOR.pattern})?$'",
    "board/lookup/looks.py: StatementAnswer list(statement.pattern)",  # the pattern of a garment: no expression
    r"board/web/endpoint.py: schema f'^({OPERATIONS}|{UUID})$'",
    r"realtime/wire/protocol.py: Shape ^[A-Za-z0-9_-]{1,64}$",
}

# Comparisons in SQL: a year and %, or one word between two %. A word has no %, as it is letters and digits alone.
OF_SQL = {
    "board/commands/searches/references.py: like",
    "board/lookup/closed_searches.py: like",
    "board/lookup/rows_by_meaning.py: like",
    "board/lookup/text_search.py: like",
}

# Loops over a text that are written by hand, with the reader of test_linear_time that they are tested by; None: no stranger's text
SCANNERS = {
    "board/accounts/own_words.py: _covered": "a password",
    "board/files/recognition_process.py: _after_space": "the first bytes of a file",
    "board/files/recognition_process.py: _markup": "the first bytes of a file",
    "board/client.py: _stay_connected": None,
    "board/files/bucket.py: get": None,  # pieces of a stored file
    "board/commands/sightings/sightings.py: would_cycle": None,  # cards of a board
    "board/config/own_place_features.py: skip_space": None,  # a file of the installation
    "board/files/folder.py: write": None,
    "board/files/sealing.py: seal": None,  # pieces of a stored file
    "board/files/sealing.py: unseal": None,
    "board/files/store.py: _pieces": None,
    "board/maintenance/pruning.py: _apply": None,
    "board/telemetry/log_writer.py: _write": None,
    "board/web/js_bundle.py: _on_comment": None,  # scripts of the program
}


def patterns_of(expression: expressions.Expression) -> "list[re.Pattern[Any]]":
    if expression.pattern is not None:
        return [expression.pattern]
    return [re.compile(text) for text in PARAMETERS[expression.key]]


def test_every_expression_of_the_program_has_a_bound() -> None:
    found = expressions.expressions()
    assert {each.key for each in found} == LISTED.keys()
    assert {each.key for each in found if each.pattern is None} == PARAMETERS.keys()


def test_no_expression_is_hidden_from_the_list() -> None:
    assert expressions.imports_of_re() == []
    assert set(expressions.keywords()) == OF_TYPES | OF_SCHEMAS
    assert set(expressions.statements()) == OF_SQL
    assert set(expressions.scanners()) == SCANNERS.keys()
    tested = {*test_linear_time.READERS, "a password"}
    assert {name for name in SCANNERS.values() if name is not None} <= tested


@pytest.mark.slow
@pytest.mark.parametrize("key", LISTED)
def test_an_expression_takes_time_in_proportion_to_its_input(key: str) -> None:
    for expression in expressions.expressions():
        if expression.key == key:
            for pattern in patterns_of(expression):
                assert expression_texts.slow(pattern, expression.methods, LISTED[key]) is None


@pytest.mark.slow
def test_a_path_is_matched_in_proportion_to_its_length() -> None:
    patterns = {route.path_regex for route in routes(app_routes())}
    assert len(patterns) > 50
    assert {pattern.pattern: found for pattern in patterns if (found := expression_texts.slow(pattern, ["match"], WIRE))} == {}


def routes(given: list[Any]) -> list[Any]:
    """Return all routes, and those below them."""
    below = [route for each in given if isinstance(each, Mount) for route in routes(list(each.routes))]
    return [*(each for each in given if isinstance(each, Route | Mount | WebSocketRoute)), *below]


@pytest.mark.slow
@pytest.mark.parametrize("key", sorted(OF_TYPES))
def test_a_type_is_checked_in_proportion_to_its_text(key: str) -> None:
    pattern = key.partition(": StringConstraints ")[2]
    adapter = TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])

    def check(text: str) -> None:
        try:
            adapter.validate_python(text)
        except ValidationError:
            return

    for make in expression_texts.text_makers(re.compile(pattern)):
        assert slowness(check, make, WIRE) is None


# -- the check itself -----------------------------------------------------------------------------------------------------


@pytest.mark.sample(every=3)
@pytest.mark.parametrize(
    ("pattern", "method", "longest"),
    [
        (
            re.compile(rb"\s*(?:<!--.*?-->\s*)*<(!doctype\s+)?(html|svg)\b", re.I | re.S),
            "match",
            8_192,
        ),  # of the files, until 0.4
        (re.compile(r"(a+)+$"), "match", 64),
        (re.compile(r"(?:x*y?)*z"), "match", 64),
        (re.compile(r"[ \t]*\n\s*"), "findall", 16_000),
        (re.compile(r"\s+$"), "search", 16_000),
        (re.compile(r"<.*?>"), "findall", 65_536),
        (re.compile(r'"(?:[^"\\]|\\.)*"'), "findall", 65_536),
        (re.compile(r"^(\w+\s?)*$"), "match", 400),
        (re.compile(r"(\d+)(\d+)(\d+)x"), "match", 4_000),
    ],
)
def test_a_slow_expression_is_found(pattern: "re.Pattern[Any]", method: str, longest: int) -> None:
    assert expression_texts.slow(pattern, [method], longest) is not None


def test_an_expression_in_a_new_file_is_found() -> None:
    tree = ast.parse("import re\nX = re.compile('a+')\ndef f(t):\n    return re.sub('b', '', t, flags=re.I)")
    assert [ast.unparse(call) for call in expressions.calls(tree)] == ["re.compile('a+')", "re.sub('b', '', t, flags=re.I)"]
