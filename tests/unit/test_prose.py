"""Docstrings begin with a verb in the imperative ("Return the events after `seq`.") or a noun phrase ("Queue of writes.")."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from board.bootstrap import ROOT
from tests.support.syntax import statements

PACKAGES = ("board", "realtime", "models", "tests")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Clauses ("What was read"), fragments that need the docstring above ("The same"), and sentences about something unnamed.
REFUSED = _words("""
    after also among and another around as at because before being beside between beyond but by can cannot does during
    either everybody everyone everything everywhere following for found from given gives got had has have he her here
    him his how however i if in inside is it its itself kept known like made may neither nobody none nor not nothing
    nowhere of on once one one's only or others otherwise ours ourselves outside over said same seen she since so some
    somebody someone somebody's something sometimes somewhere still such than that their them then there these they this
    those though through to together told too towards true false under unless until up upon was we well were what
    whatever when whenever where wherever whether which whichever while who whoever whom whomever whose why with within
    without you your
""")
# Verbs whose third person ("Returns") is refused. Stems; "es" and "ies" are added where English does.
VERBS = _words("""
    accept add agree allow announce answer append apply ask assume assign await back bar become begin belong bind block
    bring build bump call carry catch change check choose claim clean clear close collect come commit compare compute
    connect contain convert copy correct count cover create cut decide declare decode define delete deliver depend
    describe die discard do drain draw drop emit empty encode end enqueue enter escape evict exchange execute exist
    expect explain expire export fail fall fetch fill filter find finish fit fix flush fold follow forget format free
    gather get give go grant group grow hand handle happen hash hear hide hold identify ignore import include insert
    install introduce invalidate join judge keep know lay lead leave let limit link list listen load lock log look lose
    make map mark match mean measure merge migrate miss move name need normalize note notice notify offer open order owe
    pack pair parse part pass pick place plan play point post prefer prepare print prove publish purge put queue raise
    read receive record recover refresh refuse register reject release remember remove render repeat replace replay
    report request require reset resolve respond restart restore retry return revoke rewrite roll run save say schedule
    search see select send serve set settle shorten show shut sign skip sleep sort spare speak split spread stand start
    state stay step stop store strip subscribe take tell test throttle tick track transfer translate trim try tune turn
    unite update use validate verify wait wake walk want warn watch withdraw work wrap write yield
""")
# Plural nouns that are also verbs: taken for nouns where such a word or a full stop follows.
NOUNS = _words("""
    calls changes checks counts ends exports finds groups links lists locks logs marks moves names notes orders places
    points queues reads records reports requests retries roles runs searches sets shows signs starts states steps tests
    times turns updates uses waits walks watches works writes
""")
AFTER_NOUN = _words("""
    of that which and or in from to by with as at on about under between
""")
ENDPOINT = re.compile(r"`?(GET|POST|PUT|PATCH|DELETE|HEAD) ")


def problem(docstring: str) -> str | None:
    """Return why a docstring is refused, None if it is not."""
    if ENDPOINT.match(docstring):
        return None
    first, _, rest = docstring.strip().replace("\n", " ").partition(" ")
    word = first.strip("\"'“”.,:;()").lower()
    if not re.match('["“(]?[A-Z0-9]', first):
        return "begins with neither a capital letter nor a digit"
    if word in REFUSED or docstring.lower().startswith(("the same", "back to", "all of them", "each of them")):
        return f"begins with {first!r}"
    if _third_person(word) and not (word in NOUNS and (first[-1] in ".:," or rest.split(" ")[0].strip(".,:;") in AFTER_NOUN)):
        return f"begins with {first!r}, a verb that is not in the imperative"
    return None


def _third_person(word: str) -> bool:
    return any(
        word.endswith(ending) and word.removesuffix(ending) + stem in VERBS
        for ending, stem in (("s", ""), ("es", ""), ("ies", "y"))
    )


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and docstring of the module, and of each class and public function in it."""
    for node in statements(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef) or (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        ):
            text = ast.get_docstring(node)
            if text:
                yield node.body[0].lineno, text


def problems(root: Path) -> list[str]:
    """Return the docstrings below `root` that are refused, as `file:line: reason: first line`."""
    return [
        f"{path.relative_to(root)}:{line}: {why}: {text.splitlines()[0]}"
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
        for line, text in docstrings(path.read_text(encoding="utf-8"))
        if (why := problem(text)) is not None
    ]


def test_docstrings_begin_with_a_verb_or_a_noun_phrase() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize(
    "text",
    [
        "What was read.",
        "Whether it is so.",
        "Of all of them together.",
        "The same for several.",
        "By id.",
        "Those that are left.",
        "Returns the events.",
        "Tells everybody.",
        "Tries again.",
        "Reads a file.",
        "Where it is.",
        "`name`: a word.",
        "the events.",
    ],
)
def test_a_docstring_that_breaks_the_rule_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "board").mkdir()
    (tmp_path / "board/each.py").write_text(f'class Each:\n    def read(self):\n        """{text}"""\n')
    assert [each.split(":")[:2] for each in problems(tmp_path)] == [["board/each.py", "3"]]


@pytest.mark.parametrize(
    "text",
    [
        "Return the events after `seq`.",
        "Queue of writes.",
        "Reads of many rows, two at a time.",
        "Names and addresses.",
        "`GET /api/v1/me`: the caller's own account.",
        "24 hours as seconds.",
        "Status of a display.",
    ],
)
def test_a_docstring_that_keeps_the_rule_is_not_found(text: str) -> None:
    assert problem(text) is None
