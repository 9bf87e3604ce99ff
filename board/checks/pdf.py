"""Check of PDFs: whether one can be made."""

import subprocess
from importlib.util import find_spec

from board import bootstrap
from board.checks.finding import State
from board.child_process import parent
from board.documents import pdf, pdf_process
from board.settings import Settings

TIMEOUT_S = 30.0


def check(settings: Settings) -> tuple[State, str]:
    if find_spec("weasyprint") is None:
        return State.WARNING, f"PDFs can't be made: {bootstrap.advice(extra='paper')}."
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            parent.command(pdf_process.__file__, pdf.limits(), ["0"]),
            input=b"<p>One</p>",
            capture_output=True,
            check=False,
            timeout=TIMEOUT_S,
            env=parent.environment(),
        )
    except subprocess.TimeoutExpired:
        return State.WRONG, f"Making a PDF takes more than {TIMEOUT_S:.0f} s."
    if done.returncode == pdf_process.NOT_THERE:
        return (
            State.WARNING,
            "PDFs can't be made: Pango is not installed (on Debian: apt install libpangoft2-1.0-0).",
        )
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        return State.WRONG, "A test PDF could not be made."
    return State.OK, "A test PDF was made."
