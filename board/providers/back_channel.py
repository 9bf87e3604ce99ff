"""Back-channel logout: a provider ends the sessions of a person here (OpenID Connect Back-Channel Logout 1.0)."""

from collections import Counter
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from board.accounts import live_changes
from board.audit import writer
from board.audit.entries import SessionsEnded
from board.engine.rights_version import bump_rights_version
from board.errors import MESSAGES
from board.providers import used_assertions
from board.providers.errors import ProviderError
from board.providers.limits import check_logout_rate
from board.providers.providers import providers_of
from board.providers.signed_message import LEEWAY_S, MAX_SUBJECT, Claims
from board.rate_limit import client_address
from board.web import pages
from board.web.http import parse_form, read_body, service_of
from models.accounts import Account, LoginSession
from models.times import now

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = ("logout+jwt",)  # no other message of the provider can be mistaken for one (ASVS 5.0, V10.5.5)
REMEMBERED = timedelta(seconds=4 * LEEWAY_S)  # longer than a message is accepted


class Logout(NamedTuple):
    """Content of a logout message: the session `sid`, or all sessions of a person."""

    jti: str
    subject: str
    sid: str


async def log_out(request: Request) -> Response:
    """`POST /sign-in/with/{provider}/logout` (form: `logout_token`): end sessions. 200, or 400 for an invalid message."""
    client = providers_of(request).by_key(request.path_params["provider"])
    if client is None:
        return pages.error_page(request, 404, MESSAGES["not_found"])
    await check_logout_rate(request)
    service, at, issuer = service_of(request), now(), client.provider.issuer
    token = parse_form(await read_body(request)).get("logout_token", [""])[0]
    try:
        logout = parse(await client.read(token, at, TYPES))
        if not await service.database.write(
            lambda session: used_assertions.use(session, f"{issuer} {logout.jti}", at, REMEMBERED)
        ):
            raise ProviderError("replayed")
    except ProviderError as error:
        service.refusals.provider(client.provider.key, error.code, client_address.of(request))
        return Response(status_code=503 if error.code == "unavailable" else 400)
    await live_changes.apply_change(service, lambda session: end_sessions(session, issuer, logout))
    return Response(status_code=200)


def parse(claims: Claims) -> Logout:
    """Return the content of a verified message (section 2.6). Raises ProviderError."""
    events, jti = claims.get("events"), claims.get("jti")
    is_logout = isinstance(events, dict) and isinstance(events.get(EVENT), dict)
    names = [claims.get(name, "") for name in ("sub", "sid")]
    is_named = all(isinstance(name, str) and len(name) <= MAX_SUBJECT for name in names) and any(names)
    if not is_logout or "nonce" in claims or not isinstance(jti, str) or not 0 < len(jti) <= MAX_SUBJECT or not is_named:
        raise ProviderError("answer")
    return Logout(jti, *names)


def end_sessions(session: Session, issuer: str, logout: Logout) -> None:
    """End the sessions that a message names."""
    bump_rights_version(session)
    sid, subject = col(LoginSession.sid), col(LoginSession.subject)
    # Sessions of a provider that names none are ended by their person
    named = or_(sid == logout.sid, and_(sid.is_(None), subject == logout.subject)) if logout.sid else subject == logout.subject
    rows = session.exec(select(LoginSession).where(LoginSession.issuer == issuer, named)).all()
    ended = [row for row in rows if logout.subject in ("", row.subject)]
    for row in ended:
        session.delete(row)
    for id, count in sorted(Counter(row.account for row in ended).items()):
        writer.write(session, SessionsEnded(id=id, name=session.get_one(Account, id).name, count=count))
