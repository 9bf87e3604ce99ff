"""Check of the program: its version, and whether its environment has the required packages."""

import platform
import sys
from pathlib import Path

from board import bootstrap
from board.install import environments
from board.maintenance.checks.finding import State


def check() -> tuple[State, str]:
    env, root = Path(sys.prefix), bootstrap.ROOT
    text = f"Searchboard {bootstrap.full_version()}, Python {platform.python_version()}, in {env}."
    is_own_environment = bootstrap.is_checkout(root) and environments.is_ours(root, env)
    if is_own_environment and not environments.is_current(root, env, bootstrap.NONE):
        return State.WRONG, f"{text} The checkout requires other packages: {bootstrap.advice(root)}."
    return State.OK, text
