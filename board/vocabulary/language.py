"""Language of a text, from its own words."""

from collections.abc import Mapping, Sequence

from board.vocabulary.concept import LANGUAGES
from board.vocabulary.folding import Token
from board.vocabulary.lexicon import Lexicon

MAX_COUNTED = 200  # words of a text that are looked at
_WEAK, _FORM, _PRIOR, _READER = 2.0, 1.0, 0.5, 0.25  # votes


def guess(tokens: Sequence[Token], lexicons: Mapping[str, Lexicon], prior: str | None, reader: str | None) -> str:
    """Return the language whose function words and forms occur most. `prior`: of the text around it. `reader`: decides a tie."""
    votes = {language: _PRIOR * (language == prior) + _READER * (language == reader) for language in LANGUAGES}
    for token in tokens[:MAX_COUNTED]:
        weak = [language for language in LANGUAGES if token.word in lexicons[language].lists.weak]
        for language in weak:
            votes[language] += _WEAK / len(weak)
        if len(token.word) > 2:
            known = [language for language in LANGUAGES if token.word in lexicons[language].forms]
            for language in known:
                votes[language] += _FORM / len(known)
    return max(LANGUAGES, key=votes.__getitem__)
