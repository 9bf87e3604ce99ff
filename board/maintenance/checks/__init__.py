"""Checks of an installation from outside: one line each."""

from board.maintenance.checks.finding import Finding, State
from board.maintenance.checks.run import run

__all__ = ["Finding", "State", "run"]
