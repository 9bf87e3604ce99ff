"""PostgreSQL server for development and tests: initialised at the first start, with a password, on this machine only."""

import json
import os
import secrets
import shutil
import signal
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from board.dev import child_process
from board.dev.child_process import CannotStart, LocalServer, write_private
from board.dev.server_binaries import find_postgres, postgres_version
from board.dev.unprivileged_user import unprivileged

OWNER = "board"  # owner of the databases; not a superuser, as in a real installation
ADMIN = "postgres"
CONNECTIONS = 200


class Postgres(LocalServer):
    """PostgreSQL server. `binaries`: a folder from `find_postgres()`. `fsync`: False for tests, which is faster, but loses data
    if the *machine* fails."""

    name, taken = "PostgreSQL", b"could not bind"
    stop_signal = signal.SIGINT  # open transactions are rolled back, everything else is on the disk
    end_signal = signal.SIGQUIT

    def __init__(
        self, folder: Path, port: int | None = None, binaries: Path | None = None, *, fsync: bool = True, host: str | None = None
    ) -> None:
        super().__init__(folder, port, host, unprivileged())
        self._binaries, self._fsync = binaries, fsync
        self._passwords: dict[str, str] = {}

    # -- properties --------------------------------------------------------------------------------------------------

    def url(self, name: str) -> str:
        """Return the URL of a database, for DATABASE_URL."""
        return self._url(OWNER, name)

    def admin_url(self, name: str = "postgres") -> str:
        """Return the URL of a database for the superuser."""
        return self._url(ADMIN, name)

    def _url(self, user: str, name: str) -> str:
        return f"postgresql://{user}:{quote(self._passwords[user])}@{self.host}:{self.port}/{quote(name)}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def programs(self) -> Path:
        """Folder of initdb, psql, pg_dump and the other programs of this version."""
        if self._binaries is None:
            self._binaries = self._matching_programs()
        return self._binaries

    # -- start ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server, and wait until it accepts connections. Raises CannotStart if it does not."""
        if not (self.folder / "passwords").exists():
            self._initialise()
        self._passwords = json.loads((self.folder / "passwords").read_text())
        self._launch()
        with self.admin() as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone() is None:
                statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                connection.execute(statement.format(sql.Identifier(OWNER), sql.Literal(self._passwords[OWNER])))

    # -- databases ---------------------------------------------------------------------------------------------------

    def create(self, name: str, template: str | None = None) -> str:
        """Create a database, and return its URL. `template`: unused database to copy; None for an empty one."""
        copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        with self.admin() as connection:
            statement = sql.SQL("CREATE DATABASE {} OWNER {}{}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(OWNER), copied))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database, even with open connections."""
        with self.admin() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def admin(self) -> closing[psycopg.Connection[Any]]:
        """Return a connection of the superuser, in autocommit mode, which a `with` statement closes."""
        return closing(psycopg.connect(self.admin_url(), autocommit=True))

    # -- private -----------------------------------------------------------------------------------------------------

    def _initialise(self) -> None:
        """Create the data folder, replacing an existing one."""
        if not self._account.can_pass(self.folder.parent):
            raise CannotStart(
                f"PostgreSQL does not run as root, and no other account can get to {self.folder}: give it a folder they can pass."
            )
        self.folder.mkdir(mode=0o711, exist_ok=True)
        self.folder.chmod(0o711)
        shutil.rmtree(self.data, ignore_errors=True)
        self._create_owned(self.data.mkdir, self.data)
        passwords = {ADMIN: secrets.token_urlsafe(), OWNER: secrets.token_urlsafe()}
        password_file = self.folder / "given"
        password_file.unlink(missing_ok=True)
        self._create_owned(lambda: write_private(password_file, passwords[ADMIN]), password_file)
        command = [
            str(self.programs / "initdb"), "-D", str(self.data), "-U", ADMIN, "--pwfile", str(password_file),
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
        ]  # fmt: skip
        child_process.run([*command, *(() if self._fsync else ("--no-sync",))], self._account)
        password_file.unlink()
        if self.host != "127.0.0.1":
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet scram-sha-256\n")
        write_private(self.folder / "passwords", json.dumps(passwords))

    def _create_owned(self, make: Any, path: Path) -> None:
        make()
        path.chmod(0o700 if path.is_dir() else 0o600)
        if os.geteuid() == 0:
            os.chown(path, self._account.uid, self._account.gid)

    def _matching_programs(self) -> Path:
        """Return a folder of programs that can read this data, and that the server's user can reach."""
        found = find_postgres()
        made_by = self.data / "PG_VERSION"
        if made_by.exists():
            version = int(made_by.read_text())
            found = [each for each in found if postgres_version(each) == version]
            if not found:
                raise CannotStart(f"The data in {self.data} is of PostgreSQL {version}, which is not installed.")
        return next((each for each in found if self._account.can_pass(each)), None) or self._copy_programs(found[0])

    def _copy_programs(self, programs: Path) -> Path:
        """Copy the programs next to the data, because other users can't enter a checkout in root's home."""
        copy = self.folder / "programs"
        if not copy.exists():
            self.folder.mkdir(mode=0o711, exist_ok=True)
            package = programs.parent.parent  # the libraries are next to the package
            shutil.copytree(package, copy / package.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / programs.relative_to(programs.parent.parent.parent)

    def _command(self) -> list[str]:
        addresses = ",".join(dict.fromkeys(("127.0.0.1", self.host)))
        settings = {
            "listen_addresses": addresses, "port": str(self.port), "unix_socket_directories": "",
            "max_connections": str(CONNECTIONS), "fsync": "on" if self._fsync else "off",
            "log_min_error_statement": "panic",  # user input must not get into a log
        }  # fmt: skip
        password_file = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *password_file]

    def _is_ready(self) -> bool:
        """Return whether the server is ready, as pg_ctl does: by the eighth line of its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"
