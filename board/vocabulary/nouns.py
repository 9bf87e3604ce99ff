"""Nouns, and statements about a person without a noun."""

from collections.abc import Sequence

from board.vocabulary.draft import Draft
from board.vocabulary.matching import Item
from board.vocabulary.people import PeopleReader
from board.vocabulary.reader_state import Entry
from board.vocabulary.roles import Kind, Roles, Sign
from board.vocabulary.word_forms import Meaning

MAX_BACK = 20  # statements and people that a later word can still change


class NounReader(PeopleReader):
    """Reader that makes statements of nouns."""

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
        if self._is_said_of_person_next(draft):
            self.prefix.append(draft)
        self.is_person_subject = draft.kind is Kind.PERSON
        self.has_subject |= self.is_person_subject
        self.after_or = False
        self.previous = "noun"

    def _is_said_of_person_next(self, draft: Draft) -> bool:
        """Return whether a noun is an adjective before a person: "a red-haired girl"."""
        following = self.roles.of(self._following()).nouns
        is_before = self.lexicon.language != "fr" and bool(following) and self.roles.kind(following[0]) is Kind.PERSON
        return is_before and draft.kind in (Kind.HAIR, Kind.EYES, Kind.MARK)

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
        """Return whether a figure is a name: "Rose was wearing …", "Rose and Bruno"."""
        if self.index or len(self.items) < 2:
            return False
        following = self.items[1]
        is_and = bool(following.parts) and self.roles.of(following.parts[0]).sign is Sign.AND
        is_list = is_and and len(self.items) > 2 and self.tokens[self.items[2].first].is_capital
        return following.word in self.lists.verbs or is_list

    def _is_bound_figure(self, meaning: Meaning, item: Item) -> bool:
        """Bind a figure to the thing that it is on: "T-shirt with a dinosaur", "fox rucksack"."""
        if self.pending or self._has_own_colour():
            return False
        if self.lexicon.language != "fr" and self._is_thing_next():
            self.figures.append(Entry(meaning, item, self.negated, self.hedged, is_alternative=False))
            return True
        target = self.last if self.previous and self.last and self.last.kind in (Kind.THING, Kind.MARK) else None
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

    def _personal(self, position: int, item: Item) -> None:
        """Add a statement about a person. Hair that is named in it takes the other attributes: "long blond hair"."""
        is_before_person = self.lexicon.language != "fr" and bool(self._following())
        self._alone(position, item)
        if is_before_person:
            self.prefix.append(self.drafts[-1])
        if self.roles.is_group((position,), "hair_colour", "hair_length", "hair_style") and self._ends_with_hair(item):
            self._add_noun(self.vocabulary.positions["hair"], (), item)

    def _ends_with_hair(self, item: Item) -> bool:
        hair = self.vocabulary.positions["hair"]
        return any(hair in self.lexicon.meanings(token.word) for token in self.tokens[item.first : item.last])

    def _parts(self, position: int) -> Meaning:
        """Return the concepts in one word about a person: "lanky" is tall and thin."""
        concept = self.vocabulary.concepts[position]
        return concept.equals if concept.equals and not self.vocabulary.concepts[concept.equals[0]].is_noun else (position,)
