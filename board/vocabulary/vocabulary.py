"""All concepts, with the lexicon of each language. `concepts.tsv` of the program, then the installation's own rows."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from sys import intern

from board.paths import DATA
from board.vocabulary.concept import LANGUAGES, Concept
from board.vocabulary.concept_rows import NOTHING, LineError, NumberedRow, Row, read_rows
from board.vocabulary.lexicon import Lexicon
from board.vocabulary.word_lists import word_lists
from models.db.errors import ConfigurationError

FILE = "vocabulary/concepts.tsv"
OWN_FILE = "vocabulary.tsv"  # below FILES_PATH
MAX_BYTES = 2_000_000


class Vocabulary:
    """Concepts by position, and the forms of each language."""

    def __init__(self, rows: Sequence[NumberedRow], version: str) -> None:
        self.version = version
        self.positions = {row["id"]: position for position, (_, row) in enumerate(rows)}
        self.concepts = tuple(self._concept(line, row) for line, row in rows)
        self._check_circles(rows)
        lists = word_lists()
        self.lexicons = {language: Lexicon(language, rows, self.concepts, lists[language]) for language in LANGUAGES}

    def _concept(self, line: int, row: Row) -> Concept:
        ids = _split(row["is_a"].lstrip("="))
        if missing := [id for id in ids if id not in self.positions]:
            raise LineError(line, f"is_a names {missing[0]!r}, which does not exist")
        parents = tuple(self.positions[id] for id in ids)
        return Concept(
            intern(row["id"]), intern(row["group"]), tuple(intern(row[language].split("|")[0]) for language in LANGUAGES),
            _given(row, "fr_gender", "nl_article", "de_gender"), _given(row, *(f"{language}_attr" for language in LANGUAGES)),
            tuple(row["on_colour"].split("|")) if row["on_colour"] != NOTHING else (), parents,
            parents if row["is_a"].startswith("=") else (),
        )  # fmt: skip

    def _check_circles(self, rows: Sequence[NumberedRow]) -> None:
        for position, (line, row) in enumerate(rows):
            if position in self.wider(position):
                raise LineError(line, f"is_a of {row['id']!r} goes round in a circle")

    def concept(self, id: str) -> Concept:
        """Return the concept with an id."""
        return self.concepts[self.positions[id]]

    def wider(self, position: int) -> frozenset[int]:
        """Return the positions of all wider concepts."""
        found: set[int] = set()
        open_positions = list(self.concepts[position].parents)
        while open_positions:
            if (parent := open_positions.pop()) not in found:
                found.add(parent)
                open_positions.extend(self.concepts[parent].parents)
        return frozenset(found)

    def is_a(self, id: str, wider: str) -> bool:
        """Return whether a concept is another one or a narrower one of it."""
        return id == wider or self.positions[wider] in self.all_wider[self.positions[id]]

    @cached_property
    def all_wider(self) -> tuple[frozenset[int], ...]:
        return tuple(self.wider(position) for position in range(len(self.concepts)))

    @cached_property
    def composed(self) -> dict[int, tuple[tuple[frozenset[int], int], ...]]:
        """Sets of attributes, by noun, that form a separate concept: jacket and denim, denim_jacket. Largest first."""
        found: dict[int, list[tuple[frozenset[int], int]]] = {}
        for position, concept in enumerate(self.concepts):
            if len(concept.equals) > 1 and self.concepts[concept.equals[0]].is_noun:
                found.setdefault(concept.equals[0], []).append((frozenset(concept.equals[1:]), position))
        return {noun: tuple(sorted(sets, key=lambda each: -len(each[0]))) for noun, sets in found.items()}


def _split(ids: str) -> list[str]:
    return [] if ids == NOTHING else ids.replace(":", "+").split("+")


def _given(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(intern(row[column]) for column in columns) if row[columns[0]] != NOTHING else ()


@lru_cache(maxsize=2)
def load_vocabulary(folder: str | None = None) -> Vocabulary:
    """Return the program's vocabulary with the own rows of an installation. Raises ConfigurationError that names the line."""
    content = (DATA / FILE).read_bytes()
    rows = list(read_rows(content.decode().splitlines(), is_checked=True))
    own = Path(folder) / OWN_FILE if folder else None
    if own and own.exists():
        try:
            own_content = _read(own)
            own_rows = list(read_rows(own_content.decode("utf-8", "strict").splitlines()))
            return Vocabulary(_merged(rows, own_rows), _digest(content, own_content))
        except (OSError, UnicodeDecodeError, ConfigurationError) as error:
            raise ConfigurationError(f"{own}, {error}.") from None
    return Vocabulary(rows, _digest(content))


def check_own_vocabulary(folder: str | None) -> None:
    """Raise ConfigurationError if the installation's own rows are invalid."""
    if folder and (Path(folder) / OWN_FILE).exists():
        load_vocabulary(folder)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"must have at most {MAX_BYTES:,} bytes")
    return content


def _merged(rows: list[NumberedRow], own_rows: Iterable[NumberedRow]) -> list[NumberedRow]:
    known = {row["id"] for _, row in rows}
    for line, row in own_rows:
        if row["id"] in known:
            raise LineError(line, f"the id {row['id']!r} occurs twice")
        known.add(row["id"])
        rows.append((line, row))
    return rows


def _digest(*contents: bytes) -> str:
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:12]
