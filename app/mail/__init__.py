"""Ring 2: mails, written in the transaction that causes them and sent after its commit."""

from app.mail.mails import Mail
from app.mail.writing import send

__all__ = ["Mail", "send"]
