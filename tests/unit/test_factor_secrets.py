"""Secrets of second factors: random, and long enough for the way in which they are stored."""

import base64
import math
import random

import pytest

from board.accounts.factors import pending_sign_in, recovery_codes, totp

LEAST_DIGEST_BITS = 112  # from which on a code may be stored as a plain digest (ASVS 5.0, V6.5.2)


class NoRandomnessError(OSError):
    """Failure of the generator of the operating system."""


def test_recovery_codes_are_long_enough_for_a_plain_digest() -> None:
    codes = [recovery_codes._new_code() for _ in range(100)]
    assert len(set(codes)) == 100
    plain = codes[0].replace("-", "")
    assert set("".join(codes)) - {"-"} <= set(recovery_codes.ALPHABET)
    assert len(plain) * math.log2(len(set(recovery_codes.ALPHABET))) >= LEAST_DIGEST_BITS


def test_secrets_of_apps_are_long_and_differ() -> None:
    secrets = {totp.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(len(base64.b32decode(secret)) * 8 >= 128 for secret in secrets)


def test_secrets_come_from_the_generator_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's generator, whose failure would leave nothing else to draw from."""

    def fails(length: int) -> bytes:
        raise NoRandomnessError

    monkeypatch.setattr(random, "_urandom", fails)
    for draw in (recovery_codes._new_code, totp.new_secret):
        with pytest.raises(NoRandomnessError):
            draw()


def test_codes_of_apps_and_pending_sign_ins_end_soon() -> None:
    assert totp.STEP_S == 30
    assert totp.DRIFT == 1
    assert pending_sign_in.TTL.total_seconds() <= 10 * 60
