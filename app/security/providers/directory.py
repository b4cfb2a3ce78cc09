"""LDAP: a name is looked up in the directory, and the password is tried as that entry.

The directory is asked after our own database, so that nobody with a password of ours needs it, and
it is asked the same number of times whether it knows the name or not.
"""

from __future__ import annotations

import logging
import ssl
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from ldap3 import NONE, SIMPLE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from app.core.errors import Unavailable
from app.extensions import db
from app.security.providers.entry import admit
from app.security.providers.options import LdapOptions
from app.security.providers.person import BadPerson, Person, person
from app.security.providers.registry import providers

MAX_NAME = 254
MAX_PASSWORD = 1024
SUBJECTS = ("entryUUID", "objectGUID")
"""What most directories, and Active Directory, never change and never give again."""

INVALID_CREDENTIALS = 49
_NOBODY = "cn=nobody-of-this-name"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """An entry of the directory: its name, and the values of its attributes."""

    dn: str
    values: Mapping[str, list[Any]]

    def first(self, name: str) -> Any:
        """The first value of an attribute, in whatever case it is written."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[Any]:
        """All values of an attribute."""
        lowered = name.lower()
        found = (values for key, values in self.values.items() if key.lower() == lowered)
        return next(found, [])


class VerifiedTls(Tls):
    """Encryption whose certificate and host name OpenSSL checks, and not ldap3's own code."""

    def __init__(self, options: LdapOptions) -> None:
        super().__init__()
        self.options = options

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Encrypt the connection of ldap3; `do_handshake` is its own word for always."""
        context = ssl.create_default_context(cafile=self.options.ca_file or None)
        if not self.options.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        connection.socket = context.wrap_socket(
            connection.socket, server_hostname=connection.server.host
        )


def authenticate_by_directory(name: str, password: str) -> User | None:
    """The account of whoever the directory knows by this name and password.

    Raises `Unavailable` while the directory is away, and `NotAdmitted` for somebody whom it knows
    and we do not.
    """
    options = providers().ldap
    if options is None:
        return None
    # The directory may take seconds to answer, and nobody is to wait for our connection meanwhile.
    db.session.commit()
    someone = find_person(options, name, password)
    return admit(options, someone) if someone is not None else None


def find_person(options: LdapOptions, name: str, password: str) -> Person | None:
    """Whoever the directory knows by this name and password."""
    # A bind without a password succeeds for everybody: it is one without a name (RFC 4513, 5.1.2).
    if not 0 < len(password) <= MAX_PASSWORD or "\0" in password:
        return None
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        return None
    with _asking():
        with _bound(options, options.bind_dn, options.bind_password) as service:
            if service is None:
                raise LDAPException("the directory refuses our own account")
            entry = _find_entry(options, service, name)
            groups = _find_groups(options, service, entry) if entry is not None else []
        # For an unknown name a bind is made as well, which takes as long and fails.
        dn = entry.dn if entry is not None else f"{_NOBODY},{options.base}"
        with _bound(options, dn, password) as proof:
            if proof is None or entry is None:
                return None
    return _person(options, entry, groups)


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except (LDAPException, ssl.SSLError, OSError) as error:
        logger.error("The directory cannot be asked: %s", type(error).__name__)
        raise Unavailable(
            _(
                "The directory of names and passwords does not answer. Try again in a minute."
                " Accounts with a password of their own can still log in."
            )
        ) from error


@contextmanager
def _bound(options: LdapOptions, dn: str, password: str) -> Iterator[Connection | None]:
    """A connection as somebody of the directory; None where the password is not theirs."""
    connection = Connection(
        _server(options),
        user=dn or None,
        password=password or None,
        authentication=SIMPLE if dn else None,
        read_only=True,
        # Another server must not be told a password because this one says so.
        auto_referrals=False,
        receive_timeout=options.timeout_seconds,
    )
    try:
        connection.open()
        if options.url.startswith("ldap+starttls") and not connection.start_tls():
            raise LDAPException("the directory does not encrypt")
        is_bound = connection.bind()
        if not is_bound and connection.result["result"] != INVALID_CREDENTIALS:
            logger.info("A bind has failed: %s", connection.result["description"])
        yield connection if is_bound else None
    finally:
        connection.unbind()
        # A socket that could not be connected is nobody's business in ldap3.
        if connection.socket is not None:
            connection.socket.close()


def _server(options: LdapOptions) -> Server:
    parts = urlsplit(options.url)
    is_tls = parts.scheme == "ldaps"
    return Server(
        str(parts.hostname),
        port=parts.port or (636 if is_tls else 389),
        use_ssl=is_tls,
        tls=VerifiedTls(options),
        get_info=NONE,
        connect_timeout=options.timeout_seconds,
    )


def _find_entry(options: LdapOptions, service: Connection, name: str) -> Entry | None:
    """The one entry of this name; two are none, as nobody can say whose password it would be."""
    wanted = {options.username, options.first_name, options.last_name, options.email}
    wanted |= {options.subject} if options.subject else set(SUBJECTS)
    wanted |= set() if options.group_filter else {options.groups}
    query = options.filter.replace("{name}", escape_filter_chars(name))
    found = _search(options, service, options.base, query, wanted)
    return found[0] if len(found) == 1 else None


def _find_groups(options: LdapOptions, service: Connection, entry: Entry) -> list[str]:
    if not options.group_filter:
        return [str(value) for value in entry.all(options.groups)]
    query = options.group_filter.replace("{dn}", escape_filter_chars(entry.dn))
    name = str(entry.first(options.username) or "")
    query = query.replace("{name}", escape_filter_chars(name))
    found = _search(options, service, options.group_base or options.base, query, {"cn"})
    return [group.dn for group in found]


def _search(
    options: LdapOptions, service: Connection, base: str, query: str, wanted: set[str]
) -> list[Entry]:
    service.search(
        base,
        query,
        SUBTREE,
        attributes=sorted(wanted),
        time_limit=options.timeout_seconds,
    )
    return [
        Entry(found["dn"], {key: _listed(value) for key, value in found["attributes"].items()})
        for found in service.response or ()
        # What is not an entry refers to another server, which we do not ask.
        if found["type"] == "searchResEntry"
    ]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _person(options: LdapOptions, entry: Entry, groups: list[str]) -> Person | None:
    try:
        return person(
            subject=_subject(options, entry),
            username=entry.first(options.username),
            first_name=entry.first(options.first_name),
            last_name=entry.first(options.last_name),
            email=entry.first(options.email),
            groups=groups,
        )
    except BadPerson as error:
        logger.error("An entry of the directory cannot be used: %s", error)
        return None


def _subject(options: LdapOptions, entry: Entry) -> str:
    for name in (options.subject,) if options.subject else SUBJECTS:
        value = entry.first(name)
        if isinstance(value, bytes) and len(value) == 16:
            return str(uuid.UUID(bytes_le=value))
        if value:
            return str(value).strip("{}")
    return entry.dn
