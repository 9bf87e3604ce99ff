"""What only a checkout has: its own environment, the tests, and servers for whoever works on the board."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from board import bootstrap
from board.errors import OperationError
from board.install import CannotInstall, environments

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
dev = typer.Typer(help="PostgreSQL, Redis and the board with two workers, for whoever works on it.")


def is_here() -> bool:
    return bootstrap.is_checkout(bootstrap.ROOT)


def install(extras: Annotated[list[str] | None, typer.Argument(help="paper: what PDFs need.")] = None) -> None:
    """Installs what this checkout needs, beside what was installed before. (Only as `python3 -m board install`.)"""
    env = Path(sys.prefix)
    if environments.is_ours(bootstrap.ROOT, env) and not environments.is_current(bootstrap.ROOT, env, frozenset(extras or ())):
        raise OperationError(f"This program installs nothing: {bootstrap.advice(extra=' '.join(extras or ()))}.")
    print(f"everything is there, in {env}")


def lock(upgrade: Annotated[bool, typer.Option(help="In the newest versions that are allowed.")] = False) -> None:
    """Makes the locked lists of dependencies (requirements.txt, requirements-paper.txt) anew from pyproject.toml."""
    from board.dev.lock import make

    with _installing():
        for path in make(bootstrap.ROOT, upgrade):
            print(path.name)


def sbom(output: Annotated[Path | None, typer.Option(help="A file; without, standard output.")] = None) -> None:
    """Lists what is installed here, as a bill of materials (CycloneDX, JSON)."""
    from board.dev.sbom import made

    with _installing():
        bill = made(bootstrap.ROOT)
    if output is None:
        print(bill)
    else:
        output.write_text(bill, encoding="utf-8")


@contextmanager
def _installing() -> Iterator[None]:
    try:
        yield
    except CannotInstall as why:
        raise OperationError(f"{why}.") from why


def test(context: typer.Context) -> None:
    """Checks everything: style, types, and all tests with real servers and a real browser."""
    from board.dev.test_command import run

    sys.exit(run(context.args))


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Only these; all without.")] = None,
    limits: Annotated[bool, typer.Option("--limits", help="Leave on what one account may ask.")] = False,
) -> None:
    """Measures what the board is held to, on this machine. One line a figure."""
    from board.dev.bench import run

    sys.exit(run(names or [], limits))


def faults(context: typer.Context) -> None:
    """Runs the board while everything under it fails, and says which promise was broken (--help: what can be chosen)."""
    from board.dev.faults import run

    sys.exit(run(context.args))


@dev.callback(invoke_without_command=True)
def dev_all(context: typer.Context) -> None:
    """All three, as `honcho start` does, by the Procfile of this checkout; or one of them."""
    if context.invoked_subcommand is None:
        from board.dev.stack import together

        together()


@dev.command("postgres")
def dev_postgres() -> None:
    """A PostgreSQL with invented searches in it."""
    from board.dev.stack import postgres

    postgres()


@dev.command("redis")
def dev_redis() -> None:
    """A Redis."""
    from board.dev.stack import redis

    redis()


@dev.command("web")
def dev_web() -> None:
    """The board, on these two or on those that the settings name."""
    from board.dev.stack import web

    web()
