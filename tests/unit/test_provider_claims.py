"""Role by the claims of a provider, the verified address, the name, and the second factor."""

from typing import Any

import pytest

from board.config.sign_in import Provider, RoleRule
from board.providers import claims, errors
from board.providers.errors import ProviderError

LEAD = RoleRule(claim="groups", value="lead", role="coordinator")
NESTED = RoleRule(claim="realm_access.roles", value="helper", role="investigator")
DOTTED = RoleRule(claim="https://board.example/vip", value="true", role="viewer")


def provider(**fields: Any) -> Provider:
    rules = {"role": [LEAD, NESTED, DOTTED]}
    return Provider(key="p", name="P", issuer="https://p.example", client_id="c", **(rules | fields))


@pytest.mark.parametrize(
    ("values", "role"),
    [
        ({"groups": ["lead"]}, "coordinator"),
        ({"groups": "lead"}, "coordinator"),
        ({"groups": ["leader", "Lead"]}, None),
        ({"realm_access": {"roles": ["helper"]}}, "investigator"),
        ({"realm_access.roles": ["helper"]}, "investigator"),
        ({"realm_access": ["helper"]}, None),
        ({"https://board.example/vip": True}, "viewer"),
        ({"https://board.example/vip": False}, None),
        ({"realm_access": {"roles": ["helper"]}, "groups": ["lead"]}, "coordinator"),
        ({"groups": {"lead": True}}, None),
        ({"groups": [["lead"]]}, None),
        ({}, None),
    ],
)
def test_first_matching_rule_gives_the_role(values: dict[str, Any], role: str | None) -> None:
    assert claims.role_of(provider(), values) == role


def test_claim_that_was_left_out_takes_no_role_away() -> None:
    with pytest.raises(ProviderError, match="overage"):
        claims.role_of(provider(), {"_claim_names": {"groups": "src1"}})


@pytest.mark.parametrize(
    ("values", "trusts", "email"),
    [
        ({"email": "Eva@A.example", "email_verified": True}, False, "eva@a.example"),
        ({"email": "eva@a.example", "email_verified": "true"}, False, "eva@a.example"),
        ({"email": "eva@a.example", "email_verified": False}, True, None),
        ({"email": "eva@a.example"}, True, "eva@a.example"),
        ({"email": "eva@a.example"}, False, None),
        ({"email": 7, "email_verified": True}, True, None),
    ],
)
def test_address_counts_if_the_provider_verified_it(values: dict[str, Any], trusts: bool, email: str | None) -> None:
    assert claims.email_of(provider(trust_email=trusts), values) == email


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"name": "Eva\nPeeters "}, "Eva Peeters"),
        ({"name": " ", "given_name": "Eva", "family_name": "Peeters"}, "Eva Peeters"),
        ({"name": 7, "preferred_username": "eva.p"}, "eva.p"),
        ({}, "eva"),
    ],
)
def test_name_is_the_first_that_is_there(values: dict[str, Any], name: str) -> None:
    assert claims.name_of(values, "eva@a.example") == name


@pytest.mark.parametrize(
    ("values", "asserted", "strong"),
    [
        ({"amr": ["pwd", "mfa"]}, False, True),
        ({"amr": ["hwk"]}, False, True),
        ({"amr": ["pwd"]}, False, False),
        ({"amr": "mfa"}, False, False),
        ({}, False, False),
        ({}, True, True),
    ],
)
def test_second_factor_counts_if_the_provider_states_it(values: dict[str, Any], asserted: bool, strong: bool) -> None:
    assert claims.is_strong(provider(second_factor=asserted), values) is strong


@pytest.mark.parametrize(
    ("values", "strong"),
    [({"acr": "level-500"}, True), ({"amr": ["eid", "level-500"]}, True), ({"acr": "level-200"}, False), ({"acr": ["x"]}, False)],
)
def test_level_that_was_asked_for_is_a_second_factor(values: dict[str, Any], strong: bool) -> None:
    assert claims.is_strong(provider(acr_values=["level-400", "level-500"]), values) is strong
    assert not claims.is_strong(provider(), values)


def test_each_refusal_has_a_sentence() -> None:
    for code in errors.STATUS:
        assert errors.sentence(code, "Police account")
