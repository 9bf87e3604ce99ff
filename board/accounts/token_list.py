"""Lists of tokens: owner, maker, expiry and last use."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from board.accounts import token_boards
from models.accounts import Account, Token


@dataclass(frozen=True, slots=True)
class TokenRow:
    """Token with its owner. `maker`: name of the person who made it, empty for the command line, None if unknown. `searches`:
    references of the searches to which it is limited."""

    token: Token
    owner: Account
    maker: str | None
    at: str
    searches: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """State of the token: `good`, `unagreed` (its owner has not agreed to it), `expired` or `revoked`."""
        if self.token.revoked_at is not None:
            return "revoked"
        expired = self.token.expires_at is not None and self.token.expires_at <= self.at
        return "expired" if expired else "good" if self.token.agreed_at is not None else "unagreed"

    @property
    def as_line(self) -> str:
        """Line of the command line's table."""
        token = self.token
        expiry = f"until {token.expires_at}" if token.expires_at else "no end date"
        state = {
            "good": f"good, {expiry}",
            "unagreed": f"waits for consent, {expiry}",
            "expired": f"expired {token.expires_at}",
            "revoked": f"revoked {token.revoked_at}",
        }
        maker = {None: "", "": " on the command line"}.get(self.maker, f" by {self.maker}")
        limit = f"only {', '.join(self.searches)}" if self.token.boards else "all searches"
        last_use = f"last used {token.used_at}" if token.used_at else "not used yet"
        return "  ".join((
            token.name, f"{token.scope:6}", self.owner.email, state[self.state], f"made {token.created_at}{maker}", last_use,
            limit,
        ))  # fmt: skip

    @property
    def as_json(self) -> dict[str, str | None]:
        """JSON object of the command line's list."""
        token = self.token
        return {
            "name": token.name, "scope": token.scope, "account": self.owner.email, "state": self.state,
            "made_at": token.created_at, "made_by": self.maker, "expires_at": token.expires_at,
            "revoked_at": token.revoked_at, "used_at": token.used_at, "searches": ",".join(self.searches) or None,
        }  # fmt: skip


def list_tokens(session: Session, at: str, account: str | None = None) -> list[TokenRow]:
    """Return all tokens, or those of an account, oldest first."""
    query = select(Token).order_by(col(Token.created_at), col(Token.id))
    people = {account_row.id: account_row for account_row in session.exec(select(Account))}
    rows = session.exec(query if account is None else query.where(Token.account == account)).all()
    named = token_boards.references(session, rows)
    return [
        TokenRow(token, people[token.account], _maker(token, people), at, tuple(named.get(id, id) for id in token.boards.split()))
        for token in rows
    ]


def count_active(tokens: Iterable[TokenRow]) -> int:
    return sum(token.state == "good" for token in tokens)


def _maker(token: Token, people: dict[str, Account]) -> str | None:
    if token.made_by is None or token.made_by == Token.BY_COMMAND_LINE:
        return token.made_by
    return people[token.made_by].name if token.made_by in people else None
