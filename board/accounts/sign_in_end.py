"""End of every sign-in: what happens after the first factor was right.

A person with a second factor must prove it, and a person whose role needs one must set it up once the days of grace are over.
"""

from datetime import timedelta

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from board.accounts import devices, identities, session_limit
from board.accounts.factors import pending_sign_in, policy
from board.accounts.login import login_of
from board.accounts.provider_session import ProviderSession
from board.commands.duty.on_duty import on_duty
from board.i18n import N_
from board.rate_limit import client_address
from board.web import pages
from board.web.auth import SESSION
from board.web.http import service_of
from models.accounts import Account
from models.times import format_utc, now

DUTY = "/duty"  # page on which a person begins a duty
FACTORS = "/account#factors"
PROPOSED = timedelta(days=7)  # before the end of the days of grace; from then on, the first page proposes a second factor
UNCHECKED = N_("Sign in with the account of your organisation: it has not confirmed your role for a day.")
SECOND = "/sign-in/second"  # page on which a person proves or sets up a second factor


async def finish(
    request: Request,
    account: Account,
    target: str,
    *,
    strong: bool,
    provider: ProviderSession | None = None,
    asks_duty: bool = True,
) -> Response | None:
    """Return 303 to `target` with the session cookie, or 303 to the page of the second factor.

    Returns None if the account was disabled or its password changed in the meantime, and the sign-in page with an error if the
    account's role depends on claims that are too old. `strong`: the first factor includes a second one, such as a passkey with
    user verification, or a provider that asserted it. `provider`: the session at the provider that signed the person in.
    `asks_duty`: show people who are not on duty the page of duties instead of the home page.
    """
    service = service_of(request)
    if provider is None and await _is_unchecked(request, account):
        return _refuse_unchecked(request, account)

    def next_step(session: Session) -> policy.Step:
        return policy.next_step(session, account, service.settings, now())

    if strong or await service.database.read(next_step) == "none":
        return await start(request, account, target, provider, asks_duty=asks_duty)
    secret = await service.database.write(
        lambda session: pending_sign_in.begin(session, account, pages.safe_redirect_path(target), now(), provider)
    )
    if secret is None:
        return None
    response = RedirectResponse(SECOND, 303)
    pending_sign_in.COOKIE.set(request, response, secret)
    return response


async def _is_unchecked(request: Request, account: Account) -> bool:
    """Return whether the account's role depends on claims of a provider that have not been checked for too long.

    Otherwise people who left their organisation could sign in with a password or passkey indefinitely.
    """
    service = service_of(request)
    current = await service.database.read(lambda session: session.get_one(Account, account.id))
    until = identities.role_until(current, service.sign_in)
    return until is not None and until <= format_utc(now())


def _refuse_unchecked(request: Request, account: Account) -> Response:
    service_of(request).refusals.sign_in(account, "unchecked", client_address.of(request))
    return pages.sign_in_page(request, error=UNCHECKED, status=403)


async def start(
    request: Request, account: Account, target: str, provider: ProviderSession | None = None, *, asks_duty: bool = True
) -> Response | None:
    """Start the session of a person who proved all factors. Returns None if the account changed in the meantime."""
    secret = await start_session(request, account, provider)
    if secret is None:
        return None
    response = RedirectResponse(await first_page(request, account, pages.safe_redirect_path(target), asks_duty=asks_duty), 303)
    return signed_in_by(request, response, account, secret)


async def start_session(request: Request, account: Account, provider: ProviderSession | None = None) -> str | None:
    """Start a session; return its cookie, or None if the account changed in the meantime."""
    service = service_of(request)
    if policy.must_have(account, service.settings):
        await service.database.write(lambda session: policy.begin_grace(session, account, now()))
    browser = devices.browser_of(request, account)
    secret = await login_of(request).start_session(account, client_address.of(request), browser, provider)
    if secret is not None:
        await session_limit.end_surplus(service, account.id)
    return secret


def signed_in_by(request: Request, response: Response, account: Account, secret: str) -> Response:
    """Add the cookies of a new session to a response."""
    SESSION.set(request, response, secret)
    devices.remember(request, response, account)
    pending_sign_in.COOKIE.delete(request, response)
    return response


async def first_page(request: Request, account: Account, target: str, *, asks_duty: bool = True) -> str:
    """Return the path to which a person goes after signing in: `target`, or a page that comes before the home page.

    In the last days of grace, that page sets up a second factor. Otherwise it is the page of duties, if they are not on duty.
    """
    if target != pages.HOME:
        return target
    service = service_of(request)
    end = await service.database.read(lambda session: policy.set_up_by(session, account, service.settings, now()))
    if end is not None and end < now() + PROPOSED:
        return FACTORS
    if account.role == "viewer" or not asks_duty:
        return target
    is_on_duty = account.id in await service.database.read(on_duty)
    return pages.HOME if is_on_duty else DUTY
