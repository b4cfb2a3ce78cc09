"""Every setting of Bureau: its name in the environment, its default, and what it is for.

`Settings` lists what the environment may change. `FIXED` lists what the extensions need and nobody
should change. `Config.from_environment` turns both into the mapping that Flask is given.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import limits

ROOT = Path(__file__).resolve().parent
ENVIRONMENTS = ("development", "production", "testing")
REGISTRATIONS = ("off", "open", "approval")
LANGUAGES = {
    "en": {"flag": "gb", "name": "English"},
    "pt": {"flag": "pt", "name": "Português"},
}
"""The languages whose catalogue is complete; the check of the catalogues reads this too."""

SECRET_LENGTH = 32
DEFAULT_SECRETS = ("dev", "change", "default", "example", "secret", "thisismyscretkey", "password")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
POOL_WAIT_SECONDS = 5
"""How long a request waits for a connection before it is told to come back later."""
MAIL_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class ConfigError(RuntimeError):
    """A setting has a value Bureau cannot start with; the message names the setting."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment may set. A list is written with commas, a switch as 1 or 0."""

    # What this run is for: development, production or testing.
    BUREAU_ENV: str = "development"
    # Address the server listens on.
    HOST: str = "127.0.0.1"
    # Port the server listens on.
    PORT: int = 8080
    # Processes that answer requests, one for each processor core that Bureau may use.
    BUREAU_PROCESSES: int = 1
    # Threads that answer requests, in each process.
    BUREAU_THREADS: int = 8
    # Folder of everything this installation writes: database file, secrets, adopted databases.
    BUREAU_INSTANCE: str = str(ROOT / "instance")
    # Key that signs sessions and tokens; drawn once and kept in the instance folder when unset.
    SECRET_KEY: str = ""
    # Former keys, the newest first: they still prove old security events and read old sessions.
    SECRET_KEY_FALLBACKS: tuple[str, ...] = ()
    # Bureau's own database; a SQLite file in the instance folder when unset.
    DATABASE_URL: str = ""
    # Connections to each database that one process may hold; 0 is four more than its threads.
    BUREAU_CONNECTIONS: int = 0
    # Seconds that one statement of a request may take; 0 means for ever.
    BUREAU_STATEMENT_SECONDS: int = 15
    # Seconds that one statement of an export may take, and its reader between two parts.
    BUREAU_EXPORT_SECONDS: int = 600
    # Exports that one process writes at the same time; whoever asks for one more is told to wait.
    BUREAU_EXPORTS_AT_ONCE: int = 2
    # Redis for the cache and the rate limits; kept in this process when unset.
    REDIS_URL: str = ""
    # Address where people reach this site, for the links in mails; HOST and PORT when unset.
    BUREAU_URL: str = ""
    # Who may make an account for themselves: off, open, or approval by an administrator.
    BUREAU_REGISTRATION: str = "off"
    # Role of those who have made their own account; none when unset.
    BUREAU_REGISTRATION_ROLE: str = ""
    # Mail server: smtp, smtps or smtp+starttls://user:password@host:port; none when unset.
    MAIL_URL: str = ""
    # Address that mails come from.
    MAIL_SENDER: str = "Bureau <bureau@localhost>"
    # Mails that may leave in a minute, so that a provider does not mind; 0 means any number.
    BUREAU_MAIL_PER_MINUTE: int = 0
    # Days that the text of a mail is kept after it was written; 0 means for ever.
    BUREAU_MAIL_DAYS: int = 90
    # Celery's broker; jobs run in this process when unset.
    CELERY_BROKER_URL: str = ""
    # Whether the server delivers events itself; 0 where `worker` runs as a process of its own.
    BUREAU_WORKER: int = 1
    # Seconds that one event may take before another worker takes it over.
    BUREAU_OUTBOX_LEASE_SECONDS: int = 60
    # Seconds before an event that has failed is tried again; 0 means 1, 5, 25 and 120 minutes.
    BUREAU_OUTBOX_RETRY_SECONDS: int = 0
    # Days that delivered events stay in the outbox; 0 means for ever.
    BUREAU_OUTBOX_DAYS: int = 30
    # Days that history is kept where a model says nothing else; 0 means for ever.
    BUREAU_HISTORY_DAYS: int = 0
    # Days that a file stays after the last row that refers to it let it go; 0 means for ever.
    BUREAU_FILES_DAYS: int = 30
    # Features to load, in menu order; all of them when unset.
    BUREAU_FEATURES: tuple[str, ...] = ()
    # Password of the demo accounts; drawn once and kept in the instance folder when unset.
    BUREAU_DEMO_PASSWORD: str = ""
    # Where `/` leads, as /path; the blog where that feature is on, else the dashboard.
    BUREAU_START: str = ""
    # Seconds that browsers and proxies may keep a public page without asking whether it changed.
    BUREAU_PUBLIC_SECONDS: int = 0
    # Name of the blog on its pages and feeds; that of the site when unset.
    BUREAU_BLOG_TITLE: str = ""
    # What the blog is about, in a sentence for readers and search engines.
    BUREAU_BLOG_SUMMARY: str = ""
    # Posts on one page of the blog.
    BUREAU_BLOG_PAGE_SIZE: int = 10
    # Language of people who have chosen none and whose browser asks for none we have.
    BUREAU_LOCALE: str = "en"
    # Time zone of people who have chosen none.
    BUREAU_TIMEZONE: str = "UTC"
    # Largest request body, in bytes.
    BUREAU_REQUEST_MAX_BYTES: int = 16 * 1024 * 1024
    # Comments that a visitor's address may write in an hour; 0 means any number.
    BUREAU_COMMENTS_PER_HOUR: int = 5
    # Links that a comment may have before it is held for that alone.
    BUREAU_COMMENT_LINKS: int = 2
    # Seconds that somebody needs to write a comment; what comes sooner is asked to be sent again.
    BUREAU_COMMENT_SECONDS: int = 3
    # Whether visitors who comment answer a small sum, which keeps simple robots out.
    BUREAU_COMMENT_QUESTION: int = 0
    # Calls of the REST API that a user, a key or an address may make; none is counted when unset.
    BUREAU_API_RATE: str = "600 per minute"
    # Sites whose scripts may call the REST API, as https://host[:port]; none when unset.
    BUREAU_CORS_ORIGINS: tuple[str, ...] = ()
    # Proxies in front of Bureau whose X-Forwarded headers are believed.
    BUREAU_PROXY_COUNT: int = 0
    # Token that opens /metrics to other machines; only this machine may read it when unset.
    BUREAU_METRICS_TOKEN: str = ""
    # Host names a request may ask for; any when unset.
    BUREAU_TRUSTED_HOSTS: tuple[str, ...] = ()
    # How long a sign-in lasts without a request, in hours.
    BUREAU_SESSION_HOURS: int = 12
    # How long a sign-in lasts at most, in days.
    BUREAU_SESSION_DAYS: int = 7
    # How long a sign-in lasts for whoever asks to be remembered, in days.
    BUREAU_REMEMBER_DAYS: int = 30
    # Minutes after which a change that matters asks for the password again; 0 means never.
    BUREAU_CONFIRM_MINUTES: int = 15
    # Providers of OpenID Connect or OAuth 2 by name, as JSON or a file with it; none when unset.
    BUREAU_OIDC: str = ""
    # Directory that knows names and passwords: ldaps or ldap+starttls://host:port; none when unset.
    BUREAU_LDAP_URL: str = ""
    # Entry that Bureau searches the directory as; nobody in particular when unset.
    BUREAU_LDAP_BIND_DN: str = ""
    # Password of that entry.
    BUREAU_LDAP_BIND_PASSWORD: str = ""
    # Where in the directory people are.
    BUREAU_LDAP_BASE: str = ""
    # Search that finds somebody by the name they type, which stands for {name}.
    BUREAU_LDAP_FILTER: str = "(uid={name})"
    # More about the directory, as JSON or a file with it.
    BUREAU_LDAP_OPTIONS: str = ""
    # Header in which a proxy names whom it has signed in; none when unset.
    BUREAU_REMOTE_USER_HEADER: str = ""
    # Addresses or networks of that proxy; nobody else is believed.
    BUREAU_REMOTE_USER_PROXIES: tuple[str, ...] = ()
    # More about that proxy, as JSON or a file with it.
    BUREAU_REMOTE_USER_OPTIONS: str = ""
    # Least severe log line that is written.
    BUREAU_LOG_LEVEL: str = "INFO"


FIXED: Mapping[str, Any] = {
    "APP_NAME": "Bureau",
    "LANGUAGES": LANGUAGES,
    # FAB would query and write while the application is created; commands do both instead.
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
    # FAB lets a GET delete rows and run actions unless told not to.
    "FAB_ALLOW_GET_UNSAFE_MUTATIONS": False,
    "FAB_ADD_SECURITY_API": True,
    "FAB_API_SWAGGER_UI": True,
    "FAB_API_MAX_PAGE_SIZE": 100,
    # 1 is FAB's AUTH_DB: people sign in with a password kept in our own database.
    "AUTH_TYPE": 1,
    "AUTH_ROLE_ADMIN": "Admin",
    "AUTH_ROLE_PUBLIC": "Public",
    "AUTH_USER_REGISTRATION": False,
    "AUTH_RATE_LIMITED": True,
    "AUTH_RATE_LIMIT": "10 per 20 second",
    "RATELIMIT_HEADERS_ENABLED": True,
    # Counting in this process is better than refusing everybody while Redis is away.
    "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    # Flask-Babel needs an absolute path, because FAB puts its own folder in front of it.
    "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
    "CACHE_DEFAULT_TIMEOUT": 300,
    "CACHE_KEY_PREFIX": "bureau:",
    "CACHE_THRESHOLD": 10_000,
    "JWT_ACCESS_TOKEN_EXPIRES": timedelta(minutes=15),
    "JWT_REFRESH_TOKEN_EXPIRES": timedelta(days=30),
    "SESSION_COOKIE_NAME": "bureau_session",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "REMEMBER_COOKIE_HTTPONLY": True,
    "REMEMBER_COOKIE_SAMESITE": "Lax",
    # A form may stay open all day; the token dies with the session instead.
    "WTF_CSRF_TIME_LIMIT": None,
}


class Config:
    """Builds the mapping `create_app()` configures Flask with."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Read all settings, derive what the extensions need, and refuse what cannot work."""
        environ = os.environ if environ is None else environ
        settings = read_settings(environ)
        if settings.BUREAU_ENV not in ENVIRONMENTS:
            raise ConfigError(f"BUREAU_ENV must be one of {', '.join(ENVIRONMENTS)}")
        if settings.BUREAU_REGISTRATION not in REGISTRATIONS:
            raise ConfigError(f"BUREAU_REGISTRATION must be one of {', '.join(REGISTRATIONS)}")
        instance = Path(settings.BUREAU_INSTANCE).resolve()
        instance.mkdir(parents=True, exist_ok=True)
        values = dict(FIXED) | dataclasses.asdict(settings)
        values |= _database(settings, instance, environ)
        values |= _secrets(settings, instance)
        values |= _cache(settings) | _mail(settings) | _web(settings)
        _check_api(settings)
        if settings.BUREAU_ENV == "production":
            _refuse_debug(environ)
        return values


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read each setting from its own variable; an empty variable counts as unset."""
    found = {
        field.name: _parse(field, environ[field.name])
        for field in dataclasses.fields(Settings)
        if environ.get(field.name)
    }
    return Settings(**found)


def _parse(field: dataclasses.Field[Any], text: str) -> Any:
    """Turn the text of a variable into the type of the setting's default."""
    if isinstance(field.default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(field.default, int):
        try:
            return int(text)
        except ValueError:
            raise ConfigError(f"{field.name} must be a whole number, not {text!r}") from None
    return text


def _database(settings: Settings, instance: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """The database of Bureau itself, and the adopted ones beside it."""
    own = settings.DATABASE_URL or f"sqlite:///{instance / 'bureau.sqlite'}"
    adopted = adopted_databases(instance, environ)
    return {
        "BUREAU_INSTANCE": str(instance),
        "SQLALCHEMY_DATABASE_URI": database_url(own),
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(database_url(own), settings),
        "SQLALCHEMY_BINDS": {
            name: {"url": database_url(url), **engine_options(database_url(url), settings)}
            for name, url in adopted.items()
        },
    }


def adopted_databases(instance: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """URLs of the adopted databases: `databases.json`, then `<NAME>_DATABASE_URL` over it."""
    listed = instance / "databases.json"
    found: dict[str, str] = json.loads(listed.read_text()) if listed.exists() else {}
    suffix = "_DATABASE_URL"
    for name, url in environ.items():
        # TEST_DATABASE_URL names the server that the tests use, which is no adopted database.
        if name.endswith(suffix) and name != "TEST_DATABASE_URL" and url:
            found[name.removesuffix(suffix).lower()] = url
    return found


def database_url(url: str) -> str:
    """Accept the forms that hosting services hand out, and name our PostgreSQL driver."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg2{separator}{rest}"
    return url


def engine_options(url: str, settings: Settings) -> dict[str, Any]:
    """Options of the connection pool, by kind of database.

    A thread asks for one connection at a time; the others are for the worker, for `/readyz` and for
    what an export writes when it ends.
    """
    most = settings.BUREAU_CONNECTIONS or settings.BUREAU_THREADS + 4
    pool = {"pool_size": most, "max_overflow": 0, "pool_timeout": POOL_WAIT_SECONDS}
    # A failed statement is logged, and what people have typed into it is not for the log.
    options: dict[str, Any] = {"hide_parameters": settings.BUREAU_ENV == "production"}
    if not url.startswith("sqlite"):
        return {**options, **pool, "pool_recycle": 1800}
    # The SQLite pool hands a connection from thread to thread, one at a time, which is safe.
    is_file = urlsplit(url).path.strip("/") not in ("", ":memory:")
    options["connect_args"] = {"check_same_thread": False}
    return {**options, **(pool if is_file else {})}


def _secrets(settings: Settings, instance: Path) -> dict[str, Any]:
    """Keys and passwords: given, or drawn once outside production."""
    if settings.BUREAU_ENV == "production":
        _refuse_default_secret(settings.SECRET_KEY)
        return {}
    if settings.BUREAU_ENV == "testing":
        return {
            "SECRET_KEY": settings.SECRET_KEY or secrets.token_urlsafe(SECRET_LENGTH),
            "BUREAU_DEMO_PASSWORD": settings.BUREAU_DEMO_PASSWORD or secrets.token_urlsafe(9),
        }
    return {
        "SECRET_KEY": settings.SECRET_KEY or drawn_secret(instance / "secret-key", SECRET_LENGTH),
        "BUREAU_DEMO_PASSWORD": settings.BUREAU_DEMO_PASSWORD
        or drawn_secret(instance / "demo-password", 9),
    }


def drawn_secret(path: Path, size: int) -> str:
    """The secret kept in `path`, drawn now if there is none; only its owner may read the file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        secret = secrets.token_urlsafe(size)
        file.write(f"{secret}\n")
    return secret


def _refuse_default_secret(secret: str) -> None:
    if len(secret) < SECRET_LENGTH or any(word in secret.lower() for word in DEFAULT_SECRETS):
        raise ConfigError(
            f"SECRET_KEY must be set in production, to at least {SECRET_LENGTH} random characters"
        )


def _check_api(settings: Settings) -> None:
    """Refuse a rate that cannot be read, and origins that are none or would be all."""
    try:
        limits.parse_many(settings.BUREAU_API_RATE or "1 per minute")
    except ValueError:
        raise ConfigError("BUREAU_API_RATE must read like '600 per minute'") from None
    for origin in settings.BUREAU_CORS_ORIGINS:
        if origin == "*":
            if settings.BUREAU_ENV == "production":
                raise ConfigError("BUREAU_CORS_ORIGINS must not be * in production")
        elif not ORIGIN.fullmatch(origin):
            raise ConfigError(
                f"BUREAU_CORS_ORIGINS must list origins like https://host, not {origin!r}"
            )


def _refuse_debug(environ: Mapping[str, str]) -> None:
    if environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"):
        raise ConfigError("FLASK_DEBUG must not be set in production")


def _cache(settings: Settings) -> dict[str, Any]:
    """The cache and the counters of the rate limits: in Redis when there is one."""
    if settings.REDIS_URL:
        return {
            "CACHE_REDIS_URL": settings.REDIS_URL,
            "RATELIMIT_STORAGE_URI": settings.REDIS_URL,
        }
    return {"RATELIMIT_STORAGE_URI": "memory://"}


def _mail(settings: Settings) -> dict[str, Any]:
    """Flask-Mail's settings, from the one URL, and where the links in mails lead."""
    site = urlsplit(settings.BUREAU_URL)
    if settings.BUREAU_URL and (site.scheme not in ("http", "https") or not site.hostname):
        raise ConfigError("BUREAU_URL must be an address that starts with http or https")
    if settings.MAIL_URL and not settings.BUREAU_URL and settings.BUREAU_ENV == "production":
        raise ConfigError("BUREAU_URL must be set where mails are sent: their links lead there")
    values: dict[str, Any] = {"MAIL_DEFAULT_SENDER": settings.MAIL_SENDER}
    if not settings.MAIL_URL:
        return values | {"MAIL_SUPPRESS_SEND": True}
    url = urlsplit(settings.MAIL_URL)
    if url.scheme not in MAIL_PORTS or not url.hostname:
        raise ConfigError(f"MAIL_URL must name a host and start with {', '.join(MAIL_PORTS)}")
    return values | {
        "MAIL_SUPPRESS_SEND": False,
        "MAIL_SERVER": url.hostname,
        "MAIL_PORT": url.port or MAIL_PORTS[url.scheme],
        "MAIL_USERNAME": unquote(url.username) if url.username else None,
        "MAIL_PASSWORD": unquote(url.password) if url.password else None,
        "MAIL_USE_SSL": url.scheme == "smtps",
        "MAIL_USE_TLS": url.scheme == "smtp+starttls",
    }


def _web(settings: Settings) -> dict[str, Any]:
    """Requests, cookies and formats."""
    production = settings.BUREAU_ENV == "production"
    testing = settings.BUREAU_ENV == "testing"
    return {
        "TESTING": testing,
        "SERVER_TIMING": not production,
        # A client that posts a form in a test is not a browser; tests of CSRF switch it on again.
        "WTF_CSRF_ENABLED": not testing,
        "RATELIMIT_ENABLED": not testing,
        "SESSION_COOKIE_SECURE": production,
        "REMEMBER_COOKIE_SECURE": production,
        "PREFERRED_URL_SCHEME": "https" if production else "http",
        # How long the cookie may live; the session in the database ends before it.
        "PERMANENT_SESSION_LIFETIME": timedelta(days=settings.BUREAU_REMEMBER_DAYS),
        "MAX_CONTENT_LENGTH": settings.BUREAU_REQUEST_MAX_BYTES,
        "TRUSTED_HOSTS": list(settings.BUREAU_TRUSTED_HOSTS) or None,
        "BABEL_DEFAULT_LOCALE": settings.BUREAU_LOCALE,
        "BABEL_DEFAULT_TIMEZONE": settings.BUREAU_TIMEZONE,
    }
