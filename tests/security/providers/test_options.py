"""What the settings say about providers is read once, and refused with the name of the setting."""

from __future__ import annotations

import json

import pytest

from app.security.providers.options import read_providers
from config import ConfigError

KEYCLOAK = {"url": "https://id.example.org/realms/main", "client_id": "bureau"}
GITHUB = {
    "client_id": "bureau",
    "authorize_url": "https://github.com/login/oauth/authorize",
    "token_url": "https://github.com/login/oauth/access_token",
    "user_url": "https://api.github.com/user",
}
DIRECTORY = {"BUREAU_LDAP_URL": "ldaps://ldap.example", "BUREAU_LDAP_BASE": "dc=example"}


def oidc(**providers):
    return {"BUREAU_OIDC": json.dumps(providers)}


def test_nothing_is_set_up_where_nothing_is_set():
    assert list(read_providers({})) == []


def test_providers_stand_in_the_order_of_the_settings():
    found = read_providers(oidc(keycloak=KEYCLOAK, github=GITHUB) | DIRECTORY)

    assert [terms.name for terms in found] == ["keycloak", "github", "ldap"]
    assert [terms.title for terms in found] == ["Keycloak", "Github", "LDAP"]
    assert [options.is_openid for options in found.oidc.values()] == [True, False]


def test_settings_may_stand_in_a_file(tmp_path):
    path = tmp_path / "oidc.json"
    path.write_text(json.dumps({"home": KEYCLOAK}))

    assert list(read_providers({"BUREAU_OIDC": str(path)}).oidc) == ["home"]


@pytest.mark.parametrize(
    "given",
    [
        "{",
        "[]",
        "/nowhere.json",
        '{"x": 1}',
        *(
            json.dumps({name: KEYCLOAK})
            for name in ("ldap", "proxy", "Home", "a/b", "", "x" * 41, "-x")
        ),
        *(
            json.dumps({"home": KEYCLOAK | changes})
            for changes in (
                {"client_id": ""},
                {"url": ""},
                {"url": "http://id.example.org"},
                {"url": "https://"},
                {"url": "ftp://id.example.org"},
                {"token_url": "https://id.example.org/token"},
                {"registers": True},
                {"register": "yes"},
                {"register": 1},
                {"roles": ["Admin"]},
                {"roles": {"team": 7}},
                {"roles": {"team": [7]}},
                {"default_roles": ["Admin"]},
                {"name": 7},
            )
        ),
        json.dumps({"home": GITHUB | {"user_url": ""}}),
        json.dumps({"home": GITHUB | {"user_url": "http://api.example"}}),
    ],
)
def test_wrong_settings_are_refused(given):
    with pytest.raises(ConfigError, match="BUREAU_OIDC"):
        read_providers({"BUREAU_OIDC": given})


@pytest.mark.parametrize("environment", ["development", "testing", "production"])
def test_only_a_provider_on_this_machine_may_do_without_encryption(environment):
    config = oidc(home=KEYCLOAK | {"url": "http://127.0.0.1:9000"}) | {"BUREAU_ENV": environment}

    if environment == "production":
        with pytest.raises(ConfigError, match="https://"):
            read_providers(config)
    else:
        assert read_providers(config).oidc


@pytest.mark.parametrize(
    "changes",
    [
        {"BUREAU_LDAP_URL": "https://ldap.example"},
        {"BUREAU_LDAP_URL": "ldaps://"},
        {"BUREAU_LDAP_BASE": ""},
        {"BUREAU_LDAP_FILTER": "(uid=x)"},
        {"BUREAU_LDAP_FILTER": "uid={name}"},
        {"BUREAU_LDAP_OPTIONS": '{"verified": false}'},
        {"BUREAU_LDAP_OPTIONS": '{"default_roles": "Admin"}'},
        {"BUREAU_ENV": "production", "BUREAU_LDAP_URL": "ldap://ldap.example"},
        {"BUREAU_ENV": "production", "BUREAU_LDAP_OPTIONS": '{"verify": false}'},
    ],
)
def test_wrong_settings_of_a_directory_are_refused(changes):
    with pytest.raises(ConfigError, match="BUREAU_LDAP"):
        read_providers(DIRECTORY | changes)


def test_groups_of_a_directory_are_compared_as_it_does():
    options = {"BUREAU_LDAP_OPTIONS": json.dumps({"roles": {"CN=Team, OU=x": "Team"}})}
    terms = read_providers(DIRECTORY | options).ldap

    assert terms.group_key("cn=team,ou=X") == terms.group_key("CN=Team, OU=x")
    assert terms.mapped_roles == {"Team"}
