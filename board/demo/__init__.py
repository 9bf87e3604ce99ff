"""Demo (`board demo`): a board with invented searches, in a separate folder."""

import asyncio
import time
from functools import partial
from pathlib import Path

from board.config.settings import Settings
from board.demo import data_dir, simulated_users
from board.demo.seed import PASSWORD, create
from board.demo.seed_data import people
from board.errors import OperationError
from board.server.run import run as serve
from models.db.database import ConfigurationError, Database
from models.db.schema import migrate

HOST = "127.0.0.1"  # the passwords are known, so only this machine may connect
STAMP = "made"  # file with the password; its time is when the demo data was created
_print = partial(print, flush=True)
MAX_AGE_H = 6  # the last events are dated minutes before the demo data was created


def run(port: int, fresh: bool = False, live: bool = False) -> None:
    """Serve the demo until it is stopped. `port`: 0 for any free port. `live`: with simulated users. Raises OperationError if
    another demo runs in the folder, or an earlier version made it; ConfigurationError if the port or the folder can't be used."""
    folder = data_dir.choose()
    try:
        with data_dir.locked(folder):
            installation = folder / "installation"
            if fresh or not installation.exists():
                _make(installation)
            elif (installation / STAMP).read_text() != PASSWORD:
                raise OperationError(f"The demo in {folder} was made by an earlier version. Use --fresh to start over.")
            elif _age_h(installation) > MAX_AGE_H:
                _print(f"The demo data is {_age_h(installation):.0f} hours old. Use --fresh to start over.")
            settings = _settings(installation, port)
            members = _simulated_users(settings) if live else []
            tasks: list[asyncio.Task[None]] = []  # keeps a reference: the event loop has only a weak one

            def ready(address: str) -> None:
                _print_welcome(address, folder, [each.person.name for each in members])
                if members:
                    tasks.append(asyncio.create_task(simulated_users.SimulatedTeam(address, members).run()))

            serve(settings, ready)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error} Use --port 0 for any free port.") from error
    except OSError as error:
        raise ConfigurationError(f"The demo's folder {folder} can't be used: {error.strerror}.") from error


def _make(installation: Path) -> None:
    started = time.monotonic()
    _print("Creating the demo's searches …")
    with data_dir.replace_when_complete(installation) as new:
        count = asyncio.run(create(_settings(new, 0)))
        (new / STAMP).write_text(PASSWORD)
    _print(f"{count} commands executed in {time.monotonic() - started:.1f} s.")


def _simulated_users(settings: Settings) -> list[simulated_users.UserCredentials]:
    """Return the simulated users with new tokens. Call it before a server opens the database."""
    database = Database(settings.database_url)
    migrate(database)
    members = database.write_now(simulated_users.create_tokens)
    asyncio.run(database.close())
    return members


def _settings(installation: Path, port: int) -> Settings:
    """Return the demo's own settings, independent of the environment, which may name a real installation."""
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
        files_url=None,
        forwarded_allow_ips="127.0.0.1",
        log_level="WARNING",
        session_idle_hours=12,
        max_sockets_per_account=50,
        max_messages_per_second=50,
        max_intake_per_minute=300,
    )


def _age_h(installation: Path) -> float:
    return (time.time() - (installation / STAMP).stat().st_mtime) / 3600


def log_ins() -> str:
    """Return lines that list the accounts to sign in with."""
    people_in = [each for each in people() if each.signs_in]
    width = max(len(each.email) for each in people_in)
    lines = "\n".join(f"    {each.email:{width}}   {each.role}" for each in people_in)
    return f"  Sign in as one of these, with the password {PASSWORD}\n{lines}"


def _print_welcome(address: str, folder: Path, team_names: list[str]) -> None:
    """Print the address, the accounts, the names of the simulated users, and how to be a second person."""
    team = (
        f"  At work with you, all invented: {', '.join(team_names[:-1])} and {team_names[-1]}.\n"
        "  They leave a search alone while you edit a card of it.\n\n"
        if team_names
        else ""
    )
    _print(
        f"\nThe demo is at {address}\n\n{log_ins()}\n\n"
        f"{team}"
        "  To be a second person at the same time, sign in from a private window or another browser:\n"
        "  windows of one browser share a sign-in.\n\n"
        "  All searches and people are invented. What you change is kept; --fresh starts over.\n"
        f"  Its data is in {folder}. Stop it with Ctrl+C.\n"
    )
