"""A mail as it goes over the wire.

The standard library's `EmailMessage` makes it rather than Flask-Mail's `Message`: that one writes
lines as long as their paragraphs, which servers refuse from 1,000 bytes on, and both of them
write long addresses in headers in a code that mail programs do not read there.
"""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy

from flask import current_app

from app.core.clock import now
from app.mail.models import MailMessage

HEADERS = {
    # RFC 3834: an absence note or another machine must not answer this.
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}
_AS_THEY_ARE = frozenset({"message-id", "list-unsubscribe"})


class _Policy(EmailPolicy):
    """Writes headers whose values no program would read in another form as they are."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _AS_THEY_ARE:
            return f"{name}: {value}{self.linesep}"
        return super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _AS_THEY_ARE:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(**{name: getattr(SMTP, name) for name in ("linesep", "cte_type")})


def compose(row: MailMessage, text: str, html: str) -> EmailMessage:
    """The whole mail, with the same Message-ID at every try."""
    message = EmailMessage(_POLICY)
    # Quoted-printable keeps every line short enough for every server.
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for name, value in headers_of(row).items():
        message[name] = value
    return message


def as_utf8(message: EmailMessage) -> bytes:
    """The bytes for a server that takes headers in any script (RFC 6532)."""
    return message.as_bytes(policy=_POLICY.clone(utf8=True))


def headers_of(row: MailMessage) -> dict[str, object]:
    """The headers of a mail, in their order."""
    name, address = sender()
    headers: dict[str, object] = {
        "From": _address(address, name),
        "To": _address(row.recipient),
        "Subject": row.subject,
        "Date": now(),
        "Message-ID": row.message_id,
        **HEADERS,
        "Content-Language": row.locale.replace("_", "-"),
    }
    if row.unsubscribe:
        # RFC 8058: the reader's mail program sends this POST at one click.
        headers["List-Unsubscribe"] = f"<{row.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def sender() -> tuple[str, str]:
    """The name and the address that mails come from; servers send their reports to the address."""
    given: str = current_app.config["MAIL_DEFAULT_SENDER"]
    # A name with a comma needs quotes in a header, which nobody thinks of in a setting.
    name, bracket, rest = given.rpartition("<")
    return (name.strip().strip('"'), rest.rstrip("> ")) if bracket else ("", given.strip())


def ascii_address(address: str) -> str:
    """An address whose domain every server understands; a name before the @ stays as it is."""
    name, _at, domain = address.rpartition("@")
    return f"{name}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"


def _address(address: str, name: str = "") -> Address:
    user, _at, domain = ascii_address(address).rpartition("@")
    return Address(name, user, domain)
