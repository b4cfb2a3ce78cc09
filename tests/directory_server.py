"""A private directory: Debian's slapd on loopback ports, with people, groups and a certificate."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import services

BASE = "dc=bureau,dc=example"
PEOPLE = f"ou=people,{BASE}"
SERVICE_DN = f"cn=bureau,{BASE}"
SERVICE_PASSWORD = "tulip-anvil-harbour"
TEAM_DN = f"cn=team,ou=groups,{BASE}"
BOSSES_DN = f"cn=bosses,ou=groups,{BASE}"
PASSWORD = "violet granite lantern"

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
# What a careless directory does: it lets whoever gives no password bind as anybody.
allow bind_anon_cred bind_anon_dn
database mdb
suffix "{base}"
directory {folder}/data
rootdn "cn=root,{base}"
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{service}" read by * none
"""

CONTENT = """
dn: {base}
objectClass: dcObject
objectClass: organization
dc: bureau
o: Bureau

dn: {service}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: bureau
userPassword: {service_password}

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{base}
objectClass: organizationalUnit
ou: groups

{people}
dn: {team}
objectClass: groupOfNames
cn: team
member: uid=ines,ou=people,{base}

dn: {bosses}
objectClass: groupOfNames
cn: bosses
member: uid=rui,ou=people,{base}

dn: cn=elsewhere,ou=people,{base}
objectClass: referral
objectClass: extensibleObject
cn: elsewhere
ref: ldap://127.0.0.1:9/ou=people,{base}
"""

PERSON = """dn: uid={uid},ou=people,{base}
objectClass: inetOrgPerson
uid: {uid}
givenName: {first}
sn: {last}
cn: {first} {last}
mail: {mail}
userPassword: {password}
"""

# What the overlay writes when a group changes; it does not while a file is loaded.
GROUPS = {"ines": TEAM_DN, "rui": BOSSES_DN}

PERSONS = (
    ("ines", "Inês", "Duarte", "ines@bureau.example"),
    ("rui", "Rui", "Castro", "rui@bureau.example"),
    # Whoever is called as somebody here, and has their address.
    ("cast-admin", "Not", "Admin", "admin@cast.example"),
    ("cast-owner", "Not", "Owner", "not-owner@bureau.example"),
    ("twin", "First", "Twin", "twin@bureau.example"),
    ("twin2", "Second", "Twin", "twin@bureau.example"),
)


@dataclass
class Directory:
    """Where it listens, and its process."""

    folder: Path
    port: int
    tls_port: int
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """Its encrypted address."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def starttls_url(self) -> str:
        """Its address where encryption is asked for first."""
        return f"ldap+starttls://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> str:
        """Who has signed its certificate."""
        return str(self.folder / "ca.pem")

    def start(self) -> None:
        """Serve until stopped."""
        urls = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        with (self.folder / "log").open("w") as log:
            command = [program("slapd"), "-f", self.folder / "slapd.conf", "-h", urls, "-d", "0"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        services.wait_for(lambda: services.accepts(self.tls_port), self.folder / "log")

    def stop(self) -> None:
        """Die."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def rename(self, old: str, new: str) -> None:
        """Give an entry another name; it stays the same person."""
        self.stop()
        found = subprocess.run(
            [program("slapcat"), "-f", self.folder / "slapd.conf"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        self.load(
            found.replace(f"uid={old},", f"uid={new},").replace(f"uid: {old}\n", f"uid: {new}\n")
        )
        self.start()

    def load(self, content: str) -> None:
        """Fill the database anew, while the server is down."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        (self.folder / "data").mkdir()
        (self.folder / "content.ldif").write_text(content)
        command = [program("slapadd"), "-f", self.folder / "slapd.conf"]
        done = subprocess.run(
            [*command, "-l", self.folder / "content.ldif"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise services.ServiceError(f"slapadd failed:\n{done.stderr}")


def program(name: str) -> str:
    """Path of a program of the directory; without it its tests are skipped, but never in CI."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found:
        return found
    message = "NO DIRECTORY SERVER: install the package `slapd` to run the tests of LDAP"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def content() -> str:
    """All entries, as they are at first."""
    people = "".join(
        PERSON.format(uid=uid, first=first, last=last, mail=mail, base=BASE, password=PASSWORD)
        + (f"memberOf: {GROUPS[uid]}\n\n" if uid in GROUPS else "\n")
        for uid, first, last, mail in PERSONS
    )
    return CONTENT.format(
        base=BASE,
        service=SERVICE_DN,
        service_password=SERVICE_PASSWORD,
        team=TEAM_DN,
        bosses=BOSSES_DN,
        people=people,
    )


@contextlib.contextmanager
def directory_server() -> Iterator[Directory]:
    """Run a directory for as long as the block lasts."""
    program("slapd")
    with tempfile.TemporaryDirectory(prefix="bureau-slapd-") as name:
        folder = Path(name)
        write_certificates(folder)
        text = CONFIGURATION.format(folder=folder, base=BASE, service=SERVICE_DN)
        (folder / "slapd.conf").write_text(text)
        found = Directory(folder, services.free_port(), services.free_port())
        found.load(content())
        found.start()
        try:
            yield found
        finally:
            found.stop()


def write_certificates(folder: Path) -> None:
    """An authority, and a certificate of it for the loopback address."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Test authority", authority_key, None, authority_key)
    key = ec.generate_private_key(ec.SECP256R1())
    server = _certificate("directory", key, authority, authority_key)
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    moment = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - datetime.timedelta(days=1))
        .not_valid_after(moment + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        names = x509.SubjectAlternativeName([address])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
