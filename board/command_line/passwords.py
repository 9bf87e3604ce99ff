"""Read the password of an account from standard input, or from a person at a terminal, twice and without echo."""

import getpass
import sys
from typing import Annotated

import typer

from board.errors import OperationError

FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read it from standard input; otherwise it is asked for on the terminal.")
]


def password(from_stdin: bool) -> str:
    """Return the password. Raises OperationError if there is no terminal to ask on, or if the two entries differ."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise OperationError("Give the password on standard input, with --password-stdin.")
    try:
        typed = getpass.getpass("Password: ")
        if getpass.getpass("Repeat the password: ") != typed:
            raise OperationError("The two passwords differ. Nothing was changed.")
    except EOFError:
        raise typer.Abort from None
    return typed
