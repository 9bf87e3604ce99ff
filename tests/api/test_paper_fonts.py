"""Paper is set in the fonts of the program, whatever fonts the machine has."""

import ctypes

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from board.documents import content, fonts, pdf
from board.documents.content import Document, Section, UserText

NAMES = {
    "latin": "Łukasz Nguyễn Đặng", "greek": "Ελένη", "cyrillic": "Олександра", "arabic": "مريم", "hebrew": "נועה",
    "armenian": "Անի", "georgian": "ნინო", "devanagari": "अनीता", "bengali": "অনন্যা", "gurmukhi": "ਗੁਰਪ੍ਰੀਤ",
    "tamil": "அனிதா", "thai": "มาลี", "ethiopic": "ማርያም", "signs": "Alice → Dora ■ ✓ ≠ …",
}  # fmt: skip


def fonts_of(document: bytes) -> set[str]:
    """Return the names of the fonts of all texts in a PDF, without the mark of a subset."""
    made, found = pypdfium2.PdfDocument(document), set[str]()
    for page in made:
        for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT,)):
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(pdfium.FPDFTextObj_GetFont(item.raw), name, len(name))
            found.add(name.value.decode().rpartition("+")[2])
        page.close()
    made.close()
    return found


FEW = ("latin", "greek", "arabic", "devanagari", "signs")  # unpacking the fonts of all takes ten seconds


@pytest.mark.parametrize("scripts", [FEW, pytest.param(tuple(NAMES), marks=pytest.mark.slow)], ids=len)
async def test_names_in_many_scripts_are_set_in_shipped_fonts(scripts: tuple[str, ...]) -> None:
    words = [(script, UserText(NAMES[script])) for script in scripts]
    paper = Document("Title", "en", "file", "Printed", sections=[Section(["One"], texts=words)])
    found = fonts_of(await pdf.pdf(content.html(paper)))
    assert {name for name in found if not name.startswith("Searchboard-")} == set(), "fonts of the machine"
    assert {*scripts} - {name.split("-")[1] for name in found} == set()


async def test_a_script_that_is_not_shipped_uses_the_fonts_of_the_machine() -> None:
    paper = Document("Title", "en", "file", "Printed", sections=[Section(["One"], texts=[("Name", UserText("ᚠᛇᚻ"))])])
    found = fonts_of(await pdf.pdf(content.html(paper)))
    assert "Searchboard-latin" in found, "the rest is in ours"


async def test_only_the_fonts_of_the_characters_are_unpacked() -> None:
    folder = (await fonts.environment("abc"))["FONTCONFIG_PATH"]
    assert {font.file.parents[1].name for font in fonts._fonts()} >= {"fontsource-noto-sans", "fontsource-noto-sans-arabic"}
    needed = [font.file.stem for font in fonts._fonts() if any(ord("a") in characters for characters in font.characters)]
    assert sorted(needed) == ["noto-sans-latin-400-normal", "noto-sans-latin-700-normal"]
    assert folder
