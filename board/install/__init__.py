"""Environments of the checkout: beside each other in `.venvs`, with `.venv` as a link to the one in use.

Standard library only, as nothing else is installed yet. A finished environment is never changed: new requirements create a new
one, and then the link is switched in one step. So whatever fails or is killed, the previous one still works, and a server that
runs from it keeps its files. A `.venv` created by a person belongs to them: it is filled, never wiped. All messages go to
standard error, so that `board account add` prints only an id.
"""

from board.install.build import ensure
from board.install.steps import CannotInstall, find_uv, output_of, report

__all__ = ["CannotInstall", "ensure", "find_uv", "output_of", "report"]
