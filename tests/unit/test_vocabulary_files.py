"""Vocabulary files: the program's is valid, and an installation's own is refused with the line of its error."""

from pathlib import Path

import pytest

from board.config.settings import Settings
from board.paths import DATA
from board.vocabulary import load_vocabulary, parser
from board.vocabulary.concept import COLUMNS, LANGUAGES
from board.vocabulary.concept_rows import read_rows
from board.vocabulary.vocabulary import FILE, MAX_BYTES, OWN_FILE, check_own_vocabulary
from board.vocabulary.word_lists import word_lists
from models.db.errors import ConfigurationError

HEADER = "\t".join(COLUMNS)


def row(id: str, is_a: str = "-", **changes: str) -> str:
    cells = dict.fromkeys(COLUMNS, "-") | {"id": id, "group": "garment", "is_a": is_a}
    cells |= {language: f"{id}{language}" for language in LANGUAGES}
    cells |= {"fr_gender": "m", "nl_article": "de", "de_gender": "m"}
    return "\t".join((cells | changes).values())


def write(folder: Path, *rows: str, header: str = HEADER) -> None:
    (folder / OWN_FILE).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    load_vocabulary.cache_clear()
    parser.cache_clear()


def test_rows_of_the_program_are_valid() -> None:
    rows = list(read_rows((DATA / FILE).read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len(load_vocabulary().concepts) > 1_000


def test_left_out_forms_exist() -> None:
    known = load_vocabulary()
    for language in LANGUAGES:
        for each in word_lists()[language].left_out:
            form, _, id = each.partition(":")
            assert id in known.positions, each
            assert known.positions[id] not in known.lexicons[language].meanings(form), each


def test_own_rows_are_read(tmp_path: Path) -> None:
    write(tmp_path, row("tabard", en="tabard", fr="tabard", nl="tabberd", de="Tabard"))
    check_own_vocabulary(str(tmp_path))
    assert [each.expression for each in parser(str(tmp_path)).parse("a red tabard")] == ["tabard:red"]
    assert load_vocabulary(str(tmp_path)).version != load_vocabulary().version


def test_without_own_rows_the_programs_apply(tmp_path: Path) -> None:
    check_own_vocabulary(str(tmp_path))
    check_own_vocabulary(None)
    assert load_vocabulary(str(tmp_path)).version == load_vocabulary().version


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([row("aaa", "bbb"), row("bbb", "ccc"), row("ccc", "aaa")], "line 2: is_a of 'aaa' goes round in a circle"),
        ([row("aaa", "aaa")], "line 2: is_a of 'aaa' goes round in a circle"),
        ([row("aaa"), row("aaa")], "line 3: the id 'aaa' occurs twice"),
        ([row("aaa"), "", row("coat")], "line 4: the id 'coat' occurs twice"),
        ([row("aaa", "nothing_like_it")], "line 2: is_a names 'nothing_like_it', which does not exist"),
        ([row("Aaa")], "line 2: the id 'Aaa' must be"),
        ([row("aaa", group="toy")], "line 2: 'toy' is not a group"),
        ([row("aaa", en="x|X")], "line 2: en has a form twice"),
        ([row("aaa", en="x|?")], "line 2: en has an empty form"),
        ([row("aaa", fr="… x")], "line 2: fr has a form with … at an end"),
        ([row("aaa", fr_gender="n")], "line 2: a noun needs fr_gender"),
        ([row("aaa", en_attr="x ~")], "line 2: xx_attr is needed in all languages"),
        ([row("aaa", on_colour="x ~|x ~|x ~|x ~")], "line 2: on_colour"),
        ([row("aaa", "a b")], "line 2: is_a 'a b' is not understood"),
        (["aaa\tgarment"], "line 2: must have 16 columns"),
        ([row("aaa", note="x" * 9_000)], "line 2: must have at most 8,000 characters"),
    ],
)
def test_wrong_rows_are_refused_with_their_line(tmp_path: Path, rows: list[str], sentence: str) -> None:
    write(tmp_path, *rows)
    with pytest.raises(ConfigurationError, match=sentence.replace("(", r"\(")) as refused:
        check_own_vocabulary(str(tmp_path))
    assert str(tmp_path / OWN_FILE) in str(refused.value)


def test_unknown_column_is_refused(tmp_path: Path) -> None:
    write(tmp_path, header=HEADER.replace("note", "remark"))
    with pytest.raises(ConfigurationError, match="line 1: 'remark' is not a column"):
        check_own_vocabulary(str(tmp_path))
    write(tmp_path, header="\t".join(reversed(COLUMNS)))
    with pytest.raises(ConfigurationError, match="line 1: the columns must be, in this order"):
        check_own_vocabulary(str(tmp_path))


def test_large_and_unreadable_files_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "x" * MAX_BYTES)
    with pytest.raises(ConfigurationError, match="at most 2,000,000 bytes"):
        check_own_vocabulary(str(tmp_path))
    write(tmp_path, *("" for _ in range(5_000)))
    with pytest.raises(ConfigurationError, match="at most 5,000 lines"):
        check_own_vocabulary(str(tmp_path))
    (tmp_path / OWN_FILE).write_bytes(b"\xff\xfe")
    load_vocabulary.cache_clear()
    with pytest.raises(ConfigurationError):
        check_own_vocabulary(str(tmp_path))


def test_server_does_not_start_with_a_wrong_file(tmp_path: Path) -> None:
    write(tmp_path, row("coat"))
    with pytest.raises(ConfigurationError, match="line 2: the id 'coat' occurs twice"):
        Settings(files_path=str(tmp_path)).check()
