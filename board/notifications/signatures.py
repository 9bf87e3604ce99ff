"""Signatures of webhooks by the specification of standard webhooks, version 1: HMAC with SHA-256 of id, time and body."""

import base64
import hmac
from collections.abc import Iterable


def headers(id: str, timestamp: int, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    """Return the headers that identify and sign a webhook, with a signature by each key. `timestamp` is in seconds."""
    signed = f"{id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
