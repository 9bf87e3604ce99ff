"""Files that run something are recognised by the ending of their name or their media type; others are not."""

import pytest

from board.config import data_files
from board.files import names, program_files

PROGRAMS = (
    "exe", "msi", "bat", "cmd", "com", "scr", "js", "vbs", "wsf", "hta", "ps1", "lnk", "url", "iso", "img", "jar", "apk", "app",
    "dmg", "docm", "xlsm", "pptm", "xll", "html", "htm", "svg", "sh", "py", "reg", "chm", "one", "desktop",
)  # fmt: skip
OTHERS = ("pdf", "docx", "xlsx", "odt", "txt", "csv", "jpg", "png", "heic", "mp4", "m4a", "zip", "eml", "gpx", "vcf")


@pytest.mark.parametrize("ending", PROGRAMS)
def test_program_is_recognised_by_its_name(ending: str) -> None:
    for name in (f"invoice.{ending}", f"photo.jpg.{ending.upper()}", names.clean(f"photo\u202egpj.{ending}. ")):
        assert program_files.is_program(name, "application/octet-stream"), name


@pytest.mark.parametrize("ending", OTHERS)
def test_other_file_is_no_program(ending: str) -> None:
    assert not program_files.is_program(f"exe.{ending}", "application/octet-stream")
    assert not program_files.is_program("exe", "application/pdf")


@pytest.mark.parametrize("type", ["application/x-msdownload", "text/html", "image/svg+xml", "application/java-archive"])
def test_program_is_recognised_by_its_content(type: str) -> None:
    assert program_files.is_program("photo.jpg", type)


def test_list_has_each_ending_once_and_in_small_letters() -> None:
    listed = data_files.read(program_files.FILE, program_files.ProgramFiles, None)
    endings = [ending for group in listed.endings.values() for ending in group]
    assert len(endings) == len(set(endings))
    assert all(each == each.lower().strip(". ") for each in (*endings, *listed.media_types))
