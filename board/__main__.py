"""Entry point of `python3 -m board`. Written so that a Python that is too old can still parse it and say so."""

import gc
import sys

OLDEST = (3, 11)


def too_old(version: "tuple[int, ...]") -> str:
    """Return an error for a Python older than OLDEST; empty if it is new enough."""
    if version[:2] >= OLDEST:
        return ""
    have = ".".join(str(part) for part in version)
    return (
        f"board: this is Python {have}, and the board needs 3.11 or newer: install a newer one (on Debian or Ubuntu: "
        "apt install python3 python3-venv) and start the board with it, for example: python3.13 -m board"
    )


def main(installs: bool = False) -> None:
    """Run the command line; in a checkout, first make its environment, unless this is the installed program.

    Garbage collection is off during the imports, where it would take a tenth of the startup time and free almost nothing. The
    command line enables it.
    """
    sentence = too_old(sys.version_info[:3])
    if sentence:
        sys.exit(sentence)
    from board import bootstrap

    if installs:
        bootstrap.prepare(sys.argv[1:])
    else:
        bootstrap.keep()
    gc.disable()
    try:
        from board.command_line.cli import main as run

        run()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("board", "models", "realtime"):
            raise
        sys.exit(f"board: the package {error.name} is not installed here: {bootstrap.advice()}")


if __name__ == "__main__":
    main(installs=True)
