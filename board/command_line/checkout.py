"""Commands that only a checkout has: its environment, the tests, and development servers."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from board import bootstrap
from board.errors import OperationError
from board.install import CannotInstall, environments
from models.times import now

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
dev = typer.Typer(help="PostgreSQL, Redis and the board with two workers, for development.")


def is_here() -> bool:
    return bootstrap.is_checkout(bootstrap.ROOT)


def install(extras: Annotated[list[str] | None, typer.Argument(help="paper: the packages for PDFs.")] = None) -> None:
    """Install the dependencies of this checkout, in addition to earlier installed ones. (Only as `python3 -m board install`.)"""
    env = Path(sys.prefix)
    if environments.is_ours(bootstrap.ROOT, env) and not environments.is_current(bootstrap.ROOT, env, frozenset(extras or ())):
        raise OperationError(f"This program can't install packages: {bootstrap.advice(extra=' '.join(extras or ()))}.")
    print(f"everything is installed, in {env}")


def lock(upgrade: Annotated[bool, typer.Option(help="Use the newest versions that are allowed.")] = False) -> None:
    """Write the lock files of dependencies (requirements.txt, requirements-paper.txt) from pyproject.toml."""
    from board.dev.lock import make

    with _install_errors():
        for path in make(bootstrap.ROOT, upgrade):
            print(path.name)


def sbom(output: Annotated[Path | None, typer.Option(help="File to write to instead of standard output.")] = None) -> None:
    """List the installed packages as a bill of materials (CycloneDX, JSON)."""
    from board.dev.sbom import bill_of_materials

    with _install_errors():
        bill = bill_of_materials(bootstrap.ROOT)
    if output is None:
        print(bill)
    else:
        output.write_text(bill, encoding="utf-8")


def release(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and say what would be made; make nothing.")] = False,
    bump: Annotated[str | None, typer.Option(help="Only write this version into the tree, to be committed.")] = None,
    to: Annotated[Path | None, typer.Option(help="New folder for the files; otherwise dist/VERSION.")] = None,
    sign: Annotated[
        str, typer.Option(envvar="RELEASE_SIGN", help="Who signs, and the file of the key: ssh:KEY, minisign:KEY or cosign:KEY.")
    ] = "",
) -> None:
    """Release the commit that is checked out: check it, build packages and image, list and sign them. Nothing is pushed."""
    from board.dev.release import Release
    from board.dev.version_bump import bump as write_version

    root = bootstrap.ROOT
    if bump is not None:
        try:
            changed = write_version(root, bump, now().date())
        except ValueError as error:
            raise OperationError(f"{error}.") from error
        print(f"changed: {', '.join(changed)}. Name {bump} in the changes of board/contract.md, test, and commit.")
        return
    made = Release(root, to or root / "dist" / bootstrap.version(), sign, lambda line: print(line, flush=True))
    made.check()
    with _install_errors():
        made.plan() if dry_run else made.make()


@contextmanager
def _install_errors() -> Iterator[None]:
    try:
        yield
    except CannotInstall as error:
        raise OperationError(f"{error}.") from error


def test(context: typer.Context) -> None:
    """Check everything: style, types, and all tests with real servers and a real browser."""
    from board.dev.test_command import run

    sys.exit(run(context.args))


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Benchmarks to run; all without.")] = None,
    limits: Annotated[bool, typer.Option("--limits", help="Keep the rate limits of accounts on.")] = False,
    events: Annotated[int | None, typer.Option(help="Size of the journal that `years` makes.")] = None,
) -> None:
    """Run the benchmarks on this machine, and print one line for each figure."""
    from board.dev import test_programs

    sys.exit(test_programs.bench(names or [], limits, events))


def pictures(context: typer.Context) -> None:
    """Photograph every page and dialog of a demo (--help lists the options)."""
    from board.dev import test_programs

    sys.exit(test_programs.pictures(context.args))


def fault_test(context: typer.Context) -> None:
    """Run the board while faults are injected under it, and report broken promises (--help lists the options)."""
    from board.dev import test_programs

    sys.exit(test_programs.faults(context.args))


def attack(context: typer.Context) -> None:
    """Attack a board with hostile accounts while honest people work on it (--help lists the options)."""
    from board.dev import test_programs

    sys.exit(test_programs.attack(context.args))


@dev.callback(invoke_without_command=True)
def dev_all(context: typer.Context) -> None:
    """Run all three by the Procfile of this checkout, as `honcho start` does; or one of them."""
    if context.invoked_subcommand is None:
        from board.dev.stack import run_all

        run_all()


@dev.command("trace")
def trace(
    command: Annotated[str, typer.Argument(help="Command to trace, such as sighting.add.")],
    details: Annotated[bool, typer.Option("--details", help="Print also where each file is entered from.")] = False,
) -> None:
    """Count the files and functions that a command runs through, and its hops from file to file."""
    from board.dev import trace_command

    found = trace_command.trace(command)
    print(f"{command}: {found}", *(found.details() if details else ()), sep="\n")


def _add_to_dev(name: str, help: str) -> None:
    @dev.command(name, help=help)
    def run() -> None:
        from board.dev import stack

        getattr(stack, name)()


_add_to_dev("postgres", "Run a PostgreSQL server with invented searches.")
_add_to_dev("redis", "Run a Redis server.")
_add_to_dev("web", "Run the board, on these two servers or on those named in the settings.")
