"""The command line: `python -m board …`, on the database named by the settings, beside a running server too."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from sqlmodel import Session

from board.people import accounts
from board.people.accounts import Wrong
from board.people.token_list import listed as listed_tokens
from board.settings import Settings
from board.wall import standing as display_standing
from models.database import Database, Unavailable, Unusable
from models.schema import migrate as bring_up
from models.times import now, stamp

T = TypeVar("T")

WAIT_S = 5.0  # for a server that is coming up; a person waits here

# What typer raises for a call that is typed wrong, by the one name of it that typer exports. (Where only help was asked
# for, its message is empty: the help is printed already.)
_Mistyped: Any = typer.BadParameter.__bases__[0]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The board of a search.")
account = typer.Typer(no_args_is_help=True, help="Who may sign in.")
token = typer.Typer(no_args_is_help=True, help="Bearer tokens of other programs.")
search = typer.Typer(no_args_is_help=True, help="Searches, for an administrator.")
dev = typer.Typer(help="PostgreSQL, Redis and the board with two workers, for whoever works on it.")
app.add_typer(account, name="account")
app.add_typer(token, name="token")
app.add_typer(search, name="search")
app.add_typer(dev, name="dev")


def main() -> None:
    """Runs the command line. Exit 0, or another code with one sentence on standard error."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except _Mistyped as error:
        _fail(" ".join(error.format_message().split()).rstrip("."), 2)
    except typer.Abort:
        sys.exit(130)
    except (Wrong, Unusable) as error:
        _fail(str(error))
    except Unavailable:
        _fail("The database can't do this right now: it is busy, full or damaged.")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        _fail(f"The setting {'.'.join(map(str, first['loc'])).upper()} can't be used: {first['msg']}.")


def _fail(sentence: str, code: int = 1) -> NoReturn:
    if sentence:
        print(sentence if sentence.endswith(".") else f"{sentence}.", file=sys.stderr)
    sys.exit(code)


def _on_database(fn: Callable[[Session], T], *, write: bool = True) -> T:
    """Does something on the database of the settings, brought to this version's tables."""
    database = Database(Settings().database_url)
    bring_up(database, WAIT_S)
    return database.write_now(fn) if write else database.read_now(fn)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.")] = None,
) -> None:
    """Serves the board. Migrates by itself."""
    from board.running.serve import run

    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    run(settings, lambda url: print(f"listening on {url}", flush=True))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    fresh: Annotated[bool, typer.Option(help="Begin anew.")] = False,
    live: Annotated[bool, typer.Option(help="With invented colleagues at work.")] = False,
) -> None:
    """Serves a board with invented searches, to look at."""
    from board.demo import run

    run(port=port, fresh=fresh, live=live)


@app.command()
def install(extras: Annotated[list[str] | None, typer.Argument(help="paper: what PDFs need.")] = None) -> None:
    """Installs what this checkout needs, beside what was installed before. (Only as `python3 -m board install`.)"""
    from board import bootstrap
    from board.install import environments

    env = Path(sys.prefix)
    if not bootstrap.is_checkout(bootstrap.ROOT):
        raise Wrong("Only a checkout installs what it needs: this board was installed by another program.")
    if environments.is_ours(bootstrap.ROOT, env) and not environments.is_current(bootstrap.ROOT, env, frozenset(extras or ())):
        raise Wrong(f"This program installs nothing: {bootstrap.advice(extra=' '.join(extras or ()))}.")
    print(f"everything is there, in {env}")


@app.command()
def migrate() -> None:
    """Brings the database to this version's tables."""
    _on_database(lambda session: None)


@app.command()
def copy(to: Annotated[str, typer.Option(help="The new database's URL: empty, in PostgreSQL or in SQLite.")]) -> None:
    """Copies everything to a new database, and checks it there. Stop the servers first."""
    from board.copying import copy as copy_all

    source, target = Database(Settings().database_url), Database(to)
    for each in (source, target):
        bring_up(each, WAIT_S)
    copy_all(source, target, lambda line: print(line, flush=True))
    print("copied: set DATABASE_URL to the new database and start the servers")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Writes a backup of an SQLite database, beside running servers, and checks it. (PostgreSQL has pg_dump.)"""
    from board.backup import backup as back_up

    try:
        boards, faults = back_up(Database(Settings().database_url), file, _show)
    finally:
        _show("")
    if faults:
        raise Wrong(f"{file} is written, but a journal in it is damaged, as it is in the database: {'; '.join(faults)}.")
    print(f"{file} holds: {boards} boards")


@app.command()
def restored() -> None:
    """After a restore from a backup: gives every board a new epoch, so that no client goes on from where it was."""
    from board.copying import restored as renew

    print(f"{_on_database(renew)} boards have a new epoch: everybody gets a new snapshot.")
    print("Accounts, sessions, tokens and displays are those of the backup: disable and revoke again what has ended since.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Checks everything: style, types, and all tests with real servers and a real browser."""
    from board.dev.check import run

    sys.exit(run(context.args))


@app.command()
def bench(names: Annotated[list[str] | None, typer.Argument(help="Only these; all without.")] = None) -> None:
    """Measures what the board is held to, on this machine. One line a figure."""
    from board.dev.bench import run

    sys.exit(run(names or []))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def faults(context: typer.Context) -> None:
    """Runs the board while everything under it fails, and says which promise was broken (--help: what can be chosen)."""
    from board.dev.faults import run

    sys.exit(run(context.args))


@app.command()
def verify(
    board: Annotated[str | None, typer.Argument(help="One board only.")] = None,
    heads: Annotated[Path | None, typer.Option(help="A file with what this printed once, kept elsewhere.")] = None,
) -> None:
    """Checks every journal: its chain, and that it goes on from where it stood at signed handovers and in HEADS. 0 and a line a
    board, or 1 and the first bad row."""
    from board.history import evidence

    for line in _on_database(lambda session: evidence.verify(session, board, heads), write=False):
        print(line)


@app.command()
def displays() -> None:
    """Says which wall displays are current, a line each. 0, or 1 where one is not."""
    told, all_current = _on_database(lambda session: display_standing.lines(session, now()), write=False)
    print(*told, sep="\n", end="\n" if told else "")
    sys.exit(0 if all_current else 1)


@account.command("add")
def account_add(
    email: str,
    name: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help="viewer, investigator, coordinator or admin.")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = False,
) -> None:
    """Adds an account, and prints its id."""
    password = _password(password_stdin)
    print(_on_database(accounts.new_account(email, name, role, password, stamp(now()))))


@account.command("list")
def account_list() -> None:
    """Lists the accounts."""
    for each in _on_database(accounts.every, write=False):
        print(f"{each.id}  {each.role:12}  {'enabled ' if each.enabled else 'disabled'}  {each.email}  {each.name}")


@account.command("disable")
def account_disable(email: str) -> None:
    """Ends every session of an account, and lets it sign in no more."""
    _on_database(lambda session: accounts.set_enabled(session, email, False))


@account.command("enable")
def account_enable(email: str) -> None:
    """Lets an account sign in again."""
    _on_database(lambda session: accounts.set_enabled(session, email, True))


@account.command("set-role")
def account_set_role(email: str, role: str) -> None:
    """Changes what an account may do."""
    _on_database(lambda session: accounts.set_role(session, email, role))


@account.command("set-password")
def account_set_password(
    email: str, password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False
) -> None:
    """Sets a new password, and ends every session and every token of the account."""
    password = _password(password_stdin)
    ended = _on_database(accounts.new_password(email, password))
    tokens = "1 token has" if ended == 1 else f"{ended} tokens have"
    print(f"The password is set. All sessions of this account and {tokens} ended.")


@token.command("add")
def token_add(
    name: str,
    scope: Annotated[str, typer.Option(help="read, write or intake.")],
    account: Annotated[str, typer.Option(help="The account's e-mail address.")],
    days: Annotated[int, typer.Option(help="Days until it ends by itself, at most 365; 0: never.")] = accounts.DAYS,
) -> None:
    """Makes a token, and prints it: once."""
    print(_on_database(lambda session: accounts.add_token(session, name, scope, account, stamp(now()), days=days)))
    if days == accounts.NO_END:
        print("This token never ends by itself: revoke it when its program is no longer used.", file=sys.stderr)


@token.command("list")
def token_list() -> None:
    """Lists the tokens, not their secrets."""
    at = stamp(now())
    for line in _on_database(lambda session: [each.line for each in listed_tokens(session, at)], write=False):
        print(line)


@token.command("revoke")
def token_revoke(name: str) -> None:
    """Ends a token, on open sockets too."""
    _on_database(lambda session: accounts.revoke_token(session, name, stamp(now())))


@search.command("members")
def search_members(id: str, add: Annotated[str, typer.Option(help="The account's e-mail address.")]) -> None:
    """Adds a member to a members-only search that has lost its people. On the record."""
    from board.searches import add_member

    _on_database(lambda session: add_member(session, id, accounts.find(session, add), stamp(now())))


@dev.callback(invoke_without_command=True)
def dev_all(context: typer.Context) -> None:
    """All three, as `honcho start` does, by the Procfile of this checkout; or one of them."""
    if context.invoked_subcommand is None:
        from board.dev.together import together

        together()


@dev.command("postgres")
def dev_postgres() -> None:
    """A PostgreSQL with invented searches in it."""
    from board.dev.together import postgres

    postgres()


@dev.command("redis")
def dev_redis() -> None:
    """A Redis."""
    from board.dev.together import redis

    redis()


@dev.command("web")
def dev_web() -> None:
    """The board, on these two or on those that the settings name."""
    from board.dev.together import web

    web()


def _show(line: str) -> None:
    """On a terminal, one line that moves."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        raise Wrong("Give the password on standard input, with --password-stdin.")
    return sys.stdin.readline().rstrip("\r\n")
