"""What a provider of OpenID Connect says is checked before it is believed."""

from __future__ import annotations

import time

import pytest

from tests.security.conftest import user_named
from tests.security.providers.conftest import HOME, identities, is_signed_in, log_in

NOT_CONFIRMED = "has not confirmed who you are"


def set_claim(**claims):
    return lambda _header, found: found.update(claims)


def drop_claim(name):
    return lambda _header, found: found.pop(name)


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(set_claim(nonce="another"), id="nonce"),
        pytest.param(drop_claim("nonce"), id="no-nonce"),
        pytest.param(set_claim(aud="another-client"), id="audience"),
        pytest.param(set_claim(aud="other", azp="bureau-client"), id="audience-with-azp"),
        pytest.param(set_claim(aud=["bureau-client", "x"], azp="x"), id="for-somebody-else"),
        pytest.param(drop_claim("aud"), id="no-audience"),
        pytest.param(set_claim(iss="https://evil.example"), id="issuer"),
        pytest.param(drop_claim("iss"), id="no-issuer"),
        pytest.param(set_claim(exp=int(time.time()) - 3600), id="expired"),
        pytest.param(drop_claim("exp"), id="no-end"),
        pytest.param(set_claim(iat=int(time.time()) + 3600), id="from-the-future"),
        pytest.param(drop_claim("sub"), id="no-subject"),
        pytest.param(set_claim(sub=""), id="empty-subject"),
        pytest.param(set_claim(sub="x" * 600), id="endless-subject"),
        pytest.param(set_claim(sub={"$ne": 1}), id="odd-subject"),
        pytest.param(set_claim(sub="a\nb"), id="subject-with-a-line"),
        pytest.param(set_claim(at_hash="AAAA"), id="another-access-token"),
    ],
)
def test_token_that_says_something_else_is_refused(oidc_app, browser, provider, tamper):
    provider.tamper = tamper

    answer = log_in(browser)

    assert answer.status_code == 403
    assert NOT_CONFIRMED in answer.text
    assert not is_signed_in(browser)
    with oidc_app.app_context():
        assert identities() == []


@pytest.mark.parametrize("how", ["nothing", "public_key", "own_key"])
def test_token_that_the_provider_has_not_signed_is_refused(browser, provider, how):
    provider.sign = getattr(provider, f"sign_with_{how}")

    answer = log_in(browser)

    assert answer.status_code == 403
    assert not is_signed_in(browser)


def test_no_description_makes_unsigned_tokens_good(browser, provider):
    offered = ["none", "HS256"]
    provider.metadata["id_token_signing_alg_values_supported"] = offered
    for sign in (provider.sign_with_nothing, provider.sign_with_public_key):
        provider.sign = sign

        assert log_in(browser).status_code == 403

    assert not is_signed_in(browser)


def test_description_of_another_issuer_is_refused(browser, provider):
    provider.metadata["issuer"] = "https://evil.example"

    assert browser.get(HOME).status_code == 403


def test_description_of_another_person_is_refused(make_oidc_app, provider):
    browser = make_oidc_app(userinfo=True).test_client()
    provider.person_of_userinfo = {**provider.person, "sub": "another", "groups": ["boss"]}

    assert log_in(browser).status_code == 403
    assert not is_signed_in(browser)


def test_more_claims_come_from_the_description(make_oidc_app, provider):
    app = make_oidc_app(userinfo=True)
    provider.person_of_userinfo = {"sub": provider.person["sub"], "department": "x"}
    provider.person_of_userinfo["given_name"] = "Mallory"

    assert log_in(app.test_client()).status_code == 303

    with app.app_context():
        assert user_named("maria").first_name == "Maria"
