"""Mentions in a text: `@` and a name, whatever its accents and capitals.

A name is the whole name of an account, or its first word if only one enabled account begins with it. The longest match counts:
"@Marie Claes" does not mention a Marie.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from sqlalchemy import text
from sqlmodel import Session

from models.searchable import normalize

Names = dict[str, frozenset[str]]  # by folded name: the ids of the accounts meant

_ENABLED = text("SELECT id, name FROM account WHERE enabled")
_NAMES = "names that are mentioned"  # key in `session.info`
_AT_SIGN = re.compile(r"(?<![\w.@])@(?=\w)")  # not the one of an e-mail address
_END = re.compile(r"\w(?!\w|-\w)")  # end of a word, which may be Jean-Luc
_WHOLE = re.compile(r"\w(?:.*\w)?", re.DOTALL)  # name without marks around it
MAX_WORDS, MAX_NAME = 8, 300  # of a name; folding may make it longer


def new_mentions(session: Session, texts: Iterable[str], before: Iterable[str]) -> set[str]:
    """Return the enabled accounts mentioned in these texts and not in those before."""
    after = [each for each in texts if "@" in each]
    if not after:
        return set()
    names = _names(session)
    return mentioned(after, names) - mentioned((each for each in before if "@" in each), names)


def mentioned(texts: Iterable[str], names: Names) -> set[str]:
    """Return the accounts mentioned in texts."""
    found: set[str] = set()
    for each in texts:
        folded = normalize(each)
        for at in _AT_SIGN.finditer(folded):
            found |= _longest(folded, at.end(), names)
    return found


def names_by_key(people: Iterable[tuple[str, str]]) -> Names:
    """Return the names by which these people (id, name) may be mentioned."""
    whole, first = defaultdict(set), defaultdict(set)
    for id, name in people:
        words = name.split()
        whole[_key(" ".join(words))].add(id)
        first[_key(words[0] if words else "")].add(id)
    alone = {name: ids for name, ids in first.items() if len(ids) == 1}
    return {name: frozenset(ids) for name, ids in (alone | whole).items() if name}


def _longest(folded: str, start: int, names: Names) -> frozenset[str]:
    ends = [end.end() for end in islice(_END.finditer(folded, start, start + MAX_NAME), MAX_WORDS)]
    for end in reversed(ends):
        ids = names.get(" ".join(folded[start:end].split()))
        if ids:
            return ids
    return frozenset()


def _key(name: str) -> str:
    found = _WHOLE.search(normalize(name))
    return found[0] if found else ""


def _names(session: Session) -> Names:
    """Return the names of enabled accounts, read once for a transaction."""
    names: Names | None = session.info.get(_NAMES)
    if names is None:
        names = session.info[_NAMES] = names_by_key((row.id, row.name) for row in session.connection().execute(_ENABLED))
    return names
