"""What the settings say about each provider, read once at start and refused where it is wrong."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from app.security.providers.models import PROVIDER_LENGTH
from config import ConfigError

LDAP = "ldap"
REMOTE = "proxy"
"""The names of the two providers of which there is one at most."""

WSGI_VARIABLE = "REMOTE_USER"
"""What stands in the place of a header's name where the WSGI server itself says who it is."""

LDAP_SCHEMES = ("ldaps", "ldap+starttls", "ldap")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_HEADER = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

Roles = Mapping[str, tuple[str, ...]]
T = TypeVar("T")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Terms:
    """On which terms people of a provider come in."""

    name: str
    # What the button of the log-in page calls it; the name when unset.
    label: str = ""
    # Whether somebody who is not known yet gets an account.
    register: bool = False
    # Bureau's roles by the groups of the provider; each log-in gives and takes these roles alone.
    roles: Roles = dataclasses.field(default_factory=dict)
    # The roles of a new account that no group gives any.
    default_roles: tuple[str, ...] = ()
    # Whether the provider asks for a second factor itself, so that we need not.
    second_factor: bool = False

    @property
    def title(self) -> str:
        """What people know the provider by."""
        return self.label or self.name.replace("-", " ").capitalize()

    @property
    def mapped_roles(self) -> frozenset[str]:
        """The roles that the groups decide on."""
        return frozenset(role for roles in self.roles.values() for role in roles)

    def group_key(self, group: str) -> str:
        """A group as it is compared."""
        return group


@dataclasses.dataclass(frozen=True, kw_only=True)
class OidcOptions(Terms):
    """A provider of OpenID Connect, or of plain OAuth 2 where its three addresses are given."""

    client_id: str = ""
    client_secret: str = ""
    # OpenID Connect: the issuer, below which the description of the provider is found.
    url: str = ""
    scope: str = "openid profile email"
    # What the provider is to ask of somebody who is signed in there: login, select_account, …
    prompt: str = ""
    # Whether an address is believed although the provider does not say that it was checked.
    trusts_email: bool = False
    # Whether to ask for more claims than the ID token has.
    userinfo: bool = False
    # Whether people are offered to sign out there, too.
    logout: bool = True
    # OAuth 2 without OpenID Connect.
    authorize_url: str = ""
    token_url: str = ""
    user_url: str = ""
    # The names of the claims.
    subject: str = "sub"
    username: str = "preferred_username"
    first_name: str = "given_name"
    last_name: str = "family_name"
    full_name: str = "name"
    email: str = "email"
    groups: str = "groups"

    @property
    def is_openid(self) -> bool:
        """Whether the provider says with a signed token who it is."""
        return bool(self.url)


@dataclasses.dataclass(frozen=True, kw_only=True)
class LdapOptions(Terms):
    """A directory."""

    url: str = ""
    bind_dn: str = ""
    bind_password: str = ""
    base: str = ""
    filter: str = "(uid={name})"
    # The file with the certificate of whoever signed the directory's.
    ca_file: str = ""
    # Whether the certificate is checked; never off in production.
    verify: bool = True
    timeout_seconds: int = 5
    # The attribute that never changes and is never given again; the usual two when unset.
    subject: str = ""
    username: str = "uid"
    first_name: str = "givenName"
    last_name: str = "sn"
    email: str = "mail"
    # The attribute with the groups of somebody, or a search for them.
    groups: str = "memberOf"
    group_base: str = ""
    group_filter: str = ""

    def group_key(self, group: str) -> str:
        """Directories take no notice of case, nor of blanks around the commas of a name."""
        return ",".join(part.strip() for part in group.casefold().split(","))


@dataclasses.dataclass(frozen=True, kw_only=True)
class RemoteOptions(Terms):
    """A proxy that has signed people in before they reach us."""

    header: str = ""
    proxies: tuple[str, ...] = ()
    # Headers of the same proxy with more than the name, all optional.
    email_header: str = ""
    name_header: str = ""
    groups_header: str = ""
    # Whether the log-in page stays for everybody else.
    offer: bool = False

    @property
    def networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The addresses that the proxy asks from."""
        return tuple(ipaddress.ip_network(text, strict=False) for text in self.proxies)


@dataclasses.dataclass(frozen=True)
class Providers:
    """All that are set up."""

    oidc: Mapping[str, OidcOptions] = dataclasses.field(default_factory=dict)
    ldap: LdapOptions | None = None
    remote: RemoteOptions | None = None

    def find(self, name: str) -> Terms | None:
        """The provider of this name."""
        return next((terms for terms in self if terms.name == name), None)

    def __iter__(self) -> Any:
        found: list[Terms | None] = [*self.oidc.values(), self.ldap, self.remote]
        return iter([terms for terms in found if terms is not None])


def read_providers(config: Mapping[str, Any]) -> Providers:
    """All providers of the settings; raises `ConfigError` with the setting that is wrong."""
    return Providers(_read_oidc(config), _read_ldap(config), _read_remote(config))


def _read_oidc(config: Mapping[str, Any]) -> dict[str, OidcOptions]:
    setting = "BUREAU_OIDC"
    found = {}
    for name, given in _object(setting, config.get(setting)).items():
        if not _NAME.fullmatch(name) or len(name) > PROVIDER_LENGTH or name in (LDAP, REMOTE):
            raise ConfigError(f"{setting}: {name!r} cannot be the name of a provider")
        options = _build(OidcOptions, f"{setting} {name}", {"name": name, **_dict(setting, given)})
        plain = (options.authorize_url, options.token_url, options.user_url)
        if not options.client_id or bool(options.url) == any(plain):
            raise ConfigError(f"{setting} {name}: give client_id and either url or the three *_url")
        if not options.url and not all(plain):
            raise ConfigError(f"{setting} {name}: give authorize_url, token_url and user_url")
        for url in filter(None, (options.url, *plain)):
            _check_url(f"{setting} {name}", url, config)
        found[name] = options
    return found


def _check_url(setting: str, url: str, config: Mapping[str, Any]) -> None:
    parts = urlsplit(url)
    is_near = parts.hostname in _LOOPBACK and config.get("BUREAU_ENV") != "production"
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_near)):
        raise ConfigError(f"{setting}: {url!r} must begin with https://")


def _read_ldap(config: Mapping[str, Any]) -> LdapOptions | None:
    url = config.get("BUREAU_LDAP_URL")
    if not url:
        return None
    names = ("url", "bind_dn", "bind_password", "base", "filter")
    given = {name: config.get(f"BUREAU_LDAP_{name.upper()}") for name in names}
    more = _object("BUREAU_LDAP_OPTIONS", config.get("BUREAU_LDAP_OPTIONS"))
    kept = {name: value for name, value in given.items() if value}
    options = _build(
        LdapOptions, "BUREAU_LDAP_OPTIONS", {"label": "LDAP", **more, **kept, "name": LDAP}
    )
    parts = urlsplit(options.url)
    if parts.scheme not in LDAP_SCHEMES or not parts.hostname:
        raise ConfigError(f"BUREAU_LDAP_URL must begin with {', '.join(LDAP_SCHEMES)}://")
    if not options.base:
        raise ConfigError("BUREAU_LDAP_BASE must say where in the directory people are")
    if "{name}" not in options.filter or not options.filter.startswith("("):
        raise ConfigError("BUREAU_LDAP_FILTER must be a filter with {name} in it")
    if config.get("BUREAU_ENV") == "production" and (parts.scheme == "ldap" or not options.verify):
        raise ConfigError("BUREAU_LDAP_URL must be encrypted and verified in production")
    return options


def _read_remote(config: Mapping[str, Any]) -> RemoteOptions | None:
    header = config.get("BUREAU_REMOTE_USER_HEADER")
    if not header:
        return None
    more = _object("BUREAU_REMOTE_USER_OPTIONS", config.get("BUREAU_REMOTE_USER_OPTIONS"))
    given = {
        **more,
        "name": REMOTE,
        "header": header,
        "proxies": list(config.get("BUREAU_REMOTE_USER_PROXIES") or ()),
    }
    options = _build(RemoteOptions, "BUREAU_REMOTE_USER_OPTIONS", given)
    headers = (options.header, options.email_header, options.name_header, options.groups_header)
    for name in filter(None, headers):
        # WSGI writes Remote-User and Remote_User alike, so that one could pass for the other.
        if name != WSGI_VARIABLE and not _HEADER.fullmatch(name):
            raise ConfigError(f"BUREAU_REMOTE_USER_HEADER: {name!r} is no header with hyphens")
    if not config.get("BUREAU_PROXY_COUNT") or not options.proxies:
        raise ConfigError(
            "BUREAU_REMOTE_USER_HEADER needs BUREAU_PROXY_COUNT and BUREAU_REMOTE_USER_PROXIES"
        )
    try:
        assert options.networks
    except ValueError as error:
        raise ConfigError(f"BUREAU_REMOTE_USER_PROXIES: {error}") from error
    return options


def _object(setting: str, value: Any) -> dict[str, Any]:
    """A setting that is JSON, or the path of a file with JSON in it."""
    if not value:
        return {}
    if isinstance(value, str):
        try:
            is_text = value.lstrip().startswith("{")
            value = json.loads(value if is_text else Path(value).read_text())
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{setting} must be a JSON object or a file with one: {error}"
            ) from error
    return _dict(setting, value)


def _dict(setting: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{setting} must be a JSON object")
    return value


def _build(kind: type[T], setting: str, given: Mapping[str, Any]) -> T:
    """The options, each of the type that its default has."""
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = given.keys() - fields.keys()
    if unknown:
        raise ConfigError(f"{setting}: there is no option {', '.join(sorted(unknown))}")
    values = {
        name: _read_roles(setting, value)
        if name == "roles"
        else _typed(setting, fields[name], value)
        for name, value in given.items()
    }
    built = kind(**values)
    if "Admin" in getattr(built, "default_roles", ()):
        raise ConfigError(f"{setting}: Admin cannot be given to everybody; name a group in roles")
    return built


def _typed(setting: str, field: dataclasses.Field[Any], value: Any) -> Any:
    default = "" if field.default is dataclasses.MISSING else field.default
    if isinstance(default, tuple):
        return _read_names(f"{setting}: {field.name}", value)
    if type(value) is not type(default):
        raise ConfigError(f"{setting}: {field.name} must be a {type(default).__name__}")
    return value


def _read_roles(setting: str, value: Any) -> Roles:
    pairs = _dict(f"{setting}: roles", value).items()
    return MappingProxyType(
        {group: _read_names(f"{setting}: roles", names) for group, names in pairs}
    )


def _read_names(setting: str, value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{setting} must be a list of texts")
    return tuple(names)
