"""Commands that serve the board."""

from typing import Annotated, Any

import typer

from board.config.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of server processes.")] = None,
) -> None:
    """Serve the board. Migrates the database first."""
    from board.server.run import run

    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    run(settings, lambda url: print(f"listening on {url}", flush=True))


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    fresh: Annotated[bool, typer.Option(help="Delete the demo data and start over.")] = False,
    live: Annotated[bool, typer.Option(help="With simulated users at work.")] = False,
) -> None:
    """Serve a board with invented searches."""
    from board.demo import run

    run(port=port, fresh=fresh, live=live)
