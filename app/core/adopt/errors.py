"""The one error an adoption ends with: a message for the person at the terminal."""

from __future__ import annotations

import click


class AdoptError(click.ClickException):
    """The database cannot be adopted; the message says why and what to do about it."""
