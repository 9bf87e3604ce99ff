"""Authors of the texts in a document, and their languages."""

from collections.abc import Collection, Mapping

from sqlmodel import Session, select

from board.config.predefined_tasks import shown_text
from board.documents.content import UserText
from board.engine import event_queries
from board.vocabulary.readable import readable
from models.accounts import Account

_TYPED = (
    "sighting.added", "sighting.updated", "task.added", "task.updated", "note.added", "handover.prepared", "handover.written",
)  # fmt: skip


class TextLanguages:
    """Authors and languages of the texts of some entities, by field. `reads`: the reader's language, which is not marked.
    `folder`: folder with the installation's own vocabulary."""

    def __init__(self, session: Session, reads: str, folder: str | None = None) -> None:
        self._session, self._reads, self._folder = session, reads, folder
        self._languages = dict(session.exec(select(Account.id, Account.language)).all())
        self._authors: dict[tuple[str, str], str | None] = {}

    def load(self, board: str, seq: int, entities: Collection[str]) -> None:
        """Load the authors of these entities' texts on a board, up to a seq."""
        # a handover omits texts from before the last accepted handover, so older events need not be read
        for event in event_queries.events_since_last(self._session, board, seq, entities, _TYPED, since="handover.accepted"):
            for path in event.payload().get("changes", ()):
                self._authors[event.entity, path] = event.account

    def user_text(self, text: str, entity: str, *paths: str) -> UserText:
        """Return a field's text, with the language of its author. `paths`: the first one with a known author applies."""
        return self.text_by(text, next((self._authors[entity, path] for path in paths if (entity, path) in self._authors), None))

    def text_by(self, text: str, account: str | None) -> UserText:
        """Return a text typed by an account."""
        return typed_text(text, self._languages, account, self._reads)

    def detail(self, text: str, field: str) -> UserText:
        """Return a detail of a child, such as `clothing`: composed in the reader's language, or as typed."""
        return detail_text(text, field, self._reads, self._folder)


def detail_text(text: str, field: str, reads: str, folder: str | None) -> UserText:
    """Return a detail of a child for a reader. A text that was not fully understood stays in the language in which it was
    typed."""
    found = readable(text, field, reads, folder)
    return UserText(found.text, None if found.is_composed or found.typed_in == reads else found.typed_in)


def typed_text(text: str, languages: Mapping[str, str], account: str | None, reads: str) -> UserText:
    """Return a text typed by an account. The text of a predefined task is translated into the reader's language."""
    translated = shown_text(text, reads)
    return UserText(translated, mark_language(languages, account, reads) if translated == text else None)


def mark_language(languages: Mapping[str, str], account: str | None, reads: str) -> str | None:
    """Return the language of an author; None if it is unknown or the reader's."""
    language = languages.get(account or "", "")
    return language if language and language != reads else None
