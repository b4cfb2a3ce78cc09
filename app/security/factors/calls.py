"""The second factor of whoever signs in to the REST API with a name and a password."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _

from app.core.errors import Invalid, Unauthorized
from app.security.factors.policy import factors_of
from app.security.factors.signing import give_code


def require_code(user: User, code: Any) -> bool:
    """Whether the user has given a second factor; False where none is needed.

    Raises `Unauthorized` with the code `factor_required`, `factor_wrong` or `factor_not_set_up`,
    and `TooManyAttempts`. It commits.
    """
    factors = factors_of(user.id)
    if not factors.has_any:
        if factors.is_enforced:
            raise Unauthorized(
                _("This account needs a second factor. Log in with a browser to set one up."),
                code="factor_not_set_up",
            )
        return False
    if code is None or code == "":
        raise Unauthorized(
            _("Send a code of your authenticator app, or a recovery code, as well."),
            code="factor_required",
        )
    if not isinstance(code, str):
        raise Invalid(errors={"code": [_("Send the code as a text.")]})
    if give_code(user, code) is None:
        raise Unauthorized(_("This code is wrong, or it was used already."), code="factor_wrong")
    return True
