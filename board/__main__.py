"""The first file that runs. It is written so that a Python that is too old can still read it, and say so."""

import sys

OLDEST = (3, 11)


def too_old(version: "tuple[int, ...]") -> str:
    """The sentence for a Python older than OLDEST; empty for one that will do."""
    if version[:2] >= OLDEST:
        return ""
    have = ".".join(str(part) for part in version)
    return (
        f"board: this is Python {have}, and the board needs 3.11 or newer: install a newer one (on Debian or Ubuntu: "
        "apt install python3 python3-venv) and start the board with it, for example: python3.13 -m board"
    )


def main() -> None:
    """Make the environment if this is a checkout without one, then hand over to the command line."""
    sentence = too_old(sys.version_info[:3])
    if sentence:
        sys.exit(sentence)
    from board import bootstrap

    bootstrap.prepare(sys.argv[1:])
    from board.cli import main as run

    run()


if __name__ == "__main__":
    main()
