"""Paper and screens say the same sentence of an event: each type of the registry, in each variant and language, byte for byte."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from board import i18n
from board.bootstrap import ROOT
from board.config import sentences
from board.config.event_sentences import SENTENCES, Text
from board.dev.node import find_node
from board.dev.script_checks import NO_PAGE
from board.documents import event_text
from board.documents.event_values import READERS
from board.documents.field_values import plain
from board.documents.shown_changes import UNKNOWN
from board.engine import kinds
from board.web import declarations
from tests.support.registry_events import ACCOUNTS, NAMED, Case, cases, values_in

LANGUAGES = i18n.languages()
CASES = list(cases())
TABLE = Path(__file__).parents[1] / "event_sentences.json"  # sentences of a case of each variant, by case and language
NOW = "2030-06-01T10:00:00.000Z"  # of another year than the events: screens leave out the present one, and paper does not
TO_READER = "to you"  # variants that paper does not have: it has more than one reader


def on_paper(case: Case, before: Any, language: str, lists_changes: bool = False) -> str:
    return "".join(map(plain, event_text.describe(case.event, before, case.board, values_in(language), lists_changes).sentence))


def on_screens(given: list[dict[str, Any]], language: str, folder: Path) -> list[str]:
    catalogue = i18n.js_catalogue(language) | declarations.for_scripts(language)
    world = {"catalogue": catalogue, "now": NOW, "entities": NAMED, "accounts": ACCOUNTS, "cases": given}
    (folder / "cases.json").write_bytes(orjson.dumps(world))
    done = subprocess.run(
        [str(find_node().program), "--import", NO_PAGE, "tests/js/event_sentences.js", str(folder / "cases.json")],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    told: list[str] = json.loads(done.stdout)
    return told


def of_each_variant() -> dict[tuple[str, Text], tuple[Case, Any]]:
    """Return the case with the shortest sentence of each type of event and variant, with the state before it."""
    values, found = values_in("en"), dict[tuple[str, Text], tuple[Case, Any]]()
    for case, before in [(case, case.before) for case in CASES] + [(case, UNKNOWN) for case in CASES]:
        facts = event_text.facts_of(case.event, before, case.board, values)
        text = event_text.variant_of(event_text.sentence_of(case.event), facts).text
        key = ("" if case.event.keys() & {"undoes", "erased"} else case.event["type"], text)
        if key not in found or len(on_paper(case, before, "en")) < len(on_paper(*found[key], "en")):
            found[key] = (case, before)
    return found


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_says_the_sentence_of_the_screens(language: str, tmp_path: Path) -> None:
    given = [{"event": case.event, "board": case.board, "before": case.before} for case in CASES]
    variants: tuple[dict[str, bool], ...] = ({}, {"known": False}, {"lists": True})
    screens = on_screens([each | variant for variant in variants for each in given], language, tmp_path)
    paper = [on_paper(case, case.before, language) for case in CASES] + [on_paper(case, UNKNOWN, language) for case in CASES]
    paper += [on_paper(case, case.before, language, lists_changes=True) for case in CASES]
    told = zip([*CASES, *CASES, *CASES], paper, screens, strict=True)
    assert [(case.name, text, screen) for case, text, screen in told if text != screen] == []


def test_sentences_read_as_in_the_table() -> None:
    assert TABLE.read_text(encoding="utf-8") == written(), "run python -m tests.unit.test_event_sentences"


def test_each_event_type_has_a_sentence_and_each_variant_a_case() -> None:
    without = {type for type in kinds.event_specs() if type not in SENTENCES and not type.endswith((".added", ".updated"))}
    assert without == {"handed.archived", "file.erased"}, "whose labels say it all"
    declared = {variant.text for sentence in SENTENCES.values() for variant in sentence.variants}
    assert {text for text in declared - {text for _, text in of_each_variant()} if not str(text).endswith(TO_READER)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_an_event_says_that_nobody_has_it_now(language: str) -> None:
    translate = i18n.gettext_for(language)
    now = "|".join(re.escape(translate(text)) for text in (sentences.NOBODY_HAS_IT, "nobody has it"))
    given = [variant.text for sentence in SENTENCES.values() for variant in sentence.variants]
    texts = [translate(text) for text in given if isinstance(text, str)]
    assert [text for text in texts if re.search(rf"\b(?:{now})\b", text)] == []


def test_each_placeholder_is_filled_by_a_known_reader() -> None:
    for type, (variants, slots, _) in SENTENCES.items():
        names = {name for variant in variants for name in event_text.placeholders(variant.text)}
        assert slots.keys() <= names, f"{type} has a slot without a placeholder"
        assert {slots.get(name, name).partition(" ")[0] for name in names} <= READERS.keys(), type


def written() -> str:
    rows = {
        f"{type or 'any type'}: {text if isinstance(text, str) else text[0]}": {
            each: on_paper(case, before, each) for each in LANGUAGES
        }
        for (type, text), (case, before) in of_each_variant().items()
    }
    return f"{json.dumps(rows, indent=1, ensure_ascii=False)}\n"


if __name__ == "__main__":
    TABLE.write_text(written(), encoding="utf-8")
