"""Command `board pictures`: it takes a picture, shows it in an index, and says by its exit code what failed."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from board.bootstrap import ROOT


def pictures(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "board", "pictures", "--out", str(folder), *args]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
@pytest.mark.browser
def test_one_page_is_photographed(tmp_path: Path) -> None:
    done = pictures(tmp_path, "--only", "sign-in", "--languages", "fr", "--themes", "dark", "--widths", "390")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "sign-in-fr-dark-390.png") as image:
        assert image.size == (390, 844)
        assert ImageStat.Stat(image.convert("L")).mean[0] < 80
    assert 'src="sign-in-fr-dark-390.png"' in (tmp_path / "index.html").read_text()
    assert "1 pictures" in done.stdout


def test_papers_are_listed_by_name(tmp_path: Path) -> None:
    done = pictures(tmp_path, "--papers", "--list")
    assert {"briefing-written", "report-accepted", "history-noor"} <= set(done.stdout.split())
    assert "sign-in" not in done.stdout.split()


@pytest.mark.slow
@pytest.mark.parametrize("args", [("--only", "nothing"), ("--languages", "xx"), ("--widths", "17")])
def test_unknown_words_are_refused(tmp_path: Path, args: tuple[str, str]) -> None:
    done = pictures(tmp_path, *args)
    assert done.returncode == 2
    assert args[1] in done.stderr
    assert not (tmp_path / "index.html").exists()
