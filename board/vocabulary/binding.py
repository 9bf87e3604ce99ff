"""Reading of one text: binds attributes to their nouns, and negation, hedges and people to statements.

The rules are those of *Binding* and *Negation* in `board/docs/reference/vocabulary.md`. One pass over the words of the text.
"""

from collections.abc import Sequence

from board.vocabulary.folding import COMMA, NO_BREAK, SENTENCE
from board.vocabulary.lexicon import Lexicon
from board.vocabulary.matching import Item
from board.vocabulary.nouns import NounReader
from board.vocabulary.roles import SIDES, Kind, Roles, Sign
from board.vocabulary.word_forms import Meaning

AFTER_WHICH_ATTRIBUTES = frozenset({"attribute", "negation", "comma", "copula", "and", "or", "hedge", "but"})  # in French
WEARING = frozenset({"in", "en"})  # words before clothes
LOOK_AHEAD = 3  # words after "left" that can name a part of the body


class Reader(NounReader):
    """Reader of a text, sentence by sentence."""

    def read(self, lexicon: Lexicon, items: Sequence[Item]) -> None:
        """Read one sentence."""
        self._begin(lexicon, items)
        for index, item in enumerate(items):
            self._item(index, item)
        self._pause(SENTENCE)

    def _item(self, index: int, item: Item) -> None:
        self.index = index
        if index and item.first >= self.skip_until and self.tokens[item.first].pause != NO_BREAK:
            self._pause(COMMA)
        self.clause_end = item.last
        if item.first < self.skip_until:
            return
        if self._next_person(item):
            return
        if not item.parts:
            self._word(item)
        for part, meaning in enumerate(item.parts):
            self.part = part
            self._meaning(meaning, item)

    def _word(self, item: Item) -> None:
        word, lists = item.word, self.lists
        if self._is_negation_suffix(item) or word in lists.none:
            self._sign(Sign.NEGATION, item)
        elif word in lists.articles:
            if self.previous not in ("and", "or", "comma"):
                self._flush()
            self.previous = "article" if self.previous != "or" else "or"
        elif word in lists.male or word in lists.female:
            self._flush()
            if not self.has_subject:
                self._pronoun("f" if word in lists.female else "m")
        elif word in lists.reporting and self.previous == "noun" and self.near and self.near.kind is Kind.PERSON:
            self.is_reported = True
        elif item.is_weak:
            self._weak(word)
        elif self.tokens[item.first].is_quoted and self.previous == "noun":
            return  # a name: manteau “vert” foncé
        elif self.lexicon.language != "fr" or self.previous != "noun" or not self.tokens[item.first].is_capital:
            self._unknown()

    def _is_negation_suffix(self, item: Item) -> bool:
        """Return whether a word is the t of "couldn't"."""
        return (
            item.word == "t"
            and self.tokens[item.first].after_apostrophe
            and item.first > 0
            and self.tokens[item.first - 1].word.endswith("n")
        )

    def _weak(self, word: str) -> None:
        if self.origin in ("weak", "unknown"):
            self.pending = []  # "it was getting dark"
        self._flush()
        if word in WEARING:
            self._wear()
        if word in self.lists.speaker and not self.has_subject:
            self.person = 0
        if word in self.lists.relative:
            self.previous = "relative"
        elif word == "s" and self.previous == "pronoun":
            self.previous = "copula"  # he's
        elif word in self.lists.verbs:
            if self.previous == "and":
                self.negated, self.is_person_subject = False, True
            self.previous = "copula" if word in self.lists.copulas else "verb"
        elif word in self.lists.comparing:
            self.previous = "comparing"
        else:
            self.previous = "back" if word in self.lists.back else "possessive" if word in self.lists.possessives else "weak"

    def _unknown(self) -> None:
        """Discard the waiting attributes: they belong to this word, which is not in the vocabulary. If they followed a noun, bind
        them to it. Keep them if an English or Dutch noun follows."""
        if self.pending and not (self.lexicon.language in ("en", "nl") and self._is_noun_next()):
            if self.origin in ("noun", "copula"):
                self._flush()
            self.pending = []
        self.figures = []
        self.previous = "unknown"

    def _meaning(self, meaning: Meaning, item: Item) -> None:
        roles = self.roles.of(meaning)
        if roles.is_adverb and roles.nouns and self.previous not in ("article", "possessive", "attribute"):
            return
        if roles.sign is not None:
            self._sign(roles.sign, item)
        elif self._is_read_as_attribute(roles, item):
            self._attribute(meaning, item)
        elif roles.nouns and not self._is_read_as_plain(roles):
            self._noun(meaning, roles, item)
        elif roles.personal:
            for position in self._parts(roles.personal[0]):
                self._personal(position, item)
        elif self._is_lost_thing(meaning):
            self._sign(Sign.NEGATION, item)
        elif roles.plain and not self._is_only(roles):
            self._alone(roles.plain[0], item, either=roles.plain[1:])

    def _is_lost_thing(self, meaning: Meaning) -> bool:
        """Return whether a thing was lost, not a person: "hij heeft zijn telefoon verloren"."""
        is_lost = any(self.vocabulary.concepts[position].id == "loses" for position in meaning)
        return is_lost and any(draft.kind is Kind.THING for draft in self.drafts[self.clause_from :])

    def _is_only(self, roles: Roles) -> bool:
        """Return whether a word is "only", not "alone": "un seul vélo", "alleen een T-shirt"."""
        if self.vocabulary.concepts[roles.plain[0]].id != "alone":
            return False
        following = self.items[self.index + 1] if self.index + 1 < len(self.items) else None
        return self._is_noun_next() or (roles.is_adverb and following is not None and following.word in self.lists.articles)

    def _is_read_as_plain(self, roles: Roles) -> bool:
        """Return whether a word that is also a noun is a verb or a state here: "elle est enceinte", "elle marche"."""
        return bool(roles.plain) and self.previous in ("pronoun", "and", "or", "copula", "verb", "relative", "hedge")

    def _is_read_as_attribute(self, roles: Roles, item: Item) -> bool:
        if not roles.attributes:
            return False
        if self.vocabulary.concepts[roles.attributes[0]].id in SIDES and not self._is_body_ahead():
            return self.lexicon.language == "fr" and self.previous == "noun"
        if not roles.nouns and not roles.plain:
            return True
        if self.lexicon.language != "fr":
            return self._is_noun_next()
        if self._is_prenominal(roles.attributes):
            return True
        if self.previous == "article":  # "un pull, un bleu"
            return self.last is not None and self.had_comma and self.roles.is_group(roles.attributes, "colour")
        if self.previous == "noun":
            return self.near is not None and self.near.kind is not Kind.PLAIN
        if not self.previous:  # "bleu clair" at the beginning is a colour, not a bruise
            return self.roles.is_group(roles.attributes, "colour")
        return self.last is not None and self.previous in AFTER_WHICH_ATTRIBUTES

    def _is_body_ahead(self) -> bool:
        for item in self.items[self.index : self.index + LOOK_AHEAD]:
            if any(
                self.roles.is_group(part, "body_part", "skin_mark", "face") and self.roles.of(part).nouns for part in item.parts
            ):
                return True
        return False
