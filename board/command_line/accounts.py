"""Commands for accounts, tokens of other programs, and members of a search."""

import sys
from typing import Annotated

import typer
from sqlmodel import Session

from board.accounts import accounts
from board.accounts.factors import second_factors
from board.accounts.token_list import list_tokens
from board.command_line.output import AsJson, one_of, print_rows
from board.command_line.passwords import FromStdin, password
from board.config.settings import Settings
from board.maintenance.database import read, write
from models.accounts import ROLES, SCOPES
from models.times import format_utc, now

account = typer.Typer(no_args_is_help=True, help="Accounts that may sign in.")
token = typer.Typer(no_args_is_help=True, help="Bearer tokens of other programs.")
search = typer.Typer(no_args_is_help=True, help="Searches, for an administrator.")


Role = Annotated[str, typer.Option(help="viewer, investigator, coordinator or admin.", autocompletion=one_of(ROLES))]
Scope = Annotated[str, typer.Option(help="read, write, intake, report or accounts.", autocompletion=one_of(SCOPES))]


@account.command("add")
def account_add(email: str, name: Annotated[str, typer.Option()], role: Role, password_stdin: FromStdin = False) -> None:
    """Add an account, and print its id. Creates the database if there is none."""
    print(write(accounts.prepare_account(email, name, role, password(password_stdin), format_utc(now())), existing=False))


@account.command("list")
def account_list(as_json: AsJson = False) -> None:
    """List the accounts."""
    rows = []
    for each in read(accounts.all_accounts):
        line = f"{each.id}  {each.role:12}  {'enabled ' if each.enabled else 'disabled'}  {each.email}  {each.name}"
        values = {"id": each.id, "role": each.role, "enabled": each.enabled, "email": each.email, "name": each.name}
        rows.append((line, values))
    print_rows(rows, as_json)


@account.command("disable")
def account_disable(email: str) -> None:
    """End every session of an account, and refuse its sign-in from now on."""
    write(lambda session: accounts.set_enabled(session, email, False))


@account.command("enable")
def account_enable(email: str) -> None:
    """Allow an account to sign in again."""
    write(lambda session: accounts.set_enabled(session, email, True))


@account.command("set-role")
def account_set_role(email: str, role: Annotated[str, typer.Argument(autocompletion=one_of(ROLES))]) -> None:
    """Change the role of an account."""
    write(lambda session: accounts.set_role(session, email, role))


@account.command("set-password")
def account_set_password(email: str, password_stdin: FromStdin = False) -> None:
    """Set a new password, and end every session and token of the account."""
    ended = write(accounts.prepare_password(email, password(password_stdin)))
    tokens = "1 token has" if ended == 1 else f"{ended} tokens have"
    print(f"The password is set. All sessions of this account and {tokens} ended.")


@account.command("remove-factors")
def account_remove_factors(email: str) -> None:
    """Remove the second factors and recovery codes of a person who lost them, and end all sessions. The journal records it."""

    def remove(session: Session) -> int:
        return second_factors.remove_all(session, accounts.find(session, email))

    count = write(remove)
    print(f"{'1 second factor is' if count == 1 else f'{count} second factors are'} removed. The password still works.")


@token.command("add")
def token_add(
    name: str,
    scope: Scope,
    account: Annotated[str, typer.Option(help="The account's e-mail address.")],
    days: Annotated[int | None, typer.Option(help="Days until it expires, at most 365; 0: never. By default TOKEN_DAYS.")] = None,
    search: Annotated[
        list[str] | None, typer.Option(help="Id or reference of a search to which it is limited. Can be repeated.")
    ] = None,
) -> None:
    """Create a token, and print it. It can't be shown again."""
    settings = Settings()
    days = settings.token_days if days is None else days

    def add(session: Session) -> tuple[str, bool]:
        secret = accounts.add_token(
            session, name, scope, account, format_utc(now()), days=days, searches=search or (), max_days=settings.max_token_days
        )
        return secret, accounts.find_token(session, name).agreed_at is None

    secret, waits = write(add)
    print(secret)
    if waits:
        print(f"It works once {account} has signed in and agreed, on the page Your account.", file=sys.stderr)
    if days == accounts.NEVER_EXPIRES:
        print("This token never ends by itself: revoke it when its program is no longer used.", file=sys.stderr)


@token.command("list")
def token_list(as_json: AsJson = False) -> None:
    """List the tokens, without their secrets."""
    at = format_utc(now())
    print_rows(read(lambda session: [(each.as_line, each.as_json) for each in list_tokens(session, at)]), as_json)


@token.command("revoke")
def token_revoke(name: str) -> None:
    """Revoke a token, and close its open sockets."""
    write(lambda session: accounts.revoke_token(session, name, format_utc(now())))


@search.command("members")
def search_members(id: str, add: Annotated[str, typer.Option(help="The account's e-mail address.")]) -> None:
    """Add a member to a members-only search that has no reachable member left. The journal records it."""
    from board.commands import registry  # noqa: F401 - declares the kinds
    from board.commands.searches.searches import add_member

    write(lambda session: add_member(session, id, accounts.find(session, add), format_utc(now())))
