"""The checkout's own environments: made beside each other in `.venvs`, with `.venv` as a link to the one in use.

Standard library only, as nothing else is there yet. A finished environment is never changed: new requirements make a new
one beside it, and then the link is set to that, in one step. So whatever fails, whenever it is killed, the one from before
works as it did, and a server that runs from it keeps its files. An environment that a person made as `.venv` is theirs: it
is filled, never wiped. All talk goes to standard error, so that `board account add` can print an id alone.
"""

from board.install.build import ensure
from board.install.steps import CannotInstall, find_uv, output_of, report

__all__ = ["CannotInstall", "ensure", "find_uv", "output_of", "report"]
