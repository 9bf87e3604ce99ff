"""Facts of a provider about a person (claims): role, e-mail address and name."""

from collections.abc import Iterator
from typing import Any

from board.config.sign_in import Provider
from board.providers.errors import ProviderError
from board.providers.signed_message import Claims
from models.text_lines import single_line

MAX_VALUES = 5_000  # of a claim
MAX_NAME = 200
STRONG = {"mfa", "hwk", "sc"}  # methods that no password alone has: several factors, a key, a smart card (RFC 8176)


def role_of(provider: Provider, claims: Claims) -> str | None:
    """Return the role of the first rule that matches; None if none does.

    Raises ProviderError `overage` if the provider left out a claim that a rule needs, because it has too many values.
    """
    left_out = claims.get("_claim_names")
    for rule in provider.role:
        if isinstance(left_out, dict) and rule.claim in left_out:
            raise ProviderError("overage")
        if rule.value in _texts(_value(claims, rule.claim)):
            return rule.role
    return None


def email_of(provider: Provider, claims: Claims) -> str | None:
    """Return the e-mail address that the provider verified; None if there is none."""
    email = claims.get("email")
    is_verified = provider.trust_email if "email_verified" not in claims else claims["email_verified"] in (True, "true")
    return email.strip().lower() if isinstance(email, str) and is_verified else None


def name_of(claims: Claims, email: str) -> str:
    """Return the name of a person; without one, the local part of the address."""
    parts = [claims.get(name) for name in ("given_name", "family_name")]
    full = " ".join(part for part in parts if isinstance(part, str))
    names = (claims.get("name"), full, claims.get("preferred_username"), email.partition("@")[0])
    lines = (single_line(name[:MAX_NAME]) for name in names if isinstance(name, str))
    return next((line for line in lines if line), "?")


def is_strong(provider: Provider, claims: Claims) -> bool:
    """Return whether the person proved a second factor to the provider."""
    methods = claims.get("amr")
    stated = {*_texts(methods if isinstance(methods, list) else []), *_texts(claims.get("acr"))}
    has_level = not stated.isdisjoint(provider.acr_values)
    return provider.second_factor or has_level or (isinstance(methods, list) and not STRONG.isdisjoint(_texts(methods)))


def _value(claims: Claims, path: str) -> Any:
    """Return the claim with this name, or at this path."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _texts(value: Any) -> Iterator[str]:
    """Yield the values of a claim as text: `true` and numbers as in JSON."""
    for item in value[:MAX_VALUES] if isinstance(value, list) else [value]:
        if isinstance(item, bool):
            yield str(item).lower()
        elif isinstance(item, str | int):
            yield str(item)
