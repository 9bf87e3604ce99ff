"""Papers of the demo in each language: briefing and report at three steps of a handover, and five histories, page by page."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from board.documents.pdf import TIMEOUT_S
from tests.tools.pictures.camera import Taken
from tests.tools.pictures.demo import Demo
from tests.tools.pictures.handover import handover_answered, handover_begun, handover_hidden, handover_seen, handover_signed
from tests.tools.pictures.night import leave_no_alarm, night_came, noor_found
from tests.tools.pictures.shot import Change, fill

SCALE = 1.7  # pixels of a picture per point: texts of 7 points can be read
HISTORIES = ("noor", "mila", "lucas", "chloe", "yonas")


@dataclass(frozen=True)
class Paper:
    """Document as PDF: the name of its pictures, its address, and the person who prints it."""

    name: str
    path: str
    person: str = "alice"


@dataclass(frozen=True)
class Stage:
    """State of the demo, and the papers that are printed in it."""

    changes: tuple[Change, ...]
    papers: tuple[Paper, ...]


def of_handover(stage: str, address: str, person: str = "alice") -> tuple[Paper, ...]:
    """Return the briefing and the report of a handover at one of its stages."""
    return Paper(f"briefing-{stage}", f"{address}/briefing.pdf", person), Paper(f"report-{stage}", f"{address}.pdf", person)


async def accepted_unread(demo: Demo) -> None:
    """Let the incoming coordinator accept the shift, though she has read three searches only."""
    accepted = {
        "handover": int(demo.numbers["handover"]),
        "restatement": "Noor and Mila first. In the other searches, first the tasks that are overdue.",
        "reason": "Alice has to leave: I read the rest at once.",
    }
    await demo.command("nadia", "operations", "handover.accept", accepted)


STAGES = (
    Stage((), of_handover("without-handover", "/handover")),
    Stage((handover_begun, handover_hidden), of_handover("hidden", "/handover", "nadia")),
    Stage((handover_seen,), of_handover("written", "/handover")),
    Stage((handover_signed, handover_answered), of_handover("signed", "/handovers/{handover}")),
    Stage((accepted_unread,), of_handover("accepted", "/handovers/{handover}", "nadia")),
    Stage(
        (night_came, leave_no_alarm, noor_found),
        tuple(Paper(f"history-{child}", f"/searches/{{{child}}}/history.pdf") for child in HISTORIES),
    ),
)


async def print_papers(
    demo: Demo, folder: Path, languages: Sequence[str], is_wanted: Callable[[str], bool]
) -> AsyncIterator[Taken]:
    """Print the wanted papers of each stage in these languages, and yield each page as a picture."""
    for stage in STAGES:
        for change in stage.changes:
            await change(demo)
        for paper in (paper for paper in stage.papers if is_wanted(paper.name)):
            for language in languages:
                for page in _pages(await fetch(demo, paper, language), paper, language, folder):
                    yield page


async def fetch(demo: Demo, paper: Paper, language: str) -> bytes:
    """Return a paper as PDF."""
    http = await demo.http(paper.person)
    answer = await http.get(fill(paper.path, demo), headers={"Accept-Language": language}, timeout=TIMEOUT_S)
    assert answer.status_code == 200, answer.text
    return answer.content


def _pages(pdf: bytes, paper: Paper, language: str, folder: Path) -> Iterator[Taken]:
    """Write a PDF and a picture of each of its pages."""
    (folder / f"{paper.name}-{language}.pdf").write_bytes(pdf)
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document, 1):
        file = f"{paper.name}-{language}-{number}.png"
        page.render(scale=SCALE).to_pil().save(folder / file)
        page.close()
        yield Taken(paper.name, f"{language}-{number}", file)
    document.close()
