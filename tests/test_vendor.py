"""What we carry of others is what they published, and its licence is beside it."""

import hashlib
import json

import pytest

from board.places import STATIC

VENDOR = STATIC / "vendor"
PACKAGES = json.loads((VENDOR / "manifest.json").read_text())["packages"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_each_file_has_the_digest_that_was_published(package: dict) -> None:
    folder = VENDOR / package["name"]
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == package["files"]
    assert "LICENSE" in found
    assert package["version"]
    assert package["licence"]


def test_nothing_else_lies_there() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {"manifest.json", *(package["name"] for package in PACKAGES)}
