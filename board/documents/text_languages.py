"""Authors of texts in a document, and the languages they write in."""

from collections.abc import Collection, Mapping

from sqlmodel import Session, select

from board.config.predefined_tasks import shown_text
from board.documents.content import UserText
from board.engine import event_queries
from models.accounts import Account

_TYPED = (
    "sighting.added", "sighting.updated", "task.added", "task.updated", "note.added", "handover.prepared", "handover.written",
)  # fmt: skip


class TextLanguages:
    """Authors and languages of the texts of some entities, by field. `reads` is the reader's language, which needs no mark."""

    def __init__(self, session: Session, reads: str) -> None:
        self._session, self._reads = session, reads
        self._languages = dict(session.exec(select(Account.id, Account.language)).all())
        self._by: dict[tuple[str, str], str | None] = {}

    def load(self, board: str, seq: int, entities: Collection[str]) -> None:
        """Load who wrote on a board up to a seq, for these entities."""
        # a handover leaves out what was written before the last accepted one, so only recent years are read
        for event in event_queries.events_since_last(self._session, board, seq, entities, _TYPED, since="handover.accepted"):
            for path in event.payload().get("changes", ()):
                self._by[event.entity, path] = event.account

    def user_text(self, words: str, entity: str, *paths: str) -> UserText:
        """Return a field's text, by the first of the field names with a known author."""
        return self.text_by(words, next((self._by[entity, path] for path in paths if (entity, path) in self._by), None))

    def text_by(self, words: str, account: str | None) -> UserText:
        """Return a text typed by an account."""
        return typed_text(words, self._languages, account, self._reads)


def typed_text(words: str, languages: Mapping[str, str], account: str | None, reads: str) -> UserText:
    """Return a text typed by an account; that of a predefined task in the reader's language."""
    shown = shown_text(words, reads)
    return UserText(shown, mark_language(languages, account, reads) if shown == words else None)


def mark_language(languages: Mapping[str, str], account: str | None, reads: str) -> str | None:
    """Return the language of an author, if known and not the reader's."""
    writes = languages.get(account or "", "")
    return writes if writes and writes != reads else None
