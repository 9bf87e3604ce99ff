"""Sign-in with a provider: the way there, and the way back."""

import hmac
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board.accounts import live_changes, sign_in_end
from board.errors import MESSAGES
from board.providers import authorization, claims, errors, people, stored_token, used_assertions
from board.providers.authorization import COOKIE, LASTS, Authorization
from board.providers.back_channel import log_out
from board.providers.client import ProviderClient
from board.providers.errors import ProviderError
from board.providers.limits import check_rate
from board.providers.providers import providers_of
from board.rate_limit import client_address
from board.web import pages
from board.web.http import service_of
from board.web.same_origin import own_origin
from models.accounts import Account
from models.times import now

PATH = "/sign-in/with/{provider}"
MAX_CODE = 8_192  # characters
OWN_OR_TYPED = ("same-origin", "none")  # values of Sec-Fetch-Site: one of our pages, or the person typed the address


async def begin(request: Request) -> Response:
    """`GET /sign-in/with/{provider}?next=&again`: redirect to the provider; from a page of another site, to the sign-in page.

    So nobody is signed in without pressing a button here (ASVS 5.0, V7.6.2). `again`: for step-up.
    """
    client = providers_of(request).by_key(request.path_params["provider"])
    if client is None:
        return pages.error_page(request, 404, MESSAGES["not_found"])
    if request.headers.get("sec-fetch-site", "none") not in OWN_OR_TYPED:
        return RedirectResponse("/login", 303)
    await check_rate(request)
    try:
        metadata = await client.metadata.get()
    except ProviderError as error:
        return _refusal(request, client, error.code)
    target = pages.safe_redirect_path(request.query_params.get("next", pages.HOME))
    started = authorization.begin(client.provider, target, now())
    url = started.url(client.provider, metadata, _redirect_uri(request, client), again="again" in request.query_params)
    response = RedirectResponse(url, 303)
    COOKIE.set(request, response, started.sealed(providers_of(request).sign_ins))
    return response


async def call_back(request: Request) -> Response:
    """`GET /sign-in/with/{provider}/callback`: start the session of the person whom the provider signed in."""
    client = providers_of(request).by_key(request.path_params["provider"])
    if client is None:
        return pages.error_page(request, 404, MESSAGES["not_found"])
    await check_rate(request)
    try:
        response = await _sign_in(request, client)
    except ProviderError as error:
        response = _refusal(request, client, error.code)
    COOKIE.delete(request, response)
    return response


async def _sign_in(request: Request, client: ProviderClient) -> Response:
    at = now()
    started = await _use(request, client, at)
    tokens = await client.redeem(_code(request), started.verifier, _redirect_uri(request, client))
    values = await client.claims(tokens, at, nonce=started.nonce)
    service = service_of(request)
    outcome = await live_changes.apply_change(service, lambda session: people.sign_in(session, client.provider, values, at))
    account = outcome.account
    if account is None or outcome.refusal:
        return _refusal(request, client, outcome.refusal, account)
    strong = claims.is_strong(client.provider, values)
    provider = stored_token.session_of(client.provider, values, tokens, providers_of(request).tokens, at)
    response = await sign_in_end.finish(request, account, started.target, strong=strong, provider=provider)
    return response or _refusal(request, client, "disabled", account)


async def _use(request: Request, client: ProviderClient, at: datetime) -> Authorization:
    """Return the started sign-in that an answer belongs to, and use it up. Raises ProviderError."""
    query = request.query_params
    started = authorization.opened(COOKIE.value(request), providers_of(request).sign_ins, at)
    state = query.get("state", "")
    if started is None or started.key != client.provider.key or not hmac.compare_digest(state.encode(), started.state.encode()):
        raise ProviderError("state")
    names_issuer = (await client.metadata.get()).names_issuer
    if query.get("iss", "" if names_issuer else client.provider.issuer) != client.provider.issuer:
        raise ProviderError("issuer")
    if not await service_of(request).database.write(lambda session: used_assertions.use(session, started.state, at, LASTS)):
        raise ProviderError("replayed")
    return started


def _code(request: Request) -> str:
    """Return the code of an answer. Raises ProviderError `denied` if the provider signed nobody in."""
    code = request.query_params.get("code", "")
    if "error" in request.query_params or not 0 < len(code) <= MAX_CODE:
        raise ProviderError("denied")
    return code


def _redirect_uri(request: Request, client: ProviderClient) -> str:
    return f"{own_origin(request)}{PATH.format(provider=client.provider.key)}/callback"


def _refusal(request: Request, client: ProviderClient, code: str, account: Account | None = None) -> Response:
    """Return the sign-in page with the reason, and record it."""
    provider = client.provider
    service_of(request).refusals.provider(provider.key, code, client_address.of(request), account)
    return pages.sign_in_page(request, error=errors.sentence(code, provider.name), status=errors.STATUS[code])


routes = [
    Route(PATH, begin),
    Route(f"{PATH}/callback", call_back),
    Route(f"{PATH}/logout", log_out, methods=["POST"]),
]
