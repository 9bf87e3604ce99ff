"""Libraries that decode what strangers made run in isolated children alone, and one function starts these."""

import ast
from collections.abc import Iterator
from pathlib import Path

from board.bootstrap import ROOT
from tests.support.syntax import statements

DECODERS = {
    "PIL", "puremagic", "bz2", "cairosvg", "cv2", "defusedxml", "fitz", "gzip", "icalendar", "imageio",
    "lxml", "lzma", "magic", "numpy",
    "pikepdf", "pillow_heif", "pypdf", "pypdfium2", "pyvips", "recurring_ical_events", "tarfile", "weasyprint", "xml", "zipfile",
}  # fmt: skip
SCRIPTS = {
    "board/files/picture_process.py",
    "board/files/recognition_process.py",
    "board/documents/pdf_process.py",
    "board/duty/calendar_process.py",
    "board/geo_files/track_process.py",
}  # of isolated children
OWN_BYTES = {
    "board/demo/drawings.py": "draws the pictures of the demo",
    "board/web/compression.py": "compresses answers",
    "board/web/static_files.py": "compresses files of the program",
}
STARTING = {
    "fork",
    "forkpty",
    "posix_spawn",
    "posix_spawnp",
    "popen",
    "system",
    "create_subprocess_exec",
    "create_subprocess_shell",
}
STARTING_MODULES = {"subprocess", "multiprocessing", "pty", "concurrent.futures.process"}
STARTERS = {
    "board/child_process/parent.py": "starts the isolated children",
    "board/child_process/probe.py": "is refused, which is its purpose",
    "board/server/worker_process.py": "starts workers, which are the program itself",
    "board/maintenance/postgresql_programs.py": "runs pg_dump and pg_restore",
    "board/maintenance/identities.py": "runs the command of the installation that prints an identity",
    "board/bootstrap.py": "starts the program again in its environment",
    "board/install/steps.py": "runs pip",
    "board/config/data_keys.py": "runs the administrator's command that prints the keys",
}


def sources() -> Iterator[tuple[str, str]]:
    """Yield the product's files, without those of development."""
    for package in ("board", "realtime", "models"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if not name.startswith("board/dev/"):
                yield name, path.read_text(encoding="utf-8")


def imported(text: str) -> set[str]:
    modules = set()
    for node in statements(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                modules |= {name.name for name in names}
            case ast.ImportFrom(module=str(module), level=0):
                modules.add(module)
    return modules | {module.partition(".")[0] for module in modules}


def starts(text: str) -> set[str]:
    """Return the ways in which a source starts a process."""
    if not any(word in text for word in STARTING | STARTING_MODULES):
        return set()
    attributes = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
    return attributes & STARTING | imported(text) & STARTING_MODULES


def test_decoders_are_imported_by_isolated_children_alone() -> None:
    users = {name for name, text in sources() if imported(text) & DECODERS}
    assert users == SCRIPTS | OWN_BYTES.keys()


def test_one_function_starts_children_over_what_strangers_made() -> None:
    assert {name for name, text in sources() if starts(text)} == STARTERS.keys()


def test_each_script_of_a_child_is_run_by_that_function() -> None:
    callers = "".join(text for name, text in sources() if "parent.run(" in text)
    for script in SCRIPTS:
        assert f"parent.run({Path(script).stem}.__file__" in callers or f"script: str = {Path(script).stem}.__file__" in callers


def test_a_new_decoder_or_a_new_way_to_start_is_seen() -> None:
    assert imported("def f():\n    from PIL.Image import open") & DECODERS == {"PIL"}
    assert imported("import xml.etree.ElementTree as tree") & DECODERS == {"xml"}
    assert starts("import asyncio\nasync def f(): await asyncio.create_subprocess_exec('x')") == {"create_subprocess_exec"}
    assert starts("from subprocess import run") == {"subprocess"}
    assert not starts("import asyncio\nfrom PIL import Image")
