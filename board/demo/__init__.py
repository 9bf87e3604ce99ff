"""`board demo`: the board with invented searches, in a folder of its own, in one command."""

import asyncio
import sys
import time
from pathlib import Path

from board.demo import data_dir as place
from board.demo import simulated_users
from board.demo.seed import PASSWORD, make
from board.demo.seed_data import people
from board.errors import OperationError
from board.server.run import run as serve
from board.settings import Settings
from models.db.database import ConfigurationError, Database
from models.db.schema import migrate

HOST = "127.0.0.1"  # known passwords: nobody but this machine
MADE = "made"  # a file whose time is when the story was played; in it the password
STALE_H = 6  # the story's last events happened minutes before it was made


def run(port: int, fresh: bool = False, live: bool = False) -> None:
    """Serves the demo until it is stopped, with colleagues at work if it is to be live; port 0 takes a free one. Raises
    OperationError, Unusable."""
    folder = place.choose()
    try:
        with place.alone(folder):
            installation = folder / "installation"
            if fresh or not installation.exists():
                _make(installation)
            elif (installation / MADE).read_text() != PASSWORD:
                raise OperationError(f"The demo in {folder} was made by an earlier version: start with --fresh to begin anew.")
            elif _age_h(installation) > STALE_H:
                _say(f"These are the searches of {_age_h(installation):.0f} hours ago: start with --fresh to begin anew.")
            settings = _settings(installation, port)
            members = _enlist(settings) if live else []
            working: list[asyncio.Task[None]] = []  # held: a loop forgets a task that nobody holds

            def ready(address: str) -> None:
                _greet(address, folder, [each.person.name for each in members])
                if members:
                    working.append(asyncio.create_task(simulated_users.SimulatedTeam(address, members).run()))

            serve(settings, ready)
    except ConfigurationError as why:
        raise ConfigurationError(f"{why} Another port: --port 0 takes a free one.") from why
    except OSError as why:
        raise ConfigurationError(f"The demo's folder {folder} can't be used: {why.strerror}.") from why


def _make(installation: Path) -> None:
    began = time.monotonic()
    _say("Making the demo's searches …")
    with place.made_whole(installation) as making:
        count = asyncio.run(make(_settings(making, 0)))
        (making / MADE).write_text(PASSWORD)
    _say(f"{count} commands played in {time.monotonic() - began:.1f} s.")


def _enlist(settings: Settings) -> list[simulated_users.UserCredentials]:
    """The colleagues, with tokens that nobody else is told. No server has the database open yet."""
    database = Database(settings.database_url)
    migrate(database)
    members = database.write_now(simulated_users.enlist)
    asyncio.run(database.close())
    return members


def _settings(installation: Path, port: int) -> Settings:
    """The demo's own settings: nothing of the environment, which may name a real installation."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{installation / 'board.db'}",
        redis_url=None,
        host=HOST,
        port=port,
        workers=1,
        public_url=None,
        secret_key=None,
        files_path=None,
        forwarded_allow_ips="127.0.0.1",
        log_level="WARNING",
        session_idle_hours=12,
        max_sockets_per_account=50,
        max_messages_per_second=50,
        max_intake_per_minute=300,
    )


def _age_h(installation: Path) -> float:
    return (time.time() - (installation / MADE).stat().st_mtime) / 3600


def log_ins() -> str:
    """Lines that say as whom to sign in."""
    people_in = [each for each in people() if each.signs_in]
    width = max(len(each.email) for each in people_in)
    lines = "\n".join(f"    {each.email:{width}}   {each.role}" for each in people_in)
    return f"  Sign in as one of these, with the password {PASSWORD}\n{lines}"


def _greet(address: str, folder: Path, colleagues: list[str]) -> None:
    """What a newcomer needs: where, as whom, who else is there, and how to be two people."""
    along = (
        f"  At work with you, invented as all: {', '.join(colleagues[:-1])} and {colleagues[-1]}.\n"
        "  They leave a search alone while you edit a card of it.\n\n"
        if colleagues
        else ""
    )
    _say(
        f"\nThe demo is at {address}\n\n{log_ins()}\n\n"
        f"{along}"
        "  To be a second person at the same time, sign in from a private window or another browser:\n"
        "  windows of one browser share a sign-in.\n\n"
        "  All searches and people are invented. What you change is kept; --fresh begins anew.\n"
        f"  It lives in {folder}. Stop it with Ctrl+C.\n"
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
