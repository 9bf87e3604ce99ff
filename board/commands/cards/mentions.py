"""Mentions in a text: `@` and a name, ignoring accents and capitals.

A name is the full name of an account, or its first word if only one enabled account has that first word. The longest match
counts: "@Marie Claes" does not mention Marie.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from sqlalchemy import select
from sqlmodel import Session

from models.accounts import Account
from models.db.tables import columns_of
from models.searchable import normalize

Names = dict[str, frozenset[str]]  # ids of accounts by folded name

_P = columns_of(Account)
_ENABLED = select(_P.id, _P.name).where(_P.enabled)
_NAMES = "names that are mentioned"  # key in `session.info`
_AT_SIGN = re.compile(r"(?<![\w.@])@(?=\w)")  # not in an e-mail address
_END = re.compile(r"\w(?!\w|-\w)")  # end of a word, such as Jean-Luc
_FULL_NAME = re.compile(r"\w(?:.*\w)?", re.DOTALL)  # name without surrounding punctuation
MAX_WORDS, MAX_NAME = 8, 300  # words and characters in a name; folding can lengthen it


def new_mentions(session: Session, texts: Iterable[str], before: Iterable[str]) -> set[str]:
    """Return the enabled accounts mentioned in `texts`, but not in `before`."""
    after = [text for text in texts if "@" in text]
    if not after:
        return set()
    names = _names(session)
    return mentioned(after, names) - mentioned((text for text in before if "@" in text), names)


def mentioned(texts: Iterable[str], names: Names) -> set[str]:
    """Return the accounts mentioned in texts."""
    accounts: set[str] = set()
    for folded in map(normalize, texts):
        for at_sign in _AT_SIGN.finditer(folded):
            accounts |= _longest(folded, at_sign.end(), names)
    return accounts


def names_by_key(people: Iterable[tuple[str, str]]) -> Names:
    """Return the names by which these people (id, name) can be mentioned."""
    full_names, first_words = defaultdict(set), defaultdict(set)
    for id, name in people:
        words = name.split()
        full_names[_key(" ".join(words))].add(id)
        first_words[_key(words[0] if words else "")].add(id)
    unique = {name: ids for name, ids in first_words.items() if len(ids) == 1}
    return {name: frozenset(ids) for name, ids in (unique | full_names).items() if name}


def _longest(folded: str, start: int, names: Names) -> frozenset[str]:
    ends = [end.end() for end in islice(_END.finditer(folded, start, start + MAX_NAME), MAX_WORDS)]
    for end in reversed(ends):
        ids = names.get(" ".join(folded[start:end].split()))
        if ids:
            return ids
    return frozenset()


def _key(name: str) -> str:
    match = _FULL_NAME.search(normalize(name))
    return match[0] if match else ""


def _names(session: Session) -> Names:
    """Return the names of enabled accounts. Reads them once per transaction."""
    names: Names | None = session.info.get(_NAMES)
    if names is None:
        names = session.info[_NAMES] = names_by_key((row.id, row.name) for row in session.connection().execute(_ENABLED))
    return names
