"""A password for an account: from standard input, or typed by a person, twice and unseen."""

import getpass
import sys
from typing import Annotated

import typer

from board.errors import OperationError

FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input; else a terminal asks for it.")]


def password(from_stdin: bool) -> str:
    """Return it. Raises OperationError where there is nobody to ask, or two times differ."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise OperationError("Give the password on standard input, with --password-stdin.")
    try:
        typed = getpass.getpass("Password: ")
        if getpass.getpass("The same again: ") != typed:
            raise OperationError("The two differ: nothing was changed.")
    except EOFError:
        raise typer.Abort from None
    return typed
