"""Vendored packages are what their authors published, with their licences."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from board.paths import STATIC

FOLDERS = (STATIC / "vendor", Path(__file__).parents[1] / "vendor")  # served files, and files of tests
PACKAGES = {folder: json.loads((folder / "manifest.json").read_text())["packages"] for folder in FOLDERS}
EVERY = [pytest.param(folder / each["name"], each, id=each["name"]) for folder in FOLDERS for each in PACKAGES[folder]]


@pytest.mark.parametrize(("folder", "package"), EVERY)
def test_each_file_has_the_digest_that_was_published(folder: Path, package: dict[str, Any]) -> None:
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(".d.ts")  # types, which are ours
    }
    assert found == package["files"]
    assert "LICENSE" in found
    assert package["version"]
    assert package["licence"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_nothing_else_lies_there(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"manifest.json", *(package["name"] for package in PACKAGES[folder])}
