"""Cache of the meanings of recently read texts. They follow from the text and the vocabulary, and are never stored."""

from collections.abc import Mapping
from itertools import islice
from threading import Lock

from board.vocabulary.meaning import Encoder, Meaning
from board.vocabulary.parser import Parser
from board.vocabulary.statement import Reading, Statement

Key = int

MAX_KEPT = 24_000  # texts; about 14 MB
MAX_READ = 4_000  # characters of a text that a look-up compares
DROPPED_AT_ONCE = 1_000


class Meanings:
    """Meanings with one vocabulary. A key is a digest of the text: the texts themselves are not kept."""

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.encoder = Encoder(parser.vocabulary)
        self._kept: dict[Key, Meaning] = {}
        self._lock = Lock()

    def of(self, texts: Mapping[str, str | None]) -> Meaning:
        """Return the meaning of the texts of a row, by field. A text in `person.hair` is about hair."""
        key = _key(texts)
        found = self._kept.get(key)
        if found is None:
            found = self.encoder.meaning(
                [statement for field, text in texts.items() if text for statement in self.read(text, field)]
            )
            self._keep(key, found)
        return found

    def kept(self, texts: Mapping[str, str | None]) -> Meaning | None:
        """Return the cached meaning of texts, or None."""
        return self._kept.get(_key(texts))

    def read(self, text: str, field: str = "") -> tuple[Statement, ...]:
        """Return the statements in the text of a field."""
        return self.read_text(text, field).statements

    def read_text(self, text: str, field: str = "") -> Reading:
        """Return the statements in the text of a field, and its language."""
        return self.parser.read(text[:MAX_READ], field=field.rpartition(".")[2])

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, key: Key, meaning: Meaning) -> None:
        with self._lock:
            if len(self._kept) >= MAX_KEPT:
                for oldest in list(islice(self._kept, DROPPED_AT_ONCE)):
                    del self._kept[oldest]
            self._kept[key] = meaning


def _key(texts: Mapping[str, str | None]) -> Key:
    return hash(tuple(texts.items()))
