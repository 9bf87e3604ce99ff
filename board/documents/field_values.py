"""Names and values as histories on paper show them: no ids, codes or times for programs."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from babel.numbers import format_decimal

from board import labels
from board.documents.content import Piece, UserText, datetime_text
from board.documents.text_languages import typed_text
from board.engine import kinds, occasions
from board.engine.event import JournalEvent
from board.exports.tables import NameResolver
from board.i18n import N_, gettext_for, language_of, moment_text
from models.entity import State


class FieldValues:
    """Names and values on one board, in a language. `languages` are those of the accounts, by id; texts agree with a child of
    this `sex`."""

    def __init__(self, names: NameResolver, languages: Mapping[str, str], reads: str, sex: str | None = None) -> None:
        self._names, self._languages, self._reads = names, languages, reads
        self._translate = labels.agreeing(gettext_for(reads), sex)

    def value(self, path: str, value: Any, event: JournalEvent) -> Piece:
        """Return the value of a field of the entity that an event is about; a dash if it is empty."""
        if value in (None, "", []) and path != "worrying":
            return "–"
        # a grade is its code: paper has no room for what it means
        agrees_with = "task" if path == "priority" else event.kind  # a priority has one form here, whatever it is the priority of
        named = None if path.startswith("grade.") else labels.value(path, agrees_with, value, self._translate)
        if named is not None:
            return named
        kind = kinds.find(event.kind)
        reader = self._readers.get((kind.reading_of(path) if kind is not None else None) or "")
        if reader is not None:
            return reader(value)
        if isinstance(value, list):
            codes = [labels.value(path, event.kind, each, self._translate) for each in value]
            return ", ".join(map(str, codes)) if None not in codes else self.typed(", ".join(map(str, value)), event)
        if isinstance(value, float):
            return format_decimal(value, locale=language_of(self._reads).locale, group_separator=False)
        plain = self._names.plain(path, value)
        return self.typed(plain, event) if isinstance(plain, str) and plain is value else str(plain)

    def people(self, ids: Collection[str]) -> str:
        """Return the names of accounts."""
        return ", ".join(self._names.accounts.get(id) or self._translate(N_("Someone")) for id in ids)

    def subject(self, kind: str, state: State, event: JournalEvent) -> Piece | None:
        """Return the name of the entity that an event is about; None if its kind has no names."""
        declared = kinds.find(kind)
        if declared is not None and declared.is_numbered:
            return self._numbered(kind, state["number"]) if state.get("number") is not None else None
        match kind:
            case "column" if state.get("role"):
                return self._names.column(state.get("title"), state["role"])
            case "file" if state.get("caption") or state.get("name"):
                return self.typed(state["caption"] or state["name"], event)
            case "material" if state.get("what"):
                return self._material(state)
            case "distribution" if state.get("recipient"):
                return self.typed(state["recipient"], event)
            case "alarm" if state.get("about"):
                return self._alarm(state)
        return None

    def typed(self, words: str, event: JournalEvent) -> UserText:
        """Return a text that the author of an event typed, marked with the author's language."""
        return typed_text(words, self._languages, event.account, self._reads)

    @cached_property
    def _readers(self) -> dict[str, Callable[[Any], str]]:
        """Functions from a value to its text, by how people read it."""
        nouns = {noun: (lambda _, noun=noun: self._noun(noun)) for noun in ("note", "search")}
        return nouns | {
            "time": lambda value: datetime_text(value, self._reads),
            "date": lambda value: moment_text(f"{value}T12:00:00.000Z", "d MMM y", self._reads),
            "person": lambda value: self.people([value]),
            "people": self.people,
            "card": self._card,
            "cards": lambda value: ", ".join(map(self._card, value)),
            "column": self._column,
            "file": lambda value: self._names.files.get(value) or self._noun("file"),
            "material": lambda value: self._material(self._names.materials.get(value)),
        }

    def _noun(self, kind: str) -> str:
        return self._translate(labels.KINDS[kind])

    def _card(self, id: str) -> str:
        """Return the name of a card, or of a note, by its id."""
        return self._numbered(*self._names.cards[id]) if id in self._names.cards else self._noun("note")

    def _column(self, id: str) -> str:
        if id not in self._names.columns:
            return self._translate(N_("a column that no longer exists"))
        return self._names.column(*self._names.columns[id])

    def _numbered(self, kind: str, number: int) -> str:
        return self._translate(N_("{kind} {number}")).format(kind=self._noun(kind), number=number)

    def _alarm(self, state: State) -> str:
        """Return "Urgent sighting 4", as on the screen (static/js/format/alarm_text.js)."""
        kind, number = self._names.cards.get(state["about"]["id"], (state["about"]["kind"], None))
        occasion = occasions.find(state.get("occasion"), kind)
        name = self._translate(occasion.name)
        if number is None:
            return name
        if occasion.numbered:
            return self._translate(occasion.numbered).format(number=number)
        return self._translate(N_("{what}: {card}")).format(what=name, card=self._numbered(kind, number))

    def _material(self, state: State | None) -> str:
        """Return "Poster (FR, NL)"."""
        if state is None:
            return self._noun("material")
        what = labels.value("what", "material", state["what"], self._translate)
        return f"{what} ({', '.join(language.upper() for language in state['languages'])})"
