"""The program itself: which version, and whether its environment has what it requires."""

import platform
import sys
from pathlib import Path

from board import bootstrap
from board.checks.finding import State
from board.install import environments
from board.settings import VERSION


def look() -> tuple[State, str]:
    env, root = Path(sys.prefix), bootstrap.ROOT
    says = f"Searchboard {VERSION}, Python {platform.python_version()}, in {env}."
    ours = bootstrap.is_checkout(root) and environments.is_ours(root, env)
    if ours and not environments.is_current(root, env, bootstrap.NONE):
        return State.WRONG, f"{says} The checkout requires other packages: {bootstrap.advice(root)}."
    return State.OK, says
