"""Who is named in a text: `@` and a name, whatever its accents and capitals.

A name is the whole name of an account, or its first word where only one enabled account begins so. The longest name counts:
beside a Marie, "@Marie Claes" is Marie Claes alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from sqlalchemy import text
from sqlmodel import Session

from models.searchable import normalize

Names = dict[str, frozenset[str]]  # a name, folded: the accounts that are meant by it

_ENABLED = text("SELECT id, name FROM account WHERE enabled")
_NAMES = "names that are mentioned"  # in what a session carries along
_AT = re.compile(r"(?<![\w.@])@(?=\w)")  # not that of an address
_END = re.compile(r"\w(?!\w|-\w)")  # of a word, which may be Jean-Luc
_WHOLE = re.compile(r"\w(?:.*\w)?", re.DOTALL)  # of a name, from its first letter to its last
MAX_WORDS, MAX_NAME = 8, 300  # of a name; its characters may be more when they are folded


def new_mentions(session: Session, texts: Iterable[str], before: Iterable[str]) -> set[str]:
    """The enabled accounts that are named in these texts, and were not in those before."""
    after = [each for each in texts if "@" in each]
    if not after:
        return set()
    names = _names(session)
    return mentioned(after, names) - mentioned((each for each in before if "@" in each), names)


def mentioned(texts: Iterable[str], names: Names) -> set[str]:
    """The accounts that are named in texts."""
    found: set[str] = set()
    for each in texts:
        folded = normalize(each)
        for at in _AT.finditer(folded):
            found |= _longest(folded, at.end(), names)
    return found


def names_by_key(people: Iterable[tuple[str, str]]) -> Names:
    """Names by which these people, each with id and name, may be meant."""
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
    """Read once for all that share a transaction."""
    names: Names | None = session.info.get(_NAMES)
    if names is None:
        names = session.info[_NAMES] = names_by_key((row.id, row.name) for row in session.connection().execute(_ENABLED))
    return names
