"""Release: what the tree has to state, what is made of a commit, and what is only said."""

import hashlib
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

from board.bootstrap import ROOT
from board.dev import release as releasing
from board.dev.release import SUMS, Release
from board.dev.release_checks import problems, tables_of
from board.dev.version_bump import bump
from board.errors import OperationError
from board.install.commit import RECORD
from tests.unit.test_commit import git

DAY = date(2026, 12, 24)
CHANGES = "# Contract\n\n## Changes\n\n- 9.0.0:\n  - More.\n- 0.4.0:\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with the files that state versions, at a released version."""
    made = tmp_path / "tree"
    for name in (RECORD, ".gitattributes", "pyproject.toml", "CHANGELOG.md", "models/db/releases.py"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, made / name)
    shutil.copytree(ROOT / "models/db/migrations", made / "models/db/migrations")
    (made / "board/contract.md").write_text(CHANGES)
    git(made, "init")
    commit(made)
    return made


def commit(tree: Path) -> None:
    git(tree, "add", ".")
    git(tree, "commit", "--allow-empty", "--message", "more")


def release(tree: Path, said: list[str] | None = None, signer: str = "") -> Release:
    return Release(tree, tree.parent / "out", signer, (said if said is not None else []).append)


def test_bumped_and_committed_tree_can_be_released(tree: Path) -> None:
    assert bump(tree, "9.0.0", DAY) == ["pyproject.toml", "CHANGELOG.md", "models/db/releases.py"]
    assert list(problems(tree)) == ["The tree has changes that are not committed."]
    commit(tree)
    assert list(problems(tree)) == []
    changelog = (tree / "CHANGELOG.md").read_text()
    assert f"## [Unreleased]\n\n## [9.0.0] - 2026-12-24\n\nTables: {tables_of(tree)}.\n\n### Added\n" in changelog
    scope: dict[str, dict[str, str]] = {}
    exec((tree / "models/db/releases.py").read_text(), scope)
    assert scope["RELEASED"]["9.0.0"] == tables_of(tree)


@pytest.mark.parametrize("version", ["0.4.0", "0.3.9", "1.0", "next", "1.0.0-rc1"])
def test_version_that_is_not_the_next_is_refused(tree: Path, version: str) -> None:
    with pytest.raises(ValueError, match=r"is not a version after 0\.4\.0"):
        bump(tree, version, DAY)
    assert git(tree, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("CHANGELOG.md", "## [9.0.0] - 2026-12-24", "## [9.0.1] - 2026-12-24", "has no section [9.0.0] below"),
        ("CHANGELOG.md", "## [9.0.0] - 2026-12-24", "## [9.0.0]", "has no date"),
        ("CHANGELOG.md", "\nTables: 0", "\nTables: 9", "does not begin with"),
        ("CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- One more.\n", "is not empty"),
        ("models/db/releases.py", '"9.0.0"', '"8.0.0"', "does not state the tables"),
        ("board/contract.md", "- 9.0.0:", "- 8.0.0:", "has no changes of 9.0.0"),
        ("pyproject.toml", 'version = "9.0.0"', 'version = "9.0"', "is not of three numbers"),
    ],
)
def test_each_condition_is_named(tree: Path, file: str, old: str, new: str, words: str) -> None:
    bump(tree, "9.0.0", DAY)
    text = (tree / file).read_text()
    assert old in text
    (tree / file).write_text(text.replace(old, new, 1))
    commit(tree)
    assert any(words in problem for problem in problems(tree)), list(problems(tree))


def test_tagged_version_and_existing_folder_are_refused(tree: Path) -> None:
    bump(tree, "9.0.0", DAY)
    commit(tree)
    git(tree, "tag", "v9.0.0")
    (tree.parent / "out").mkdir()
    with pytest.raises(OperationError, match=r"The tag v9\.0\.0 exists already.*The folder .*out exists already"):
        release(tree).check()


def test_dry_run_says_what_would_be_made_and_makes_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bump(tree, "9.0.0", DAY)
    commit(tree)
    monkeypatch.setattr(releasing.shutil, "which", lambda name: f"/bin/{name}" if name in ("podman", "ssh-keygen") else None)  # type: ignore[attr-defined]
    said: list[str] = []
    planned = release(tree, said, "ssh:/keys/release")
    planned.check()
    planned.plan()
    told = "\n".join(said)
    for words in (
        "can be released",
        "Image searchboard:9.0.0, by podman",
        "-f /keys/release",
        "git tag --sign v9.0.0",
        "podman push",
    ):
        assert words in told
    assert not (tree.parent / "out").exists()
    assert git(tree, "status", "--porcelain") == ""


def test_unknown_or_missing_signer_is_refused(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for signer in ("gpg:key", "ssh", "ssh:"):
        with pytest.raises(OperationError, match="Name who signs and the key"):
            release(tree, signer=signer)
    monkeypatch.setattr(releasing.shutil, "which", lambda name: None)  # type: ignore[attr-defined]
    with pytest.raises(OperationError, match="minisign is not installed"):
        release(tree, signer="minisign:key").check()


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="signs with ssh-keygen")
def test_files_are_built_from_the_commit_listed_and_signed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bump(tree, "9.0.0", DAY)
    commit(tree)
    (tree / "untracked.txt").write_text("of this machine")
    key = tree.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    made = release(tree, signer=f"ssh:{key}")

    def build(archive: Path) -> None:
        with ZipFile(made.to / "searchboard-9.0.0-py3-none-any.whl", "w") as wheel:
            wheel.write(archive / RECORD, RECORD)
            wheel.writestr("board/_data/static/main.js", "")
        assert not (archive / "untracked.txt").exists()

    monkeypatch.setattr(made, "_build", build)
    monkeypatch.setattr(made, "_engine", lambda: None)
    monkeypatch.setattr(releasing, "bill_of_locks", lambda root: "{}")
    made.make()
    lines = (line.partition("  ") for line in (made.to / SUMS).read_text().splitlines())
    listed = {name: digest for digest, _, name in lines}
    assert set(listed) == {"searchboard-9.0.0-py3-none-any.whl", "searchboard-9.0.0.cdx.json"}
    assert all(hashlib.sha256((made.to / name).read_bytes()).hexdigest() == digest for name, digest in listed.items())
    verify = ["ssh-keygen", "-Y", "check-novalidate", "-n", "file", "-s", str(made.to / f"{SUMS}.sig")]
    with (made.to / SUMS).open() as sums:
        subprocess.run(verify, check=True, stdin=sums, capture_output=True)


def test_wheel_of_another_commit_is_refused(tree: Path) -> None:
    made = release(tree)
    made.to.mkdir()
    with ZipFile(made.to / "searchboard-9.0.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(RECORD, "$Format:%H$")
    with pytest.raises(OperationError, match="does not name the commit"):
        made._check_commit()


@pytest.mark.slow
def test_wheel_of_this_commit_names_it(tmp_path: Path) -> None:
    said: list[str] = []
    made = Release(ROOT, tmp_path / "out", "", said.append)
    made.to.mkdir()
    with made._archive() as archive:
        made._build(archive)
    made._check_commit()
    (wheel,) = made.to.glob("*.whl")
    with ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    command = [sys.executable, "-c", "from board.bootstrap import full_version; print(full_version())"]
    told = subprocess.run(command, cwd=tmp_path / "installed", check=True, capture_output=True, text=True)
    assert git(ROOT, "rev-parse", "HEAD")[:12] in told.stdout
