"""Words are found wherever they stand, and shown in the reader's language; nobody is led away by a link."""

import re
import shlex
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from board import i18n
from board.dev.js_messages import javascript
from board.paths import STATIC
from board.web.pages import safe_redirect_path

TRANSLATED = tuple(i18n.languages()[1:])
TERMS = [
    ("Runaway", "Fugue", "Wegloper"),
    ("International parental abduction", "Enlèvement parental international", "Internationale kinderontvoering door een ouder"),
    (
        "Unaccompanied foreign minor",
        "Mineur étranger non accompagné (MENA)",
        "Niet-begeleide minderjarige vluchteling (NBMV)",
    ),
    ("Abduction by a third party", "Enlèvement par un tiers", "Ontvoering door derden"),
    ("Undefined disappearance", "Disparition non définie", "Ongedefinieerde verdwijning"),
    ("Worrying disappearance", "Disparition inquiétante", "Onrustwekkende verdwijning"),
]
# Texts by what their time is: in other texts it is a time of day today, and a date on other days.
OF_DAY = {
    "As of {at}", "Saved {at}", "nobody had it at {at}", "{child}: {what}, taken at {at} after {length}", "{name} signs at {at}",
    "{name} accepts at {at}", "a time of day, after “seen”", "Your promise ends at {time}: {what}, {child}",
}  # fmt: skip
DATES = {
    "Changed by {name} at {time}.", "This alarm ended at {time}.", "{name} has had it since {time}.", "Raised: {ago}, at {time}",
    "Show it until {at}. Then take it down.", "Valid until {at}. Then destroy it.", "as it was on {at}", "a date",
    "Not signed. Searches as they were at {at}.", "a date, after “seen”",
    "No handover in progress. Searches as they were at {at}.",
}  # fmt: skip
TIMES = r"\{(?:at|time|until|from|when|then|happened|recorded|date)\}"
BEFORE_TIMES_OF_DAY = {"fr": "(?<!jusqu’)à", "nl": "om", "de": "um"}
BEFORE_DATES = {"fr": "le|du|au|jusqu’au", "nl": "op", "de": "am"}
SCRIPT = """
const a = t("Plain");
html`<p>${open ? html`<b>${t("late by {length}", {length})}</b>` : nothing} ${n("{count} card", "{count} cards", 3)}</p>`;
const c = p("of a list", "Found");
// translators: a note
const b = t("With a \\"quote\\"");
view.t("not ours"); start("nor this");
"""


def test_words_inside_nested_templates_are_found() -> None:
    found = list(javascript(BytesIO(SCRIPT.encode()), {}, [], {}))
    assert [(name, text) for _, name, text, _ in found] == [
        ("t", "Plain"),
        ("t", "late by {length}"),
        ("n", ("{count} card", "{count} cards")),
        ("p", ("of a list", "Found")),
        ("t", 'With a "quote"'),
    ]
    assert found[-1][3] == ["translators: a note"]


UNREADABLE = re.compile(r"(?<![\w.$])(?<!function )[tnp]\((?!\s*\")")  # a text that the extractor `javascript` skips


def unread(script: str) -> list[str]:
    """Calls of `t` and `n` whose text is not written there between double quotes; comments are left out."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith(("//", "*", "/*"))]
    return [line for line in lines if UNREADABLE.search(line)]


def test_every_text_of_the_scripts_is_written_so_that_it_is_found() -> None:
    scripts = sorted((STATIC / "js").rglob("*.js"))
    found = [text for each in scripts for text in javascript(BytesIO(each.read_bytes()), {}, [], {})]
    assert len(found) > 500, "this check does not look where the scripts are"
    assert {each.name: unread(each.read_text()) for each in scripts if unread(each.read_text())} == {}


@pytest.mark.parametrize("call", ["t('single')", "t(`template`)", "${n(one, many, 3)}", "t(name)"])
def test_a_text_that_would_not_be_found_is_noticed(call: str) -> None:
    assert unread(f"const a = {call};") == [f"const a = {call};"]
    assert unread('t("plain"); cut(here); view.t(name); export function t(msgid) {') == []


def test_the_list_for_translators_is_that_of_the_texts(tmp_path: Path) -> None:
    """Compare with a list made anew by the command that the mapping file names."""
    mapping = i18n.LOCALES / "babel.cfg"
    command = next(line for line in mapping.read_text().splitlines() if "pybabel extract" in line).lstrip("# ")
    made, listed = tmp_path / "messages.pot", i18n.LOCALES / "messages.pot"
    arguments = shlex.split(command.replace("board/locales/messages.pot", str(made)))[1:]
    root = i18n.LOCALES.parent.parent
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *arguments], cwd=root, check=True, capture_output=True)
    fresh, kept = (
        {(message.context, str(message.id)) for message in read_po(BytesIO(file.read_bytes()))} for file in (made, listed)
    )
    assert kept - fresh == set(), "no longer said"
    assert fresh - kept == set(), f"not listed yet: {command}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_whole(language: str) -> None:
    """Every text, in every form, with the values that it has in English, and ending as it does there."""
    listed, translated = (
        read_po(BytesIO((i18n.LOCALES / name).read_bytes())) for name in ("messages.pot", f"{language}/LC_MESSAGES/messages.po")
    )
    assert {(each.context, each.id) for each in translated} == {(each.context, each.id) for each in listed}
    faults = []
    for message in translated:
        if message.id:
            one = isinstance(message.id, str)
            ids, strings = ((message.id,), (message.string,)) if one else (message.id, message.string)
            faults += [message.id for id, string in zip(ids, strings, strict=True) if not says_as_much(id, string)]  # type: ignore[arg-type]
            faults += [message.id] if message.fuzzy else []
    assert faults == []


def test_no_sentence_stands_in_two_languages_alike() -> None:
    """Equal texts would show that one catalogue was filled from another."""
    seen: dict[tuple[str, str], str] = {}
    for language in TRANSLATED:
        for message in read_po(BytesIO((i18n.LOCALES / language / "LC_MESSAGES/messages.po").read_bytes())):
            for text in (message.string,) if isinstance(message.string, str) else message.string:  # type: ignore[union-attr]
                if message.id and len(re.findall(r"(?<![{<])\b[^\W\d]{2,}\b(?![}>])", text)) > 3:
                    assert seen.setdefault((str(message.id), text), language) == language, text


def says_as_much(english: str, text: str) -> bool:
    values = [set(re.findall(r"\{\w+\}|%\(\w+\)s", each)) - {"{count}"} for each in (english, text)]
    return bool(text.strip()) and values[0] == values[1] and english.endswith("…") == text.endswith("…")


@pytest.mark.parametrize(
    ("english", "text"),
    [
        ("Sighting {number}", ""), ("Sighting {number}", "Waarneming"), ("Sighting {number}", "Waarneming {nummer}"),
        ("Menu for %(name)s", "U: %(naam)s"), ("Move to…", "Verplaatsen naar"),
    ],
)  # fmt: skip
def test_a_text_that_leaves_something_out_is_noticed(english: str, text: str) -> None:
    assert says_as_much(english, english)
    assert not says_as_much(english, text)


def test_translations_use_the_terms_of_the_glossary() -> None:
    for english, french, dutch in TERMS:
        assert (i18n.gettext_for("fr")(english), i18n.gettext_for("nl")(english)) == (french, dutch)


def test_a_sentence_with_values_is_said_in_a_language() -> None:
    said = i18n.message("At most {max_length} characters.", max_length=200)
    assert said == "At most 200 characters."
    assert i18n.translate(said, "nl") == i18n.gettext_for("nl")("At most {max_length} characters.").format(max_length=200)
    assert i18n.translate("Not translated", "nl") == "Not translated"
    assert i18n.translate("", "nl") == ""
    by = [
        i18n.message("Changed by {name} at {time}.", name=name, time=i18n.Moment("2026-11-24T22:01:02Z"))
        for name in ("Open", i18n.message("the desk"))
    ]
    assert ["Open" in i18n.translate(each, "fr") for each in by] == [True, False]  # a person's name, not the word
    assert i18n.gettext_for("fr")("the desk") in i18n.translate(by[1], "fr")


def test_a_language_is_its_catalogue_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = tmp_path / "it/LC_MESSAGES/messages.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Sign in"\nmsgstr "Accedi"\n')
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    monkeypatch.setitem(i18n.LANGUAGES, "it", i18n.Language("Italiano", "it_IT"))
    for kept in (i18n.languages, i18n.translations):
        kept.cache_clear()
    try:
        assert i18n.languages() == ["en", "it"]
        assert i18n.translate("Sign in", "it") == "Accedi"
        assert i18n.moment_text("2026-11-24T21:34:00.000Z", "EEEE d MMM", "it") == "martedì 24 nov"
        facts = {"language": "it", "locale": "it-IT", "nouns_capitalised": False}
        assert i18n.js_catalogue("it") == facts | {"messages": {"Sign in": "Accedi"}}
    finally:
        for kept in (i18n.languages, i18n.translations):
            kept.cache_clear()


def test_a_translation_is_used_and_english_stands_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "Sign in"\nmsgstr "Aanmelden"\n\n'
        'msgid "{count} card"\nmsgid_plural "{count} cards"\nmsgstr[0] "{count} kaart"\nmsgstr[1] "{count} kaarten"\n'
    )
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    for kept in (i18n.languages, i18n.translations):
        kept.cache_clear()
    try:
        assert i18n.languages() == ["en", "nl"]
        assert i18n.gettext_for("nl")("Sign in") == "Aanmelden"
        assert i18n.gettext_for("nl")("Not translated") == "Not translated"
        assert i18n.gettext_for("xx")("Sign in") == "Sign in"
        assert i18n.js_catalogue("nl")["messages"] == {
            "Sign in": "Aanmelden",
            "{count} card": ["{count} kaart", "{count} kaarten"],
        }
    finally:
        for kept in (i18n.languages, i18n.translations):
            kept.cache_clear()


@pytest.mark.parametrize("wanted", ["/", "/searches/1?x=2", "/searches/1/cards/2"])
def test_redirect_after_login_stays_on_this_server(wanted: str) -> None:
    assert safe_redirect_path(wanted) == wanted


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "", "x"])
def test_and_never_to_another(wanted: str) -> None:
    assert safe_redirect_path(wanted) == "/"


def test_days_have_a_dot_in_german_alone() -> None:
    said = {language: i18n.moment_text("2026-11-24T21:34:00.000Z", "d MMM y", language) for language in ("en", "fr", "nl", "de")}
    assert said == {"en": "24 Nov 2026", "fr": "24 nov. 2026", "nl": "24 nov 2026", "de": "24. Nov. 2026"}
    assert i18n.moment_text("2026-11-24T21:34:00.000Z", "EEEE, d. MMMM y", "de") == "Dienstag, 24. November 2026"


def wrong_articles(language: str, id: str, text: str) -> list[str]:
    """Return what stands before a time in a text, and does not suit each of its forms."""
    checks = (
        (BEFORE_TIMES_OF_DAY[language], id in OF_DAY),
        (BEFORE_DATES[language], id in DATES),
    )
    found = [re.search(rf"(?<!\w)(?:{words}) {TIMES}", text, re.IGNORECASE) for words, may in checks if not may]
    return [match[0] for match in found if match]


@pytest.mark.parametrize("language", BEFORE_DATES)
def test_a_preposition_suits_dates_and_times_of_day(language: str) -> None:
    for message in read_po(BytesIO((i18n.LOCALES / f"{language}/LC_MESSAGES/messages.po").read_bytes())):
        texts = (message.string,) if isinstance(message.string, str) else message.string or ()
        for text in texts:
            assert wrong_articles(language, message.context or str(message.id), text) == [], message.id


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "Supprimé à {at}"), ("fr", "jusqu’au {at}"), ("nl", "Om {at} verwijderd"), ("de", "wurde am {at} entfernt")],
)
def test_a_preposition_that_suits_one_form_is_noticed(language: str, text: str) -> None:
    assert wrong_articles(language, "removed {at}", text) != []
    assert wrong_articles(language, "Saved {at}", text.replace("jusqu’au", "à").replace("am {", "um {")) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("14:05", "jusqu’à"), ("lun. 14:05", "jusqu’à"), ("24\u00a0nov.\u00a014:05", "jusqu’au"),
        ("mar. 24 nov. 14:05", "jusqu’au"),
        ("1er mars 2027", "jusqu’au"), ("5 min", "jusqu’à"), ("", "jusqu’à"),
    ],
)  # fmt: skip
def test_a_french_preposition_has_an_article_before_a_date(value: str, words: str) -> None:
    text = i18n.gettext_for("fr")("{name} has it until {time}")
    assert i18n.fill(text, {"name": "Alice", "time": value}) == f"Alice s’en charge {words} {value}"
    assert i18n.fill("{at}", {"at": f"jusqu’à {value}"}) == f"jusqu’à {value}"  # typed text stays as it is


def test_every_french_preposition_of_a_time_suits_a_date() -> None:
    date, checked = "24 nov. 14:05", 0
    for message in read_po(BytesIO((i18n.LOCALES / "fr/LC_MESSAGES/messages.po").read_bytes())):
        for text in (message.string,) if isinstance(message.string, str) else message.string or ():
            names = set(re.findall(r"\{(\w+)\}", text))
            if re.search(rf"(?<!\w)(?:jusqu’à|depuis|dès) {TIMES}", text, re.IGNORECASE):
                shown = i18n.fill(text, dict.fromkeys(names, date))
                assert not re.search(r"(?:jusqu’à|depuis|dès) 24", shown, re.IGNORECASE), message.id
                checked += 1
    assert checked > 40


def test_a_french_sign_never_begins_a_line() -> None:
    with (i18n.LOCALES / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    texts = [
        text for each in catalogue if each.id for text in ([each.string] if isinstance(each.string, str) else each.string or ())
    ]
    assert len(texts) > 1_500
    assert [text for text in texts if re.search(r" [:;?!»]|« ", text)] == []
