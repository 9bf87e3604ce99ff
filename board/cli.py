"""The command line: `python -m board …`, on the database named by the settings, beside a running server too."""

import sys
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from board import env_file
from board.checks.settings import sentence
from board.command_line import checking, checkout, people, serving
from board.errors import OperationError
from board.settings import VERSION
from models.db.database import ConfigurationError, DatabaseUnavailable

# What typer raises for a call that is typed wrong, by the one name of it that typer exports. (Where only help was asked
# for, its message is empty: the help is printed already.)
_Mistyped: Any = typer.BadParameter.__bases__[0]

HELP_NAMES = {"help_option_names": ["-h", "--help"]}  # of all commands below, too

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, context_settings=HELP_NAMES)
for _command in (
    serving.serve, serving.demo, serving.migrate, serving.copy, serving.backup, serving.restored,
    checking.check, checking.verify, checking.displays,
):  # fmt: skip
    app.command()(_command)
app.add_typer(people.account, name="account")
app.add_typer(people.token, name="token")
app.add_typer(people.search, name="search")
if checkout.is_here():
    for _command in (checkout.install, checkout.lock, checkout.sbom):
        app.command()(_command)
    app.command(context_settings=checkout.PASSED_ON)(checkout.test)
    app.command()(checkout.bench)
    app.command(context_settings=checkout.PASSED_ON | {"help_option_names": []})(checkout.faults)
    app.add_typer(checkout.dev, name="dev")


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"searchboard {VERSION}")
        raise typer.Exit


@app.callback()
def board(
    version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say it and go.")] = False,
    file: Annotated[str | None, typer.Option(env_file.OPTION, help="Settings, from this file instead of `.env`.")] = None,
) -> None:
    """The board of a search."""


def main() -> None:
    """Runs the command line. Exit 0, or another code with one sentence on standard error."""
    try:
        words = env_file.choose(sys.argv[1:])
        sys.exit(app(words, prog_name="board", standalone_mode=False) or 0)  # the name that completion is for
    except _Mistyped as error:
        _fail(" ".join(error.format_message().split()).rstrip("."), 2)
    except typer.Abort:
        sys.exit(130)
    except (OperationError, ConfigurationError) as error:
        _fail(str(error))
    except DatabaseUnavailable:
        _fail("The database can't do this right now: it is busy, full or damaged.")
    except ValidationError as error:
        _fail(sentence(error))


def _fail(sentence: str, code: int = 1) -> NoReturn:
    if sentence:
        print(sentence if sentence.endswith(".") else f"{sentence}.", file=sys.stderr)
    sys.exit(code)
