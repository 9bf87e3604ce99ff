"""The commit of a program: of a checkout, a worktree, an archive and a wheel."""

import shutil
import subprocess
from pathlib import Path

import pytest

from board.bootstrap import ROOT, full_version
from board.install.commit import RECORD, commit


def git(folder: Path, *words: str) -> str:
    names = ("-c", "user.name=Alice", "-c", "user.email=alice@desk.example", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Repository with one commit of the file that an archive fills in."""
    made = tmp_path / "repository"
    (made / RECORD).parent.mkdir(parents=True)
    git(made, "init")
    for name in (RECORD, ".gitattributes"):
        shutil.copy(ROOT / name, made / name)
    git(made, "add", ".")
    git(made, "commit", "--message", "first")
    return made


def test_commit_of_a_checkout_a_worktree_and_packed_branches(repository: Path, tmp_path: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")
    assert commit(repository) == head[:12]
    git(repository, "worktree", "add", str(tmp_path / "tree"))
    assert commit(tmp_path / "tree") == head[:12]
    git(repository, "pack-refs", "--all")
    assert (commit(repository), commit(tmp_path / "tree")) == (head[:12], head[:12])
    git(repository, "checkout", "--detach")
    assert commit(repository) == head[:12]


def test_commit_of_an_archive_is_recorded_in_it(repository: Path, tmp_path: Path) -> None:
    git(repository, "archive", "--format=tar", f"--output={tmp_path}/made.tar", "HEAD")
    shutil.unpack_archive(tmp_path / "made.tar", tmp_path / "made")
    assert commit(tmp_path / "made") == git(repository, "rev-parse", "HEAD")[:12]


@pytest.mark.parametrize("text", ["", "$Format:%H$", "none of it", "abc"])
def test_other_text_than_a_commit_is_not_shown(text: str, tmp_path: Path) -> None:
    (tmp_path / RECORD).parent.mkdir()
    (tmp_path / RECORD).write_text(text)
    assert commit(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    assert full_version(tmp_path) == "1.2.3"
