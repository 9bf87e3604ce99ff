"""Check of PDFs: whether one can be made."""

import asyncio
from dataclasses import replace
from importlib.util import find_spec

from board import bootstrap
from board.child_process import parent
from board.config.settings import Settings
from board.documents import pdf, pdf_process
from board.maintenance.checks.finding import State

LIMITS = replace(pdf.limits(), seconds=30)


def check(settings: Settings) -> tuple[State, str]:
    if find_spec("weasyprint") is None:
        return State.WARNING, f"PDFs can't be made: {bootstrap.advice(extra='paper')}."
    try:
        status, output = asyncio.run(parent.run(pdf_process.__file__, b"<p>One</p>", LIMITS, ["0"]))
    except (parent.TimeLimitExceeded, parent.TooBusy):
        return State.WRONG, f"Making a PDF takes more than {LIMITS.seconds} s."
    except parent.NoMemory:
        return State.WRONG, "A test PDF could not be made: this machine is short of memory."
    if status == pdf_process.NOT_THERE:
        return (
            State.WARNING,
            "PDFs can't be made: Pango is not installed (on Debian: apt install libpangoft2-1.0-0).",
        )
    if status or not output.startswith(b"%PDF"):
        return State.WRONG, "A test PDF could not be made."
    return State.OK, "A test PDF was made."
