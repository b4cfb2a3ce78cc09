"""From a person whom a provider knows to an account: admitted, registered, linked or refused."""

from __future__ import annotations

import itertools
import logging
import secrets
from collections.abc import Iterable

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.core.clock import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.extensions import db
from app.security.accounts import find_user
from app.security.audit import record_event
from app.security.providers.models import UserIdentity
from app.security.providers.options import Terms
from app.security.providers.person import Person
from app.security.rights.granting import given_by_the_site

MAX_USERNAME = 60
MAX_NAME = 64
TRIES = 100
NO_MAIL_DOMAIN = "invalid"
"""Mail to an address that ends so reaches nobody (RFC 2606)."""

logger = logging.getLogger(__name__)


class NotAdmitted(Forbidden):
    """The provider knows the person, and there is no account here for them."""

    code = "not_admitted"


def admit(terms: Terms, someone: Person) -> User:
    """The account of a person, with the roles that their groups give; it commits.

    Raises `NotAdmitted` with a sentence that says what to do.
    """
    try:
        return _admit(terms, someone)
    except IntegrityError:
        # Two log-ins of somebody new at the same time: one has made what both wanted.
        db.session.rollback()
        return _admit(terms, someone)


def link(user: User, terms: Terms, someone: Person) -> UserIdentity:
    """Let a person sign in to an account from now on; it commits."""
    taken = find_identity(terms, someone)
    if taken is None:
        taken = UserIdentity(
            user_id=user.id, provider=terms.name, subject=someone.subject, title=someone.title
        )
        db.session.add(taken)
        record_event("identity-linked", target=user, provider=terms.name, title=someone.title)
        try:
            db.session.commit()
        except IntegrityError as error:
            db.session.rollback()
            raise Conflict(_("Another account is linked to this already.")) from error
    elif taken.user_id != user.id:
        raise Conflict(_("Another account is linked to this already."))
    return taken


def unlink(user: User, key: int) -> UserIdentity:
    """Take an identity of a user away, unless it is their last way in; it commits."""
    found = {identity.id: identity for identity in identities_of(user)}
    if key not in found:
        raise NotFound
    if len(found) == 1 and not user.password:
        raise Conflict(_("This is your only way to log in. Link another one first."))
    gone = found[key]
    db.session.delete(gone)
    record_event("identity-unlinked", target=user, provider=gone.provider, title=gone.title)
    db.session.commit()
    return gone


def identities_of(user: User) -> list[UserIdentity]:
    """The identities that may sign in to an account, in the order they were linked."""
    statement = sa.select(UserIdentity).where(UserIdentity.user_id == user.id)
    return list(db.session.scalars(statement.order_by(UserIdentity.id)))


def find_identity(terms: Terms, someone: Person) -> UserIdentity | None:
    """What links the person to an account, with the account."""
    statement = sa.select(UserIdentity).where(
        UserIdentity.provider == terms.name, UserIdentity.subject == someone.subject
    )
    return db.session.scalar(statement.options(joinedload(UserIdentity.user)))


def _admit(terms: Terms, someone: Person) -> User:
    identity = find_identity(terms, someone)
    user = identity.user if identity is not None else None
    try:
        if user is not None and not user.active:
            raise NotAdmitted(_("Your account is not active. Ask an administrator."))
        if user is None:
            user, identity = _register(terms, someone)
        elif terms.roles:
            _follow_groups(user, terms, someone)
    except NotAdmitted:
        record_event(
            "log-in", outcome="refused", user=user, provider=terms.name, title=someone.title
        )
        db.session.commit()
        raise
    assert identity is not None
    identity.last_used_at = now()
    db.session.commit()
    return user


# New accounts


def _register(terms: Terms, someone: Person) -> tuple[User, UserIdentity]:
    """Make an account; a name that is taken gets a number, an address that is taken ends it."""
    if someone.email and find_user(someone.email) is not None:
        raise NotAdmitted(
            _(
                "There already is an account with the address %(email)s. Log in to it in your usual"
                " way and link %(provider)s in your profile.",
                email=someone.email,
                provider=terms.title,
            )
        )
    if not terms.register:
        raise NotAdmitted(
            _(
                "No account here is linked to %(name)s at %(provider)s. Log in in your usual way"
                " and link it in your profile, or ask an administrator for an account.",
                name=someone.title,
                provider=terms.title,
            )
        )
    username = _free_username(someone)
    user = User(
        username=username,
        first_name=(someone.first_name or username)[:MAX_NAME],
        last_name=someone.last_name[:MAX_NAME],
        email=someone.email or f"{username}@{terms.name}.{NO_MAIL_DOMAIN}",
        active=True,
    )
    names = _roles_for(terms, someone) or terms.default_roles
    with given_by_the_site():
        user.roles = _find_roles(names)
        db.session.add(user)
        db.session.flush()
    identity = UserIdentity(
        user_id=user.id, provider=terms.name, subject=someone.subject, title=someone.title
    )
    db.session.add(identity)
    record_event("account-registered", target=user, user=user, provider=terms.name)
    return user, identity


def _free_username(someone: Person) -> str:
    """A name that nobody can take for another account's name or address."""
    wanted = someone.username or someone.email or ""
    # A name that looks like an address could be one that somebody else signs in with.
    base = wanted.partition("@")[0].replace(" ", "-")[:MAX_USERNAME] or "user"
    numbered = (f"{base}-{number}" for number in range(2, TRIES))
    for name in itertools.chain([base], numbered):
        if find_user(name) is None:
            return name
    return f"{base}-{secrets.token_hex(8)}"


# Roles


def _roles_for(terms: Terms, someone: Person) -> set[str]:
    """The names of the roles that the person's groups give."""
    held = {terms.group_key(group) for group in someone.groups}
    return {
        role
        for group, names in terms.roles.items()
        if terms.group_key(group) in held
        for role in names
    }


def _follow_groups(user: User, terms: Terms, someone: Person) -> None:
    """Give and take the roles that groups decide on, and leave all others alone."""
    wanted, managed = _roles_for(terms, someone), terms.mapped_roles
    held = {role.name for role in user.roles}
    given, taken = wanted - held, (held & managed) - wanted
    admin = current_app.config["AUTH_ROLE_ADMIN"]
    if admin in taken and not _has_other_admin(user):
        logger.warning("%s keeps the role %s as the last one who has it", user.username, admin)
        taken.discard(admin)
    if not (given or taken):
        return
    with given_by_the_site():
        kept = [role for role in user.roles if role.name not in taken]
        user.roles = kept + _find_roles(given)
        db.session.flush()
    record_event(
        "roles-mapped",
        target=user,
        user=user,
        provider=terms.name,
        given=sorted(given),
        taken=sorted(taken),
    )


def _find_roles(names: Iterable[str]) -> list[Role]:
    """The roles of these names; one that does not exist keeps nobody out."""
    wanted = set(names)
    found = list(db.session.scalars(sa.select(Role).where(Role.name.in_(wanted))))
    missing = wanted - {role.name for role in found}
    if missing:
        logger.error("The settings of a log-in name roles that do not exist: %s", sorted(missing))
    return found


def _has_other_admin(user: User) -> bool:
    statement = (
        sa.select(User.id)
        .join(assoc_user_role, assoc_user_role.c.user_id == User.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Role.name == current_app.config["AUTH_ROLE_ADMIN"], User.active, User.id != user.id)
    )
    return db.session.scalar(statement.limit(1)) is not None
