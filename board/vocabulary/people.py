"""People that a text is about."""

from board.vocabulary.clauses import ClauseReader
from board.vocabulary.draft import Person, gender_of
from board.vocabulary.folding import NO_BREAK
from board.vocabulary.matching import Item
from board.vocabulary.roles import Kind

MAX_BACK = 20  # statements and people that a later word can still change
PHRASE_WORDS = 5  # words of "l'un d'entre eux"


class PeopleReader(ClauseReader):
    """Reader that begins the next person at a noun or at "the other one", and returns to a former one at a pronoun."""

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

    def _begin_person(self, position: int) -> None:
        id = self.vocabulary.concepts[position].id
        current = self.people[self.person]
        if current.statements > len(self.prefix) and not self._is_same_person(id):
            self._add_person(id)
        elif current.noun is None and not self.negated and not self.hedged:
            current.noun, current.gender = id, gender_of(id) or current.gender
        if self.last is not None and self._is_apart(self.last):
            self.last = None  # "a black dog and a girl in white"
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

    def _add_person(self, id: str | None) -> None:
        self.people.append(Person(id, gender_of(id) if id else None))
        self.person = len(self.people) - 1
        for draft in self.prefix:
            self.people[draft.person].statements -= 1
            self.people[self.person].statements += 1
            draft.person = self.person
