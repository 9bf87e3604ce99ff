"""Registration of the checkout in an environment: importable in place, known to package tools, and with its programs.

An installer would make an "editable" build, and download a build backend. This needs no network, so that a changed version or
program can be registered offline.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path

from board.install.environments import python_of
from board.install.requirements import project
from board.install.steps import CannotInstall, output_of

PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"
PROGRAM = """#!{python}
import sys

from {module} import {function}

if __name__ == "__main__":
    sys.exit({function}())
"""


def register(root: Path, env: Path) -> None:
    """Write the registration of the checkout into an environment, replacing that of another version.

    Raises OSError or CannotInstall.
    """
    metadata = project(root)
    name, version = str(metadata["name"]), str(metadata["version"])
    packages = Path(output_of([str(python_of(env)), "-I", "-c", PURELIB]) or "/nonexistent")
    if not packages.is_dir():
        raise CannotInstall(f"{env} has no folder for packages")
    info = packages / f"{name}-{version}.dist-info"
    programs = {_program(env, script): _program_text(env, target) for script, target in metadata.get("scripts", {}).items()}
    files = {
        packages / f"{name}.pth": f"{root.resolve()}\n",
        info / "METADATA": _metadata(root),
        info / "INSTALLER": "board\n",
        info / "entry_points.txt": _entry_points(root),
        info / "direct_url.json": f'{{"dir_info": {{"editable": true}}, "url": "{root.resolve().as_uri()}"}}',
        **programs,
    }
    info.mkdir(exist_ok=True)
    for path, text in files.items():
        _write(path, text, 0o755 if path in programs else 0o644)
    _write(info / "RECORD", _record(packages, info, files), 0o644)
    for earlier_info in packages.glob(f"{name}-*.dist-info"):
        if earlier_info != info:
            for file in earlier_info.iterdir():
                file.unlink()
            earlier_info.rmdir()


def _metadata(root: Path) -> str:
    metadata = project(root)
    lines = ["Metadata-Version: 2.1", f"Name: {metadata['name']}", f"Version: {metadata['version']}"]
    lines.append(f"Requires-Python: {metadata.get('requires-python', '')}")
    lines += [f"Requires-Dist: {requirement}" for requirement in metadata.get("dependencies", ())]
    for extra, requirements in metadata.get("optional-dependencies", {}).items():
        lines.append(f"Provides-Extra: {extra}")
        for requirement in requirements:
            package, _, marker = (part.strip() for part in requirement.partition(";"))
            lines.append(f"Requires-Dist: {package}; {f'({marker}) and ' if marker else ''}extra == '{extra}'")
    return "\n".join(lines) + "\n"


def _entry_points(root: Path) -> str:
    return "[console_scripts]\n" + "".join(f"{name} = {target}\n" for name, target in project(root).get("scripts", {}).items())


def _program(env: Path, name: str) -> Path:
    return python_of(env).parent / (f"{name}.cmd" if os.name == "nt" else name)


def _program_text(env: Path, target: str) -> str:
    module, _, function = target.partition(":")
    if not re.fullmatch(r"[\w.]+", module) or not function.isidentifier():
        raise CannotInstall(f"pyproject.toml must name its program as module:function, not {target}")
    if os.name == "nt":
        return f'@"{python_of(env)}" -c "from {module} import {function}; {function}()" %*\r\n'
    return PROGRAM.format(python=python_of(env), module=module, function=function)


def _record(packages: Path, info: Path, files: dict[Path, str]) -> str:
    """Return the RECORD file, which uninstalling needs: each file with digest and size."""
    rows = [f"{os.path.relpath(info / 'RECORD', packages)},,"]
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{os.path.relpath(path, packages)},sha256={digest},{len(text.encode())}")
    return "\n".join(rows) + "\n"


def _write(path: Path, text: str, mode: int) -> None:
    """Write a file atomically: a user may be starting it."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8", newline="")
    fresh.chmod(mode)
    fresh.replace(path)
