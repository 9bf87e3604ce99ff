"""Second factors in tests: browsers, apps with codes, and the audit entries of a server."""

import re
from typing import Any

import httpx2 as httpx
import pyotp
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.accounts.factors import second_factors, totp
from board.engine import journal
from models.accounts import Account, LoginSession
from models.board import AUDIT
from models.times import format_utc, now, parse_utc
from tests.support.people import PASSWORD, PATIENCE_S, Server, new_id


def browser(server: Server) -> httpx.AsyncClient:
    """Return a browser on a page of the server."""
    return httpx.AsyncClient(base_url=server.url, headers={"Origin": server.url}, timeout=PATIENCE_S)


async def hire(server: Server, role: str = "investigator", name: str = "Eva") -> Account:
    """Add an account."""
    email = f"{name.lower()}-{new_id()}@desk.example"
    await live_changes.add_account(server.service, email, name, role, PASSWORD)
    return await server.service.database.read(lambda session: accounts.find(session, email))


async def log_in(http: httpx.AsyncClient, account: Account) -> str:
    """Send the password; return the address of the next page."""
    response = await http.post("/login", data={"email": account.email, "password": PASSWORD})
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


async def is_signed_in(http: httpx.AsyncClient) -> bool:
    return (await http.get("/api/v1/me")).status_code == 200


async def give_app(server: Server, account: Account) -> tuple[str, list[str]]:
    """Give an account an app with codes; return its secret and the recovery codes."""
    secret, key = totp.new_secret(), server.service.settings.secret()

    def add(session: Session) -> list[str]:
        return second_factors.add_app(session, session.get_one(Account, account.id), secret, 0, key, now())

    return secret, await server.service.database.write(add)


def code_of(secret: str, step: int = 0) -> str:
    """Return the code of an app now, or some steps later."""
    return pyotp.TOTP(secret).generate_otp(int(now().timestamp()) // totp.STEP_S + step)


def wrong_code(secret: str) -> str:
    """Return a code that the app does not show near the current time."""
    codes = {code_of(secret, step) for step in range(-3, 4)}
    return next(
        code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777") if code not in codes
    )


def recovery_codes(page: httpx.Response) -> list[str]:
    """Return the recovery codes that a page shows."""
    assert page.status_code == 200, page.text
    return re.findall(r"<li>([a-z0-9]{5}(?:-[a-z0-9]{5}){4})</li>", page.text)


def sealed(page: httpx.Response) -> tuple[str, str]:
    """Return the secret on the page that sets up an app, and the same encrypted."""
    shown = re.search(r'data-testid="secret">([A-Z2-7 ]+)<', page.text)
    hidden = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert shown, page.text
    assert hidden
    return shown[1].replace(" ", ""), hidden[1]


async def set_factor_age(server: Server, account: Account, minutes: float) -> None:
    """Let the last factor of all sessions of an account be this old."""

    def change(session: Session) -> None:
        for row in accounts.sessions(session, account.id, format_utc(now())):
            stored = session.get_one(LoginSession, row.digest)
            assert stored.factor_at is not None
            at = parse_utc(stored.factor_at).timestamp() - minutes * 60
            stored.factor_at = format_utc(type(now()).fromtimestamp(at, now().tzinfo))

    await server.service.database.write(change)


async def audit_entries(server: Server, account: Account) -> list[tuple[str, dict[str, Any]]]:
    """Return the type and content of each audit entry about an account, oldest first."""
    await server.service.repeats.write()

    def read(session: Session) -> list[tuple[str, dict[str, Any]]]:
        events = journal.events_after(session, AUDIT, 0)
        return [(event.type, event.payload()["about"]) for event in events if event.entity == account.id]

    return await server.service.database.read(read)
