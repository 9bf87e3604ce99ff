"""Accounts, tokens of other programs, and who may see a search."""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from board.accounts import accounts
from board.accounts.token_list import listed as listed_tokens
from board.command_line.output import AsJson, show
from board.command_line.passwords import FromStdin, password
from board.maintenance.database import read, write
from models.accounts import ROLES, SCOPES
from models.times import format_utc, now

account = typer.Typer(no_args_is_help=True, help="Who may sign in.")
token = typer.Typer(no_args_is_help=True, help="Bearer tokens of other programs.")
search = typer.Typer(no_args_is_help=True, help="Searches, for an administrator.")


def _one_of(words: Sequence[str]) -> Callable[[str], list[str]]:
    """Complete one of these words, in a shell."""
    return lambda incomplete: [word for word in words if word.startswith(incomplete)]


Role = Annotated[str, typer.Option(help="viewer, investigator, coordinator or admin.", autocompletion=_one_of(ROLES))]
Scope = Annotated[str, typer.Option(help="read, write or intake.", autocompletion=_one_of(SCOPES))]


@account.command("add")
def account_add(email: str, name: Annotated[str, typer.Option()], role: Role, password_stdin: FromStdin = False) -> None:
    """Adds an account, and prints its id. Makes the database where there is none."""
    print(write(accounts.prepare_account(email, name, role, password(password_stdin), format_utc(now())), existing=False))


@account.command("list")
def account_list(as_json: AsJson = False) -> None:
    """Lists the accounts."""
    rows = []
    for each in read(accounts.every):
        line = f"{each.id}  {each.role:12}  {'enabled ' if each.enabled else 'disabled'}  {each.email}  {each.name}"
        told = {"id": each.id, "role": each.role, "enabled": each.enabled, "email": each.email, "name": each.name}
        rows.append((line, told))
    show(rows, as_json)


@account.command("disable")
def account_disable(email: str) -> None:
    """Ends every session of an account, and lets it sign in no more."""
    write(lambda session: accounts.set_enabled(session, email, False))


@account.command("enable")
def account_enable(email: str) -> None:
    """Lets an account sign in again."""
    write(lambda session: accounts.set_enabled(session, email, True))


@account.command("set-role")
def account_set_role(email: str, role: Annotated[str, typer.Argument(autocompletion=_one_of(ROLES))]) -> None:
    """Changes what an account may do."""
    write(lambda session: accounts.set_role(session, email, role))


@account.command("set-password")
def account_set_password(email: str, password_stdin: FromStdin = False) -> None:
    """Sets a new password, and ends every session and every token of the account."""
    ended = write(accounts.prepare_password(email, password(password_stdin)))
    tokens = "1 token has" if ended == 1 else f"{ended} tokens have"
    print(f"The password is set. All sessions of this account and {tokens} ended.")


@token.command("add")
def token_add(
    name: str,
    scope: Scope,
    account: Annotated[str, typer.Option(help="The account's e-mail address.")],
    days: Annotated[int, typer.Option(help="Days until it ends by itself, at most 365; 0: never.")] = accounts.DAYS,
) -> None:
    """Makes a token, and prints it: once."""
    print(write(lambda session: accounts.add_token(session, name, scope, account, format_utc(now()), days=days)))
    if days == accounts.NO_END:
        print("This token never ends by itself: revoke it when its program is no longer used.", file=sys.stderr)


@token.command("list")
def token_list(as_json: AsJson = False) -> None:
    """Lists the tokens, not their secrets."""
    at = format_utc(now())
    show(read(lambda session: [(each.line, each.shown) for each in listed_tokens(session, at)]), as_json)


@token.command("revoke")
def token_revoke(name: str) -> None:
    """Ends a token, on open sockets too."""
    write(lambda session: accounts.revoke_token(session, name, format_utc(now())))


@search.command("members")
def search_members(id: str, add: Annotated[str, typer.Option(help="The account's e-mail address.")]) -> None:
    """Adds a member to a members-only search that has lost its people. On the record."""
    from board.commands.searches import add_member

    write(lambda session: add_member(session, id, accounts.find(session, add), format_utc(now())))
