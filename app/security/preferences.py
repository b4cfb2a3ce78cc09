"""The choices of a signed-in user, kept with the account."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.extensions import db
from app.security.accounts import current_account
from app.security.models import Preference

NAMES = ("locale", "timezone", "theme", "density")


def find_choices() -> Mapping[str, str | None] | None:
    """What the signed-in user has chosen; the statement that found the user brought it along."""
    account = current_account()
    if account is None or account.preference is None:
        return None
    return {name: getattr(account.preference, name) for name in NAMES}


def save_choices(chosen: Mapping[str, str]) -> None:
    """Keep what the signed-in user has chosen now; does nothing for a visitor."""
    account = current_account()
    if account is None:
        return
    # Whoever acts as somebody else keeps their own choices, and changes those.
    key = account.real_user_id
    try:
        set_choices(key, account.preference, chosen)
        db.session.commit()
    except (IntegrityError, StaleDataError):
        # Another tab was faster; of two choices the later one counts.
        db.session.rollback()
        set_choices(key, db.session.scalar(_preference_of(key)), chosen)
        db.session.commit()


def set_choices(user_id: int, preference: Preference | None, chosen: Mapping[str, str]) -> None:
    """Change the preferences in the session; committing is the caller's."""
    preference = preference or Preference(user_id=user_id)
    for name in NAMES:
        if name in chosen:
            setattr(preference, name, chosen[name] or None)
    db.session.add(preference)


def _preference_of(user_id: int) -> sa.Select[tuple[Preference]]:
    return sa.select(Preference).where(Preference.user_id == user_id)
