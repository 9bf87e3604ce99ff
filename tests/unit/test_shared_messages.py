"""A message is written on one side: in Python, or in the scripts. Those on both are in a list, each under a reason."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

from board.bootstrap import ROOT
from board.config import sentences
from board.dev.js_messages import javascript
from board.paths import STATIC
from board.web import declarations

LIST = Path(__file__).with_name("shared_messages.txt")
KEYWORDS = {"N_": None, "P_": ((1, "c"), 2), "ngettext": (1, 2)}


def of_python(folder: Path) -> Iterator[str]:
    """Yield the messages of the Python files in a folder, each plural by its singular, after its context if it has one."""
    for file in sorted(folder.rglob("*.py")):
        with file.open("rb") as source:
            for _, found, _, context in extract("python", source, keywords=KEYWORDS):
                text = found if isinstance(found, str) else found[0]
                yield f"{context}: {text}" if context else text


def of_scripts(folder: Path) -> Iterator[str]:
    """Yield the messages of the scripts in a folder, in the same form."""
    for file in sorted(folder.rglob("*.js")):
        with file.open("rb") as source:
            for _, call, found, _ in javascript(source, {}, [], {}):
                yield found if isinstance(found, str) else f"{found[0]}: {found[1]}" if call == "p" else found[0]


def listed(text: str) -> tuple[set[str], list[str]]:
    """Return the messages of a list, and those that stand under no reason."""
    messages, without, reason = set[str](), list[str](), ""
    for line in filter(None, text.splitlines()):
        if line.startswith("# "):
            reason = line
        else:
            messages.add(line)
            without += [] if reason else [line]
    return messages, without


def faults(python: set[str], scripts: set[str], text: str) -> list[str]:
    """Return what is wrong with the list, in sentences."""
    messages, without = listed(text)
    both = python & scripts
    return [
        *(f"{each!r} is in Python and in a script: write it once, or list it under a reason" for each in sorted(both - messages)),
        *(f"{each!r} is no longer on both sides: if one side was reworded, reword the other" for each in sorted(messages - both)),
        *(f"{each!r} stands under no reason" for each in without),
    ]


def test_every_message_on_both_sides_has_a_reason() -> None:
    python = {*of_python(ROOT / "board"), *of_python(ROOT / "models")}
    scripts = set(of_scripts(STATIC / "js"))
    assert len(python) > 900, "this check does not look where the messages are"
    assert len(scripts) > 900
    assert faults(python, scripts, LIST.read_text(encoding="utf-8")) == []


def test_each_message_in_python_is_extracted() -> None:
    extracted = {*of_python(ROOT / "board"), *of_python(ROOT / "models")}
    files = [file for folder in ("board", "models") for file in (ROOT / folder).rglob("*.py")]
    calls = [node for file in files for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Call)]
    marked = {message for call in calls if (message := marked_message(call))}
    assert len(marked) > 900
    assert marked - extracted == set(), "Babel does not read f-strings: mark the message outside"


def marked_message(call: ast.Call) -> str | None:
    """Return the message that a call marks, in the form of `of_python`."""
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if name not in KEYWORDS or len(texts) < (1 if name == "N_" else 2):
        return None
    return f"{texts[0]}: {texts[1]}" if name == "P_" else texts[0]


SAID = re.compile(r'(?<![\w.$])say(?:Count)?\("(\w+)"')  # by a script


def test_every_declared_sentence_is_said_on_both_sides() -> None:
    scripts = {name for file in (STATIC / "js").rglob("*.js") for name in SAID.findall(file.read_text(encoding="utf-8"))}
    assert scripts == declarations.shared_sentences().keys() | sentences.plurals_for_scripts().keys()
    server = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "board").rglob("*.py"))
    declared = sentences.for_scripts().keys() | sentences.plurals_for_scripts().keys()
    assert set(re.findall(r"\bsentences\.([A-Z_]+)\b", server)) == {name.upper() for name in declared}


def test_a_message_on_both_sides_without_a_reason_is_found() -> None:
    assert len(faults({"Here"}, {"Here"}, "# why\nThere\n")) == 2
    assert faults({"Here"}, {"Here"}, "Here\n") == ["'Here' stands under no reason"]
    assert faults({"Here", "a"}, {"Here", "b"}, "# why\nHere\n") == []
