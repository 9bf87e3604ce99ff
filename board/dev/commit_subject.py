"""Hook `commit-msg`: refuses a subject that is too long, or does not begin with an imperative."""

import sys
from pathlib import Path

MAX_LENGTH = 72  # characters: `git log --oneline` shows them on a narrow terminal
MADE_BY_GIT = ("Merge ", "Revert ", "fixup! ", "squash! ")
NO_VERBS = (
    " a all an and any at both by each every few fewer for from how if in longer more most new no not of old on one only"
    " other our so some that the their then there these they those three to two what when where which who why with without "
)
NO_VERB_ENDS = ("ed", "ing", "s")
VERBS = " address bring compress discuss embed exceed express feed focus need pass press process shed speed "  # exceptions


def faults(message: str) -> list[str]:
    """Return a sentence for each fault in the subject of a commit message."""
    subject = next((line for line in message.splitlines() if not line.startswith("#")), "")
    if subject.startswith(MADE_BY_GIT):
        return []
    found = [f"The subject has {len(subject)} characters. At most {MAX_LENGTH} are allowed."] if len(subject) > MAX_LENGTH else []
    words = subject.rpartition(": ")[2].split()
    if not words or not is_imperative(words[0].lower()):
        found.append("Begin the subject with an imperative, after the place: `engine: lock boards in one order`.")
    return found


def is_imperative(word: str) -> bool:
    """Return whether an English word can be an imperative. Nouns such as `walls` are recognised only by their ending."""
    if not word.isalpha() or f" {word} " in NO_VERBS:
        return False
    return f" {word} " in VERBS or not word.endswith(NO_VERB_ENDS)


if __name__ == "__main__":
    wrong = faults(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.exit("\n".join(wrong) if wrong else 0)
