"""Binding of attributes, each to one noun."""

from board.vocabulary.draft import Draft
from board.vocabulary.matching import Item
from board.vocabulary.reader_state import Entry, ReaderState
from board.vocabulary.roles import Kind
from board.vocabulary.word_forms import Meaning

PRENOMINAL = frozenset({"big", "small", "long", "short_length", "old", "new", "thick"})  # French adjectives before a noun


MOODS = {"fr": ("noir", "gris"), "de": ("blau",)}  # colours that say that a person is drunk


class AttributeReader(ReaderState):
    """Reader that binds attributes to the following noun, or to the last one."""

    def _attribute(self, meaning: Meaning, item: Item) -> None:
        entry = Entry(meaning, item, self.negated, self.hedged, self.after_or)
        is_phrase = item.last - item.first > 1 and item.word in self.lists.back
        if is_phrase and self.last:
            self._flush()
            self._attach(self.last, entry)
        elif self.lexicon.language == "fr" and not self._is_prenominal(meaning):
            self._attribute_after_noun(entry)
        else:
            if not self.pending:
                self.origin = self.previous
            self.pending.append(entry)
        self.after_or = False
        self.previous = "attribute"

    def _is_prenominal(self, meaning: Meaning) -> bool:
        following = self.roles.of(self._following())
        is_before = bool(following.nouns) or (bool(following.attributes) and self.previous != "noun")
        return is_before and any(self.vocabulary.concepts[position].id in PRENOMINAL for position in meaning)

    def _attribute_after_noun(self, entry: Entry) -> None:
        if self.previous == "unknown":
            return
        if self.is_person_subject and self.previous in ("copula", "pronoun", "and", "weak", "comma", "verb"):
            self.pending.append(entry)
            self._flush()
        elif self.near and self.previous == "noun" and self.near.kind in (Kind.PERSON, Kind.BODY):
            self._attach(self.near, entry)
        elif self.near and self.previous == "noun" and self.near.kind is Kind.PLAIN:
            return
        elif self.last:
            self._attach(self.last, entry)
        elif personal := self.roles.of(entry.meaning).personal:
            self._alone(personal[0], entry.item)

    def _flush(self) -> None:
        """Bind the waiting attributes to the last noun, or to the current person."""
        entries, self.pending = self.pending, []
        for entry in entries:
            personal = self.roles.of(entry.meaning).personal
            if personal and (self.is_person_subject or self.last is None):
                self._alone(personal[0], entry.item, entry)
            elif self.last and not self._is_mood(entry) and not self._is_time_of_day(entry):
                self._attach(self.last, entry)

    def _is_mood(self, entry: Entry) -> bool:
        """Return whether "er war blau", "il était noir" speak of a person, not of a colour."""
        return self.is_person_subject and self.origin == "copula" and entry.item.word in MOODS.get(self.lexicon.language, ())

    def _is_time_of_day(self, entry: Entry) -> bool:
        """Return whether "het was al donker" says that night fell, not that the coat of the sentence before is dark."""
        is_shade = self.roles.is_group(self.roles.of(entry.meaning).attributes, "shade")
        return is_shade and self.last is not self.subject and self.last not in self.drafts[self.sentence_from :]

    def _attach(self, draft: Draft, entry: Entry) -> None:
        position = self.roles.fitting(entry.meaning, draft.kind)
        if position is None:
            if (personal := self.roles.of(entry.meaning).personal) and draft.kind in (Kind.PERSON, Kind.HAIR):
                self._alone(personal[0], entry.item, entry)
            return
        if self._is_separate(draft, entry, position):
            draft = self._copy(draft, entry)
        self._bind(draft, position, entry)

    def _is_separate(self, draft: Draft, entry: Entry, position: int) -> bool:
        """Return whether an attribute needs a separate statement: "white, maybe silver", "turquoise, not blue"."""
        if (entry.negated, entry.hedged) != (draft.negated, draft.hedged):
            return True
        has_colour = self.roles.is_group(draft.attributes, "colour")
        return has_colour and self.roles.is_group((position,), "colour") and (entry.is_alternative or self.had_comma)

    def _copy(self, draft: Draft, entry: Entry) -> Draft:
        if entry.is_alternative:
            draft.hedged = True
        token = self.tokens[entry.item.first]
        copy = Draft(draft.thing, draft.kind, draft.person, token.start, token.end, draft.either, [],
                     entry.negated, entry.hedged or entry.is_alternative)  # fmt: skip
        self.drafts.append(copy)
        if not copy.negated:
            self.last = copy
        self.had_comma = False
        return copy

    def _bind(self, draft: Draft, position: int, entry: Entry) -> None:
        at = len(draft.attributes)
        if (
            self.lexicon.language == "fr"
            and self.roles.is_group((position,), "shade")
            and self.roles.is_group(draft.attributes[-1:], "colour")
        ):
            at -= 1  # bleu foncé
        if position not in draft.attributes:
            draft.attributes.insert(at, position)
        self.had_comma = False  # "striped jumper, navy and white" is one statement
        draft.start = min(draft.start, self.tokens[entry.item.first].start)
        draft.end = max(draft.end, self.tokens[entry.item.last - 1].end)
