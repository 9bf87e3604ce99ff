"""Table of outlets in the reference of the audit journal. `python -m tests.support.outlet_table` writes it again."""

import re

from board.audit import outlets
from board.bootstrap import ROOT

PAGE = ROOT / "board" / "docs" / "reference" / "audit-journal.md"
_TABLE = re.compile(r"^\| route or frame \|.*?(?=\n\n)", re.S | re.M)


def in_docs() -> str:
    """Return the table in the documentation."""
    found = _TABLE.search(PAGE.read_text(encoding="utf-8"))
    return found[0] if found else ""


def write() -> None:
    """Replace the table in the documentation by that of the code."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_TABLE.sub(lambda _: outlets.table(), text), encoding="utf-8")


if __name__ == "__main__":
    write()
