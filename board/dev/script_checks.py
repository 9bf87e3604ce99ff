"""Checks of scripts and styles, by programs that run on Node.js."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from board.bootstrap import ROOT
from board.dev.child_process import CannotStart
from board.dev.node import Node, find_node
from board.dev.npm_packages import install
from board.install import report

COMMANDS: dict[str, tuple[str, ...]] = {  # script in the folder of packages, and its arguments, by name
    "eslint": ("eslint/bin/eslint.js", "static/js", "tests/js", "eslint.config.js", "stylelint.config.js"),
    "stylelint": ("stylelint/bin/stylelint.mjs", "static/css/**/*.css"),
    "tsc": ("typescript/bin/tsc", "-p", "."),  # tsconfig.json sets the files and the strictness
}
TESTS = "node --test"  # tests of modules that need no page
NO_PAGE = "./tests/js/no_page.js"


@dataclass(frozen=True)
class ScriptChecks:
    """Checks, with the Node.js and the npm packages that they run on."""

    root: Path
    node: Node
    packages: Path

    @classmethod
    def prepared(cls, root: Path) -> "ScriptChecks":
        """Fetch Node.js and the packages if they are missing, and return the checks. Raises CannotStart if that fails."""
        node = find_node()
        return cls(root, node, install(root, node))

    def failed(self) -> Iterator[tuple[str, int]]:
        """Run each check, and yield name and exit code of those that failed."""
        for name in COMMANDS:
            if code := self.run(name):
                yield name, code
        if code := self.test():
            yield TESTS, code

    def run(self, name: str) -> int:
        """Run one check in the checkout, and return its exit code."""
        script, *arguments = COMMANDS[name]
        return run_and_report(name, [str(self.node.program), str(self.packages / script), *arguments], self.root)

    def test(self) -> int:
        """Run the tests of modules, and return the exit code."""
        files = sorted(str(file) for file in (self.root / "tests/js").glob("*.test.js"))
        command = [str(self.node.program), "--import", NO_PAGE, "--test", "--test-reporter=spec", *files]
        return run_and_report(TESTS, command, self.root, NODE_PATH=str(self.packages))


def run_and_report(name: str, command: Sequence[str], root: Path, **environment: str) -> int:
    """Run a check in the checkout, print its output if it fails, and return the exit code."""
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        command, check=False, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        env=os.environ | environment,
    )  # fmt: skip
    report(f"{name}: failed with {done.returncode}\n{done.stdout}" if done.returncode else f"{name}: passed")
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
