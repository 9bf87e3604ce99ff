"""Checks of an installation from outside: a line for each, and whether anything is wrong."""

from board.maintenance.checks.finding import Finding, State
from board.maintenance.checks.run import run

__all__ = ["Finding", "State", "run"]
