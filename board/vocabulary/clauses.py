"""Clauses: how far negations and hedges reach."""

from itertools import pairwise

from board.vocabulary.attributes import AttributeReader
from board.vocabulary.draft import Draft
from board.vocabulary.folding import COMMA, SENTENCE
from board.vocabulary.matching import Item
from board.vocabulary.roles import Kind, Sign

MAX_BACK = 20  # statements and people that a later word can still change


class ClauseReader(AttributeReader):
    """Reader that ends clauses at punctuation, and applies negation, hedges, "and", "or" and "but"."""

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

    def _negate_back(self) -> None:
        """Negate the statement before "niet" or "nicht" at the end of a clause, or the thing that "none" stands for."""
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
        """Add that a person has no such thing: "the boy next to her had none"."""
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

    def _sign(self, sign: Sign, item: Item) -> None:
        if sign is Sign.NOTHING:
            if item.parts and any(self.vocabulary.concepts[position].id == "wears" for position in item.parts[0]):
                self._wear()
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

    def _wear(self) -> None:
        """End a negation before clothes: "without glasses in a red coat"."""
        if len(self.drafts) > self.negated_from:
            self.negated = False

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
