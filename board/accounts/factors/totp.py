"""Codes of authenticator apps (TOTP, RFC 6238): six digits that change every 30 seconds."""

import hmac
from datetime import datetime

import pyotp
import segno

STEP_S = 30
DIGITS = 6
DRIFT = 1  # steps accepted before and after the current one, because the clocks of phones differ
ISSUER = "Searchboard"


def new_secret() -> str:
    """Return a new secret of 160 bits, in base32."""
    return pyotp.random_base32()


def uri(secret: str, email: str) -> str:
    """Return the URI from which an app reads the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def qr_svg(uri: str) -> str:
    """Return the QR code of a URI as SVG."""
    return str(segno.make(uri, error="m", micro=False).svg_inline(scale=4, border=4, light="#fff"))


def matching_step(secret: str, code: str, now: datetime, last_used: int) -> int | None:
    """Return the time step of a code. None if it is wrong, too old, or not newer than the last used step."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return None
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    steps = [step for step in range(current - DRIFT, current + DRIFT + 1) if hmac.compare_digest(totp.generate_otp(step), digits)]
    return next((step for step in steps if step > last_used), None)
