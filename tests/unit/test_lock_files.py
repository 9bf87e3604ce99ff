"""The locks name all that is declared, in versions that are allowed, each file by its digest, and nothing besides."""

import ast
import importlib.metadata
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from board import bootstrap
from board.command_line import checkout
from board.dev import lock as locking
from board.dev import sbom
from board.errors import OperationError
from board.install import CannotInstall, requirements
from tests.support.syntax import statements

ROOT = bootstrap.ROOT
FILES = [ROOT / requirements.BASE, *(requirements.lock_of(ROOT, extra) for extra in locking.LOCKED)]
ENTRY = re.compile(r"[a-z0-9-]+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n")
LEFT_OUT = {"honcho", "fractional-indexing", "setuptools", "pip", "searchboard"}  # for development, or replaced


def entries(path: Path) -> list[str]:
    """Each package of a lock with its digests; comments are at its head alone."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("#"))
    return re.split(r"(?m)^(?=\S)", text)[1:]


def locked(*paths: Path) -> dict[str, Requirement]:
    found = [Requirement(entry.partition(" \\")[0]) for path in paths for entry in entries(path)]
    return {canonicalize_name(each.name): each for each in found}


@cache
def declared(extra: str | None) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(each) for each in (project["optional-dependencies"][extra] if extra else project["dependencies"])]


def fits(wanted: Requirement, there: dict[str, Requirement]) -> bool:
    found = there.get(canonicalize_name(wanted.name))
    return found is not None and wanted.specifier.contains(next(iter(found.specifier)).version)


def needed(wanted: Requirement) -> Iterator[Requirement]:
    """Return the requirements of an installed package, with those of its wanted extras."""
    for each in map(Requirement, importlib.metadata.requires(wanted.name) or ()):
        environments = [default_environment() | {"extra": extra} for extra in ("", *wanted.extras)]
        if each.marker is None or any(each.marker.evaluate(environment) for environment in environments):  # type: ignore[arg-type]
            yield each


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_package_is_in_one_version_with_the_digests_of_its_files(path: Path) -> None:
    found = entries(path)
    assert found
    for entry in found:
        assert ENTRY.fullmatch(entry), entry[:200]
    assert len(locked(path)) == len(found), "each once"
    text = path.read_text(encoding="utf-8")
    assert "://" not in text, "no registry's host"
    assert not re.search(r"(?m)^\s*--(?!hash=)", text), "no option but digests"
    assert "python3 -m board lock" in text


def test_a_lock_that_lacks_a_digest_or_names_a_range_would_be_found() -> None:
    digest = f" \\\n    --hash=sha256:{'0' * 64}\n"
    assert ENTRY.fullmatch(f"starlette==1.0{digest}")
    for wrong in ("starlette==1.0\n", f"starlette>=1.0{digest}", f"starlette==1.0 \\\n    --hash=md5:{'0' * 64}\n"):
        assert not ENTRY.fullmatch(wrong)


@pytest.mark.parametrize("extra", [None, *locking.LOCKED])
def test_all_that_is_declared_is_locked_in_a_version_that_is_allowed(extra: str | None) -> None:
    there = locked(*FILES) if extra else locked(FILES[0])
    for wanted in declared(extra):
        assert fits(wanted, there), wanted
        found = there[canonicalize_name(wanted.name)]
        assert found.marker is None or wanted.marker is not None, "where it is declared for all, it is locked for all"
    assert not fits(Requirement("starlette<1"), there)
    assert not fits(Requirement("no-such"), there)


def test_indirect_requirements_are_locked_and_left_out_ones_are_not() -> None:
    there = locked(*FILES)
    waiting = [each for extra in (None, *locking.LOCKED) for each in declared(extra) if not each.marker or each.marker.evaluate()]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        if (key := (canonicalize_name(wanted.name), frozenset(wanted.extras))) not in seen:
            seen.add(key)
            assert fits(wanted, there), wanted
            waiting += needed(wanted)
    assert {name for name, _ in seen} >= {"hiredis", "psycopg-binary", "cffi"}
    assert not LEFT_OUT & there.keys()


def test_the_base_and_an_extra_name_no_package_twice() -> None:
    for path in FILES[1:]:
        assert not locked(FILES[0]).keys() & locked(path).keys()


def test_the_checkout_is_installed_by_its_locks() -> None:
    for extras in (frozenset[str](), frozenset(locking.LOCKED)):
        assert requirements.why_not_locked(ROOT, extras) == ""
        assert requirements.locks(ROOT, extras) == FILES[: 1 + len(extras)]


def test_the_lock_is_made_with_what_stands_in_it_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    asked: list[list[str]] = []

    def resolve(command: list[str]) -> None:
        asked.append(command)
        into = Path(command[-1])
        before = into.read_text() if into.is_file() else ""
        more = "weasyprint==68 \\\n    --hash=sha256:03\n" if "--extra" in command else ""
        into.write_text(before or f"starlette==1.0 \\\n    --hash=sha256:01\n    --hash=sha256:02\n{more}")

    monkeypatch.setattr(locking, "run", resolve)
    monkeypatch.setattr(locking, "temporary_install", lambda _: __import__("contextlib").nullcontext(tmp_path))
    base, paper = locking.make(tmp_path)
    assert base.read_text().count("--hash") == 2
    assert "weasyprint" not in base.read_text()
    assert "starlette" not in paper.read_text()
    assert "weasyprint==68 \\\n    --hash=sha256:03\n" in paper.read_text()
    base.write_text("starlette==0.9 \\\n    --hash=sha256:00\n")
    assert "starlette==0.9" in locking.make(tmp_path)[0].read_text()
    assert "starlette==1.0" in locking.make(tmp_path, upgrade=True)[0].read_text()
    assert all("--universal" in each and "--generate-hashes" in each for each in asked)


@pytest.mark.slow
def test_the_locks_made_again_say_the_same(tmp_path: Path) -> None:
    for each in (ROOT / "pyproject.toml", *FILES):
        shutil.copy(each, tmp_path)
    made = locking.make(tmp_path)
    assert {name: str(each) for name, each in locked(*made).items()} == {name: str(each) for name, each in locked(*FILES).items()}


@pytest.mark.slow
def test_bill_of_materials_names_installed_packages_and_no_local_path() -> None:
    import json

    text = sbom.bill_of_materials(ROOT)
    bill = json.loads(text)
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "searchboard")
    there = {each["name"].lower(): each for each in bill["components"]}
    assert there["starlette"]["version"] == importlib.metadata.version("starlette")
    assert there["starlette"]["licenses"]
    assert str(ROOT) not in text


def test_a_bill_of_materials_that_cant_be_made_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(requirement: str) -> None:
        raise CannotInstall(f"{requirement} can't be had")

    monkeypatch.setattr(sbom, "temporary_install", unreachable)
    with pytest.raises(OperationError, match=r"can't be had\.$"):
        checkout.sbom(None)


# -- imports ----------------------------------------------------------------------------------------------------------------

EXTRAS = {
    "tests/": ("paper", "client", "test"), "board/dev/": ("test",), "board/documents/": ("paper",), "board/files/": ("paper",),
}  # fmt: skip


def imported(file: Path) -> set[str]:
    """Return the top-level modules that a file imports, also within functions."""
    found = set[str]()
    for node in statements(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"board", "realtime", "models", "tests"}


def test_each_package_that_is_imported_is_declared() -> None:
    origins = importlib.metadata.packages_distributions()
    missing = set[tuple[str, str]]()
    for folder in ("board", "realtime", "models", "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            path = file.relative_to(ROOT).as_posix()
            extras = next((given for start, given in EXTRAS.items() if path.startswith(start)), ())
            known = {canonicalize_name(each.name) for extra in (None, *extras) for each in declared(extra)}
            for module in imported(file):
                names = {canonicalize_name(each) for each in origins.get(module, [module])}
                missing |= set() if names & known else {(path, module)}
    assert missing == set()
