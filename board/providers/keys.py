"""Keys of a provider (RFC 7517), with which it signs its messages."""

from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from board.providers.errors import ProviderError
from board.providers.fetch import Fetcher

MAX_KEYS = 50
MIN_RSA_BITS = 2048
TYPES: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
ALGORITHMS = {  # type of the key by algorithm: no shared secret, so that nobody can sign with a public key
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC", "EdDSA": "OKP", "Ed25519": "OKP",
}  # fmt: skip


class SigningKey(NamedTuple):
    """Public key. `kid`: its name, "" if it has none."""

    kid: str
    type: str
    key: RSAKey | ECKey | OKPKey


async def read(uri: str, fetcher: Fetcher) -> list[SigningKey]:
    """Read the keys of a provider. Raises ProviderError."""
    answer = await fetcher.get(uri)
    if answer.status != 200:
        raise ProviderError("unavailable")
    return parse(answer.body)


def parse(body: dict[str, Any]) -> list[SigningKey]:
    """Return the usable keys of a set. Raises ProviderError if it is not a set of keys."""
    values = body.get("keys")
    if not isinstance(values, list):
        raise ProviderError("answer")
    keys = [_key(value) for value in values[:MAX_KEYS] if isinstance(value, dict) and value.get("use", "sig") == "sig"]
    return [key for key in keys if key is not None]


def select(keys: list[SigningKey], kid: str, algorithm: str) -> list[SigningKey]:
    """Return the keys that may have signed a message. `kid`: name of the key in its header, "" if there is none."""
    return [key for key in keys if key.type == ALGORITHMS.get(algorithm) and kid in ("", key.kid)]


def _key(value: dict[str, Any]) -> SigningKey | None:
    """Return a key; None for one of an unknown type or one that is too short."""
    type = value.get("kty")
    public: dict[str, str | list[str]] = {
        name: part for name, part in value.items() if isinstance(part, str) and name in ("kty", "n", "e", "crv", "x", "y")
    }
    if not isinstance(type, str) or type not in TYPES or not isinstance(kid := value.get("kid", ""), str):
        return None
    if type == "RSA" and len(public.get("n", "")) * 6 < MIN_RSA_BITS - 6:
        return None
    try:
        return SigningKey(kid, type, TYPES[type].import_key(public))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
