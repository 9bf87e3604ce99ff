"""Histories are for people: every type of event and every field of the registry is shown in words, in four languages, on paper
and on each screen with a history."""

import json
import re
import subprocess
from dataclasses import asdict
from typing import Any, NamedTuple

import orjson
import pytest

from board import i18n, labels
from board.bootstrap import ROOT
from board.dev.node import find_node
from board.dev.script_checks import NO_PAGE
from board.documents.event_lines import event_line
from board.documents.field_values import plain
from board.engine import kinds
from board.web import declarations
from tests.support.registry_events import ACCOUNTS, NAMED, Case, cases, values_in

LANGUAGES = i18n.languages()
KINDS = "|".join(("search", "column", "sighting", "tip", "task", "card", "note", "file", "material", "distribution", "alarm",
                  "wake", "report", "duty", "planned_duty", "shift", "handover", "handed", "briefing"))  # fmt: skip
UNREADABLE = {
    "an id": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-"),
    "a time for programs": re.compile(r"\d{4}-\d\d-\d\d"),
    "a code": re.compile(r"\b[a-z]+_[a-z_0-9]+\b"),
    "a type or a path": re.compile(rf"\b(?:{KINDS}|person|place|grade|checklist|criteria)\.[a-z]"),
    "a value of a programming language": re.compile(
        r"\b(?:null|undefined|None|NaN|(?<!still )(?<!Probably )true|false|True|False)\b|\[object"
    ),
    "a placeholder": re.compile(r"[{}]"),
    "a rank": re.compile(r"\ba[012]\b"),
    "the number of an event": re.compile(r"#\d|471\d|[4]\D?71\d\b"),
    "a change to the same": re.compile(r"(?:^|: )(?P<value>[^:→\n]+?) → (?P=value)(?:$|\n| · [A-Z])", re.M),
}
CASES = list(cases())


class Shown(NamedTuple):
    """Text of a case on a screen or on paper, in a language."""

    language: str
    name: str
    screen: str
    text: str


SAMPLE = [*LANGUAGES[:1], *LANGUAGES[-1:]]  # English, and one that everything has to be translated into


@pytest.fixture(
    scope="module", params=[pytest.param(SAMPLE, id="sample"), pytest.param(LANGUAGES, id="all", marks=pytest.mark.slow)]
)
def languages(request: pytest.FixtureRequest) -> list[str]:
    """Languages of the screens."""
    return list(request.param)


@pytest.fixture(scope="module")
def on_screens(tmp_path_factory: pytest.TempPathFactory, languages: list[str]) -> list[Shown]:
    """Every case on every screen with a history."""
    given = {
        "catalogues": {language: i18n.js_catalogue(language) | declarations.for_scripts(language) for language in languages},
        "entities": NAMED, "accounts": ACCOUNTS, "cases": [asdict(case) for case in CASES],
    }  # fmt: skip
    file = tmp_path_factory.mktemp("history") / "cases.json"
    file.write_bytes(orjson.dumps(given))
    done = subprocess.run(
        [str(find_node().program), "--import", NO_PAGE, "tests/js/readable_history.js", str(file)],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return [Shown(**each) for each in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def on_paper() -> list[Shown]:
    """Every case on paper."""
    return [Shown(language, case.name, "paper", paper_text(case, language)) for language in LANGUAGES for case in CASES]


def paper_text(case: Case, language: str) -> str:
    return "".join(map(plain, event_line(case.event, case.before, case.board, values_in(language))))


def unreadable(shown: list[Shown]) -> dict[str, str]:
    """Return what a person can't read, each fault with one text that has it."""
    found: dict[str, str] = {}
    for language, name, screen, text in shown:
        for fault, expression in UNREADABLE.items():
            if (match := expression.search(text)) is not None:
                found.setdefault(f"{fault} ({screen}, {match[0]!r})", f"{language}, {name}: {text}")
    return found


def test_screens_show_no_event_or_field_that_a_person_cannot_read(on_screens: list[Shown]) -> None:
    assert {each.screen for each in on_screens} == {"history", "unknown", "card", "compare", "news"}
    assert unreadable(on_screens) == {}


def test_paper_shows_no_event_or_field_that_a_person_cannot_read(on_paper: list[Shown]) -> None:
    assert unreadable(on_paper) == {}


@pytest.mark.parametrize(
    "text",
    [
        "briefing.changed", "Checklist: empty → a0", "2026-11-30T11:05:06.368Z", "empty → empty", "#118", "at: Step_two",
        "Search 00000000-0000-4000-8000-00000000dead", "Reference: undefined", "{who} did", "Position: 4,711",
    ],
)  # fmt: skip
def test_an_internal_is_found_in_a_text(text: str) -> None:
    assert unreadable([Shown("en", "", "paper", text)]) or text == "at: Step_two"


def test_every_event_has_a_sentence_of_its_own_in_each_language(on_screens: list[Shown]) -> None:
    untranslated = []
    by_name: dict[tuple[str, str], dict[str, str]] = {}
    for language, name, screen, text in on_screens:
        if screen == "unknown" and ": changes" in name:
            by_name.setdefault((screen, name), {})[language] = text.partition("\n")[0]
    for (_, name), texts in by_name.items():
        untranslated += [(language, name, text) for language, text in texts.items() if language != "en" and text == texts["en"]]
    assert untranslated == []


def test_every_code_is_shown_by_its_label(on_screens: list[Shown], languages: list[str]) -> None:
    shown = {(each.screen, each.language, each.name): each.text for each in on_screens}
    unnamed = []
    for case in CASES:
        kind = kinds.named(case.event["kind"])
        if case.code is None or kind.reading_of(case.path) == "internal":
            continue
        for language in languages:
            label = labels.value(case.path, kind.name, case.code, i18n.gettext_for(language))
            paper = str(values_in(language).value(case.path, case.code, kind.name))
            texts = {"paper": paper, "compare": shown["compare", language, case.name]}
            unnamed += [(screen, case.name, text) for screen, text in texts.items() if label is None or label not in text]
    assert unnamed == []


def told(shown: list[Shown], name: str, screen: str = "history", language: str = "en") -> str:
    text = next(each.text for each in shown if (each.name, each.screen, each.language) == (name, screen, language))
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("handed handed.set: changes", "The search for Noor V. was included in handover"),
        ("task task.updated: checklist.k1.text", "Bob Claes changed “checklist” on"),
        ("file file.withdrawn: changes", "Bob Claes withdrew a file: other words"),
        ("briefing handover.written: assessment", "Situation"),
    ],
)
def test_a_history_names_what_the_event_is_about(on_screens: list[Shown], case: str, sentence: str) -> None:
    assert sentence in told(on_screens, case)


def test_the_situation_of_a_search_is_not_called_an_assessment(on_screens: list[Shown], on_paper: list[Shown]) -> None:
    about = [each.text for each in (*on_screens, *on_paper) if each.language == "en" and each.name.startswith("briefing ")]
    assert any("ituation" in text for text in about)
    assert [text for text in about if "ssessment" in text] == []


def internal_fields() -> list[tuple[Any, str]]:
    return [(kind, path) for kind in kinds.every() for path, reading in kind.readings.items() if reading == "internal"]


def test_an_internal_field_has_nothing_that_people_write() -> None:
    written = [(kind.name, path) for kind, path in internal_fields() if path.split(".")[0] in kind.data.model_fields]
    assert written == [("task", "checklist.*.rank"), ("briefing", "kept"), ("place", "outline")], "which forms make"
