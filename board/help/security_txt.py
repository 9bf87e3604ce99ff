"""Endpoint of `/.well-known/security.txt` (RFC 9116): where to report a weakness."""

from datetime import UTC, datetime, time, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from board.config.settings import Settings
from board.i18n import languages
from board.web.http import service_of
from models.times import now

PATH = "/.well-known/security.txt"
VALID = timedelta(days=180)  # RFC 9116 recommends less than a year


async def security_txt(request: Request) -> Response:
    """Return the contact of the setting SECURITY_CONTACT, or 404 if it is not set."""
    settings = service_of(request).settings
    if settings.security_contact is None:
        raise HTTPException(404)
    return PlainTextResponse(text(settings, settings.security_contact, now()))


def text(settings: Settings, contact: str, at: datetime) -> str:
    """Return the file, one field per line. It expires at midnight, so that all servers return the same text all day."""
    expires = datetime.combine((at + VALID).date(), time(), UTC)
    lines = [f"Contact: {contact}", f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}", f"Preferred-Languages: {', '.join(languages())}"]
    if settings.public_url:
        lines.append(f"Canonical: {settings.public_url.rstrip('/')}{PATH}")
    return "\n".join(lines) + "\n"
