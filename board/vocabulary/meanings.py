"""Meanings of texts, kept for the texts read last. They follow from the text and the vocabulary, and are stored nowhere else."""

from itertools import islice
from threading import Lock

from board.vocabulary.meaning import Encoder, Meaning
from board.vocabulary.parser import Parser

MAX_KEPT = 24_000  # texts; about 14 MB
MAX_READ = 4_000  # characters of a text that a look-up compares
DROPPED_AT_ONCE = 1_000


class Meanings:
    """Meanings with one vocabulary. A key is a digest of the text: the texts themselves are not kept."""

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.encoder = Encoder(parser.vocabulary)
        self._kept: dict[tuple[int, int], Meaning] = {}
        self._lock = Lock()

    def of(self, text: str) -> Meaning:
        """Return the meaning of a text."""
        key = (hash(text), len(text))
        found = self._kept.get(key)
        if found is None:
            found = self.encoder.meaning(self.parser.parse(text[:MAX_READ]))
            self._keep(key, found)
        return found

    def kept(self, text: str) -> Meaning | None:
        """Return the meaning of a text that was read before."""
        return self._kept.get((hash(text), len(text)))

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, key: tuple[int, int], meaning: Meaning) -> None:
        with self._lock:
            if len(self._kept) >= MAX_KEPT:
                for oldest in list(islice(self._kept, DROPPED_AT_ONCE)):
                    del self._kept[oldest]
            self._kept[key] = meaning
