"""Environments of the checkout, in `.venvs`, with `.venv` as a link to the one in use.

Standard library only, because no package is installed yet. A finished environment is never changed: new requirements create a new
one, and then the link is switched atomically. So after any failure the previous one still works, and a server that runs from it
keeps its files. A `.venv` that a person created is filled, never wiped. All messages go to
standard error, so that `board account add` prints only an id.
"""

from board.install.build import ensure
from board.install.steps import CannotInstall, find_uv, output_of, report

__all__ = ["CannotInstall", "ensure", "find_uv", "output_of", "report"]
