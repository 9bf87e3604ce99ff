"""Reading of one text: binds attributes to their nouns, and negation, hedges and people to statements.

The rules are those of *Binding* and *Negation* in `board/docs/reference/vocabulary.md`. One pass over the words of the text.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from board.vocabulary.draft import Draft, Person, gender_of
from board.vocabulary.folding import COMMA, NO_BREAK, SENTENCE, Token
from board.vocabulary.lexicon import Lexicon
from board.vocabulary.matching import Item
from board.vocabulary.roles import SIDES, Kind, Roles, RoleTable, Sign
from board.vocabulary.vocabulary import Vocabulary
from board.vocabulary.word_forms import Meaning

PRENOMINAL = frozenset({"big", "small", "long", "short_length", "old", "new", "thick"})  # French adjectives before a noun
AFTER_WHICH_ATTRIBUTES = frozenset({"attribute", "negation", "comma", "copula", "and", "or", "hedge", "but"})  # in French
LOOK_AHEAD = 3  # words in which a part of the body follows "left"
MAX_BACK = 20  # statements and people that a later word can still change
MAX_CLAUSE = 40  # words of a clause that a later word can still change
PHRASE_WORDS = 5  # words of "l'un d'entre eux"


class Entry(NamedTuple):
    """Attribute that waits for its noun."""

    meaning: Meaning
    item: Item
    negated: bool
    hedged: bool
    is_alternative: bool  # after "or"


class Reader:
    """State of reading a text. Attributes wait in `pending` for the next noun; otherwise they go back to `last`."""

    def __init__(self, vocabulary: Vocabulary, roles: RoleTable, tokens: Sequence[Token], subject: str | None = None) -> None:
        self.vocabulary, self.roles, self.tokens = vocabulary, roles, tokens
        self.drafts: list[Draft] = []
        self.people = [Person()]
        self.person = 0
        self.last: Draft | None = None  # last noun that takes attributes
        self.near: Draft | None = None  # last noun of any kind
        if subject is not None:
            position = vocabulary.positions[subject]
            self.last = Draft(position, roles.kind(position), 0, tokens[0].start, tokens[0].start)
            self.drafts.append(self.last)

    def read(self, lexicon: Lexicon, items: Sequence[Item]) -> None:
        """Read one sentence."""
        self.lexicon, self.lists, self.items = lexicon, lexicon.lists, items
        self.pending: list[Entry] = []
        self.origin = self.previous = ""  # kinds of the words before the pending ones, and before this one
        self.negated = self.hedged = self.after_or = self.is_person_subject = self.is_reported = False
        self.negated_from = self.clause_from = self.clause_before = len(self.drafts)
        self.clause_start = self.clause_end = items[0].first if items else 0
        self.has_hedge = self.has_none = self.had_comma = False
        self.negates_things = self.has_subject = False
        self.and_from: int | None = None  # statements before "and"
        self.prefix: list[Draft] = []  # what was just said of the person who comes next: "a bald baby"
        self.figures: list[Entry] = []  # figures before a thing: "Spider-Man costume"
        self.skip_until = 0
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

    # Punctuation

    def _pause(self, pause: int) -> None:
        is_shared = pause == COMMA and self.origin not in ("noun", "copula") and self._is_attribute_next(here=True)
        if not is_shared:
            self._flush()
        if pause == COMMA and self.previous == "hedge" and len(self.drafts) == self.clause_from and not self.pending:
            self.had_comma = True  # "I think, it was a red coat"
            return
        self._close_clause(is_end=pause == SENTENCE)
        self.negated = self.hedged = self.after_or = False
        self.had_comma = True
        self.previous = "comma"

    def _close_clause(self, *, is_end: bool) -> None:
        if self.negated and len(self.drafts) == self.negated_from:
            self._negate_back()
        self._leave_at_home()
        if is_end and self.has_hedge and len(self.drafts) == self.clause_from:
            for draft in self.drafts[self.clause_before :]:
                draft.hedged = True
        if len(self.drafts) > self.clause_from:
            self.clause_before = self.clause_from
        self.clause_from = len(self.drafts)
        self.clause_start, self.has_hedge, self.has_none, self.has_subject = self.clause_end, False, False, False

    def _clause_words(self) -> list[str]:
        return [token.word for token in self.tokens[self.clause_start : self.clause_end][-MAX_CLAUSE:]]

    def _negate_back(self) -> None:
        """Negate what is before "niet" or "nicht" at the end of a clause, or what "none" stands for."""
        if self.last and self._stands_for_last():
            self._deny_last()
        elif self.lexicon.language in ("nl", "de"):
            for draft in reversed(self.drafts[self.clause_from :][-MAX_BACK:]):
                if self._can_be_absent(draft):
                    draft.negated = True
                    return

    def _stands_for_last(self) -> bool:
        """Return whether a negation stands for a thing named before: none, "n'en a pas", "er geen", "keinen"."""
        if self.lexicon.language == "fr":
            return any(pair in (("n", "en"), ("ne", "en")) for pair in pairwise(self._clause_words()))
        return self.has_none and (not self.lists.anaphora or not self.lists.anaphora.isdisjoint(self._clause_words()))

    def _deny_last(self) -> None:
        """Say that a person has no such thing: "the boy next to her had none"."""
        last = self.last
        assert last is not None
        if last.person == self.person:
            last.negated = True
        else:
            self.drafts.append(Draft(last.thing, last.kind, self.person, last.start, last.end, last.either, negated=True))

    def _can_be_absent(self, draft: Draft) -> bool:
        if draft.kind in (Kind.THING, Kind.MARK):
            return True
        return draft.kind is Kind.PLAIN and self.roles.is_group((draft.thing,), "action", "state", "medical")

    def _leave_at_home(self) -> None:
        clause = self.drafts[self.clause_from :]
        home = self.vocabulary.positions["home"]
        if all(draft.thing != home for draft in clause) or self.lists.leaving.isdisjoint(words := self._clause_words()):
            return
        left = self.drafts[self.clause_from : self.and_from] if not self.lists.taking.isdisjoint(words) else clause
        things = [draft for draft in left if draft.kind is Kind.THING]
        for draft in things or ([self.last] if self.last else []):
            draft.negated = True
        self.drafts[self.clause_from :] = [draft for draft in clause if self.vocabulary.concepts[draft.thing].id != "lies"]

    # Words that are not in the vocabulary

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
        else:
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
        """Leave its adjectives to a noun that is not in the vocabulary, unless it is a name or a part before a known noun."""
        if self.pending and not (self.lexicon.language in ("en", "nl") and self._is_noun_next()):
            if self.origin in ("noun", "copula"):
                self._flush()
            self.pending = []
        self.figures = []
        self.previous = "unknown"

    def _pronoun(self, gender: str) -> None:
        self.is_person_subject = self.has_subject = True
        self.previous = "pronoun"
        current = self.people[self.person]
        if current.noun is None and current.gender is None:
            current.gender = gender
        if len(self.people) > 1 and current.gender != gender:
            for number in range(len(self.people) - 1, max(-1, len(self.people) - MAX_BACK), -1):
                if self.people[number].gender == gender:
                    self.person = number
                    return

    def _next_person(self, item: Item) -> bool:
        """Begin the next person at "the other one" or "the smaller one"."""
        if item.word not in self.lists.next_person_first or not self.people[self.person].noun:
            return False
        words = [token.word for token in self.tokens[item.first : min(item.first + PHRASE_WORDS, self.items[-1].last)]]
        for length in range(len(words), 1, -1):
            if " ".join(words[:length]) in self.lists.next_person:
                if self._noun_at(item.first + length):
                    return False  # "the other shoe"
                self._flush()
                self._add_person(None)
                self.skip_until = item.first + (length - 1 if words[length - 1] in (*self.lists.with_words, "in") else length)
                self.is_person_subject = True
                return True
        return False

    def _noun_at(self, token: int) -> bool:
        following = next((item for item in self.items[self.index :] if item.first == token), None)
        if not following or not following.parts or self.tokens[token].pause != NO_BREAK:
            return False
        roles = self.roles.of(following.parts[0])
        return bool(roles.nouns) and not roles.plain

    # Words of the vocabulary

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
        elif roles.plain and not (self._is_alone(roles.plain[0]) and self._is_noun_next()):
            self._alone(roles.plain[0], item, either=roles.plain[1:])

    def _is_read_as_plain(self, roles: Roles) -> bool:
        """Return whether a word that is also a noun is a verb or a state here: "elle est enceinte", "elle marche"."""
        return bool(roles.plain) and self.previous in ("pronoun", "and", "or", "copula", "verb", "relative", "hedge")

    def _parts(self, position: int) -> Meaning:
        """Return the parts of what is said of a person in one word: lanky, tall and thin."""
        concept = self.vocabulary.concepts[position]
        return concept.equals if concept.equals and not self.vocabulary.concepts[concept.equals[0]].is_noun else (position,)

    def _is_alone(self, position: int) -> bool:
        return self.vocabulary.concepts[position].id == "alone"

    def _personal(self, position: int, item: Item) -> None:
        """Add what is said of a person. Hair that is named with it takes the other attributes: "long blond hair"."""
        is_before_person = self.lexicon.language != "fr" and bool(self._following())
        self._alone(position, item)
        if is_before_person:
            self.prefix.append(self.drafts[-1])
        if self.roles.is_group((position,), "hair_colour", "hair_length", "hair_style") and self._ends_with_hair(item):
            self._add_noun(self.vocabulary.positions["hair"], (), item)

    def _ends_with_hair(self, item: Item) -> bool:
        hair = self.vocabulary.positions["hair"]
        return any(hair in self.lexicon.meanings(token.word) for token in self.tokens[item.first : item.last])

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
        if not self.previous:  # "bleu clair" at the beginning is no bruise
            return self.roles.is_group(roles.attributes, "colour")
        return self.last is not None and self.previous in AFTER_WHICH_ATTRIBUTES

    def _is_body_ahead(self) -> bool:
        for item in self.items[self.index : self.index + LOOK_AHEAD]:
            if any(
                self.roles.is_group(part, "body_part", "skin_mark", "face") and self.roles.of(part).nouns for part in item.parts
            ):
                return True
        return False

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

    part = 0

    def _is_noun_next(self) -> bool:
        roles = self.roles.of(self._following())
        return roles.sign is None and bool(roles.nouns)

    def _is_attribute_next(self, *, here: bool = False) -> bool:
        return bool(self.roles.of(self._following(here=here)).attributes)

    def _sign(self, sign: Sign, item: Item) -> None:
        if sign is Sign.NOTHING:
            return
        if sign is Sign.AND:
            self._and(item)
        elif sign is Sign.OR:
            self._or()
        else:
            self._flush()
            if sign is Sign.NEGATION:
                self._negation(item)
            elif sign is Sign.HEDGE:
                self.hedged = self.has_hedge = True
                self.previous = "hedge"
            else:
                self._close_clause(is_end=False)
                self.negated = self.hedged = False
                self.previous = "but"

    def _and(self, item: Item) -> None:
        if item.word in self.lists.with_words:
            self._flush()
            if self.previous == "negation":
                return  # "not with a man"
            if self.negated and len(self.drafts) == self.negated_from:
                self._negate_back()
            self.negated = False
            self.previous = "with"
            return
        if self.origin in ("noun", "copula") and not self._is_attribute_next():
            self._flush()
        self.and_from = len(self.drafts)
        self.previous = "and"

    def _or(self) -> None:
        if self.pending:
            self.after_or = True
        elif self.drafts and not self.negated:
            self.after_or = True
            if self.previous in ("noun", "attribute"):
                self.drafts[-1].hedged = True
        self.previous = "or"

    def _negation(self, item: Item) -> None:
        self.negated, self.negated_from = True, len(self.drafts)
        self.previous = "negation"
        self.has_none |= item.word in self.lists.none
        self.negates_things = self.roles.is_group(item.parts[0], "action") if item.parts else False

    # Attributes

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
        is_before = bool(following.nouns) or bool(following.attributes) and self.previous != "noun"
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
        """Bind what waits to the last noun, or to the person who is spoken of."""
        entries, self.pending = self.pending, []
        for entry in entries:
            personal = self.roles.of(entry.meaning).personal
            if personal and (self.is_person_subject or self.last is None):
                self._alone(personal[0], entry.item, entry)
            elif self.last and not self._is_mood(entry):
                self._attach(self.last, entry)

    def _is_mood(self, entry: Entry) -> bool:
        """Return whether "er war blau", "il était noir" speak of a person, not of a colour."""
        return self.is_person_subject and self.origin == "copula" and self.lexicon.language in ("fr", "de") and entry.item.word in (
            "blau", "noir", "gris",
        )  # fmt: skip

    def _attach(self, draft: Draft, entry: Entry) -> None:
        position = self.roles.fitting(entry.meaning, draft.kind)
        if position is None:
            if (personal := self.roles.of(entry.meaning).personal) and draft.kind is Kind.PERSON:
                self._alone(personal[0], entry.item, entry)
            return
        if self._is_separate(draft, entry, position):
            draft = self._copy(draft, entry)
        self._bind(draft, position, entry)

    def _is_separate(self, draft: Draft, entry: Entry, position: int) -> bool:
        """Return whether an attribute makes a statement of its own: "white, maybe silver", "turquoise, not blue"."""
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
        draft.start = min(draft.start, self.tokens[entry.item.first].start)
        draft.end = max(draft.end, self.tokens[entry.item.last - 1].end)

    # Nouns and what stands alone

    def _alone(self, position: int, item: Item, entry: Entry | None = None, either: Meaning = ()) -> None:
        draft = self._draft(position, either, item)
        if entry:
            draft.negated, draft.hedged = entry.negated, entry.hedged
        self.after_or = False
        if draft.kind is Kind.PLAIN:
            self.previous = "plain"

    def _draft(self, position: int, either: Meaning, item: Item) -> Draft:
        start, end = self.tokens[item.first].start, self.tokens[item.last - 1].end
        draft = Draft(position, self.roles.kind(position), self.person, start, end, either)
        draft.negated = self.negated and (not self.negates_things or draft.kind in (Kind.THING, Kind.MARK))
        draft.hedged = self.hedged or (self.after_or and not self.negated)
        self.drafts.append(draft)
        self.people[self.person].statements += 1
        self.people[self.person].looks += self._is_look(draft)
        return draft

    def _noun(self, meaning: Meaning, roles: Roles, item: Item) -> None:
        position = self._chosen(roles.nouns)
        kind = self.roles.kind(position)
        either = tuple(each for each in roles.nouns if each != position and self.roles.kind(each) is kind)
        if kind is Kind.HAIR and self._is_possessive(item):
            return
        if self._is_figure(position) and (self._is_first_name() or self._is_bound_figure(meaning, item)):
            return
        if self._renames(position):
            return
        if kind is Kind.PERSON:
            self._begin_person(position)
        self._add_noun(position, either, item)

    def _chosen(self, nouns: Meaning) -> int:
        """Return the meaning of a noun. German "mit Pony": a fringe, unless a thing is before it."""
        if self.previous == "with" and self.near and self.near.kind is Kind.THING:
            return nouns[0]
        return next((each for each in nouns if not self._is_figure(each)), nouns[0])

    def _add_noun(self, position: int, either: Meaning, item: Item) -> None:
        concept = self.vocabulary.concepts[position]
        if concept.equals and self.vocabulary.concepts[concept.equals[0]].id in ("hair", "eyes"):
            parts = concept.equals
        else:
            parts = (position,)
        entries, self.pending = self.pending, []
        draft = self._draft(parts[0], either, item)
        draft.negated |= any(entry.negated for entry in entries)
        draft.hedged |= any(entry.hedged for entry in entries)
        draft.attributes.extend(parts[1:])
        self._bind_all(draft, entries)
        self.is_person_subject = draft.kind is Kind.PERSON
        self.has_subject |= self.is_person_subject
        self.after_or = False
        self.previous = "noun"

    def _bind_all(self, draft: Draft, entries: Sequence[Entry]) -> None:
        self.near = draft
        if draft.kind not in (Kind.PERSON, Kind.BODY, Kind.PLAIN):
            self.last = draft
        self.had_comma = False
        for entry in entries:
            self._attach(draft, entry._replace(negated=draft.negated, hedged=draft.hedged))
        if draft.kind in (Kind.THING, Kind.MARK):
            for figure in self.figures:
                self._bind(draft, self.roles.of(figure.meaning).nouns[0], figure)
        self.figures, self.prefix = [], []

    def _is_possessive(self, item: Item) -> bool:
        """Return whether Dutch "haar" is her, not hair."""
        if self.lexicon.language != "nl" or item.word != "haar" or item.last - item.first > 1 or self.pending:
            return False
        before = self.tokens[item.first - 1].word if item.first else ""
        if before in ("het", "haar", "zijn", "hun", "t"):
            return False
        self.previous = "article"
        return True

    def _is_figure(self, position: int) -> bool:
        return self.vocabulary.concepts[position].group == "pattern"

    def _is_first_name(self) -> bool:
        """Return whether a figure is a name: "Rose was wearing …"."""
        following = self.items[self.index + 1] if self.index == 0 and len(self.items) > 1 else None
        return following is not None and following.word in self.lists.verbs

    def _is_bound_figure(self, meaning: Meaning, item: Item) -> bool:
        """Bind a figure to the thing that it is on: "T-shirt with a dinosaur", "fox rucksack"."""
        if self.pending or self._has_own_colour():
            return False
        if self.lexicon.language != "fr" and self._is_thing_next():
            self.figures.append(Entry(meaning, item, self.negated, self.hedged, is_alternative=False))
            return True
        target = self.last if self.last and self.last.kind in (Kind.THING, Kind.MARK) else None
        if target is None or (self.negated, self.hedged) != (target.negated, target.hedged):
            return False
        entry = Entry(meaning, item, self.negated, self.hedged, is_alternative=False)
        self._bind(target, self.roles.of(meaning).nouns[0], entry)
        self.previous = "noun"
        return True

    def _has_own_colour(self) -> bool:
        """Return whether a French colour follows: "une bande blanche"."""
        following = self.roles.of(self._following())
        return self.lexicon.language == "fr" and self.roles.is_group(following.attributes, "colour")

    def _is_thing_next(self) -> bool:
        following = self.roles.of(self._following()).nouns
        return bool(following) and self.roles.kind(following[0]) in (Kind.THING, Kind.MARK) and not self._is_figure(following[0])

    def _renames(self, position: int) -> bool:
        """Name a thing more exactly in an apposition: "a white car, maybe silver, an estate"."""
        last = self.last
        if last is None or not self.had_comma or self.pending or self.previous != "article":
            return False
        is_vehicle = self.roles.is_group((position,), "vehicle")
        if self.negated or self.hedged or not is_vehicle or last.thing not in self.vocabulary.wider(position):
            return False
        wider = last.thing
        for draft in self.drafts[-MAX_BACK:]:
            if draft.thing == wider and draft.person == last.person and not draft.negated:
                draft.thing = position
        self.previous = "noun"
        return True

    # People

    def _begin_person(self, position: int) -> None:
        id = self.vocabulary.concepts[position].id
        current = self.people[self.person]
        if current.statements > len(self.prefix) and not self._is_same_person(id):
            self._add_person(id)
        elif current.noun is None and not self.negated and not self.hedged:
            current.noun, current.gender = id, gender_of(id) or current.gender
        self.is_reported = False

    def _is_same_person(self, id: str) -> bool:
        if self.negated or self.hedged or self.after_or or self.is_reported or self.previous == "comparing":
            return True
        near, noun = self.near, self.people[self.person].noun
        is_apposition = (
            near is not None
            and near.kind is Kind.PERSON
            and self.had_comma
            and self.previous in ("article", "comma", "attribute")
        )
        if is_apposition and noun is not None and gender_of(noun) == gender_of(id):
            return True
        return (
            id == noun
            and self.had_comma
            and not any(self._is_look(draft) for draft in self.drafts if draft.person == self.person)
        )

    def _is_look(self, draft: Draft) -> bool:
        is_thing = draft.kind is Kind.THING and not self.roles.is_group((draft.thing,), "vehicle", "transport")
        return is_thing or draft.kind in (Kind.MARK, Kind.HAIR, Kind.EYES)

    def _add_person(self, id: str | None) -> None:
        self.people.append(Person(id, gender_of(id) if id else None))
        self.person = len(self.people) - 1
        for draft in self.prefix:
            self.people[draft.person].statements -= 1
            self.people[self.person].statements += 1
            draft.person = self.person
