"""Checks of scripts and styles, by programs that run on Node.js."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from board.bootstrap import ROOT
from board.dev.child_process import CannotStart
from board.dev.node import Node, find_node
from board.dev.npm_packages import install
from board.install import report

COMMANDS: dict[str, tuple[str, ...]] = {  # by name: the script in the folder of packages, and what it is given
    "eslint": ("eslint/bin/eslint.js", "static/js", "tests/js", "eslint.config.js", "stylelint.config.js"),
    "stylelint": ("stylelint/bin/stylelint.mjs", "static/css/**/*.css"),
}
TYPES = "tsc --checkJs --strict"
# folders of static/js without a fault of types; it only grows
TYPED = ("behaviours", "core", "display", "format", "forms", "pages", "replay")
TESTS = "node --test"  # of modules that need no page
NO_PAGE = "./tests/js/no_page.js"


@dataclass(frozen=True)
class ScriptChecks:
    """Node.js and the packages of the lock file, which the checks run on."""

    root: Path
    node: Node
    packages: Path

    @classmethod
    def prepared(cls, root: Path) -> "ScriptChecks":
        """Fetch what is missing, and return the checks. Raise CannotStart."""
        node = find_node()
        return cls(root, node, install(root, node))

    def failed(self) -> Iterator[tuple[str, int]]:
        """Run each check, and yield name and exit code of those that failed."""
        for name in COMMANDS:
            if code := self.run(name):
                yield name, code
        for name, check in ((TYPES, self.types), (TESTS, self.test)):
            if code := check():
                yield name, code

    def run(self, name: str) -> int:
        """Run one check in the checkout, and return its exit code."""
        script, *arguments = COMMANDS[name]
        command = [str(self.node.program), str(self.packages / script), *arguments]
        return subprocess.run(command, check=False, cwd=self.root).returncode  # noqa: S603 - our own words, no shell

    def types(self) -> int:
        """Check the types of all scripts. Print the faults of the folders that have to have none, and count the others."""
        command = [str(self.node.program), str(self.packages / "typescript/bin/tsc"), "-p", ".", "--pretty", "false"]
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            command, check=False, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )
        faults = re.findall(r"^\S+\(\d+,\d+\): error .*(?:\n .*)*", done.stdout, re.MULTILINE)
        if done.returncode and not faults:  # it did not run
            print(done.stdout)  # noqa: T201
            return done.returncode
        others = re.compile(rf"static/js/(?!(?:{'|'.join(TYPED)})/)[^(]*\.js\(")
        held = [fault for fault in faults if not others.match(fault)]
        print("\n".join(held), end="\n" if held else "")  # noqa: T201
        report(f"{TYPES}: {len(held)} faults in {', '.join(TYPED)}, which have to have none; {len(faults) - len(held)} in others")
        return 1 if held else 0

    def test(self) -> int:
        """Run the tests of modules, print their output if one fails, and return the exit code."""
        files = sorted(str(file) for file in (self.root / "tests/js").glob("*.test.js"))
        command = [str(self.node.program), "--import", NO_PAGE, "--test", "--test-reporter=spec", *files]
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            command, check=False, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )
        if done.returncode:
            print(done.stdout)  # noqa: T201
        else:
            report(f"{TESTS}: {len(files)} files passed")
        return done.returncode


def main() -> int:
    """Run all checks; for hooks. Return the exit code of the first that failed."""
    try:
        return next((code for _, code in [*ScriptChecks.prepared(ROOT).failed()]), 0)
    except CannotStart as why:
        report(str(why))
        return 1


if __name__ == "__main__":
    sys.exit(main())
