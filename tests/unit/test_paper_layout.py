"""Layout of printed documents: what stays together, what is repeated, and which step of a document is used."""

import io
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
import weasyprint

from board.documents import content, pdf_process
from board.documents.content import Block, Document, Fact, Line, Section

NEARLY_EMPTY, FULL = 0.1, 0.9


def words_of_pages(*sections: Section) -> list[str]:
    document = Document("Handover 1", "en", "handover-1", "Printed", [], [], list(sections))
    pdf = weasyprint.HTML(string=content.html(document)).write_pdf()
    return [page.get_textpage().get_text_bounded().replace("\xa0", " ") for page in pypdfium2.PdfDocument(io.BytesIO(pdf))]


def test_a_list_repeats_its_heading_on_each_page() -> None:
    lines: list[Line] = [[f"Task {number} · ", "ask the school"] for number in range(90)]
    pages = words_of_pages(Section(["Noor"], blocks=[Block("Overdue and urgent", lines)]))
    assert len(pages) > 1
    assert [page.count("Overdue and urgent") for page in pages] == [1] * len(pages)


def test_a_list_never_begins_with_one_line_at_the_end_of_a_page() -> None:
    rows: list[Line] = [[f"Row {number} · ", "ask the school"] for number in range(6)]
    for above in range(30, 44):
        lines: list[Line] = [[f"Task {number} · ", "ask"] for number in range(above)]
        pages = words_of_pages(Section(["Noor"], blocks=[Block("Overdue", lines), Block("Undated", rows)]))
        assert [("Row 0" in page) for page in pages] == [("Row 1" in page) for page in pages], f"below {above} lines"


def test_the_facts_of_a_child_are_on_one_page() -> None:
    value = "a value that needs most of a line, as places and descriptions do"
    facts: list[Fact] = [(f"Label {number} of", [value]) for number in range(15)]
    pages = words_of_pages(*(Section([f"Child {number}"], facts) for number in range(4)))
    assert len(pages) > 1
    assert [page.count("Label 0 of") for page in pages] == [page.count("Label 14 of") for page in pages]


def rendered(pages: int, last: float) -> Any:
    """Return a document with a number of pages, of which the last one is filled to a part."""
    box = SimpleNamespace(height=100, content_box_y=lambda: 0, children=[SimpleNamespace(position_y=0, height=100 * last)])
    return SimpleNamespace(pages=[SimpleNamespace(_page_box=box)] * pages)


@pytest.mark.parametrize(
    ("by_step", "chosen"),
    [
        ([(3, FULL), (2, FULL), (2, FULL)], 0),
        ([(3, NEARLY_EMPTY), (2, FULL), (2, FULL)], 1),
        ([(3, NEARLY_EMPTY), (3, NEARLY_EMPTY), (2, FULL)], 2),
        ([(3, NEARLY_EMPTY), (3, NEARLY_EMPTY), (3, NEARLY_EMPTY)], 0),
        ([(1, NEARLY_EMPTY), (1, FULL), (1, FULL)], 0),
    ],
)
def test_a_nearly_empty_last_page_is_avoided_by_smaller_text(by_step: list[tuple[int, float]], chosen: int) -> None:
    documents = [rendered(*each) for each in by_step]
    html = '<div class="step-0" data-steps="2" data-pages="filled">'
    found = pdf_process.fitted(html, lambda text: documents[next(step for step in range(3) if f'"step-{step}"' in text)])
    assert documents.index(found) == chosen
