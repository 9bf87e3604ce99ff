"""The command line: `python -m board …`, on the database named by the settings, also while a server runs."""

import gc
import sys
from functools import cache
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from board import bootstrap
from board.command_line import (
    accounts,
    backing_up,
    checking,
    checkout,
    erasing,
    keys,
    notifications,
    retention,
    serving,
    upgrading,
    watching,
)
from board.config import env_file
from board.config.data_keys import load
from board.config.settings import Settings
from board.errors import OperationError
from board.maintenance.checks.settings import sentence
from models import confidential
from models.db.database import ConfigurationError, DatabaseUnavailable
from models.key_ring import KeyRing

# Base class of the errors for wrong usage, which typer exports only through a subclass. Its message is empty if the help
# was printed.
_Mistyped: Any = typer.BadParameter.__bases__[0]

HELP_NAMES = {"help_option_names": ["-h", "--help"]}  # all subcommands inherit it
_OWN_HELP: dict[str, Any] = checkout.PASSED_ON | {"help_option_names": []}  # the program that is called prints its own help

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, context_settings=HELP_NAMES)
for _command in (
    serving.serve, serving.demo, upgrading.migrate, upgrading.upgrade, upgrading.transfer,
    backing_up.backup, backing_up.restore, backing_up.reset_epochs, checking.check, checking.verify,
    watching.watch, erasing.erase,
):  # fmt: skip
    app.command()(_command)
app.command("copy", hidden=True)(upgrading.transfer)  # the names until 0.4
app.command("restored", hidden=True)(backing_up.reset_epochs)
app.add_typer(checking.displays, name="displays")
app.add_typer(accounts.account, name="account")
app.add_typer(accounts.token, name="token")
accounts.search.command("hold")(retention.hold)
accounts.search.command("end-hold")(retention.end_hold)
app.add_typer(accounts.search, name="search")
app.add_typer(keys.keys, name="keys")
app.add_typer(notifications.notifications, name="notifications")
if checkout.is_here():
    for _command in (checkout.install, checkout.lock, checkout.sbom, checkout.release):
        app.command()(_command)
    app.command(context_settings=checkout.PASSED_ON)(checkout.test)
    app.command()(checkout.bench)
    app.command(context_settings=_OWN_HELP)(checkout.pictures)
    app.command("fault-test", context_settings=_OWN_HELP)(checkout.fault_test)
    app.command("attack", context_settings=_OWN_HELP)(checkout.attack)
    app.command("faults", context_settings=_OWN_HELP, hidden=True)(checkout.fault_test)
    app.add_typer(checkout.dev, name="dev")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"searchboard {bootstrap.full_version()}")
        raise typer.Exit


@app.callback()
def board(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    file: Annotated[str | None, typer.Option(env_file.OPTION, help="Settings file to read instead of `.env`.")] = None,
) -> None:
    """Live boards for searches for missing children."""
    confidential.use(_data_keys)
    if context.invoked_subcommand != "serve":  # a server enables them when it has started
        gc.enable()


@cache
def _data_keys() -> KeyRing:
    """Return the keys of data at rest, which a command reads when it meets a confidential value."""
    return load(Settings().data_keys)


def main() -> None:
    """Run the command line. Exit 0, or another code with one sentence on standard error."""
    try:
        words = env_file.choose(sys.argv[1:])
        sys.exit(app(words, prog_name="board", standalone_mode=False) or 0)  # shell completion needs this name
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
