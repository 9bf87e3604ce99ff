"""A PostgreSQL of our own: initialised at the first start, with a password, on this machine only."""

import json
import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from board.dev import child_process
from board.dev.child_process import CannotStart, ManagedProcess
from board.dev.server_binaries import find_postgres, postgres_version
from board.dev.unprivileged_user import OsUser, unprivileged

OWNER = "board"  # owns the databases, and is no superuser: as in a real installation
ADMIN = "postgres"
TRIES = 5  # for a free port: another program may take it between the asking and the start
CONNECTIONS = 200


class Postgres:
    """A server in a folder; all calls wait until done. `binaries`: a folder out of `find_postgres()`.

    With `fsync` off it is quicker, and loses data when the *machine* fails: for tests. `host`: one more address to listen on.
    """

    def __init__(
        self, folder: Path, port: int | None = None, binaries: Path | None = None, *, fsync: bool = True, host: str | None = None
    ) -> None:
        self.folder, self.host = folder, host or "127.0.0.1"
        self.port = port or 0
        self._given_port, self._binaries, self._fsync = port, binaries, fsync
        self._account: OsUser = unprivileged()
        self._child: ManagedProcess | None = None
        self._passwords: dict[str, str] = {}

    # -- what it is ---------------------------------------------------------------------------------------------------

    def url(self, name: str) -> str:
        """The address of a database, as DATABASE_URL takes it."""
        return self._url(OWNER, name)

    def admin_url(self, name: str = "postgres") -> str:
        """The same as the superuser."""
        return self._url(ADMIN, name)

    def _url(self, user: str, name: str) -> str:
        return f"postgresql://{user}:{quote(self._passwords[user])}@{self.host}:{self.port}/{quote(name)}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def programs(self) -> Path:
        """Where initdb, psql, pg_dump and the others of this version are."""
        if self._binaries is None:
            self._binaries = self._fitting()
        return self._binaries

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    # -- its life -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Returns when it takes connections. Raises CannotStart."""
        if not (self.folder / "passwords").exists():
            self._make()
        self._passwords = json.loads((self.folder / "passwords").read_text())
        self._launch()
        if not self._has_owner():
            self._add_owner()

    def stop(self) -> None:
        """Ends it in order: open transactions are undone, the rest is on the disk."""
        if self._child is not None:
            self._child.stop(signal.SIGINT)

    def kill(self) -> None:
        """All of its processes at once, as when the machine's memory is out."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        """On the same port."""
        self.stop()
        self._launch()

    # -- its databases ------------------------------------------------------------------------------------------------

    def create(self, name: str, template: str | None = None) -> str:
        """A new database, empty or a copy of another that nobody uses right now; its URL."""
        copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        with self.admin() as connection:
            asked = sql.SQL("CREATE DATABASE {} OWNER {}{}")
            connection.execute(asked.format(sql.Identifier(name), sql.Identifier(OWNER), copied))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Also when somebody is still connected to it."""
        with self.admin() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of the superuser; each statement is a transaction."""
        connection = psycopg.connect(self.admin_url(), autocommit=True)
        try:
            yield connection
        finally:
            connection.close()

    # -- inside -------------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        """The data folder, anew."""
        if not self._account.can_pass(self.folder.parent):
            raise CannotStart(
                f"PostgreSQL does not run as root, and no other account can get to {self.folder}: give it a folder they can pass."
            )
        self.folder.mkdir(mode=0o711, exist_ok=True)
        self.folder.chmod(0o711)
        shutil.rmtree(self.data, ignore_errors=True)
        self._own(self.data.mkdir, self.data)
        passwords = {ADMIN: secrets.token_urlsafe(), OWNER: secrets.token_urlsafe()}
        given = self.folder / "given"
        given.unlink(missing_ok=True)
        self._own(lambda: write_private(given, passwords[ADMIN]), given)
        words = [
            str(self.programs / "initdb"), "-D", str(self.data), "-U", ADMIN, "--pwfile", str(given),
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
        ]  # fmt: skip
        child_process.run([*words, *(() if self._fsync else ("--no-sync",))], self._account)
        given.unlink()
        if self.host != "127.0.0.1":
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet scram-sha-256\n")
        write_private(self.folder / "passwords", json.dumps(passwords))

    def _own(self, make: Any, path: Path) -> None:
        make()
        path.chmod(0o700 if path.is_dir() else 0o600)
        if os.geteuid() == 0:
            os.chown(path, self._account.uid, self._account.gid)

    def _fitting(self) -> Path:
        """Programs that can read this folder's data, at a place that the account can get to."""
        found = find_postgres()
        made_by = self.data / "PG_VERSION"
        if made_by.exists():
            version = int(made_by.read_text())
            found = [each for each in found if postgres_version(each) == version]
            if not found:
                raise CannotStart(f"The data in {self.data} is of PostgreSQL {version}, which is not here (any more).")
        return next((each for each in found if self._account.can_pass(each)), None) or self._copied(found[0])

    def _copied(self, programs: Path) -> Path:
        """A checkout in root's home is closed to others: the programs are copied beside the data."""
        copy = self.folder / "programs"
        if not copy.exists():
            self.folder.mkdir(mode=0o711, exist_ok=True)
            package = programs.parent.parent  # the libraries lie beside the package
            shutil.copytree(package, copy / package.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / programs.relative_to(programs.parent.parent.parent)

    def _launch(self) -> None:
        for _ in range(TRIES):
            self.port = self.port or child_process.free_port()
            began = self.log.stat().st_size if self.log.exists() else 0
            self._child = ManagedProcess(self._command(), self.log, self._account, signal.SIGQUIT)
            if self._child.until(self._is_ready):
                return
            said = self.log.read_bytes()[began:]
            if b"could not bind" not in said:
                raise CannotStart(f"PostgreSQL does not start. {self._child.last_words()}")
            if self._given_port:
                break
            self.port = 0
        raise CannotStart(f"PostgreSQL can't listen on {self.host}, port {self._given_port}: it is taken.")

    def _command(self) -> list[str]:
        addresses = ",".join(dict.fromkeys(("127.0.0.1", self.host)))
        settings = {
            "listen_addresses": addresses, "port": str(self.port), "unix_socket_directories": "",
            "max_connections": str(CONNECTIONS), "fsync": "on" if self._fsync else "off",
            "log_min_error_statement": "panic",  # what people typed is in no log
        }  # fmt: skip
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *given]

    def _is_ready(self) -> bool:
        """What pg_ctl looks at: the server writes its pid there, and on the eighth line when it is ready."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _has_owner(self) -> bool:
        with self.admin() as connection:
            return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone() is not None

    def _add_owner(self) -> None:
        with self.admin() as connection:
            made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(made.format(sql.Identifier(OWNER), sql.Literal(self._passwords[OWNER])))


def write_private(path: Path, text: str) -> None:
    """A file that only we can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
