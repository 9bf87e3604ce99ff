"""State of reading a text, to which later words can refer."""

from collections.abc import Sequence
from typing import NamedTuple

from board.vocabulary.draft import Draft, Person
from board.vocabulary.folding import NO_BREAK, Token
from board.vocabulary.lexicon import Lexicon
from board.vocabulary.matching import Item
from board.vocabulary.roles import DOGS, Kind, RoleTable
from board.vocabulary.vocabulary import Vocabulary
from board.vocabulary.word_forms import Meaning

MAX_CLAUSE = 40  # words of a clause that a later word can still change


class Entry(NamedTuple):
    """Attribute that waits for its noun."""

    meaning: Meaning
    item: Item
    negated: bool
    hedged: bool
    is_alternative: bool  # after "or"


class ReaderState:
    """State of reading a text. Attributes wait in `pending` for the next noun; without one, they are bound to `last`."""

    def __init__(self, vocabulary: Vocabulary, roles: RoleTable, tokens: Sequence[Token], subject: str | None = None) -> None:
        self.vocabulary, self.roles, self.tokens = vocabulary, roles, tokens
        self.drafts: list[Draft] = []
        self.people = [Person()]
        self.person = 0
        self.last: Draft | None = None  # last noun that takes attributes
        self.near: Draft | None = None  # last noun of any kind
        self.subject: Draft | None = None  # of the field
        if subject is not None:
            position = vocabulary.positions[subject]
            self.last = Draft(position, roles.kind(position), 0, tokens[0].start, tokens[0].start)
            self.subject = self.last
            self.drafts.append(self.last)

    def _begin(self, lexicon: Lexicon, items: Sequence[Item]) -> None:
        """Begin a sentence."""
        self.lexicon, self.lists, self.items = lexicon, lexicon.lists, items
        self.pending: list[Entry] = []
        self.origin = self.previous = ""  # kinds of the words before the pending ones, and before this one
        self.negated = self.hedged = self.after_or = self.is_person_subject = self.is_reported = False
        self.negated_from = self.clause_from = self.clause_before = self.sentence_from = len(self.drafts)
        self.clause_start = self.clause_end = items[0].first if items else 0
        self.has_hedge = self.has_none = self.had_comma = False
        self.negates_things = self.has_subject = False
        self.and_from: int | None = None  # statements before "and"
        self.prefix: list[Draft] = []  # statements about the person who is named next: "a bald baby"
        self.figures: list[Entry] = []  # figures before a thing: "Spider-Man costume"
        self.skip_until = 0
        self.index = self.part = 0

    def _is_look(self, draft: Draft) -> bool:
        is_thing = draft.kind is Kind.THING and not self.roles.is_group((draft.thing,), "vehicle", "transport")
        return is_thing or draft.kind in (Kind.MARK, Kind.HAIR, Kind.EYES)

    def _is_apart(self, draft: Draft) -> bool:
        """Return whether a statement is about a vehicle or a dog, not about looks: "a white van, a boy in black"."""
        return self.roles.is_group((draft.thing,), "vehicle") or self.vocabulary.concepts[draft.thing].id in DOGS

    def _draft(self, position: int, either: Meaning, item: Item) -> Draft:
        start, end = self.tokens[item.first].start, self.tokens[item.last - 1].end
        draft = Draft(position, self.roles.kind(position), self.person, start, end, either)
        draft.negated = self.negated and (not self.negates_things or draft.kind in (Kind.THING, Kind.MARK))
        draft.hedged = self.hedged or (self.after_or and not self.negated)
        self.drafts.append(draft)
        self.people[self.person].statements += not self._is_apart(draft)
        self.people[self.person].looks += self._is_look(draft)
        return draft

    def _alone(self, position: int, item: Item, entry: Entry | None = None, either: Meaning = ()) -> None:
        draft = self._draft(position, either, item)
        if entry:
            draft.negated, draft.hedged = entry.negated, entry.hedged
        self.after_or = False
        if draft.kind is Kind.PLAIN:
            self.previous = "plain"

    def _following(self, *, here: bool = False) -> Meaning:
        """Return the meaning of the next part or word, if no punctuation is before it. `here`: of this word."""
        item = self.items[self.index]
        if here:
            return item.parts[0] if item.parts else ()
        if self.part + 1 < len(item.parts):
            return item.parts[self.part + 1]
        following = self.items[self.index + 1] if self.index + 1 < len(self.items) else None
        if following is None or self.tokens[following.first].pause != NO_BREAK or not following.parts:
            return ()
        return following.parts[0]

    def _is_noun_next(self) -> bool:
        roles = self.roles.of(self._following())
        return roles.sign is None and bool(roles.nouns)

    def _is_attribute_next(self, *, here: bool = False) -> bool:
        return bool(self.roles.of(self._following(here=here)).attributes)

    def _clause_words(self) -> list[str]:
        return [token.word for token in self.tokens[self.clause_start : self.clause_end][-MAX_CLAUSE:]]
