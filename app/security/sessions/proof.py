"""How long ago it was proved who it is, before a change that a passer-by must not make.

`require_confirmation()` stands before such a change. Where the last proof is too old it raises
`ConfirmationRequired`, which the module `confirmation` answers with a page that asks for one.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from flask import current_app, url_for
from flask_babel import gettext as _

from app.core.clock import now
from app.core.errors import BureauError, Forbidden
from app.extensions import db
from app.security.accounts import Account, current_account, remember_account
from app.security.tokens import bearer as tokens


class ConfirmationRequired(BureauError):
    """Whoever makes the request has to prove again that it is them.

    It is no `Forbidden`: where a form says why something is refused, this asks instead.
    """

    status = Forbidden.status
    code = "confirmation_required"


def require_confirmation(minutes: int | None = None) -> None:
    """Raise `ConfirmationRequired` where the last proof is older than `minutes`.

    BUREAU_CONFIRM_MINUTES says how many, where none are given. It asks the database nothing, so
    that it can stand anywhere, also where a statement is about to run.
    """
    account = current_account()
    if account is not None and not is_confirmed(account, minutes):
        raise ConfirmationRequired(
            _("Confirm first that it is you."),
            advice=_("Give your password again at %(path)s.", path=url_for("ConfirmView.show")),
        )


def is_confirmed(account: Account, minutes: int | None = None) -> bool:
    """Whether it is sure enough that it is still them.

    An API key proves itself with every call. A token must be fresh, which is one that was given
    for a password and not for a refresh token.
    """
    allowed = current_app.config["BUREAU_CONFIRM_MINUTES"] if minutes is None else minutes
    if not current_app.config["BUREAU_CONFIRM_MINUTES"]:
        return True
    if account.session is None or account.confirmed_at is None:
        return True
    if tokens.has_token() and not tokens.read_claims().get("fresh"):
        return False
    return now() - account.confirmed_at < datetime.timedelta(minutes=allowed)


def mark_confirmed() -> None:
    """Remember that whoever makes the request has proved now that it is them. It commits."""
    account = current_account()
    if account is None or account.session is None:
        return
    account.session.confirmed_at = now()
    db.session.commit()
    remember_account(replace(account))
